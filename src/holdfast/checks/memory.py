"""Successes that still stand: a check whose inputs are what they were when it last passed is not run again.

A check has one file of two lines: its inputs, as `encode` writes them, and what it said. Whether a success still
stands is then a comparison of bytes, and one write keeps both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.files import write_cache
from holdfast.core.findings import Checked, Finding, Remembered, Result, Status

FORMAT = 2
NO_INPUTS = b"null"

Inputs = Mapping[str, Mapping[str, Any]]
"""By kind (file, distribution ...) and name, whatever identifies the content."""


class Success(NamedTuple):
    """When a check last passed, with which inputs, and what it said then."""

    inputs: bytes
    since: str
    run_id: str
    result: Result


def encode(inputs: Inputs) -> bytes:
    """The inputs as one line, the same for the same inputs."""
    return json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()


class Memory:
    """The last success of each check, a file each in one directory. Anything unreadable there is forgotten."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def last(self, check: str) -> Success | None:
        """The last success, whatever has changed since."""
        try:
            inputs, said = self._path(check).read_bytes().split(b"\n", 1)
            document = json.loads(said)
            if document["format"] != FORMAT:
                return None
            result = result_from(check, document["result"])
            if result.status is not Status.PASSED:
                return None
            return Success(inputs, str(document["since"]), str(document["run_id"]), result)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def store(self, result: Result, inputs: bytes, *, since: str, run_id: str) -> None:
        """Keeps a success."""
        self._write(result.check, inputs, {"since": since, "run_id": run_id, "result": result.as_json()})

    def store_unstable(self, check: str, before: bytes, after: bytes, touched: Sequence[str], *, run_id: str) -> None:
        """Keeps why a success was not: its inputs changed while it ran, or were written and hold the same again."""
        differing = _differences(json.loads(before), json.loads(after))
        changed = differing or [f"written and the same again file: {name}" for name in touched]
        self._write(check, NO_INPUTS, {"run_id": run_id, "changed": changed})

    def explain(self, check: str, inputs: bytes) -> tuple[str, list[str]]:
        """What is remembered, in one line, and which inputs differ from those of the last success, a line each."""
        success = self.last(check)
        if success is None:
            return self._explain_none(check)
        when = f"{success.since} ({success.run_id})"
        if success.inputs == inputs:
            return f"{check} does not run again: nothing that it reads has changed since {when}", []
        headline = f"{check} runs again: its inputs changed since it passed at {when}"
        try:
            return headline, _differences(json.loads(success.inputs), json.loads(inputs))
        except (ValueError, AttributeError):
            return headline, ["which ones is not known: those of the last success cannot be read"]

    def _explain_none(self, check: str) -> tuple[str, list[str]]:
        try:
            document = json.loads(self._path(check).read_bytes().split(b"\n", 1)[1])
            changed = [str(line) for line in document["changed"]]
            return f"{check} runs: its inputs changed while it last ran and passed ({document['run_id']})", changed
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return f"{check} runs: no success is remembered", []

    def _write(self, check: str, inputs: bytes, document: Mapping[str, Any]) -> None:
        """A cache that cannot be written costs time, nothing else: then the check runs again."""
        content = json.dumps({"format": FORMAT, **document}, separators=(",", ":")).encode()
        write_cache(self._path(check), inputs + b"\n" + content)

    def _path(self, check: str) -> Path:
        return self._directory / f"{check}.json"


def recalled(success: Success) -> Result:
    """The result of a success that still stands, marked with when and in which run that was."""
    return success.result._replace(remembered=Remembered(success.since, success.run_id))


def result_from(check: str, data: dict[str, Any]) -> Result:
    """The result that `Result.as_json` wrote. Raises KeyError, TypeError or ValueError where it is not one."""
    checked = data["checked"]
    return Result(
        check,
        Status(data["status"]),
        tuple(Finding.from_json(item) for item in data["findings"]),
        data["reason"],
        data["hint"],
        Checked(int(checked["done"]), int(checked["total"]), str(checked["unit"])) if checked else None,
        tool=data["tool"],
        duration_s=float(data["duration_s"]),
    )


def _differences(before: Inputs, now: Inputs) -> list[str]:
    """`changed`, `new` and `gone` lines over the two-level mapping of kinds to names to values."""
    lines = []
    for kind in sorted(before.keys() | now.keys()):
        old, new = before.get(kind) or {}, now.get(kind) or {}
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                word = "new" if name not in old else "gone" if name not in new else "changed"
                lines.append(f"{word} {kind}: {name}")
    return lines
