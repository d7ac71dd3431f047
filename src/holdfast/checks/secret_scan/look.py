"""Looks for secrets in the files of a tree."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from holdfast import __version__
from holdfast.checks.interface import Context
from holdfast.checks.secret_scan import findings, judge, names, outside
from holdfast.checks.secret_scan.allowed import Baseline, is_marked, read_baseline
from holdfast.checks.secret_scan.combine import said_of
from holdfast.checks.secret_scan.outside import Foreign
from holdfast.checks.secret_scan.sources import Source, read, text_of
from holdfast.checks.secret_scan.verdicts import Verdicts, digest
from holdfast.checks.tools import CannotRun, Tool, find_optional, unaffected
from holdfast.core.findings import Checked, Finding, Location, Result, Status, concluded
from holdfast.core.masking import DETECTORS, FORMS, find_secrets

CHECK = "secrets"
AT_ONCE = 2


class Told(NamedTuple):
    """What detect-secrets says, by file; or why it could not look."""

    found: dict[str, list[Foreign]]
    version: str = ""
    trouble: Result | None = None


def look(context: Context, files: Sequence[str]) -> Result:
    """The secrets in the files, each once. Where detect-secrets is not there, that is said, and the rest looks."""
    baseline = read_baseline(context.project)
    wanted = [path for path in files if not baseline.excludes(path)]
    tool, said = _tool(context)
    verdicts = Verdicts(context.scratch, _key(baseline, tool) if context.config.validate.cache else None)
    unseen: list[Finding] = []
    at = {source.path: source.digest for source in _until_stopped(context, read(context.project, wanted, unseen))}
    if not at:
        if context.scope is not None and not unseen:  # a link or a submodule alone has changed
            raise unaffected(CHECK, "files")
        raise CannotRun(CHECK, "there is no file to look into" if files else "the project has no files")
    fresh = [path for path in at if not verdicts.is_clean(path, at[path])]
    found, told, digests = _looked_into(context, fresh, baseline, tool)
    named = {path: [findings.of_name(kind, path)] for path, kind in named_secrets(wanted)}
    if told.trouble is None:
        dirty = {path for path in found if found[path]} | named.keys()
        clean = {path: content for path, content in {**at, **digests}.items() if path not in dirty}
        verdicts.keep(context.files, clean, files)
    said += [each for group in (*found.values(), *named.values()) for each in group] + unseen
    return _result(tuple(sorted(said, key=_place)), Checked(len(at), len(at) + len(unseen), "files"), told)


def _place(finding: Finding) -> tuple[str, int]:
    place = finding.location or Location("")
    return place.file, place.line or 0


def _result(said: tuple[Finding, ...], checked: Checked, told: Told) -> Result:
    tool = f"detect-secrets {told.version}" if told.version else None
    if told.trouble is not None:
        return told.trouble._replace(findings=said, checked=checked, output="")
    return concluded(CHECK, said, checked=checked, tool=tool)


def _tool(context: Context) -> tuple[Tool | None, list[Finding]]:
    try:
        return find_optional(context, CHECK, "detect-secrets", package="detect-secrets"), []
    except CannotRun as error:
        return None, [findings.alone(error.result.hint)]


def _key(baseline: Baseline, tool: Tool | None) -> str:
    """Stands for all that a verdict depends on apart from the file itself."""
    own = Path(__file__).parent
    code = [(entry.name, entry.stat().st_mtime_ns) for entry in os.scandir(own) if entry.name.endswith(".py")]
    where = str(tool.path) if tool else ""
    return digest(
        repr((__version__, DETECTORS, sorted(code), str(tool), where, baseline.text)).encode("utf-8", "replace")
    )


def _until_stopped(context: Context, sources: Iterable[Source]) -> Iterator[Source]:
    for source in sources:
        if context.stop is not None and context.stop.is_set():
            raise CannotRun(CHECK, "stopped before it ended", status=Status.SKIPPED)
        yield source


def _looked_into(
    context: Context, fresh: Sequence[str], baseline: Baseline, tool: Tool | None
) -> tuple[dict[str, list[Finding]], Told, dict[str, str]]:
    """The findings in each file, what detect-secrets told, and the digests of what was looked into."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = _Asked(context, pool, baseline, tool, fresh)
        found, digests = {}, {}
        for source in _until_stopped(context, read(context.project, fresh, [])):
            found[source.path] = _within(source, (), baseline)
            digests[source.path] = source.digest
        told = asked.answer()
    for source in read(context.project, sorted(told.found), []):
        found[source.path] = _within(source, told.found[source.path], baseline)
    return found, told, digests


class _Asked:
    """A question to detect-secrets that is being answered."""

    def __init__(
        self, context: Context, pool: ThreadPoolExecutor, baseline: Baseline, tool: Tool | None, files: Sequence[str]
    ) -> None:
        self._trouble: Result | None = None
        self._tool = tool
        try:
            self._answers = outside.ask(context, CHECK, tool, pool, baseline.name, files) if tool else []
        except CannotRun as error:
            self._answers, self._trouble = [], error.result

    def answer(self) -> Told:
        """Waits for it."""
        found: dict[str, list[Foreign]] = {}
        version = (self._tool.version or "") if self._tool else ""
        for each in self._answers:
            try:
                part, version = each.result()
                found.update(part)
            except CannotRun as error:
                self._trouble = error.result
        return Told(found, version, self._trouble)


def _within(source: Source, foreign: Sequence[Foreign], baseline: Baseline) -> list[Finding]:
    """The findings of one file, by what it is and by what is in it."""
    text = text_of(source.content)
    said = [] if text is None else said_of(source.path, text, foreign, baseline)
    held = names.held_by(source.path, source.content)
    told_within = held is not None and held.kind == "credentials" and said
    if held is None or told_within or (text is not None and is_marked(text.split("\n", 1), 1)):
        return said
    return [findings.of_file(held, source.path), *said]


def named_secrets(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The paths that hold a secret of a known form, each with its kind."""
    if not any(_kinds("\n".join(paths))):
        return
    for path in paths:
        for kind in _kinds(path):
            yield path, kind
            break


def _kinds(text: str) -> Iterator[str]:
    for secret in find_secrets(text, FORMS):
        if not judge.is_stand_in(text[secret.start : secret.end]):
            yield secret.detector
