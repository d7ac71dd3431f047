"""All that is asked of a project's documents, together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from holdfast.checks.documents import changelog, unreferenced
from holdfast.checks.documents.library import Document, Library, Unread
from holdfast.checks.documents.promises import Called, Promises
from holdfast.checks.documents.targets import ISSUE_FORMS, Judge
from holdfast.checks.interface import Context
from holdfast.core.findings import Finding, Location, Severity
from holdfast.core.git import tracked_files

MOST = 500
"""How many findings of one document are named."""


def review(context: Context) -> tuple[int, list[Finding]]:
    """How many documents were looked at, and what is wrong with them."""
    library = Library(context.project, context.files)
    unread, documents = list[Finding](), list[Document]()
    for path in library.documents:
        try:
            documents.append(library.document(path))
        except Unread as error:
            unread.append(Finding("DOC007", Severity.ERROR, f"cannot be read: {error}", Location(path)))
    found = [*unread, *_findings(context, library, documents)]
    return len(documents) + len(unread), sorted(dict.fromkeys(found), key=_order)


def _findings(context: Context, library: Library, documents: list[Document]) -> Iterator[Finding]:
    judge = Judge(library, tracked_files(context.project) or None)
    promises, called = Promises(library, context.pyproject), list[Called]()
    for document in documents:
        if ISSUE_FORMS.search(document.path):
            continue
        found = chain(judge.findings(document), promises.judge(document, called))
        yield from islice(found, MOST)
        if next(found, None) is not None:
            message = f"more than {MOST} links and commands are wrong: the rest is not named"
            yield Finding("DOC008", Severity.ERROR, message, Location(document.path))
        if changelog.is_changelog(document):
            yield from changelog.judge(document, context.pyproject)
    yield from unreferenced.judge(context, library)
    if called:
        from holdfast.checks.documents.programs import Programs

        scope = context.scope
        now = [call for call in called if scope is None or call.place.file in scope]
        yield from Programs(context, promises.programs, library.meant).judge(now)


def _order(finding: Finding) -> tuple[str, int, str]:
    place = finding.location
    return (place.file, place.line or 0, finding.id) if place else ("", 0, finding.id)
