"""The content of a project at one moment, as digests: which files it has and what is in them.

A file is read again only where its size, inode, modification or change time differ from when it was last read. The
change time cannot be set back by a user, so an edit that restores the modification time is seen. A file that was
touched less than two seconds before it was read is read again next time, since file systems stamp that coarsely.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Container, Iterator
from itertools import islice
from pathlib import Path

from holdfast.core.digests import sha256
from holdfast.core.files import write_cache

SETTLED_NS = 2_000_000_000
SKIPPED = frozenset({".git", ".hg", ".svn", ".holdfast", "__pycache__", "node_modules", ".tox", ".nox", ".venv"})
MOST_IN_DIRECTORY = 5000
"""A submodule, or a directory that a link leads to, which holds more files than this is never taken for unchanged."""

Stamp = list[int]


def walk(project: Path) -> Iterator[str]:
    """The files below a directory that no git repository lists: all but caches, environments and git's own.

    A link to a directory is one of them, as in git.
    """
    for directory, names, files in os.walk(project):
        kept = sorted(name for name in names if not _skipped(os.path.join(directory, name), name))
        links = [name for name in kept if os.path.islink(os.path.join(directory, name))]
        names[:] = [name for name in kept if name not in links]
        prefix = os.path.relpath(directory, project)
        yield from (name if prefix == "." else f"{prefix}/{name}" for name in sorted([*files, *links]))


def _skipped(path: str, name: str) -> bool:
    cache = name.endswith(".egg-info") or (name.startswith(".") and name.endswith("_cache"))
    return cache or name in SKIPPED or os.path.exists(os.path.join(path, "pyvenv.cfg"))


class Digests:
    """The digests of a project's files, kept between runs in one cache file. Losing that costs time, nothing else."""

    def __init__(self, project: Path, cache: Path) -> None:
        self._project = str(project)
        self._cache = cache
        self._known: dict[str, tuple[Stamp, str]] = _load(cache)
        self._changed = False
        self.stamps: dict[str, Stamp] = {}
        """The stamp of each regular file that `of` last looked at."""
        self.directories: list[str] = []
        """Which of those names were directories, or links to one: what lies there may be any kind of file."""

    def of(self, files: tuple[str, ...], *, now_ns: int) -> dict[str, str]:
        """The digest of each file; one that is gone is left out. `now_ns` is the time, in nanoseconds since 1970."""
        found: dict[str, str] = {}
        self.stamps, self.directories = {}, []
        for name in files:
            digest = self._digest_of(name, now_ns)
            if digest is not None:
                found[name] = digest
        return found

    def save(self) -> None:
        """Writes the cache where it changed. A cache that cannot be written is no reason to fail."""
        if not self._changed:
            return
        from holdfast.core.masking import FORMS, find_secrets

        known = self._known
        if next(find_secrets("\n".join(known), FORMS), None):  # a name can hold a secret; then it is digested each time
            known = {name: said for name, said in known.items() if next(find_secrets(name, FORMS), None) is None}
        content = json.dumps({"files": known}, separators=(",", ":")).encode()
        self._changed = not write_cache(self._cache, content)

    def _digest_of(self, name: str, now_ns: int) -> str | None:
        path = f"{self._project}/{name}"
        try:
            seen = os.lstat(path)
            if not stat.S_ISREG(seen.st_mode):
                return self._of_other(name, path, seen.st_mode, now_ns)
            stamp = [seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino, seen.st_mode & 0o111]
            self.stamps[name] = stamp
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

    def _of_other(self, name: str, path: str, mode: int, now_ns: int) -> str:
        """A link by where it points and what is there; a directory (a submodule, another repository) by its files."""
        parts = [str(stat.S_IFMT(mode))]
        if stat.S_ISLNK(mode):
            parts.append(os.readlink(path))
        if os.path.isdir(path):
            self.directories.append(name)
            known = _skipped(path, os.path.basename(name.rstrip("/"))) or (stat.S_ISLNK(mode) and self._holds(path))
            if not known:  # an environment is looked at by its distributions
                parts += self._inside(name, path, now_ns)
        elif os.path.isfile(path):
            parts.append(_of_file(path, executable=False))
        return digest("\0".join(parts))

    def _holds(self, path: str) -> bool:
        """Whether a link leads to what is looked at anyway."""
        return f"{os.path.realpath(path)}/".startswith(f"{os.path.realpath(self._project)}/")

    def _inside(self, name: str, path: str, now_ns: int) -> list[str]:
        inside = list(islice(walk(Path(path)), MOST_IN_DIRECTORY + 1))
        if len(inside) > MOST_IN_DIRECTORY:
            return [f"too many files to look at, at {now_ns}"]
        parts = []
        for one in inside:
            whole = os.path.join(path, one)
            linked = os.path.islink(whole) and os.path.isdir(whole)  # not followed: it may lead back
            parts += [one, os.readlink(whole) if linked else self._digest_of(f"{name.rstrip('/')}/{one}", now_ns) or ""]
        return parts


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


