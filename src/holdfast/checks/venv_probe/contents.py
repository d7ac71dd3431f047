"""The questions about what is in the environment and what leaks into it, one function each."""

from __future__ import annotations

import os
import re
from typing import Iterator

from .case import Case, install, needs_virtual, recreate
from .disk import inside, loose_text, names, real
from .values import ERROR, INFO, WARNING, Problem, Unanswered, cut

_START = 512
_SHEBANG = re.compile(r"#![ \t]*(/[^\n]*?/(?:python|pypy)[0-9.]*t?)(?:[ \t][^\n]*)?\r?\n")
_EXEC = re.compile(r"#!/bin/sh\r?\n'''exec' [\"']?(/[^\n]*?/(?:python|pypy)[0-9.]*t?)[\"']? \"\$0\"")
_ACTIVATE = re.compile(r"^[ \t]*(?:export[ \t]+)?VIRTUAL_ENV=([\"']?)(/[^\n]*?)\1[ \t]*\r?$", re.MULTILINE)
_PIP = r"(?<!uv )(?<![\w.-])(?:pip[0-9.]*|python[0-9.]* -m pip)[ \t]+(?:install|check|list|freeze|sync|show|wheel)\b"
_HOOK = r"(?m)^[ \t]*-[ \t]+id:"
_SYSTEM = r"(?m)^[ \t]*language:[ \t]*(?:system|unsupported)\b"
CALLERS = ("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile")
HOOKS = ".pre-commit-config.yaml"


def in_its_place(case: Case) -> Iterator[Problem]:
    """VENV007: is the environment where it was made?"""
    needs_virtual(case)
    programs = os.fspath(case.environment.bin)
    found = [(name, path) for name in names(programs) for path in [_starts(os.path.join(programs, name))] if path]
    here = {where for where in {os.path.dirname(path) for _, path in found} if real(where) == real(programs)}
    stray = [(name, path) for name, path in found if os.path.dirname(path) not in here]
    activates = [path for _, path in _ACTIVATE.findall(loose_text(os.path.join(programs, "activate"), 2**16))]
    moved = bool(activates) and all(real(path) != real(case.environment.root) for path in activates)
    if not stray and not moved:
        return
    said = []
    if stray:
        name, path = stray[0]
        state = "still there" if os.path.exists(path) else "gone"
        said.append(f"{len(stray)} of its {len(found)} scripts run another Python ({cut(name)}: {cut(path)}, {state})")
    if moved:
        said.append(f"activate sets VIRTUAL_ENV to {cut(activates[0])}")
    message = f"{cut(case.environment.root)} was moved or copied here: {', and '.join(said)}"
    severity = ERROR if moved or 2 * len(stray) >= len(found) else WARNING
    yield Problem("VENV007", severity, message, case.place(case.environment.bin), fix=recreate(case))


def _starts(path: str) -> str | None:
    """The absolute path of the Python that a script starts, by its first line or by the /bin/sh form for long paths."""
    if os.path.islink(path):
        return None
    try:
        with open(path, "rb") as file:
            head = file.read(_START) if os.path.isfile(path) else b""
    except (OSError, ValueError):
        return None
    if not head.startswith(b"#!"):
        return None
    text = head.decode("utf-8", "surrogateescape").replace("\0", "")
    match = _EXEC.match(text) or _SHEBANG.match(text)
    return match.group(1) if match else None


def has_pip(case: Case) -> Iterator[Problem]:
    """VENV010: is pip there, if something of the project calls it?"""
    needs_virtual(case)
    site_packages = case.environment.site_packages
    if site_packages is None:
        raise Unanswered("it has no lib/pythonX.Y/site-packages")
    if os.path.isdir(site_packages / "pip"):
        return
    caller = _pip_caller(case)
    if caller is None:
        return
    file, line, said = caller
    python = os.fspath(case.environment.python)
    uses_uv = "uv" in case.config.values
    fix = ("uv", "pip", "install", "--python", python, "pip") if uses_uv else (python, "-m", "ensurepip")
    message = f"the environment has no pip, and {file} calls it: {cut(said)}"
    yield Problem("VENV010", ERROR, message, file, line, (fix,))


def _pip_caller(case: Case) -> tuple[str, int, str] | None:
    """The file, line and text of the first call of pip that would run in this environment."""
    for file in CALLERS:
        for number, line in enumerate(loose_text(os.path.join(case.project.root, file)).splitlines(), 1):
            if not line.lstrip().startswith("#") and re.search(_PIP, line):
                return file, number, line.strip()
    text = loose_text(os.path.join(case.project.root, HOOKS))
    starts = [match.start() for match in re.finditer(_HOOK, text)]
    for start, end in zip(starts, [*starts[1:], len(text)]):  # noqa: B905 - `strict` came with Python 3.10
        hook = text[start:end]
        call = re.search(_PIP, hook)
        if call and re.search(_SYSTEM, hook):
            return HOOKS, text.count("\n", 0, start + call.start()) + 1, call.group()
    return None


