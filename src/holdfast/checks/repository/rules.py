"""What is wrong with files that git tracks."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from holdfast.checks.interface import Context
from holdfast.checks.repository import markers
from holdfast.checks.repository.index import EXECUTABLE, FILE, LINK, SUBMODULE, Entry, added, kept_in_lfs
from holdfast.checks.repository.names import collisions
from holdfast.core.findings import Finding, Location, Severity
from holdfast.core.git import repository_root, submodules

_LOCKS = (
    "poetry.lock uv.lock pdm.lock Pipfile.lock pixi.lock conda-lock.yml package-lock.json"
    " npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock Cargo.lock Gemfile.lock composer.lock go.sum"
    " flake.lock"
)
LOCKS = frozenset(_LOCKS.split())
"""Written by tools, as large as what they lock."""
START = 8000
NO_SCRIPT = (".bat", ".cmd", ".ps1", ".exe", ".dll", ".desktop", ".appimage")
"""What no shebang starts."""
SCRIPTS = frozenset(("bin", "scripts", "script", "tools", ""))
"""Directories of programs that people call."""
KIB = 1024


def findings(context: Context, entries: Sequence[Entry], looked_at: Sequence[Entry]) -> Iterator[Finding]:
    """All that is wrong with the entries that the run looks at; names are compared with those of all entries."""
    yield from _unmerged(looked_at)
    yield from _colliding(entries, {entry.path for entry in looked_at})
    modules = submodules(context.project)
    large: list[tuple[str, int]] = []
    for entry in looked_at:
        if entry.stage > 1:
            continue
        path = os.path.join(context.project, entry.path)
        if entry.mode == SUBMODULE:
            yield from _submodule(entry, modules)
        elif entry.mode == LINK:
            yield from _link(context.project, entry, path)
        elif size := _size(path):
            large += [(entry.path, size)] if size > (context.config.git.max_file_size or size) else []
            yield from _content(entry, path, size)
        else:
            yield from _empty(entry, path)
    yield from _large(context, large)


def _size(path: str) -> int:
    """How many bytes a regular file has; 0 for everything else, and where there is none."""
    try:
        seen = os.lstat(path)
    except (OSError, ValueError):
        return 0
    return seen.st_size if stat.S_ISREG(seen.st_mode) else 0


def _unmerged(entries: Sequence[Entry]) -> Iterator[Finding]:
    for path in sorted({entry.path for entry in entries if entry.stage}):
        yield Finding("GIT002", Severity.ERROR, "a merge of it is not resolved", Location(path), _add(path))


def _add(path: str) -> str:
    return f"git add -- {shlex.quote(path)}"


def _colliding(entries: Sequence[Entry], scope: set[str]) -> Iterator[Finding]:
    for found in collisions(entry.path for entry in entries):
        files = sorted(path for path in scope if path.startswith(found.paths) and _under(path, found.paths))
        if not files:
            continue
        if found.unicode_only:
            message = f"{len(found.paths)} names look alike and differ in how Unicode writes them: {found.paths[0]}"
            yield Finding("GIT005", Severity.ERROR, f"{message}; macOS keeps one of them", Location(files[0]))
        else:
            message = f"these differ by case alone: {', '.join(found.paths)}; macOS and Windows keep one of them"
            yield Finding("GIT004", Severity.ERROR, message, Location(files[0]))


def _under(path: str, places: Sequence[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _content(entry: Entry, path: str, size: int) -> Iterator[Finding]:
    """What the bytes of a file tell. A file that may not be read tells nothing, and says so."""
    try:
        with open(path, "rb") as file:
            content = file.read(START if size > markers.LARGEST else size)
    except OSError as error:
        yield Finding("GIT012", Severity.WARNING, f"cannot be read: {error.strerror or error}", Location(entry.path))
        return
    if b"\0" in content[:START]:
        return
    line = markers.first_marker(content)
    if line is not None:
        message = "merge conflict markers: take one side, or what both mean, and remove the markers"
        yield Finding("GIT001", Severity.ERROR, message, Location(entry.path, line))
    yield from _executable(entry, content)


def _executable(entry: Entry, content: bytes) -> Iterator[Finding]:
    script = content.startswith(b"#!") and not content.startswith(b"#![")  # which is Rust's
    if entry.mode == EXECUTABLE and not script and not entry.path.lower().endswith(NO_SCRIPT):
        message = "executable, and neither a program nor a script that says what runs it"
        fix = _chmod("-x", entry.path)
        yield Finding("GIT006", Severity.WARNING, message, Location(entry.path, 1), fix)
    if entry.mode == FILE and script and _to_be_run(entry.path):
        fix = _chmod("+x", entry.path)
        message = "a script that says what runs it, and is not executable"
        yield Finding("GIT007", Severity.WARNING, message, Location(entry.path, 1), fix)


def _chmod(bit: str, path: str) -> str:
    name = shlex.quote(path)
    return f"chmod {bit} -- {name} && git update-index --chmod={bit} -- {name}"


def _to_be_run(path: str) -> bool:
    """Whether a file is there to be run by its name; a module or a template may have a first line that says how."""
    directory, _, name = path.rpartition("/")
    return path.endswith((".sh", ".bash")) or ("." not in name and directory.rpartition("/")[2] in SCRIPTS)


def _empty(entry: Entry, path: str) -> Iterator[Finding]:
    """A tracked file without content, or what stands in its place."""
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return  # deleted, and not yet committed
    if stat.S_ISREG(mode):
        yield from _executable(entry, b"")


def _link(project: Path, entry: Entry, path: str) -> Iterator[Finding]:
    try:
        seen = os.lstat(path)
        target = os.readlink(path) if stat.S_ISLNK(seen.st_mode) else None
    except OSError:
        return
    place = Location(entry.path)
    if target is None:
        message = "git has it as a symbolic link; it has become a file that holds the link's target, or something else"
        yield Finding("GIT010", Severity.ERROR, message, place, f"git checkout -- {shlex.quote(entry.path)}")
    elif os.path.isabs(target) or _outside(project, path, target):
        yield Finding("GIT009", Severity.WARNING, f"a symbolic link out of the repository: {target}", place)
    elif not os.path.exists(path):
        yield Finding("GIT008", Severity.ERROR, f"a symbolic link to what is not there: {target}", place)


def _outside(project: Path, path: str, target: str) -> bool:
    top = repository_root(project) or project
    whole = os.path.normpath(os.path.join(os.path.dirname(path), target))
    return not f"{whole}/".startswith(f"{top}/")


def _submodule(entry: Entry, modules: frozenset[str]) -> Iterator[Finding]:
    if entry.path not in modules:
        message = "a repository inside this one that .gitmodules does not name: nobody else gets its files"
        fix = f"git rm --cached -- {shlex.quote(entry.path)}"
        yield Finding("GIT011", Severity.ERROR, message, Location(entry.path), fix)


def _large(context: Context, found: Sequence[tuple[str, int]]) -> Iterator[Finding]:
    own = [(path, size) for path, size in found if path.rpartition("/")[2] not in LOCKS and not _pylock(path)]
    if not own:
        return
    elsewhere = kept_in_lfs(context.project, [path for path, _ in own])
    new = added(context.project)
    limit = context.config.git.max_file_size
    for path, size in own:
        if path not in elsewhere:
            severity, so = (Severity.ERROR, "once committed, ") if path in new else (Severity.WARNING, "")
            message = f"{_shown(size)}, more than {_shown(limit)}: {so}every clone carries it for ever"
            yield Finding("GIT003", severity, message, Location(path))


def _shown(size: int) -> str:
    return f"{-(-size // KIB)} kB" if size >= KIB else f"{size} bytes"


def _pylock(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("pylock.") and name.endswith(".toml")
