"""Which environment is the project's: where it is looked for, in which order, and what was there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Iterator, Mapping, NamedTuple

from .disk import inside, names, real, start_of
from .poetry import Settings, poetry_environment, settings
from .project import MARKERS, Project, read_project
from .values import Environment, Place, Unusable, cut

ACTIVE = ("VIRTUAL_ENV", "CONDA_PREFIX")
UV_LOCK = "uv.lock"
HOOK_MARKS = (".install_state_v2", ".install_state_v1", ".prek-hook.json")
"""What pre-commit and prek leave in an environment that they made for a hook, and make the active one for it."""
_LEVELS = 8
"""How far up the root of a workspace is looked for."""


class Located(NamedTuple):
    """The environment, whether it is the project's own (not just the active one), and every place looked at."""

    environment: Environment | None
    own: bool
    looked: tuple[Place, ...]


def environment_of(project: Path, env: Mapping[str, str]) -> Environment | None:
    """The environment that the project's tools are in, broken or whole; None where it has none.

    In this order: UV_PROJECT_ENVIRONMENT, `.venv`, `venv`, that of the uv workspace, Poetry's, then the active
    VIRTUAL_ENV or CONDA_PREFIX unless it is another project's. Nothing is run or written. Raises Unusable where the
    project cannot be read.
    """
    return locate(read_project(os.path.abspath(project)), env).environment


def locate(project: Project, env: Mapping[str, str]) -> Located:
    """`environment_of`, with the places that were looked at on the way. Raises Unusable."""
    looked = []
    for label, path, state in _own_places(project, env):
        environment, said = _at(path, label) if path else (None, state)
        looked.append(Place(label, path, state or said))
        if environment is not None:
            return Located(environment, own=True, looked=tuple(looked))
    for variable in ACTIVE:
        path = env.get(variable) or None
        state = _unfit(project, variable, path, env)
        environment, said = _at(path, variable) if path and not state else (None, state)
        looked.append(Place(variable, path, said))
        if environment is not None:
            return Located(environment, own=False, looked=tuple(looked))
    return Located(None, own=False, looked=tuple(looked))


def named(path: Path) -> Environment:
    """The environment, or the interpreter, that a user names. Raises Unusable where there is none."""
    where = os.path.abspath(path)
    environment, state = _at(where, "--python")
    if environment is not None:
        return environment
    if not os.path.isdir(where) and os.path.lexists(where):
        root = os.path.dirname(os.path.dirname(where))
        environment = _at(root, "--python")[0] if _marked(root) else None
        if environment is not None:
            return environment._replace(python=Path(where))
        if os.access(where, os.X_OK):
            return Environment(Path(root), Path(where).parent, Path(where), None, "--python", "bare")
        state = "not a program"
    raise Unusable(f"--python {cut(path)}: {state}", "name an environment's directory or its bin/python")


def active(env: Mapping[str, str]) -> tuple[str, str] | None:
    """The variable and the directory of the environment that is active.

    Conda's `base` is nobody's project, and the environment that a hook runs in was activated by nobody.
    """
    if env.get("VIRTUAL_ENV") and not made_for_hook(env["VIRTUAL_ENV"]):
        return "VIRTUAL_ENV", env["VIRTUAL_ENV"]
    if env.get("CONDA_PREFIX") and env.get("CONDA_DEFAULT_ENV") != "base":
        return "CONDA_PREFIX", env["CONDA_PREFIX"]
    return None


def other_project(project: str, path: str) -> str | None:
    """The other project that an environment belongs to: whose tree it lies in, or whose Poetry's it is; else None."""
    here, where = real(project), real(path)
    parent = os.path.dirname(where)
    if parent.endswith("/pypoetry/virtualenvs"):
        return os.path.basename(where)
    while not inside(here, parent):
        if any(os.path.isfile(os.path.join(parent, marker)) for marker in MARKERS):
            return parent
        parent = os.path.dirname(parent)
    return None


def made_for_hook(path: str) -> bool:
    """Whether a runner of hooks made the environment."""
    return any(os.path.isfile(os.path.join(path, mark)) for mark in HOOK_MARKS)


def alive(path: str) -> bool:
    """Whether a directory is an environment at all."""
    return _at(path, "")[0] is not None


