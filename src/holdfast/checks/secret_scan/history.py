"""Looks for secrets in the whole history of a repository: what was committed once stays there when it is deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import blake2b

from holdfast.checks.interface import Context
from holdfast.checks.secret_scan import findings, names
from holdfast.checks.secret_scan.allowed import Baseline, is_marked, read_baseline
from holdfast.checks.secret_scan.blobs import LIMIT, Blob, History
from holdfast.checks.secret_scan.combine import own
from holdfast.checks.secret_scan.look import CHECK, named_secrets
from holdfast.checks.secret_scan.sources import text_of
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Checked, Finding, Result, Severity, Status, concluded

Seen = dict[tuple[str, bytes], list[tuple[str, str, int]]]
"""By kind and a digest of the value under a key of this run alone: the contents that hold it, with path and line."""


class InHistory:
    """As the check `secrets`, in every content that a reference of the repository ever reached."""

    name = CHECK
    summary = "no key, token or password is in the history"

    def __init__(self, since: str | None = None) -> None:
        self._since = since

    def wanted(self, _context: Context) -> bool:
        return True

    def inputs(self, _context: Context) -> None:
        return None  # the history is no file of the project

    def run(self, context: Context) -> Result:
        """What the detectors and the names of files tell; detect-secrets looks at files, and is not asked."""
        history = History(context.project, context.env)
        if not history.is_one:
            raise CannotRun(CHECK, "the project is in no git repository")
        looked = _Looked(read_baseline(context.project))
        for blob in history.blobs(self._since):
            if context.stop is not None and context.stop.is_set():
                raise CannotRun(CHECK, "stopped before it ended", status=Status.SKIPPED)
            looked.at(blob)
        said = [*looked.findings(history), *looked.unseen, *_partial(history)]
        if not looked.total:
            why = f"no commit after {self._since} has new contents" if self._since else "nothing was committed yet"
            raise CannotRun(CHECK, why, status=Status.SKIPPED)
        checked = Checked(looked.total - len(looked.unseen), looked.total + history.missing, "contents of the history")
        return concluded(CHECK, said, checked=checked)


def _partial(history: History) -> Iterator[Finding]:
    if history.is_shallow:
        yield findings.partial("this clone has only the newest commits", "git fetch --unshallow")
    if history.missing:
        yield findings.partial(
            f"{history.missing} contents are not in this partial clone", "git fetch --refetch --no-filter"
        )


class _Looked:
    """What was found so far: little, however long the history is."""

    def __init__(self, baseline: Baseline) -> None:
        self.total = 0
        self.unseen: list[Finding] = []
        self._baseline = baseline
        self._key = os.urandom(16)
        self._seen: Seen = {}
        self._held: dict[tuple[str, str], list[tuple[str, str, int]]] = {}

    def at(self, blob: Blob) -> None:
        """Looks at one content."""
        self.total += 1
        if self._baseline.excludes(blob.path):
            return
        if blob.content is None:
            why = f"larger than {LIMIT // 2**20} MiB in the history (blob {blob.name[:12]})"
            self.unseen.append(findings.unseen(blob.path, why, Severity.INFO))
            return
        for _, kind in named_secrets([blob.path]):
            self._held.setdefault((f"name {kind}", blob.path), []).append((blob.name, blob.path, 0))
        text = text_of(blob.content)
        before = len(self._seen)
        if text is not None:
            self._within(blob, text)
        held = names.held_by(blob.path, blob.content)
        marked = text is not None and is_marked(text.split("\n", 1), 1)
        if (
            held is not None
            and held.certain
            and not marked
            and (held.kind != "credentials" or len(self._seen) == before)
        ):
            self._held.setdefault((held.kind, blob.path), []).append((blob.name, blob.path, 0))

    def _within(self, blob: Blob, text: str) -> None:
        for find, allowed in own(text, blob.path, self._baseline):
            if not allowed:
                value = text[find.value_start : find.value_end].encode("utf-8", "surrogatepass")
                key = (find.kind, blake2b(value, digest_size=16, key=self._key).digest())
                self._seen.setdefault(key, []).append((blob.name, blob.path, find.line))

    def findings(self, history: History) -> Iterator[Finding]:
        """Each secret once, where it came in."""
        places = [place for found in (self._seen, self._held) for each in found.values() for place in each]
        introduced = history.introduced(name for name, *_ in places)
        order = {name: number for number, name in enumerate(introduced)}
        last = len(order)
        for (kind, _), seen in self._seen.items():
            name, path, line = min(seen, key=lambda place: order.get(place[0], last))
            commit, path = introduced.get(name, ("", path))
            since = findings.since_commit(commit) if commit else findings.of_tag(name)
            yield findings.of_content(kind, path, line, since=since)
        for (what, path), seen in self._held.items():
            name, *_ = min(seen, key=lambda place: order.get(place[0], last))
            commit, _ = introduced.get(name, ("", path))
            since = findings.since_commit(commit) if commit else findings.of_tag(name)
            if what.startswith("name "):
                yield findings.of_name(what.removeprefix("name "), path, since=since)
            else:
                yield findings.of_past_file(names.Held(what, certain=True), path, since)
