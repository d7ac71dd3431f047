"""What git says of a project: the commit, whether the tree differs from it, and which files belong to it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

TIMEOUT_S = 10.0
GITMODULES_LIMIT = 2**20

# The variables that tie git to a repository or index; a hook that git runs has them set (`git rev-parse
# --local-env-vars`). Without them git finds the repository of the directory that it is asked about.
_LOCAL = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)


class GitState(NamedTuple):
    """The commit that a tree stands on, and whether it differs; None where git could not say."""

    commit: str | None
    dirty: bool | None


def git_env(env: Mapping[str, str]) -> dict[str, str]:
    """The environment in which git looks at the directory it is run in, and takes no lock for looking."""
    clean = {key: value for key, value in env.items() if key not in _LOCAL}
    return clean | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def git(project: Path, *arguments: str) -> bytes | None:
    """What `git ARGUMENTS` prints in the project, or None where git is missing, fails or takes too long."""
    return ask(project, *arguments)()


def ask(project: Path, *arguments: str) -> Callable[[], bytes | None]:
    """Starts `git ARGUMENTS` in the project; what is returned waits for it and says what `git` would."""
    try:
        process = subprocess.Popen(
            # The git that the user's PATH names is the one meant. A repository's fsmonitor is a program that it names.
            ["git", "-c", "core.fsmonitor=false", *arguments],  # noqa: S607 - as said above
            cwd=project,
            env=git_env(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return lambda: None

    def answer() -> bytes | None:
        with process:
            try:
                said, _ = process.communicate(timeout=TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                return None
        return said if process.returncode == 0 else None

    return answer


def git_state(project: Path, *, apart_from: Sequence[str] = ()) -> GitState:
    """The commit, and whether tracked or untracked files of the repository differ from it.

    The paths in `apart_from`, relative to the project, do not count; what git ignores does not either.
    """
    excluded = [f":(exclude,literal){path}" for path in apart_from]
    said = git(project, "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--", *excluded)
    if said is None:
        return GitState(None, None)
    commit, dirty = None, False
    for field in said.split(b"\0"):
        if field.startswith(b"# branch.oid "):
            commit = field.removeprefix(b"# branch.oid ").decode(errors="replace")
        elif field and not field.startswith(b"# "):
            dirty = True
            break  # the rest are files, whose names may look like headers
    return GitState(None if commit == "(initial)" else commit, dirty)


def repository_root(place: Path) -> Path | None:
    """The root of the repository that a directory lies in, by the names there alone; None where it is in none."""
    return next((above for above in (place, *place.parents) if os.path.lexists(above / ".git")), None)


def tracked_files(project: Path, *names: str) -> frozenset[str] | None:
    """The files below a directory that git tracks, or those of these names; None where git cannot tell."""
    said = git(project, "ls-files", "-z", "--cached", "--", *(f":(literal){name}" for name in names))
    return None if said is None else frozenset(os.fsdecode(name) for name in said.split(b"\0") if name)


def submodules(project: Path) -> frozenset[str]:
    """The paths that .gitmodules of the repository names, relative to the project; see gitmodules(5)."""
    root = repository_root(project)
    try:
        content = (root / ".gitmodules").read_bytes()[:GITMODULES_LIMIT] if root else b""
    except OSError:
        return frozenset()
    named = (line.partition("=") for line in content.decode("utf-8", "replace").splitlines())
    paths = [value.strip().strip('"') for key, _, value in named if key.strip() == "path"]
    return frozenset(os.path.relpath(root / path, project) for path in paths if root)


def project_files(project: Path) -> list[str] | None:
    """The files below a directory that git tracks or would track, relative to it; None where it is in no repository.

    Names that are not UTF-8 come with surrogate escapes, as `os.fsdecode` gives them. A file that is tracked and gone
    is among them; a submodule is its directory, and another repository inside this one its directory with a slash.
    """
    return ask_project_files(project)()


def ask_project_files(project: Path) -> Callable[[], list[str] | None]:
    """Starts git on `project_files`; what is returned waits for it and gives them."""
    answer = ask(project, "ls-files", "-z", "--cached", "--others", "--exclude-standard")

    def files() -> list[str] | None:
        said = answer()
        return None if said is None else sorted({os.fsdecode(name) for name in said.split(b"\0") if name})

    return files


def ignore_command(pattern: str) -> str:
    """A line to copy into a shell in the project's root, whose git then ignores a pattern.

    The pattern stands on a line of its own also where the last one of the file has no end.
    """
    import shlex

    return f"printf '\\n%s\\n' {shlex.quote(pattern)} >> .gitignore"


def untrack_command(path: str) -> str:
    """A line to copy that takes a file of the project out of git's index, and has git ignore it where it does not."""
    import shlex

    name = shlex.quote(path)
    untracked = f"git rm -q --cached --ignore-unmatch -- {name}"
    return f"{untracked}; git check-ignore -q --no-index -- {name} || {ignore_command('/' + path)}"
