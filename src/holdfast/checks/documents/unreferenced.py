"""Files that nothing in the project names, where it asks that something does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.checks.documents.library import Library
from holdfast.checks.facts import start_of
from holdfast.checks.interface import Context
from holdfast.checks.patterns import matching
from holdfast.core.findings import Finding, Location, Severity

ENTRANCES = re.compile(r"(?i)(?:readme|index|_index|license|conf)\b[^/]*$|^\.")
LIMIT = 2 * 2**20


def judge(context: Context, library: Library) -> Iterator[Finding]:
    """Each file that `docs.unreferenced` covers and no document, navigation or source names."""
    globs = context.config.docs.unreferenced
    for glob in globs:
        if not matching(context.files, (glob,)):
            yield Finding("DOC021", Severity.WARNING, f"docs.unreferenced names {glob}, and no file matches that")
    asked = matching(context.files, globs) if globs else []
    wanted = {path: _names(path) for path in asked if not ENTRANCES.search(path.rpartition("/")[2])}
    for path in library.files:
        if not wanted:
            break
        text = _text(library, path)
        for each in [other for other, name in wanted.items() if other != path and name.search(text)]:
            del wanted[each]
    for path in sorted(wanted):
        message = "no document, navigation or source names it"
        yield Finding("DOC020", Severity.ERROR, message, Location(path))


def _names(path: str) -> re.Pattern[str]:
    """How a file is named elsewhere: by its last part, also with %20 for a space; in a toctree without its ending."""
    name = path.rpartition("/")[2]
    stem = re.escape(name.rpartition(".")[0] or name)
    encoded = re.escape(name.replace(" ", "%20"))
    return re.compile(
        rf"(?<![\w-])(?:{re.escape(name)}|{encoded})(?![\w-])|(?m:^[ \t]*(?:[\w./-]*/)?{stem}[ \t]*$)|<[\w./-]*?{stem}>"
    )


def _text(library: Library, path: str) -> str:
    content = start_of(library.project / path, LIMIT)
    return "" if b"\0" in content[:8000] else content.decode("utf-8", "replace")