def distributions(site_packages: tuple[Path, ...], project: Path) -> dict[str, str]:
    """What is installed: each metadata directory with the stamps of what it says, and what path files lead to.

    Beside it the packages and modules that are there, since files may be gone whose metadata is not. A path file that
    leads into the project itself adds nothing: the project's files are looked at anyway.
    """
    found: dict[str, str] = {}
    for directory in site_packages:
        try:
            entries = list(os.scandir(directory))
        except OSError:
            continue
        modules = []
        for entry in entries:
            if entry.name.endswith((".dist-info", ".egg-info")):
                found[entry.name] = _said_by(entry.path, str(project))
            elif entry.name.endswith((".pth", ".egg-link")) or entry.name.startswith("__editable__"):
                found[entry.name] = stamp(entry.path) + _linked(entry.path, str(project))
            elif entry.name != "__pycache__":
                modules.append(_module(entry))
        found[f"modules in {directory.name}"] = " ".join(sorted(modules))
    return found


def _said_by(metadata: str, project: str) -> str:
    said = _shared(f"{metadata}/METADATA") or _shared(f"{metadata}/PKG-INFO")
    said += " " + (stamp(f"{metadata}/RECORD") or stamp(metadata))
    origin = stamp(f"{metadata}/direct_url.json")
    return f"{said} {origin}{_editable(metadata, project)}" if origin else said


def _shared(path: str) -> str:
    """A stamp without the change time where a file has several names.

    uv links it into each environment from its cache, so any other environment that is made or removed changes that.
    """
    try:
        seen = os.stat(path)
    except OSError:
        return ""
    changed = seen.st_ctime_ns if seen.st_nlink == 1 else "linked"
    return f"{seen.st_mtime_ns}.{changed}.{seen.st_size}.{seen.st_ino}"


def _module(entry: os.DirEntry[str]) -> str:
    """A name with what is in it as far as imports need it: `x/.` where it has an `__init__.py`, else what is in it."""
    if entry.name.endswith((".py", ".so")) or not entry.is_dir():
        return entry.name
    if os.access(f"{entry.path}/__init__.py", os.F_OK):
        return f"{entry.name}/."
    try:
        return f"{entry.name}/{','.join(sorted(set(os.listdir(entry.path)) - {'__pycache__'}))}"
    except OSError:
        return entry.name


def _linked(path_file: str, project: str) -> str:
    """A digest of the Python files in directories that a path file adds: editable installs from elsewhere."""
    lines = content_of(path_file).decode("utf-8", "replace").splitlines()
    base = os.path.dirname(path_file)
    places = [os.path.join(base, line) for line in lines if line and not line.startswith(("import ", "import\t", "#"))]
    return _python_files(places, project) + "".join(map(_metadata_in, places))


