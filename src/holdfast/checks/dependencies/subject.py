"""What the dependency checks look at: one project, its lock and its environment, each read once in a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from holdfast.checks.dependencies.search import find_lock
from holdfast.checks.facts import own_name
from holdfast.checks.interface import Context, Environment
from holdfast.checks.tools import CannotRun
from holdfast.checks.venv_probe.values import cut
from holdfast.core.config.documents import parsed_pyproject
from holdfast.core.errors import HoldfastError
from holdfast.core.findings import Finding

if TYPE_CHECKING:  # where nothing is to be run again, none of it is needed
    from holdfast.checks.dependencies.declared import Declarations
    from holdfast.checks.dependencies.model import Choice, Lock, Locked
    from holdfast.checks.dependencies.selection import Selection
    from holdfast.checks.dependencies.site import Distribution, Site
    from holdfast.checks.dependencies.target import Target

_KEY = "dependencies"


class Format(Protocol):
    """A kind of lock: a package with these functions, after none of which a module of it may be called."""

    def read(self, subject: Subject, file: str) -> Lock:
        """The lock. Raises Unreadable."""
        ...

    def check(self, subject: Subject, lock: Lock) -> Iterator[Finding]:
        """What is wrong with the lock, by itself and against pyproject.toml."""
        ...

    def lock_command(self, subject: Subject) -> str:
        """The command that makes the lock anew."""
        ...

    def install_command(self, subject: Subject, lock: Lock) -> str:
        """The command that makes the environment what the lock says."""
        ...

    def line_of(self, lock: Lock, name: str, version: str = "", origin: str = "") -> int | None:
        """The line of a package's block."""
        ...


FORMATS = {
    "poetry": "holdfast.checks.dependencies.poetry",
    "uv": "holdfast.checks.dependencies.uv",
    "pylock": "holdfast.checks.dependencies.pylock",
    "requirements": "holdfast.checks.dependencies.requirements",
}
"""What knows each kind of lock; `search` says which one a project has."""


class Subject:
    """One project. Its parts are read when they are asked for, and once."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.project: Path = context.project
        self.own_name = own_name(context.pyproject)

    @cached_property
    def target(self) -> Target:
        from holdfast.checks.dependencies.target import target_of

        return target_of(self.context.environment)

    @cached_property
    def declarations(self) -> Declarations:
        """What pyproject.toml asks for. Raises ConfigError where it cannot be read."""
        from holdfast.checks.dependencies.declared import declared

        text, pyproject = parsed_pyproject(self.project)
        return declared(pyproject, text)

    @cached_property
    def site(self) -> Site | None:
        """What is installed; None where the project has no environment."""
        from holdfast.checks.dependencies.site import read_site

        return read_site(self.context.environment) if self.context.environment else None

    def require_site(self, check: str) -> Site:
        """What is installed. Raises CannotRun, in the name of a check, where there is nothing to look at."""
        environment = self.context.environment
        if environment is None or self.site is None:
            raise CannotRun(check, "the project has no environment", hint="holdfast venv-check says how to make one")
        if self.site.troubles:
            raise CannotRun(check, f"cannot list {cut(self.site.troubles[0])}", hint="holdfast venv-check says more")
        if not self.site.places:
            root = cut(environment.root)
            raise CannotRun(check, f"{root} has no site-packages", hint="holdfast venv-check --fix makes it anew")
        if unseen := _unseen(environment):
            raise CannotRun(check, unseen, hint="holdfast venv-check --fix makes it anew")
        return self.site

    @property
    def distributions(self) -> tuple[Distribution, ...]:
        """Each installed distribution once, as the interpreter finds it; none where there is no environment."""
        return self.site.distributions if self.site else ()

    @cached_property
    def choice(self) -> Choice:
        """What the user says of groups and extras, normalised. Raises HoldfastError for names that nobody knows."""
        from holdfast.checks.dependencies.model import Choice, normal

        said = self.context.config.dependencies
        choice = Choice(*(tuple(map(normal, names)) for names in (said.groups, said.without, said.extras)))
        if any(choice):
            knows = self.lock or self.declarations
            _require_known(self.lock.file if self.lock else "pyproject.toml", knows.groups, knows.extras, choice)
        return choice

    @cached_property
    def found(self) -> tuple[str, str] | None:
        """The kind and the file of the project's lock: the one that is configured, else the first that is there."""
        return find_lock(self.project, self.context.pyproject, self.context.config.dependencies.lock)

    @property
    def format(self) -> Format | None:
        """The module that knows the project's kind of lock."""
        return _module(self.found[0]) if self.found else None

    @cached_property
    def lock(self) -> Lock | None:
        """The project's lock, or None where it keeps none. Raises Unreadable."""
        return _module(self.found[0]).read(self, self.found[1]) if self.found else None

    def line_of(self, package: Locked) -> int | None:
        """The line of a package's block in the lock."""
        if self.lock is None or self.format is None:
            return None
        return self.format.line_of(self.lock, package.name, package.version, package.origin)

    @cached_property
    def lock_command(self) -> str | None:
        """The command that makes the lock anew; None where the project keeps none."""
        return self.format.lock_command(self) if self.format else None

    @cached_property
    def selection(self) -> Selection | None:
        """What the lock says of this environment. Raises Unreadable and HoldfastError."""
        from holdfast.checks.dependencies.selection import select

        return None if self.lock is None else select(self.lock, self.target, self.choice)


def _unseen(environment: Environment) -> str:
    """Why the interpreter does not look where the packages are, as far as the paths of both tell."""
    from holdfast.checks.venv_probe.interpreter import version_in_path

    library = environment.site_packages[0].parent.name if environment.site_packages else ""
    there, runs = version_in_path(library)[:2], version_in_path(os.path.realpath(environment.python))[:2]
    if not there or not runs or there == runs:
        return ""
    python = ".".join(map(str, runs))
    return f"{cut(environment.python)} is Python {python}, which sees nothing of {cut(environment.site_packages[0])}"


def subject_of(context: Context) -> Subject:
    """The subject of a run; checks that share a run share it."""
    if context.shared is None:
        return Subject(context)
    subject: Subject = context.shared.setdefault(_KEY, Subject(context))
    return subject


def _module(kind: str) -> Format:
    return cast(Format, import_module(FORMATS[kind]))


def _require_known(file: str, groups: frozenset[str], extras: frozenset[str], choice: Choice) -> None:
    groups |= {"main"}
    for option, given, known in (
        ("--with", choice.groups, groups),
        ("--without", choice.without, groups),
        ("--extras", choice.extras, extras),
    ):
        for name in given:
            if name not in known:
                from holdfast.core.config.mistakes import nearest

                other = "extras" if name in extras else "with" if name in groups else ""
                meant = f"--{other} {name}" if other else nearest(name, sorted(known))
                raise HoldfastError(
                    f"{option} {name}: {file} knows no such name{f'; did you mean {meant}?' if meant else ''}",
                    hint=f"there are {', '.join(sorted(known))}" if known else "it knows none at all",
                )
