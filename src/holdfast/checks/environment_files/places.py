"""Where a project has files of environment variables. Asked at every start: it lists one directory and opens nothing.

A `.env` is normally ignored by git, so that it is looked for on the disk and not among the project's files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from holdfast.checks.interface import Context

EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", ".env-example", "env.example", "example.env")
VALUES = (".env", ".env.local")
"""What a program gets on this machine: the second adds to the first."""
EXAMPLE_ENDINGS = (".example", ".sample", ".template", ".dist")
BACKUPS = (".bak", ".backup", ".old", ".orig", ".save", ".swp", "~")
OTHER_FORMATS = (
    *(".vault", ".keys", ".enc", ".gpg", ".asc", ".age", ".sops", ".json", ".yaml", ".yml", ".toml", ".schema"),
    *(".py", ".sh", ".md", ".rst", ".txt", ".j2", ".erb", ".tpl", ".lock"),
)
"""Endings of what is encrypted, generated from, or no list of variables."""
NOT_LOOKED_AT = frozenset({"tests", "test", "testdata", "fixtures", "node_modules", "vendor", "_vendor", "third_party"})
_KEY = "environment files"


class Group(NamedTuple):
    """The files of environment variables in one directory; all paths are relative to the project."""

    directory: str
    """With a slash at its end, or empty for the project itself."""
    values: tuple[str, ...]
    """`.env`, and what adds to it on this machine."""
    others: tuple[str, ...]
    """Those of other stages, such as `.env.production`; each stands by itself."""
    example: str | None
    more_examples: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    """What has the name of one and is a pipe or a device: reading it may never end."""

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of the group."""
        return (*self.values, *self.others, *((self.example,) if self.example else ()), *self.more_examples)


class Places(NamedTuple):
    """All such files of a project."""

    groups: tuple[Group, ...]
    """The project's own directory first, where it has any."""
    listed: tuple[str, ...]
    """Those that are among the project's files: git tracks them, or would if it were asked to add everything."""
    unlisted: tuple[str, ...]
    """Those that git ignores, and the names of those that may come."""

    @property
    def exposed(self) -> tuple[str, ...]:
        """What is for one machine alone, and git does not ignore."""
        return tuple(name for name in self.listed if is_kept_apart(name.rpartition("/")[2]))


def places_of(context: Context) -> Places:
    """The places of a project; looked for once in a run."""
    if context.shared is None:
        return _places(context)
    found: Places | None = context.shared.get(_KEY)
    if found is None:
        found = context.shared[_KEY] = _places(context)
    return found


def _places(context: Context) -> Places:
    named = context.config.dotenv
    listed = [file for file in context.files if "env" in file and _concerns(file)]
    if named.files or named.example:
        listed += {*named.files, named.example}.intersection(context.files).difference(listed)
    groups = tuple(_groups(context, listed))
    everything = [name for group in groups for name in (*group.files, *group.odd)]
    awaited = [group.directory + name for group in groups for name in VALUES]
    unlisted = dict.fromkeys(name for name in (*everything, *awaited) if name not in listed)
    return Places(groups, tuple(listed), tuple(unlisted))


def _concerns(file: str) -> bool:
    directory, _, name = file.rpartition("/")
    known = is_environment_file(name) or is_kept_apart(name)
    return known and NOT_LOOKED_AT.isdisjoint(directory.split("/"))


def _groups(context: Context, listed: Iterable[str]) -> Iterator[Group]:
    named = context.config.dotenv
    found_in = (file.rpartition("/") for file in listed)
    for directory in dict.fromkeys(["", *(above + slash for above, slash, _ in found_in)]):
        found = _group(context, directory)
        if not directory and (named.files or named.example):
            found = found._replace(
                values=tuple(file for file in named.files if _is_file(context, file)) if named.files else found.values,
                others=tuple(name for name in found.others if name not in named.files),
                example=named.example or found.example,
            )
        if found.files or found.odd:
            yield found


def is_environment_file(name: str) -> bool:
    """Whether a file of this name holds environment variables."""
    if name in EXAMPLES or name == ".env":
        return True
    return name.startswith(".env.") and not name.endswith((*BACKUPS, *OTHER_FORMATS))


def is_kept_apart(name: str) -> bool:
    """Whether a file of this name holds what is for one machine alone, or is a copy of such a file, or its keys."""
    local = name in (".env", ".env.keys") or (name.startswith(".env.") and name.endswith(".local"))
    return local or (name.startswith(".env") and name.endswith(BACKUPS))


def _group(context: Context, directory: str) -> Group:
    names = {entry: regular for entry, regular in _entries(context, directory) if is_environment_file(entry)}
    files = sorted(directory + name for name, regular in names.items() if regular)
    examples = [directory + name for name in EXAMPLES if names.get(name)]
    examples += [name for name in files if name.endswith(EXAMPLE_ENDINGS) and name not in examples]
    own = [directory + name for name in EXAMPLES if names.get(name)][:1]
    values = tuple(directory + name for name in VALUES if names.get(name))
    return Group(
        directory,
        values,
        tuple(name for name in files if name not in values and name not in examples),
        own[0] if own else None,
        tuple(name for name in examples if name not in own),
        tuple(sorted(directory + name for name, regular in names.items() if not regular)),
    )


def _entries(context: Context, directory: str) -> Iterable[tuple[str, bool]]:
    """The names in a directory that may be such files, and whether each is a regular file; directories are left out."""
    try:
        with os.scandir(context.project / directory) as entries:
            for entry in entries:
                if "env" in entry.name and not entry.is_dir():
                    yield entry.name, entry.is_file()
    except OSError:
        return


def _is_file(context: Context, name: str) -> bool:
    try:
        return stat.S_ISREG((context.project / name).stat().st_mode)
    except (OSError, ValueError):
        return False
