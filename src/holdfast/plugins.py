"""The one door through which checks and kinds of step come in: built-ins and entry points take the same way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from holdfast.core.errors import HoldfastError, asked

if TYPE_CHECKING:
    from holdfast.checks.interface import Check
    from holdfast.workflow.kinds.interface import Kind

GROUP, STEPS = "holdfast.checks", "holdfast.steps"
LIMIT = 2**20

BUILT_IN = {
    "venv": "holdfast.checks.venv:CHECK",
    "ruff": "holdfast.checks.ruff:CHECK",
    "black": "holdfast.checks.black:CHECK",
    "ruff-format": "holdfast.checks.ruff_format:CHECK",
    "flake8": "holdfast.checks.flake8:CHECK",
    "mypy": "holdfast.checks.mypy:CHECK",
    "pytest": "holdfast.checks.pytest:CHECK",
    "poetry": "holdfast.checks.poetry:CHECK",
    "lock": "holdfast.checks.lock:CHECK",
    "installed": "holdfast.checks.installed:CHECK",
    "conflicts": "holdfast.checks.conflicts:CHECK",
    "imports": "holdfast.checks.imports:CHECK",
    "vulnerabilities": "holdfast.checks.vulnerabilities:CHECK",
    "tool-versions": "holdfast.checks.tool_versions:CHECK",
    "python-versions": "holdfast.checks.python_versions:CHECK",
    "dotenv": "holdfast.checks.dotenv:CHECK",
    "workflows": "holdfast.checks.workflows:CHECK",
    "zizmor": "holdfast.checks.zizmor:CHECK",
    "makefile": "holdfast.checks.makefile:CHECK",
    "dockerfile": "holdfast.checks.dockerfile:CHECK",
    "shell": "holdfast.checks.shell:CHECK",
    "secrets": "holdfast.checks.secrets:CHECK",
    "docs": "holdfast.checks.docs:CHECK",
    "markdown": "holdfast.checks.markdown:CHECK",
    "git": "holdfast.checks.git:CHECK",
}


class Registered:
    """Checks by name: as `module:attribute`, imported when asked for, or as they are."""

    def __init__(self) -> None:
        self._targets: dict[str, tuple[str | Check, str]] = {}

    def register(self, name: str, target: str | Check, *, source: str) -> None:
        """Takes a check in. `source` says where it comes from. Raises HoldfastError where the name is taken."""
        if name in self._targets:
            taken = self._targets[name][1]
            raise HoldfastError(
                f"two checks are called {name}: one from {taken}, one from {source}",
                hint="give one of the two another name, or uninstall it",
            )
        self._targets[name] = (target, source)

    def load(self) -> Iterator[Check]:
        """The checks, imported, in the order in which they were registered."""
        for name, (target, source) in self._targets.items():
            yield _loaded(name, target, source) if isinstance(target, str) else target


def built_in(name: str) -> Check | None:
    """A check of Holdfast's own, without looking for others; None where it has none of that name."""
    return _loaded(name, BUILT_IN[name], "holdfast") if name in BUILT_IN else None


def registered(path: Iterable[str] | None = None) -> Registered:
    """The built-in checks, then those of the distributions on an import path (by default this process's)."""
    checks = Registered()
    for name, target in BUILT_IN.items():
        checks.register(name, target, source="holdfast")
    for name, target, source in _entry_points(GROUP, sys.path if path is None else path):
        checks.register(name, target, source=source)
    return checks


