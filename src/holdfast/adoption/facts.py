"""What a repository is: its manager, its Pythons, its branch. Nothing is written and no program but git is run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from holdfast.adoption import setup_files
from holdfast.core.config import read_pyproject
from holdfast.core.errors import HoldfastError
from holdfast.core.files import read_text
from holdfast.core.git import git, project_files

Manager = Literal["poetry", "uv", "pip"]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Those that Holdfast runs on, and that the workflow's matrix is drawn from."""
LOCKS: Mapping[str, Manager] = {"poetry.lock": "poetry", "uv.lock": "uv", "pylock.toml": "pip"}
DEVELOPMENT = ("dev", "test", "tests", "testing", "lint", "typing", "types", "develop", "development")
"""What groups and extras are called that hold the tools of those who work on a project."""
_REQUIREMENTS = re.compile(r"(?:dev-|test-)?requirements[^/]*\.txt|requirements/[^/]+\.txt")
WORKFLOW = ".github/workflows/holdfast.yml"
_BRANCHES = re.compile(r'(?m)^    branches: \[("(?:[^"\\\n]|\\.)+")\]')


class Facts(NamedTuple):
    """What was found in a repository, as far as what `init` writes depends on it."""

    manager: Manager
    lock: str | None
    """The lock file's name, where there is one."""
    requirements: tuple[str, ...]
    """Requirements files, relative to the project, sorted; those of development last."""
    pythons: tuple[str, ...]
    """Those of PYTHONS that the project's requires-python allows; none where it allows none of them."""
    default_branch: str
    package: bool
    """Whether the project itself can be installed (`pip install .`)."""
    extras: tuple[str, ...] = ()
    """Its extras that are named as development's are (`dev`, `test` ...)."""
    groups: tuple[str, ...] = ()
    """Its dependency groups (PEP 735, Poetry's and uv's own) that are named so."""
    pyproject: bool = True
    """Whether it has a pyproject.toml."""
    repository: bool = True
    """Whether its directory is the root of a git repository's tree."""


def look(project: Path) -> Facts:
    """The facts of a project, the same in every clone of it: a file that git ignores is none of them.

    Raises HoldfastError where its pyproject.toml cannot be read.
    """
    document = read_pyproject(project)
    names = _names(project)
    lock = next((name for name in LOCKS if name in names), None)
    return Facts(
        manager=_manager(document, lock),
        lock=lock,
        requirements=_requirements(names),
        pythons=_pythons(document, project),
        default_branch=_default_branch(project),
        package=_installable(document, names),
        extras=_development(_table(document, "project", "optional-dependencies")),
        groups=_groups(document),
        pyproject=(project / "pyproject.toml").exists(),
        repository=(project / ".git").exists(),
    )


def _manager(document: Mapping[str, Any], lock: str | None) -> Manager:
    """By the lock; else by the tables of pyproject.toml."""
    if lock is not None:
        return LOCKS[lock]
    tools = _table(document, "tool")
    if "poetry" in tools or "poetry.core" in str(_table(document, "build-system").get("build-backend", "")):
        return "poetry" if "dependencies" in _table(tools, "poetry") or "group" in _table(tools, "poetry") else "pip"
    return "pip"


def _names(project: Path) -> set[str]:
    """The files in the project's root and in `requirements/`, relative to it, that are there and not ignored."""
    listed = project_files(project)
    if listed is None:
        inside = [*project.iterdir(), *(project / "requirements").glob("*")]
        listed = [str(path.relative_to(project)) for path in inside]
    return {name for name in listed if name.count("/") < 2 and (project / name).is_file()}


def _requirements(names: set[str]) -> tuple[str, ...]:
    found = {name for name in names if _REQUIREMENTS.fullmatch(name)}
    return tuple(sorted(found, key=lambda name: (_dev(name), name)))


def _dev(name: str) -> bool:
    return any(word in DEVELOPMENT for word in re.split(r"[^a-z]+", name.lower()))


def _pythons(document: Mapping[str, Any], project: Path) -> tuple[str, ...]:
    said = _table(document, "project").get("requires-python")
    said = said or _table(document, "tool", "poetry", "dependencies").get("python")
    said = said if isinstance(said, str) else setup_files.python_requires(project)
    return tuple(python for python in PYTHONS if said is None or _allows(said, python))


def _allows(requires: str, python: str) -> bool:
    """Whether a constraint lets any release of a minor version in; one that cannot be read lets all in."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    for either in requires.split("||"):
        try:
            allowed = SpecifierSet(_pep440(either))
        except InvalidSpecifier:
            return True
        if any(allowed.contains(f"{python}.{patch}", prereleases=True) for patch in range(40)):
            return True
    return False


def _pep440(constraint: str) -> str:
    """Poetry's `^3.9` and `~3.11` as PEP 440 says them; the rest as it is."""
    parts = re.split(r"\s*,\s*|\s+(?=[<>=!~^])", constraint.strip())
    return ",".join(_respelled(part) for part in parts if part)


def _respelled(part: str) -> str:
    if caret := re.fullmatch(r"\^\s*(\d+)(\.[\d.]+)?", part):
        return f">={caret[1]}{caret[2] or ''},<{int(caret[1]) + 1}"
    if tilde := re.fullmatch(r"~\s*(\d+)\.(\d+)(\.\d+)?", part):
        return f">={tilde[1]}.{tilde[2]}{tilde[3] or ''},<{tilde[1]}.{int(tilde[2]) + 1}"
    if part == "*":
        return ">=3"
    return f"=={part}" if part[0].isdigit() else part


def _default_branch(project: Path) -> str:
    """The branch that the remote calls its own, else the one that our workflow names already, else a usual one.

    The clone that a CI run is given has no word of the remote's, and may have no branch: there the workflow knows.
    """
    remote = _said(git(project, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"))
    known = remote.removeprefix("origin/") or _branch_of_workflow(project)
    if known:
        return known
    branches = _said(git(project, "for-each-ref", "--format=%(refname:short)", "refs/heads")).split()
    for usual in ("main", "master"):
        if usual in branches:
            return usual
    return _said(git(project, "symbolic-ref", "--quiet", "--short", "HEAD")) or "main"


def _branch_of_workflow(project: Path) -> str | None:
    try:
        named = _BRANCHES.search(read_text(project / WORKFLOW))
        return re.sub(r"\\(.)", r"\1", json.loads(named[1])) if named else None
    except (HoldfastError, ValueError):
        return None


def _said(output: bytes | None) -> str:
    return (output or b"").decode("utf-8", "replace").strip()


def _installable(document: Mapping[str, Any], names: set[str]) -> bool:
    if "build-system" in document or "setup.py" in names:
        poetry = _table(document, "tool", "poetry")
        return poetry.get("package-mode") is not False
    return "project" in document and _table(document, "tool", "uv").get("package") is not False


def _groups(document: Mapping[str, Any]) -> tuple[str, ...]:
    old = "dev-dependencies" in _table(document, "tool", "poetry") or "dev-dependencies" in _table(
        document, "tool", "uv"
    )
    named = (*_table(document, "dependency-groups"), *_table(document, "tool", "poetry", "group"))
    return tuple(dict.fromkeys([*(["dev"] if old else []), *_development(named)]))


def _development(names: Any) -> tuple[str, ...]:
    return tuple(name for name in DEVELOPMENT if name in set(names))


def _table(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    here: Any = document
    for key in keys:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}
