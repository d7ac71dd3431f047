"""Successes that still stand: a check whose inputs are what they were when it last passed is not run again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.core.files import write_atomic
from holdfast.core.findings import Checked, Finding, Remembered, Result, Status

FORMAT = 1
LISTED = 20


@dataclass(frozen=True, slots=True)
class Success:
    """When a check last passed, with what key, and what it said then."""

    key: str
    since: str
    run_id: str
    result: Result


class Memory:
    """The last success of each check, a file each below one directory. Anything unreadable there is forgotten."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def recall(self, check: str, key: str) -> Result | None:
        """The result of the last success where its inputs had this key, marked with when and in which run that was."""
        success = self._read(check)
        if success is None or success.key != key:
            return None
        return replace(success.result, remembered=Remembered(success.since, success.run_id))

    def store(self, result: Result, inputs: Mapping[str, Any], key: str, *, since: str, run_id: str) -> None:
        """Keeps a success. Inputs are kept apart, since only `explain` reads them."""
        said = result.as_json()
        document = {"format": FORMAT, "key": key, "since": since, "run_id": run_id, "result": said}
        self._write(self._inputs_path(result.check), {"key": key, "inputs": inputs})
        self._write(self._path(result.check), document)

    def duration_s(self, check: str) -> float | None:
        """How many seconds the last success took."""
        success = self._read(check)
        return success.result.duration_s if success else None

    def store_unstable(self, check: str, before: Mapping[str, Any], after: Mapping[str, Any], *, run_id: str) -> None:
        """Keeps why a success was not: its inputs changed while it ran."""
        document = {"format": FORMAT, "run_id": run_id, "changed": _differences(before, after)}
        self._write(self._path(check), document)

    def explain(self, check: str, inputs: Mapping[str, Any], key: str) -> tuple[str, list[str]]:
        """What is remembered, in one line, and which inputs differ from those of the last success, a line each."""
        success = self._read(check)
        if success is None:
            return self._explain_none(check)
        when = f"{success.since} ({success.run_id})"
        if success.key == key:
            return f"{check} does not run again: nothing that it reads has changed since {when}", []
        try:
            document = json.loads(self._inputs_path(check).read_bytes())
            if document["key"] != success.key:
                raise ValueError("the inputs of another success")
            changes = _differences(document["inputs"], inputs)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            changes = ["which ones is not known: the inputs of the last success were not kept"]
        return f"{check} runs again: its inputs changed since it passed at {when}", changes

    def _explain_none(self, check: str) -> tuple[str, list[str]]:
        try:
            document = json.loads(self._path(check).read_bytes())
            changed = [str(line) for line in document["changed"]]
        except (OSError, ValueError, KeyError, TypeError):
            return f"{check} runs: no success is remembered", []
        return f"{check} runs: its inputs changed while it last ran and passed ({document['run_id']})", changed

    def _write(self, path: Path, document: Mapping[str, Any]) -> None:
        """A cache that cannot be written costs time, nothing else: then the check runs again."""
        content = json.dumps(document, separators=(",", ":")).encode()
        with contextlib.suppress(HoldfastError, OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            write_atomic(path, content, sync=False)

    def _path(self, check: str) -> Path:
        return self._directory / f"{check}.json"

    def _inputs_path(self, check: str) -> Path:
        return self._directory / f"{check}.inputs.json"

    def _read(self, check: str) -> Success | None:
        try:
            document = json.loads(self._path(check).read_bytes())
            if document["format"] != FORMAT:
                return None
            result = _result(check, document["result"])
            return Success(str(document["key"]), str(document["since"]), str(document["run_id"]), result)
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _result(check: str, data: dict[str, Any]) -> Result:
    checked = data["checked"]
    return Result(
        check,
        Status.PASSED,
        tuple(Finding.from_json(item) for item in data["findings"]),
        checked=Checked(int(checked["done"]), int(checked["total"]), str(checked["unit"])),
        tool=data["tool"],
        duration_s=float(data["duration_s"]),
    )


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """`changed`, `new` and `gone` lines over the two-level mapping of kinds to names to values."""
    lines = []
    for kind in sorted(before.keys() | now.keys()):
        old, new = before.get(kind) or {}, now.get(kind) or {}
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                word = "new" if name not in old else "gone" if name not in new else "changed"
                lines.append(f"{word} {kind}: {name}")
    return lines