class StepKinds(Mapping[str, "Kind"]):
    """Kinds of step by name, each imported when it is asked for; a broken one is an error only then.

    Looking one up raises HoldfastError where it cannot be loaded, or where two distributions bring one of that name.
    A built-in kind is found without looking for others, unless somebody looked before.
    """

    def __init__(self, path: Iterable[str]) -> None:
        self._path = tuple(path)
        self._targets: dict[str, list[tuple[str, str]]] | None = None
        self._found: dict[str, Kind] = {}

    def __getitem__(self, name: str) -> Kind:
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Kind:
        from holdfast.workflow.kinds import BUILT_IN as OURS

        if self._targets is None and name in OURS:
            return _kind(name, OURS[name], "holdfast")
        (target, source), *others = self._all()[name]
        if others:
            raise HoldfastError(
                f"two kinds of step are called {name}: one from {source}, one from {others[0][1]}",
                hint="give one of the two another name, or uninstall it",
            )
        return _kind(name, target, source)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, name: object) -> bool:
        return name in self._all()

    def _all(self) -> dict[str, list[tuple[str, str]]]:
        from holdfast.workflow.kinds import BUILT_IN as OURS

        if self._targets is None:
            found = {name: [(target, "holdfast")] for name, target in OURS.items()}
            for name, target, source in _entry_points(STEPS, self._path):
                found.setdefault(name, []).append((target, source))
            self._targets = found
            self._found.clear()  # of what was found without looking for others, there may be two
        return self._targets


def step_kinds(path: Iterable[str] | None = None) -> StepKinds:
    """The built-in kinds of step, then those of the distributions on an import path (by default this process's)."""
    return StepKinds(sys.path if path is None else path)


class Wanted(NamedTuple):
    """What an entry point has to lead to."""

    what: str
    parts: tuple[str, ...]


CHECK_PARTS = ("name", "summary", "wanted", "inputs", "run")
KIND_PARTS = ("name", "on_crash", "waits", "problems", "command", "question")


def _kind(name: str, target: str, source: str) -> Kind:
    kind: Kind = _object(Wanted("kind of step", KIND_PARTS), name, target, source)
    return kind


def _loaded(name: str, target: str, source: str) -> Check:
    check: Check = _object(Wanted("check", CHECK_PARTS), name, target, source)
    return check


def _object(wanted: Wanted, name: str, target: str, source: str) -> Any:
    module, _, attribute = target.partition(":")
    problem = f"{wanted.what} {name} of {source} cannot be loaded from {target}"
    try:
        module_there = asked(problem, lambda: _imported(module, problem))
        found = getattr(module_there, attribute)
    except AttributeError as error:
        raise HoldfastError(f"{problem}: {error}") from error
    missing = [part for part in wanted.parts if not hasattr(found, part)]
    if missing or found.name != name:
        lack = f"it has no {', '.join(missing)}" if missing else f"it calls itself {found.name}"
        message = f"{wanted.what} {name} of {source} is not a {wanted.what}: {lack}"
        raise HoldfastError(message, hint="see docs/guides/plugins.md")
    return found


def _imported(module: str, problem: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as error:
        raise HoldfastError(f"{problem}: {error}") from error


def _entry_points(group: str, path: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Name, target and distribution of each entry point of one of our groups.

    Reads the metadata files itself: importing importlib.metadata takes longer than all the rest of a run in which
    nothing has changed (25 ms against 2).
    """
    seen: set[str] = set()
    for directory in path:
        try:
            entries = sorted(entry.name for entry in os.scandir(directory or ".") if entry.name.endswith(".dist-info"))
        except OSError:
            continue
        for entry in entries:
            if entry not in seen:
                seen.add(entry)
                source = entry.removesuffix(".dist-info")
                yield from ((*pair, source) for pair in _group(group, f"{directory or '.'}/{entry}/entry_points.txt"))


def _group(group: str, file: str) -> Iterator[tuple[str, str]]:
    """The `name = module:attribute` lines of a group (packaging.python.org, entry points specification)."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK)  # the fewest system calls: there is a file a distribution
    except OSError:
        return
    try:
        content = os.read(handle, LIMIT)
    except OSError:
        return
    finally:
        os.close(handle)
    here = False
    for line in map(str.strip, content.decode(errors="replace").splitlines()) if group.encode() in content else ():
        if line.startswith("["):
            here = line == f"[{group}]"
        elif here and "=" in line and not line.startswith(("#", ";")):
            name, _, target = line.partition("=")
            yield name.strip(), target.split("[")[0].strip()
