"""For which Python the tools that read and write code take it to be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from holdfast.checks.facts import PRE_COMMIT, table
from holdfast.checks.lockstep.files import Files, listed
from holdfast.checks.lockstep.hooks import hooks
from holdfast.checks.lockstep.ini import read_ini
from holdfast.checks.lockstep.pythons import Role, Said, is_trap, target, written
from holdfast.core.config.documents import Document
from holdfast.core.config.table import KeyPath
from holdfast.core.findings import Location

PYPROJECT = "pyproject.toml"
_MYPY = "mypy's python_version"
_PYRIGHT = "pyright's pythonVersion"
_PLUS = re.compile(r"--py(3[0-9]{0,2})-plus")


def targets(files: Files) -> Iterator[Said]:
    """The oldest Python of each tool that names one."""
    yield from _ruff(files)
    yield from _black(files)
    yield from _mypy(files)
    yield from _pyright(files)
    yield from _pyupgrade(files)


def traps(files: Files) -> Iterator[tuple[str, Location]]:
    """Numbers in pyproject.toml that lose their last digit: `python_version = 3.10`."""
    document = files.toml(PYPROJECT)
    for path in (("tool", "mypy", "python_version"), ("tool", "pyright", "pythonVersion")):
        value = table(_whole(document), *path[:-1]).get(path[-1])
        line = document.line(path)
        text = _number(document, line) if isinstance(value, float) else ""
        if is_trap(text):
            yield text, Location(PYPROJECT, line)


def _ruff(files: Files) -> Iterator[Said]:
    for file, way in ((".ruff.toml", ()), ("ruff.toml", ()), (PYPROJECT, ("tool", "ruff"))):
        document = files.toml(file)
        said = table(_whole(document), *way)
        minor = target(str(said.get("target-version", "")))
        if minor:
            place = Location(file, document.line((*way, "target-version")))
            yield Said(Role.WRITER, "ruff's target-version", minor, str(said["target-version"]), place)
        if said:  # ruff reads the first of these files alone
            return


def _black(files: Files) -> Iterator[Said]:
    document = files.toml(PYPROJECT)
    named = listed(table(_whole(document), "tool", "black").get("target-version"))
    minors = [(minor, text) for text in named if isinstance(text, str) and (minor := target(text))]
    if minors:
        minor, text = min(minors)
        place = Location(PYPROJECT, document.line(("tool", "black", "target-version")))
        yield Said(Role.WRITER, "black's target-version", minor, text, place)


def _mypy(files: Files) -> Iterator[Said]:
    for file in ("mypy.ini", ".mypy.ini", PYPROJECT, "setup.cfg"):
        if file == PYPROJECT:
            document = files.toml(file)
            yield from _in_table(document, ("tool", "mypy", "python_version"), _MYPY)
            found: Any = table(_whole(document), "tool", "mypy")
        else:
            found = read_ini(files.text(file)).get("mypy", {})
            for line in found.get("python_version", [])[:1]:
                yield from _types(_MYPY, line.text, Location(file, line.number))
        if found:  # mypy reads the first of these files alone
            return


def _pyright(files: Files) -> Iterator[Said]:
    try:
        own = json.loads(files.text("pyrightconfig.json") or "{}")
    except (ValueError, RecursionError):  # it may have comments
        own = {}
    if isinstance(own, dict) and isinstance(own.get("pythonVersion"), str):
        yield from _types(_PYRIGHT, own["pythonVersion"], Location("pyrightconfig.json"))
    yield from _in_table(files.toml(PYPROJECT), ("tool", "pyright", "pythonVersion"), _PYRIGHT)


def _pyupgrade(files: Files) -> Iterator[Said]:
    for hook in hooks(files) if "pyupgrade" in files.text(PRE_COMMIT) else ():
        for text in listed(hook.said.get("args")) if hook.id == "pyupgrade" else ():
            minor = target(f"py{match[1]}") if (match := _PLUS.fullmatch(str(text))) else None
            if minor:
                yield Said(Role.WRITER, "pyupgrade's", minor, str(text), hook.location)


def _in_table(document: Document, path: KeyPath, what: str) -> Iterator[Said]:
    *way, last = map(str, path)
    value = table(_whole(document), *way).get(last)
    line = document.line(path)
    text = _number(document, line) if isinstance(value, float) else str(value)
    yield from _types(what, text, Location(document.name, line))


def _types(what: str, text: str, place: Location) -> Iterator[Said]:
    if said := written(text):
        yield Said(Role.TYPES, what, said.minor, text.strip(), place)


def _number(document: Document, line: int | None) -> str:
    """A number as it is written, which parsing has lost."""
    rows = document.text.splitlines()
    match = re.search(r"=\s*([0-9.]+)", rows[line - 1]) if line else None
    return match[1] if match else ""


def _whole(document: Document) -> dict[str, Any]:
    return document.value if isinstance(document.value, dict) else {}
