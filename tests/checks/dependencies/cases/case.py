"""A case of the table: a project with one thing wrong with it, or nothing, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.checks.dependencies.projects import Project

Build = Callable[[Path], Project]
FILES = "lock,installed,conflicts"


class Says(NamedTuple):
    """A finding whose message, file or line matters."""

    id: str
    text: str = ""
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Case:
    """`build` makes the project in a directory; all else is how it is asked, and what the answer has to be."""

    name: str
    build: Build
    expected: tuple[Says, ...]
    exit_code: int
    options: tuple[str, ...] = ()
    """"{root}" stands for the project, as in `env`."""
    only: str = FILES
    env: Mapping[str, str] | None = None
    venv: tuple[str, ...] = ()
    """What `venv-check` says of the same project."""


TABLE: dict[str, Case] = {}
"""Every case by its name, which is that of the function that builds it."""


def case(
    *expected: str | Says,
    exit_code: int | None = None,
    options: tuple[str, ...] = (),
    only: str = FILES,
    env: Mapping[str, str] | None = None,
    venv: tuple[str, ...] = (),
) -> Callable[[Build], Build]:
    """Enters a function that builds a project into the table, with exactly the findings that are to be made of it."""
    says = tuple(sorted(Says(each) if isinstance(each, str) else each for each in expected))
    code = exit_code if exit_code is not None else int(bool(says))

    def enter(build: Build) -> Build:
        name = build.__name__
        assert name not in TABLE, f"two cases are named {name}"
        TABLE[name] = Case(name, build, says, code, options, only, env, venv)
        return build

    return enter
