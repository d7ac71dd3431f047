"""The one door through which checks come in: built-ins, entry points and the project's own take the same way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType

from holdfast.checks.interface import Check
from holdfast.checks.runner import asked
from holdfast.core.errors import HoldfastError

GROUP = "holdfast.checks"
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
    for name, target, source in _entry_points(sys.path if path is None else path):
        checks.register(name, target, source=source)
    return checks


def _loaded(name: str, target: str, source: str) -> Check:
    module, _, attribute = target.partition(":")
    problem = f"check {name} of {source} cannot be loaded from {target}"
    try:
        found = asked(problem, lambda: _imported(module, problem))
        check: Check = getattr(found, attribute)
    except AttributeError as error:
        raise HoldfastError(f"{problem}: {error}") from error
    missing = [part for part in ("name", "summary", "wanted", "inputs", "run") if not hasattr(check, part)]
    if missing or check.name != name:
        lack = f"it has no {', '.join(missing)}" if missing else f"it calls itself {check.name}"
        raise HoldfastError(f"check {name} of {source} is not a check: {lack}", hint="see docs/guides/plugins.md")
    return check


def _imported(module: str, problem: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as error:
        raise HoldfastError(f"{problem}: {error}") from error


def _entry_points(path: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Name, target and distribution of each entry point of our group.

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
                yield from ((*pair, source) for pair in _group(f"{directory or '.'}/{entry}/entry_points.txt"))


def _group(file: str) -> Iterator[tuple[str, str]]:
    """The `name = module:attribute` lines of our group (packaging.python.org, entry points specification)."""
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
    for line in map(str.strip, content.decode(errors="replace").splitlines()) if GROUP.encode() in content else ():
        if line.startswith("["):
            here = line == f"[{GROUP}]"
        elif here and "=" in line and not line.startswith(("#", ";")):
            name, _, target = line.partition("=")
            yield name.strip(), target.split("[")[0].strip()
