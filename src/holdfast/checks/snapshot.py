"""The content of a project at one moment, as digests: which files it has and what is in them.

A file is read again only where its size, inode, modification or change time differ from when it was last read. The
change time cannot be set back by a user, so an edit that restores the modification time is seen. A file that was
touched less than two seconds before it was read is read again next time, since file systems stamp that coarsely.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from holdfast.core.errors import HoldfastError
from holdfast.core.files import write_atomic

SETTLED_NS = 2_000_000_000
SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".holdfast", "__pycache__", "node_modules", ".tox", ".nox", ".venv", "venv"}
)
SKIPPED_SUFFIXES = ("_cache", ".egg-info")

Stamp = list[int]


def walk(project: Path) -> Iterator[str]:
    """The files below a directory that no git repository lists: all but caches, environments and repositories."""
    for directory, names, files in os.walk(project):
        names[:] = sorted(name for name in names if not _skipped(os.path.join(directory, name), name))
        prefix = os.path.relpath(directory, project)
        yield from (name if prefix == "." else f"{prefix}/{name}" for name in sorted(files))


def _skipped(path: str, name: str) -> bool:
    return name in SKIPPED or name.endswith(SKIPPED_SUFFIXES) or os.path.exists(os.path.join(path, "pyvenv.cfg"))


class Digests:
    """The digests of a project's files, kept between runs in one cache file. Losing that costs time, nothing else."""

    def __init__(self, project: Path, cache: Path) -> None:
        self._project = str(project)
        self._cache = cache
        self._known: dict[str, tuple[Stamp, str]] = _load(cache)
        self._changed = False

    def of(self, files: tuple[str, ...], *, now_ns: int) -> dict[str, str]:
        """The digest of each file; one that is gone is left out. `now_ns` is the time, in nanoseconds since 1970."""
        found: dict[str, str] = {}
        for name in files:
            digest = self._digest_of(name, now_ns)
            if digest is not None:
                found[name] = digest
        return found

    def save(self) -> None:
        """Writes the cache where it changed. A cache that cannot be written is no reason to fail."""
        if not self._changed:
            return
        content = json.dumps({"files": self._known}, separators=(",", ":")).encode()
        try:
            write_atomic(self._cache, content, sync=False)
        except HoldfastError:
            return
        self._changed = False

    def _digest_of(self, name: str, now_ns: int) -> str | None:
        path = os.path.join(self._project, name)
        try:
            seen = os.lstat(path)
            if not stat.S_ISREG(seen.st_mode):
                return _of_other(path, seen.st_mode)
            stamp = [seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino, seen.st_mode & 0o111]
            known = self._known.get(name)
            if known is not None and known[0] == stamp:
                return known[1]
            digest = _of_file(path, executable=bool(stamp[4]))
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"unreadable: {error.errno}"
        if now_ns - max(seen.st_mtime_ns, seen.st_ctime_ns) > SETTLED_NS:
            self._known[name] = (stamp, digest)
            self._changed = True
        return digest


def _load(cache: Path) -> dict[str, tuple[Stamp, str]]:
    try:
        files = json.loads(cache.read_bytes())["files"]
        return {name: (list(stamp), str(digest)) for name, (stamp, digest) in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _of_file(path: str, *, executable: bool) -> str:
    import hashlib  # loads OpenSSL, 2 ms: not where every digest is known already

    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
    return f"{digest}+x" if executable else digest


def _of_other(path: str, mode: int) -> str:
    """A symbolic link by where it points and what is there; a directory (a submodule) by all that is in it."""
    parts = [str(stat.S_IFMT(mode))]
    if stat.S_ISLNK(mode):
        parts.append(os.readlink(path))
        if os.path.isfile(path):
            parts.append(_of_file(path, executable=False))
    elif stat.S_ISDIR(mode):
        for name in walk(Path(path)):
            whole = os.path.join(path, name)
            parts += [name, _of_file(whole, executable=False) if os.path.isfile(whole) else ""]
    return digest("\0".join(parts))


def distributions(site_packages: tuple[Path, ...], project: Path) -> dict[str, str]:
    """What is installed: each metadata directory with the stamp of its RECORD, and what path files lead to.

    A path file that leads into the project itself adds nothing: the project's files are looked at anyway.
    """
    found: dict[str, str] = {}
    for directory in site_packages:
        try:
            entries = list(os.scandir(directory))
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith((".dist-info", ".egg-info")):
                found[entry.name] = _stamp(os.path.join(entry.path, "RECORD")) or _stamp(entry.path)
            elif entry.name.endswith((".pth", ".egg-link")) or entry.name.startswith("__editable__"):
                found[entry.name] = _stamp(entry.path) + _linked(entry.path, str(project))
    return found


def _linked(path_file: str, project: str) -> str:
    """A digest of the Python files in directories that a path file adds: editable installs from elsewhere."""
    try:
        lines = Path(path_file).read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    places = [line for line in lines if line and not line.startswith(("import ", "import\t", "#"))]
    parts = [
        f"{name} {_stamp(os.path.join(place, name))}"
        for place in places
        if not f"{place}/".startswith(f"{project}/") and os.path.isdir(place)
        for name in walk(Path(place))
        if name.endswith((".py", ".pyi", ".so"))
    ]
    return f" {digest(chr(0).join(parts))}" if parts else ""


def _stamp(path: str) -> str:
    try:
        seen = os.stat(path)
    except OSError:
        return ""
    return f"{seen.st_mtime_ns}.{seen.st_size}.{seen.st_ino}"


def program(name: str, path: str | None) -> str:
    """Which program a name means: its path, size, and when it was changed; and what stands behind a link."""
    if path is None:
        return f"{name}: not found"
    return f"{path} {_stamp(path)}"


def outside(project: Path, home: Path, names: tuple[str, ...], home_names: tuple[str, ...]) -> dict[str, str]:
    """Stamps of the configuration that tools find above the project, and in the user's home."""
    above = [directory / name for directory in project.parents for name in names]
    own = [home / name for name in home_names]
    stamped = {str(path): _stamp(str(path)) for path in (*above, *own)}
    return {path: stamp for path, stamp in stamped.items() if stamp}


def digest(text: str) -> str:
    """A digest of a text, for where the text itself may not be kept."""
    from hashlib import sha256

    return sha256(os.fsencode(text)).hexdigest()[:32]
