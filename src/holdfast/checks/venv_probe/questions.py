"""The questions about the environment that is used and the Python in it, one function each.

Each yields its problems, and raises Unanswered where it cannot be answered.
docs/troubleshooting.md has a heading for each id.
"""

from __future__ import annotations

import os
from typing import Iterator

from .case import Case, activate, close, create, needs_virtual, recreate
from .disk import inside, loose_text, real
from .interpreter import CONFIG
from .locate import active, alive, other_project
from .project import Wish, pinned
from .values import ERROR, INFO, WARNING, Problem, Unanswered, Version, cut, dotted
from .versions import allows


def exists(case: Case) -> Iterator[Problem]:
    """VENV001: is there an environment?"""
    if case.located.environment is None:
        where = ", ".join(
            f"{place.label} ({f'{cut(place.path)}: ' if place.path else ''}{place.state})"
            for place in case.located.looked
        )
        yield Problem("VENV001", ERROR, f"the project has no environment; looked at {where}", fix=create(case))


def variables_alive(case: Case) -> Iterator[Problem]:
    """VENV002: do the variables that name an environment name one that is there?"""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"):
        path = case.env.get(variable)
        if path and not alive(os.path.join(case.project.root, path)):
            message = (
                f"{variable} is {cut(path)}, which is no environment; it is ignored here, but Poetry and others use it"
            )
            yield Problem("VENV002", WARNING, message, fix=(("unset", variable),))


def active_is_own(case: Case) -> Iterator[Problem]:
    """VENV003: is the active environment this project's?"""
    now = active(case.env)
    if now is None or not alive(now[1]):
        return
    variable, path = now
    environment, here = case.located.environment, real(path)
    if environment is not None and (real(environment.root) == here or environment.found == "--python"):
        return
    other = other_project(case.project.root, path)
    if environment is not None and case.located.own:
        whose = f", the environment of {cut(other)}" if other else ""
        message = f"{variable} is {cut(path)}{whose}; this project's environment is {cut(environment.root)}"
        severity = INFO if inside(here, real(case.project.root)) else _stray(case)
        yield Problem("VENV003", severity, message, fix=(activate(case),))
    elif other:
        message = f"{variable} is {cut(path)}, the environment of {cut(other)}, not of {cut(case.project.root)}"
        yield Problem("VENV003", _stray(case), message, fix=(("unset", variable),))


def _stray(case: Case) -> str:
    return ERROR if case.env.get("CI", "").lower() in ("true", "1") else WARNING


def python_allowed(case: Case) -> Iterator[Problem]:
    """VENV004: is the Python one that the project asks for?"""
    version = case.python.version or case.python.library or case.config.version
    wishes = [*case.project.wishes, *(pin for pin in case.project.pins if pinned(pin))]
    if not version and wishes:
        raise Unanswered("the version of its Python is not known")
    for wish in case.project.wishes:
        allowed = allows(wish.spec, version)
        if allowed is None:
            raise Unanswered(f"the patch level of Python {dotted(version)} is not known, and {wish.label} turns on it")
        if not allowed:
            yield _not_asked(case, version, wish, ERROR)
    pins = [pin for pin in case.project.pins if pinned(pin)]
    if pins and not any(_pins(pin, version) for pin in pins):
        minor = any(pinned(pin)[:2] == version[: len(pinned(pin)[:2])] for pin in pins)
        yield _not_asked(case, version, pins[0], WARNING if minor else ERROR)


def _pins(pin: Wish, version: Version) -> bool:
    wanted = pinned(pin)
    return wanted[: len(version)] == version[: len(wanted)]


def _not_asked(case: Case, version: Version, wish: Wish, severity: str) -> Problem:
    message = f"the environment's Python is {dotted(version)}, and {wish.label} is {cut(wish.spec)}"
    return Problem("VENV004", severity, message, wish.file, case.project.line(wish), recreate(case))


