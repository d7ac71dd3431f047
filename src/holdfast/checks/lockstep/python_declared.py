"""Which Pythons a project says it supports: requires-python and its like, and the classifiers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks.dependencies.constraints import Unclear, specifiers
from holdfast.checks.dependencies.versions import allows
from holdfast.checks.facts import table
from holdfast.checks.lockstep.files import Files, listed
from holdfast.checks.lockstep.ini import Line, read_ini
from holdfast.checks.lockstep.pythons import Role, Said, Supported
from holdfast.checks.venv_probe.values import cut
from holdfast.core.config.table import KeyPath
from holdfast.core.findings import Location

PYPROJECT = "pyproject.toml"
_CLASSIFIER = re.compile(r"Programming Language :: Python :: ([23])\.([0-9]{1,2})")
_IN_SETUP_PY = re.compile(r"""python_requires\s*=\s*(['"])([^'"\n]+)\1""")
_POETRY = "Poetry's python"


class Range(NamedTuple):
    """A range of Pythons as it is written."""

    what: str
    text: str
    location: Location


def ranges(files: Files) -> Iterator[Range]:
    """Every place that says which Pythons are supported, the most binding first."""
    document = files.toml(PYPROJECT)
    for what, path in (
        ("requires-python", ("project", "requires-python")),
        (_POETRY, ("tool", "poetry", "dependencies", "python")),
        ("flit's requires-python", ("tool", "flit", "metadata", "requires-python")),
    ):
        said = _at(document.value, path)
        said = said.get("version") if isinstance(said, dict) else said
        if isinstance(said, str):
            yield Range(what, said, Location(PYPROJECT, document.line(path)))
    for line in read_ini(files.text("setup.cfg")).get("options", {}).get("python_requires", [])[:1]:
        yield Range("python_requires", line.text, Location("setup.cfg", line.number))
    for line in _lines(files.text("setup.py")):
        if match := _IN_SETUP_PY.search(line.text):
            yield Range("python_requires", match[2], Location("setup.py", line.number))
            return


def supported(said: Range) -> Supported | None:
    """What a range means; None where it is not one."""
    text = said.text.strip()
    try:
        constraint = specifiers(text) if said.what == _POETRY else text
    except Unclear:
        return None
    if allows(constraint, "3.9.0") is None:
        return None
    return Supported(said.what, cut(text), constraint, said.location)


def classifiers(files: Files) -> Iterator[Said]:
    """The minor versions that the classifiers name."""
    document = files.toml(PYPROJECT)
    for path in (
        ("project", "classifiers"),
        ("tool", "poetry", "classifiers"),
        ("tool", "flit", "metadata", "classifiers"),
    ):
        for index, text in enumerate(listed(_at(document.value, path))):
            yield from _classifier(str(text), Location(PYPROJECT, document.line((*path, index))))
    metadata = read_ini(files.text("setup.cfg")).get("metadata", {})
    for line in metadata.get("classifiers", metadata.get("classifier", [])):
        yield from _classifier(line.text, Location("setup.cfg", line.number))
    for line in _lines(files.text("setup.py")):
        if match := re.search(r"""['"](Programming Language :: Python :: [^'"]+)['"]""", line.text):
            yield from _classifier(match[1], Location("setup.py", line.number))


def _classifier(text: str, place: Location) -> Iterator[Said]:
    if match := _CLASSIFIER.fullmatch(text.strip()):
        yield Said(Role.CLASSIFIER, "the classifier", (int(match[1]), int(match[2])), text.strip(), place)


def _at(document: object, path: KeyPath) -> object:
    *way, last = map(str, path)
    return table(document, *way).get(last) if isinstance(document, dict) else None


def _lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        yield Line(line.split("#")[0], number)
