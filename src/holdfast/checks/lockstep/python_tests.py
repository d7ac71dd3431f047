"""Which Pythons tox and nox test with, as far as it is plainly written."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from itertools import islice

from holdfast.checks.facts import table
from holdfast.checks.lockstep.files import Files, listed
from holdfast.checks.lockstep.ini import Ini, Line, read_ini
from holdfast.checks.lockstep.pythons import Minor, Role, Said, target, written
from holdfast.core.findings import Location

MOST = 2000
"""Environments that a list may come to, before the rest is left out."""
_FACTOR = re.compile(r"(?:py|pypy)?([23])\.?([0-9]{1,2})")
_RANGE = re.compile(r"([0-9]{1,3})-([0-9]{1,3})")
_BRACES = re.compile(r"\{([^{}]*)\}")


def tested(files: Files) -> Iterator[Said]:
    """The Pythons of tox's environments and nox's sessions."""
    yield from _tox(files)
    yield from _nox(files)


def _tox(files: Files) -> Iterator[Said]:
    yield from _environments(read_ini(files.text("tox.ini")), "tox.ini")
    yield from _environments({"tox": read_ini(files.text("setup.cfg")).get("tox:tox", {})}, "setup.cfg")
    document = files.toml("pyproject.toml")
    said = table(document.value, "tool", "tox") if isinstance(document.value, dict) else {}
    line = document.line(("tool", "tox")) or 1
    if isinstance(said.get("legacy_tox_ini"), str):
        ini = read_ini(said["legacy_tox_ini"])
        yield from (each._replace(location=Location("pyproject.toml", line)) for each in _environments(ini, ""))
    names = [name for name in listed(said.get("env_list")) if isinstance(name, str)]
    line = document.line(("tool", "tox", "env_list")) or line
    yield from _of_names(names, Location("pyproject.toml", line))


def _environments(ini: Ini, file: str) -> Iterator[Said]:
    for key in ("envlist", "env_list"):
        for line in ini.get("tox", {}).get(key, []):
            yield from _of_names(expanded(line), Location(file, line.number))


def _of_names(names: list[str], place: Location) -> Iterator[Said]:
    minors = {minor: factor for name in names for factor in name.split("-") if (minor := _minor(factor))}
    for minor, factor in minors.items():
        yield Said(Role.TESTED, "tox", minor, factor, place)


def _minor(factor: str) -> Minor | None:
    match = _FACTOR.fullmatch(factor)
    if match is None or ("." not in factor and "py" not in factor):
        return None
    return target(f"py{match[1]}{match[2]}")


def expanded(line: Line) -> list[str]:
    """The environments that a line of tox's envlist comes to: `py3{9,10}-{a,b}`, `py3{9-11}`."""
    pieces = re.split(r"[,\s]+(?![^{]*\})", line.text)
    return [name for piece in pieces if piece for name in islice(_spread(piece), MOST)]


def _spread(text: str) -> Iterator[str]:
    match = _BRACES.search(text)
    if match is None:
        yield text
        return
    for choice in match[1].split(","):
        run = _RANGE.fullmatch(choice.strip())
        numbers = range(int(run[1]), min(int(run[2]), int(run[1]) + 50) + 1) if run else ()
        for part in map(str, numbers) if run else (choice.strip(),):
            yield from _spread(text[: match.start()] + part + text[match.end() :])


def _nox(files: Files) -> Iterator[Said]:
    text = files.text("noxfile.py")
    if "python" not in text:
        return
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    named = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        for keyword in (
            word for call in function.decorator_list if isinstance(call, ast.Call) for word in call.keywords
        ):
            if keyword.arg in ("python", "py"):
                value = named.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
                yield from _of_literal(value)


def _of_literal(value: ast.expr | None) -> Iterator[Said]:
    several = isinstance(value, ast.List | ast.Tuple)
    for node in value.elts if isinstance(value, ast.List | ast.Tuple) else [value]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (version := written(node.value)):
            role = Role.TESTED if several else Role.JOB
            place = Location("noxfile.py", node.lineno)
            yield Said(role, "nox", version.minor, node.value, place, version.patch, version.early)