def nothing_leaks(case: Case) -> Iterator[Problem]:
    """VENV011: do PYTHONHOME and PYTHONPATH leave the environment as it is?"""
    home = case.env.get("PYTHONHOME")
    if home:
        message = f"PYTHONHOME is {cut(home)}: Python takes its library from there, not from the environment's base"
        yield Problem("VENV011", ERROR, message, fix=(("unset", "PYTHONHOME"),))
    value = case.env.get("PYTHONPATH")
    if not value:
        return
    root = real(case.project.root)
    entries = [real(os.path.join(root, entry)) for entry in value.split(":")]
    shadows = [(entry, name) for entry in entries for name in _shadowed(case, entry)]
    unset = (("unset", "PYTHONPATH"),)
    if shadows:
        entry, name = shadows[0]
        more = f" and {len(shadows) - 1} more" if len(shadows) > 1 else ""
        message = f"PYTHONPATH is {cut(value)}: {cut(os.path.join(entry, name))} hides the installed {cut(name)}{more}"
        yield Problem("VENV011", ERROR, message, fix=unset)
        return
    outside = [entry for entry in entries if not inside(entry, root)]
    message = f"PYTHONPATH is {cut(value)}: it is searched before the environment's packages"
    yield Problem("VENV011", WARNING if outside else INFO, message, fix=unset)


def _shadowed(case: Case, entry: str) -> list[str]:
    """The installed top-level modules that a directory on PYTHONPATH hides."""
    environment = case.located.environment
    if environment is None or environment.site_packages is None or entry == real(environment.site_packages):
        return []
    own = (case.project.name or "").replace("-", "_").lower()
    installed = {module for module, _ in _modules(os.fspath(environment.site_packages), regular=False)}
    return [module for module, _ in _modules(entry, regular=True) if module in installed and module.lower() != own]


def _modules(directory: str, *, regular: bool) -> Iterator[tuple[str, str]]:
    """The importable names in a directory; with `regular` no packages without __init__.py, which hide nothing."""
    for name in names(directory):
        module, suffix = os.path.splitext(name)
        if suffix in (".py", ".so"):
            yield module.split(".")[0], name
        elif name.isidentifier():
            path = os.path.join(directory, name)
            if os.path.isfile(os.path.join(path, "__init__.py")) or (not regular and os.path.isdir(path)):
                yield name, name


def project_installed(case: Case) -> Iterator[Problem]:
    """VENV012 and VENV013: is the project itself installed, from this checkout?"""
    from .installed import Origin, origins

    if case.project.installs is None:
        return
    needs_virtual(case)
    if case.project.name is None:
        raise Unanswered("the project's name is neither in pyproject.toml nor in setup.cfg")
    site_packages = case.environment.site_packages
    if site_packages is None:
        raise Unanswered("it has no lib/pythonX.Y/site-packages")
    found: list[Origin] = list(origins(os.fspath(site_packages), case.project.name))
    if not found:
        message = (
            f"{cut(case.project.name)} {case.project.installs} and is not installed in {cut(case.environment.root)}"
        )
        yield Problem("VENV012", ERROR, message, *_named_in(case), install(case))
    for origin in found:
        yield from _judged(case, origin.paths, editable=origin.editable, label=origin.label)


def _named_in(case: Case) -> tuple[str | None, int | None]:
    from .project import PYPROJECT
    from .toml import line_of

    if not case.project.text:
        return None, None
    return PYPROJECT, line_of(case.project.text, ("project", "name")) or line_of(
        case.project.text, ("tool", "poetry", "name")
    )


def _judged(case: Case, paths: tuple[str, ...], *, editable: bool, label: str) -> Iterator[Problem]:
    root = case.project.root
    from .installed import other_checkout

    stray = [path for path in paths if other_checkout(real(path), real(root))]
    if stray:
        state = "" if os.path.exists(stray[0]) else ", which is not there"
        message = f"{cut(label)} is imported from {cut(stray[0])}{state}, not from {cut(root)}"
        yield Problem("VENV013", ERROR, message, *_named_in(case), _reinstall(case))
    elif not paths:
        message = f"{cut(label)} was installed from a wheel or an index, not from {cut(root)}: edits here are not seen"
        yield Problem("VENV013", ERROR, message, *_named_in(case), _reinstall(case))
    elif not editable:
        message = f"{cut(label)} is a copy of {cut(root)} as it was when it was installed: edits since are not seen"
        yield Problem("VENV013", WARNING, message, *_named_in(case), _reinstall(case))


def _reinstall(case: Case) -> tuple[tuple[str, ...], ...]:
    """Anew where the environment is shared by a link, since installing would take it from the other checkout."""
    return recreate(case) if os.path.islink(case.environment.root) else install(case)