def interpreter_runs(case: Case) -> Iterator[Problem]:
    """VENV005: is the interpreter behind the environment there?"""
    trouble = case.python.trouble or _dangling(case)
    home = case.config.values.get("home")
    config = case.place(case.environment.root / CONFIG)
    if trouble:
        made = f"; {CONFIG} says home = {cut(home)}" if home else ""
        yield Problem("VENV005", ERROR, f"{trouble}{made}", config, fix=recreate(case))
    elif home and not os.path.isdir(home):
        message = f"{CONFIG} says home = {cut(home)}, which is not there; bin/python is {cut(case.python.target)}"
        yield Problem("VENV005", ERROR, message, config, _line(case, "home"), recreate(case))


def _dangling(case: Case) -> str | None:
    """bin/python3 may lead nowhere where bin/python is whole: scripts and Makefiles use either."""
    path = case.environment.bin / "python3"
    if os.path.islink(path) and not os.path.exists(path):
        return f"{cut(path)} leads to {cut(real(path))}, which is gone"
    return None


def versions_agree(case: Case) -> Iterator[Problem]:
    """VENV006: is the interpreter the one that the environment was made with?"""
    needs_virtual(case)
    made, library = case.config.version, case.python.library
    running = case.python.version or made
    if not running or not (made or library):
        raise Unanswered("its files do not say which Python it was made with")
    who = cut(case.python.target) if case.python.version else CONFIG
    config = case.place(case.environment.root / CONFIG)
    if library and library != running[:2]:
        held = f"its packages are in {cut(case.environment.site_packages)}, where that Python does not look"
        yield Problem("VENV006", ERROR, f"{who} is Python {dotted(running)}; {held}", config, fix=recreate(case))
    elif made[: len(running)] != running[: len(made)]:
        severity = WARNING if made[:2] == running[:2] else ERROR
        message = f"{who} is Python {dotted(running)}; {CONFIG} says that the environment was made with {dotted(made)}"
        line = _line(case, "version") or _line(case, "version_info")
        yield Problem("VENV006", severity, message, config, line, recreate(case))


def _line(case: Case, key: str) -> int | None:
    """The line of a key in pyvenv.cfg."""
    lines = loose_text(case.environment.root / CONFIG).splitlines()
    return next((at for at, line in enumerate(lines, 1) if line.partition("=")[0].strip().lower() == key), None)


def config_readable(case: Case) -> Iterator[Problem]:
    """VENV014: is there a pyvenv.cfg, without which Python does not know that it is in an environment?"""
    needs_virtual(case)
    if case.environment.kind == "venv" and case.config.trouble:
        message = (
            f"{cut(case.environment.root / CONFIG)} {case.config.trouble}; without it Python uses the base's packages"
        )
        yield Problem("VENV014", ERROR, message, case.place(case.environment.root / CONFIG), fix=recreate(case))


def isolated(case: Case) -> Iterator[Problem]:
    """VENV008: is the environment closed to the packages of the base Python?"""
    needs_virtual(case)
    key = "include-system-site-packages"
    if case.config.values.get(key, "").lower() == "true":
        message = (
            f"{key} is true: packages of {cut(case.config.values.get('home', 'the base Python'))} are importable too"
        )
        config = case.place(case.environment.root / CONFIG)
        yield Problem("VENV008", WARNING, message, config, _line(case, key), close(case))


def writable(case: Case) -> Iterator[Problem]:
    """VENV009: can packages be installed in it?"""
    needs_virtual(case)
    site_packages = case.environment.site_packages
    if site_packages is None:
        raise Unanswered("it has no lib/pythonX.Y/site-packages")
    try:
        mode = os.stat(site_packages).st_mode
    except OSError as error:
        raise Unanswered(f"{cut(site_packages)}: {error.strerror}") from error
    if not os.access(site_packages, os.W_OK) or not mode & 0o222:  # root may write where the mode says that nobody may
        yield Problem("VENV009", WARNING, f"{cut(site_packages)} is not writable: nothing can be installed in it")
