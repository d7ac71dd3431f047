"""Which Pythons the workflows use: the matrices of their jobs, and what they give to the actions that set Python up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.interface import Context
from holdfast.checks.lockstep.files import Files, listed, mapping, workflow_files
from holdfast.checks.lockstep.pythons import Role, Said, is_trap, written
from holdfast.checks.lockstep.workflows import Job, jobs
from holdfast.core.config.table import KeyPath
from holdfast.core.config.yaml_reading import Plain
from holdfast.core.findings import Location

SETUPS = frozenset(
    {"actions/setup-python", "astral-sh/setup-uv", "conda-incubator/setup-miniconda", "mamba-org/setup-micromamba"}
)
_NAME = re.compile(r"py(?:thon)?(?:[-_. ]?(?:versions?|minor))?", re.IGNORECASE)
_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w.-]+)\s*\}\}")
_VARIABLE = re.compile(r"\$\{\{\s*env\.(\w+)\s*\}\}")


class Ci(NamedTuple):
    """What the workflows say."""

    said: tuple[Said, ...]
    traps: tuple[tuple[str, Location], ...]
    """Numbers that lose their last digit: `3.10` is 3.1."""
    whole: bool
    """Whether all that they run is known: expressions and other repositories' workflows may add Pythons."""


class _Value(NamedTuple):
    role: Role
    text: str
    path: KeyPath
    may_fail: bool = False


def pythons_in_ci(context: Context, files: Files) -> Ci:
    """The Pythons of every workflow and action of the project."""
    said: list[Said] = []
    traps: list[tuple[str, Location]] = []
    whole = True
    for file in workflow_files(context):
        if "python" not in files.text(file).lower():
            continue
        for job in jobs(files.yaml(file)):
            values = list(_values(job))
            whole = whole and not _calls_another(job) and all("${{" not in value.text for value in values)
            places = [(value, Location(file, job.document.line(value.path))) for value in values]
            traps += [
                (str(value.text), place)
                for value, place in places
                if isinstance(value.text, Plain) and is_trap(value.text)
            ]
            found = [each for value, place in places for each in _said(value, place)]
            said += _newest_early(found) if _takes_early(job) else found
    return Ci(tuple(said), tuple(dict.fromkeys(traps)), whole)


def _takes_early(job: Job) -> bool:
    """Whether setup-python may take a pre-release where there is no release yet."""
    return any(str(step.inputs.get("allow-prereleases", "")).lower() == "true" for step in job.steps())


def _newest_early(said: list[Said]) -> list[Said]:
    newest = max((each.minor for each in said), default=None)
    return [each._replace(early=each.early or each.minor == newest) for each in said]


def _calls_another(job: Job) -> bool:
    """Whether the job is a workflow of its own, which may test with any Python."""
    return "uses" in job.said


def _said(value: _Value, place: Location) -> Iterator[Said]:
    for text in value.text.splitlines():  # setup-python takes several, one a line
        if version := written(text):
            what = "the CI matrix" if value.role is Role.MATRIX else "a CI job"
            early = version.early or value.may_fail
            yield Said(value.role, what, version.minor, text.strip(), place, version.patch, early)


def _values(job: Job) -> Iterator[_Value]:
    """The versions that a job names, as they are written."""
    if "working-directory" in mapping(mapping(job.said.get("defaults")).get("run")):
        return  # it is about another project in the same repository
    keys: set[str] = set()
    for step in job.steps():
        if step.action[0] in SETUPS:
            text = _filled(job, step.inputs.get("python-version"))
            used = _MATRIX.findall(text) if isinstance(text, str) else []
            keys.update(used)
            if isinstance(text, str) and not used:
                yield _Value(Role.JOB, text, (*step.path, "with", "python-version"))
    matrix = mapping(job.said.get("strategy")).get("matrix")
    if isinstance(matrix, str):
        yield _Value(Role.MATRIX, matrix, (*job.path, "strategy", "matrix"))
    yield from _of_matrix(job, mapping(matrix), keys)


def _filled(job: Job, text: object) -> object:
    """A text with the variables that the workflow or the job sets."""
    known = {**mapping(mapping(job.document.value).get("env")), **mapping(job.said.get("env"))}
    return (
        _VARIABLE.sub(lambda use: str(known.get(use[1], use[0])), text)
        if isinstance(text, str) and "$" in text
        else text
    )


def _of_matrix(job: Job, matrix: Mapping[str, Any], keys: set[str]) -> Iterator[_Value]:
    path: KeyPath = (*job.path, "strategy", "matrix")
    tops = {key.split(".")[0]: key.split(".")[1:] for key in keys}
    tops |= {key: [] for key in matrix if _NAME.fullmatch(key) and key not in tops}
    dropped = _dropped(matrix)
    for key, way in tops.items():
        value = matrix.get(key)
        if isinstance(value, str):
            yield _Value(Role.MATRIX, value, (*path, key))
        for index, each in enumerate(listed(value)):
            text = _inside(each, way)
            if text and (key, text) not in dropped:
                yield _Value(Role.MATRIX, text, (*path, key, index, *way))
        for index, entry in enumerate(map(mapping, listed(matrix.get("include")))):
            text = _inside(entry.get(key), way)
            if text:
                may_fail = any(str(entry.get(name, "")).lower() == "true" for name in ("experimental", "allow-failure"))
                yield _Value(Role.MATRIX, text, (*path, "include", index, key, *way), may_fail)


def _dropped(matrix: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What `exclude` takes out altogether: entries of one key."""
    entries = [mapping(entry) for entry in listed(matrix.get("exclude"))]
    return {(key, str(value)) for entry in entries if len(entry) == 1 for key, value in entry.items()}


def _inside(value: object, way: list[str]) -> str:
    """The text that lies under some keys of a value."""
    for key in way:
        value = mapping(value).get(key)
    return value if isinstance(value, str) else ""