def _own_places(project: Project, env: Mapping[str, str]) -> Iterator[tuple[str, str | None, str]]:
    """Labels, directories and what to say without one, in the order of precedence, each worked out when it is reached.

    Where Poetry is told not to use `.venv`, its own environment comes first.
    """
    variable = env.get("UV_PROJECT_ENVIRONMENT")
    uv = os.path.join(project.root, variable) if variable else None
    yield "UV_PROJECT_ENVIRONMENT", uv, "" if uv else "not set"
    found = settings(project, env) if project.poetry else None
    elsewhere = found is not None and found.in_project is False
    if found and elsewhere:
        yield _poetry_place(project, found)
    for name in (".venv", "venv"):
        yield name, os.path.join(project.root, name), ""
    for root in _workspaces(project):
        yield "uv workspace", os.path.join(root, ".venv"), ""
    if not elsewhere:
        yield _poetry_place(project, found) if found else ("Poetry", None, "not a Poetry project")


def _workspaces(project: Project) -> Iterator[str]:
    """The root of the uv workspace that the project is a member of, by the lock that is kept there."""
    root, member = project.root, re.sub(r"[-_.]+", "-", project.name or "").lower()
    for _ in range(_LEVELS if member else 0):
        root = os.path.dirname(root)
        listed = re.search(
            r"(?m)^\[manifest\]\r?\nmembers = \[([^\]]*)\]", start_of(os.path.join(root, UV_LOCK), 2**18)
        )
        if listed and f'"{member}"' in listed.group(1):
            yield root
            return


def _poetry_place(project: Project, found: Settings) -> tuple[str, str | None, str]:
    if found.in_project:
        return "Poetry", None, "in .venv (virtualenvs.in-project)"
    path, state = poetry_environment(project, found)
    return "Poetry", path, state


def _unfit(project: Project, variable: str, path: str | None, env: Mapping[str, str]) -> str:
    """Why an active environment is not taken for the project's; empty where it may be."""
    if not path:
        return "not set"
    if variable == "CONDA_PREFIX" and env.get("CONDA_DEFAULT_ENV") == "base":
        return "conda's base environment"
    if made_for_hook(path):
        return "made for a hook"
    other = other_project(project.root, path) if alive(path) else None
    return f"belongs to {cut(other)}" if other else ""


def _marked(path: str) -> bool:
    return any(os.path.lexists(os.path.join(path, mark)) for mark in ("pyvenv.cfg", "conda-meta"))


def _at(path: str, found: str) -> tuple[Environment | None, str]:
    """The environment in a directory, or what is there instead."""
    if not os.path.isdir(path):
        if os.path.islink(path):
            return None, f"a link to {cut(real(path))}, which is not there"
        return None, "a file, not a directory" if os.path.exists(path) else "no such directory"
    programs = os.path.join(path, "bin")
    python = next((name for name in ("python", "python3") if os.path.lexists(os.path.join(programs, name))), None)
    if not _marked(path) and python is None:
        return None, "a directory without pyvenv.cfg or bin/python"
    kind = "conda" if os.path.isdir(os.path.join(path, "conda-meta")) else "venv"
    root = Path(path)
    python = "python" if _marked(path) or python is None else python
    return Environment(root, root / "bin", root / "bin" / python, _site_packages(path), found, kind), ""


def _site_packages(root: str) -> Path | None:
    """lib/pythonX.Y/site-packages; where there are several, the interpreter's, else the newest."""
    library = os.path.join(root, "lib")
    found = [name for name in names(library) if name.startswith(("python", "pypy"))]
    paths = [os.path.join(library, name, "site-packages") for name in sorted(found, key=_by_number)]
    there = [path for path in paths if os.path.isdir(path)]
    if len(there) > 1:
        said = re.match(r"(?:python|pypy)3\.[0-9]+t?$", os.path.basename(real(os.path.join(root, "bin", "python"))))
        own = [path for path in there if said and path.split(os.sep)[-2] == said.group()]
        there = own or there
    return Path(there[-1]) if there else None


def _by_number(name: str) -> list[int]:
    return [int(part) for part in "".join(char if char in "0123456789" else " " for char in name[:40]).split()]
