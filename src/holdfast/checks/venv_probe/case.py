"""What every question is asked about, and the commands that mend an environment."""

from __future__ import annotations

import os
from typing import Mapping, NamedTuple

from .disk import inside, real
from .interpreter import Config, Interpreter, version_in_path
from .locate import Located, made_for_hook
from .project import Project
from .values import Command, Environment, Unanswered, Version
from .versions import allows

_MINORS = range(8, 31)


class Case(NamedTuple):
    """A project, the environment found for it, and the variables that were set."""

    project: Project
    env: Mapping[str, str]
    located: Located
    config: Config
    interpreter: Interpreter | None

    @property
    def environment(self) -> Environment:
        """The environment. Raises Unanswered where there is none."""
        if self.located.environment is None:
            raise Unanswered("there is no environment")
        return self.located.environment

    @property
    def python(self) -> Interpreter:
        """The interpreter. Raises Unanswered where there is no environment."""
        if self.interpreter is None:
            raise Unanswered("there is no environment")
        return self.interpreter

    def place(self, path: str | os.PathLike[str]) -> str | None:
        """A file as a finding names it: relative to the project, None where it is outside."""
        full = os.path.join(self.project.root, path)
        return os.path.relpath(full, self.project.root) if inside(full, self.project.root) else None


def needs_virtual(case: Case) -> None:
    """Raises Unanswered where the environment is an interpreter alone."""
    if case.environment.kind == "bare":
        raise Unanswered("it is an interpreter, not a virtual environment")


def activate(case: Case) -> Command:
    """The command that makes the project's environment the active one; only the user's own shell can run it."""
    return (".", os.fspath(case.environment.bin / "activate"))


def create(case: Case) -> tuple[Command, ...]:
    """The commands that make an environment where the project has none."""
    if case.project.uv:
        return (_clean(case, ("uv", "sync")),)
    if _poetry_installs(case):
        return (_clean(case, ("poetry", "install")),)
    return (
        (_base_python(case), "-m", "venv", os.path.join(case.project.root, ".venv")),
        *_install_with_pip(case, None),
    )


def recreate(case: Case) -> tuple[Command, ...]:
    """The commands that make the environment anew in its place; none for conda, which keeps its own records."""
    environment = case.environment
    if environment.kind != "venv":
        return ()
    root = os.fspath(environment.root)
    first: tuple[Command, ...] = (("rm", root),) if os.path.islink(root) else ()
    if case.project.uv or "uv" in case.config.values:
        return (*first, ("uv", "venv", "--clear", root), *install(case))
    return (*first, (_base_python(case), "-m", "venv", "--clear", root), *install(case))


def close(case: Case) -> tuple[Command, ...]:
    """The command that shuts the base's packages out and keeps what is installed; else those that make it anew."""
    version = case.interpreter.version[:2] if case.interpreter else ()
    base = os.path.join(case.config.values.get("home", ""), "python" + ".".join(str(part) for part in version))
    if "uv" in case.config.values or not version or not os.access(base, os.X_OK):
        return recreate(case)
    return ((base, "-m", "venv", "--upgrade", "--without-pip", os.fspath(case.environment.root)),)


def install(case: Case) -> tuple[Command, ...]:
    """The commands that install the project and what it needs in its environment."""
    if case.project.uv:
        return (_clean(case, ("uv", "sync")),)
    if _poetry_installs(case):
        return (_clean(case, ("poetry", "install")),)
    return _install_with_pip(case, case.environment)


def _poetry_installs(case: Case) -> bool:
    return case.project.poetry and os.path.exists(os.path.join(case.project.root, "poetry.lock"))


def _install_with_pip(case: Case, environment: Environment | None) -> tuple[Command, ...]:
    root = case.project.root
    python = os.fspath(environment.python) if environment else os.path.join(root, ".venv", "bin", "python")
    uses_uv = "uv" in case.config.values
    pip: Command = ("uv", "pip", "install", "--python", python) if uses_uv else (python, "-m", "pip", "install")
    commands = []
    if os.path.exists(os.path.join(root, "requirements.txt")):
        commands.append((*pip, "-r", os.path.join(root, "requirements.txt")))
    if case.project.installs:
        commands.append((*pip, "-e", root))
    return tuple(commands)


def _clean(case: Case, command: Command) -> Command:
    """The command without the active environment, which Poetry takes for the project's even when it is dead."""
    mine = case.located.environment
    stray = [
        name
        for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH")
        if case.env.get(name) and (mine is None or real(case.env[name]) != real(mine.root))
    ]
    return ("env", *(word for name in stray for word in ("-u", name)), *command) if stray else command


def _base_python(case: Case) -> str:
    """A python3 on PATH, outside this environment, that the project allows by its name, else the oldest that it allows.

    Shims (pyenv, asdf, mise) are passed over: they bear the names of Pythons that they refuse to start. So are the
    environments of hooks, which may be gone tomorrow.
    """
    mine = real(case.located.environment.root) if case.located.environment else None
    found = [
        path
        for path in case.env.get("PATH", "").split(":")
        if path.startswith("/") and os.path.basename(path) != "shims" and not made_for_hook(os.path.dirname(path))
        if not (mine and inside(real(path), mine))
    ]
    for name in ("python3", *(f"python3.{minor}" for minor in reversed(_MINORS))):
        path = next((os.path.join(where, name) for where in found if os.access(os.path.join(where, name), os.X_OK)), "")
        version = version_in_path(real(path)) if path else ()
        if version and _may(case, version):
            return path
    return next((f"python3.{minor}" for minor in _MINORS if case.project.wishes and _may(case, (3, minor))), "python3")


def _may(case: Case, version: Version) -> bool:
    return all(allows(wish.spec, version) is not False for wish in case.project.wishes)