def _metadata_in(place: str) -> str:
    """Stamps of the metadata in a directory that a path file adds, as `setup.py develop` leaves it there."""
    try:
        names = [name for name in os.listdir(place) if name.endswith((".egg-info", ".dist-info"))]
    except OSError:
        return ""
    return "".join(
        f" {name} {stamp(f'{place}/{name}/{file}')}" for name in sorted(names) for file in ("PKG-INFO", "METADATA", "")
    )


def _editable(metadata: str, project: str) -> str:
    """The same for what PEP 610 says was installed editable, in whatever way its build backend does that."""
    try:
        origin = json.loads(content_of(os.path.join(metadata, "direct_url.json")) or b"{}")
        url = str(origin["url"]) if origin["dir_info"]["editable"] else ""
    except (ValueError, KeyError, TypeError):
        return ""
    if not url.startswith("file://"):
        return ""
    if "%" in url:
        from urllib.parse import unquote  # 3 ms

        url = unquote(url)
    return _python_files([url.removeprefix("file://")], project)


def _python_files(places: list[str], project: str) -> str:
    parts = [
        f"{name} {stamp(os.path.join(place, name))}"
        for place in places
        if not f"{place}/".startswith(f"{project}/") and os.path.isdir(place)
        for name in walk(Path(place))
        if name.endswith((".py", ".pyi", ".so"))
    ]
    return f" {digest(chr(0).join(parts))}" if parts else ""


def content_of(path: str) -> bytes:
    """A file's content, or nothing where it cannot be read: opening a pipe would never end."""
    try:
        if not os.path.isfile(path):
            return b""
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def stamp(path: str) -> str:
    """What changes when a file does, without reading it; empty where there is none."""
    try:
        seen = os.stat(path)
    except OSError:
        return ""
    return f"{seen.st_mtime_ns}.{seen.st_ctime_ns}.{seen.st_size}.{seen.st_ino}"


def git_index(project: Path) -> str:
    """A stamp of the index of the repository that a directory is in (gitrepository-layout(5)); empty without one."""
    for place in (project, *project.parents):
        said = os.path.join(place, ".git")
        if os.path.isdir(said):
            return stamp(os.path.join(said, "index"))
        if os.path.isfile(said):  # a worktree or a submodule
            where = os.fsdecode(content_of(said)).removeprefix("gitdir:").strip()
            return stamp(os.path.join(place, where, "index"))
    return ""


def program(name: str, path: str | None) -> str:
    """Which program a name means: its path, size, and when it was changed; and what stands behind a link."""
    if path is None:
        return f"{name}: not found"
    return f"{path} {stamp(path)}"


def libraries(program_file: str) -> str:
    """Stamps of the directories that the Python distributions beside a program are installed in.

    Whatever is installed there, upgraded or removed, renames something in them.
    """
    library = os.path.join(os.path.dirname(os.path.dirname(program_file)), "lib")
    try:
        names = sorted(name for name in os.listdir(library) if name.startswith(("python", "pypy")))
    except OSError:
        return ""
    places = (os.path.join(library, name, kind) for name in names for kind in ("site-packages", "dist-packages"))
    return "".join(f" {place} {found}" for place in places if (found := stamp(place)))


def outside(
    project: Path,
    home: Path,
    names: tuple[str, ...],
    home_names: tuple[str, ...],
    config_home: str | None = None,
    *,
    listed: Container[str] = (),
) -> dict[str, str]:
    """Stamps of the configuration that tools find above the project, in the user's home, and where git ignores it.

    `listed` are the project's files, whose content is known. `config_home` is where XDG_CONFIG_HOME says that what is
    otherwise in ~/.config lies.
    """
    above = [directory / name for directory in project.parents for name in names]
    above += [project / name for name in names if name not in listed]
    own = [home / name for name in home_names]
    if config_home:
        own += [Path(config_home, name.removeprefix(".config/")) for name in home_names if name.startswith(".config/")]
    stamped = {str(path): stamp(str(path)) for path in (*above, *own)}
    return {path: seen for path, seen in stamped.items() if seen}


def digest(text: str) -> str:
    """A digest of a text, for where the text itself may not be kept."""
    return sha256(os.fsencode(text))[:32]
