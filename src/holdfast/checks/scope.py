"""The files that a run is limited to: those that were named, or those that differ from a commit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.git import git


class Scope(NamedTuple):
    """Which files, and in words why these."""

    files: frozenset[str]
    reason: str

    def __str__(self) -> str:
        count = len(self.files)
        return f"{count} file{'' if count == 1 else 's'} {self.reason}"


def named(project: Path, here: Path, paths: Sequence[Path], files: Iterable[str]) -> Scope:
    """The project's files among `paths`, which are relative to `here`; a directory stands for all that is in it.

    One that git ignores is none of the project's files, and is passed over. Raises HoldfastError for what is not
    there, and for what lies outside the project.
    """
    wanted = [_inside(project, here, path) for path in paths]
    whole, below = set(wanted), tuple(f"{path}/" for path in wanted)
    everything = "." in whole
    found = frozenset(name for name in files if everything or name in whole or name.startswith(below))
    return Scope(found, "named")


def _inside(project: Path, here: Path, path: Path) -> str:
    place = Path(os.path.normpath(here / path))  # not resolved: a link counts as itself
    if not os.path.lexists(place):
        raise HoldfastError(f"{path}: no such file", hint="files are relative to the current directory")
    inside = os.path.realpath(place.parent) + os.sep + place.name
    root = os.path.realpath(project)
    if os.path.realpath(place) != root and not inside.startswith(root + os.sep):
        raise HoldfastError(f"{path}: lies outside the project {project}", hint="name the project with --project DIR")
    return "." if os.path.realpath(place) == root else os.path.relpath(inside, root)


def changed(project: Path, base: str, files: Iterable[str]) -> Scope:
    """The project's files that differ from the commit where `base` and HEAD parted, those not committed among them.

    Raises HoldfastError where git does not know `base`, or there is no repository.
    """
    parting = _parting(project, base)
    options = ["--name-only", "-z", "--no-renames", "--diff-filter=d", "--relative", "--no-ext-diff"]
    differing = git(project, "diff", *options, "--ignore-submodules=none", parting, "--") if parting else b""
    others = git(project, "ls-files", "-z", *([] if parting else ["--cached"]), "--others", "--exclude-standard")
    if differing is None or others is None:
        raise HoldfastError(f"git could not say what changed since {base}", hint="run git status to see why")
    names = {os.fsdecode(name) for name in (differing + others).split(b"\0") if name}
    return Scope(frozenset(names.intersection(files)), f"changed since {base}")


def _parting(project: Path, base: str) -> str:
    """The commit that what changed is compared with; nothing where the repository has no commit yet."""
    if git(project, "rev-parse", "--git-dir") is None:
        raise HoldfastError("--changed needs a git repository, and this is none", hint="name the files instead")
    commit = git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    if commit is None:
        if base == "HEAD":
            return ""
        hint = "fetch it first; in GitHub Actions, actions/checkout with fetch-depth: 0"
        raise HoldfastError(f"--changed {base}: no such commit, branch or tag", hint=hint)
    parting = git(project, "merge-base", commit.decode().strip(), "HEAD")
    if parting is None:
        raise HoldfastError(f"--changed {base}: it has no commit in common with HEAD", hint="is the clone shallow?")
    return parting.decode().strip()
