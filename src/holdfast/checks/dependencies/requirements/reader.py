"""Requirements files as pip reads them: lines, continuations, includes, hashes.

Source: pip.pypa.io/en/stable/reference/requirements-file-format, and pip's _internal/req/req_file.py.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.model import Need, Source, normal
from holdfast.checks.dependencies.requirement import NotARequirement, kind_of_path, need_of, source_of
from holdfast.checks.venv_probe.values import cut
from holdfast.core.masking import mask_text

FILES = 64
"""How many files a set may include."""
REQUIREMENTS = 50_000
"""How many a set may have."""
LONGEST = 4096
"""Characters in a requirement without its hashes; more would keep patterns busy for long."""
_PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"==\s*(?P<version>[A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*(?:;\s*(?P<marker>.*))?"
)
_HASH = re.compile(r"\s--hash(?:=|\s+)(\S+)")
_INCLUDE = re.compile(r"(?:(-r|--requirement)|(-c|--constraint))(?:\s*=\s*|\s+|(?<=-[rc]))(\S.*)")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s*=\s*|\s+|(?<=-e))(\S.*)")
_URL = r"(?:[a-z]+\+)?[a-z]+:"
_OPTION = r"\s--(?:config-settings?|global-option|install-option)\b.*$"


class Line(NamedTuple):
    """A requirement of a file. `wrong` says why it cannot be understood; then nothing else is told."""

    file: str
    line: int
    name: str
    version: str
    marker: str
    source: Source | None
    hashes: tuple[str, ...]
    constraint: str = ""
    """The specifiers of one that is not pinned, and of one that only limits others."""
    limits: bool = False
    """Whether it is in a file of constraints: it installs nothing."""
    wrong: str = ""


class File(NamedTuple):
    """A requirements file with what it includes."""

    file: str
    text: str
    lines: tuple[Line, ...]
    includes: tuple[str, ...]
    """The other files, in the order in which they were met; not those of constraints."""


def read_file(project: Path, file: str) -> File:
    """A file and all that it includes. Raises Unreadable."""
    reading = _Reading(project)
    text = reading.file(file, limits=False)
    return File(file, text, tuple(reading.lines), tuple(reading.includes))


class _Reading:
    def __init__(self, project: Path) -> None:
        self.project = project
        self.lines: list[Line] = []
        self.includes: list[str] = []
        self._open: list[str] = []
        self._done: set[tuple[str, bool]] = set()

    def file(self, file: str, *, limits: bool) -> str:
        text = lockfile.text_of(self.project, file)
        self._open.append(file)
        for number, line in logical_lines(text):
            if len(self.lines) >= REQUIREMENTS:
                raise lockfile.unreadable(file, f"there are more than {REQUIREMENTS} requirements", number)
            if line.startswith("-"):
                self._option(file, number, line, limits=limits)
            else:
                self.lines.append(_requirement(self.project, file, number, line, limits=limits))
        self._open.pop()
        return text

    def _option(self, file: str, number: int, line: str, *, limits: bool) -> None:
        if len(line) > LONGEST:
            raise lockfile.unreadable(file, f"an option is longer than {LONGEST} characters", number)
        included, editable = _INCLUDE.fullmatch(line), _EDITABLE.fullmatch(line)
        if included:
            self._include(file, number, included[3].strip(), limits=limits or bool(included[2]))
        elif editable:
            self.lines.append(_place(self.project, file, number, editable[1].strip(), editable=True))

    def _include(self, file: str, number: int, name: str, *, limits: bool) -> None:
        if "://" in name:
            raise lockfile.unreadable(file, f"it includes {cut(mask_text(name))}, which is not a file here", number)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(file), name))
        if path in self._open:
            raise lockfile.unreadable(file, f"it includes {cut(path)}, which includes this file", number)
        if (path, limits) in self._done:
            return
        if len(self._done) >= FILES:
            raise lockfile.unreadable(file, f"it includes more than {FILES} files", number)
        if path.startswith(("/", "../")):
            raise lockfile.unreadable(file, f"it includes {cut(path)}, which is outside of the project", number)
        if "\0" in path or not (self.project / path).is_file():
            raise lockfile.unreadable(file, f"it includes {cut(path)}, which is not there", number)
        self._done.add((path, limits))
        if not limits:
            self.includes.append(path)
        self.file(path, limits=limits)


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, continuations joined, each with the number of its first line."""
    return ((number, line) for number, whole in _joined(text) if (line := _uncommented(whole)))


def _joined(text: str) -> Iterator[tuple[int, str]]:
    waiting: list[str] = []
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        comment = line.lstrip().startswith("#")
        start = start if waiting else number
        if line.endswith("\\") and not comment:
            waiting.append(line.strip("\\"))
            continue
        yield start, "".join([*waiting, " " + line if comment else line])
        waiting.clear()
    yield start, "".join(waiting)


def _uncommented(line: str) -> str:
    return (re.sub(r"(?:^|\s)#.*$", "", line) if "#" in line else line).strip()


def _requirement(project: Path, file: str, number: int, line: str, *, limits: bool) -> Line:
    hashes: tuple[str, ...] = ()
    if "--hash" in line:
        hashes = tuple(_HASH.findall(line))
        line = _HASH.sub("", line).strip()
    elif " --" in line and len(line) <= LONGEST:
        line = re.sub(_OPTION, "", line)
    if len(line) > LONGEST:
        return Line(file, number, "", "", "", None, hashes, wrong=f"a requirement is longer than {LONGEST} characters")
    pinned = _PINNED.fullmatch(line)
    if pinned:
        name, marker = normal(pinned["name"]), (pinned["marker"] or "").strip()
        return Line(file, number, name, pinned["version"], marker, None, hashes, f"=={pinned['version']}", limits)
    if _is_place(line):
        return _place(project, file, number, line, editable=False)._replace(hashes=hashes, limits=limits)
    try:
        need = need_of(line)
    except NotARequirement as error:
        wrong = f"{cut(mask_text(line))!r} is not a requirement: {cut(error)}"
        return Line(file, number, "", "", "", None, hashes, wrong=wrong)
    return _from_need(file, number, need, hashes, limits=limits)


def _from_need(file: str, number: int, need: Need, hashes: tuple[str, ...], *, limits: bool) -> Line:
    exact = re.fullmatch(r"===?([^=,*]+)", need.constraint)
    return Line(
        file, number, need.name, exact[1] if exact else "", need.marker, need.source, hashes, need.constraint, limits
    )


def _is_place(line: str) -> bool:
    """Whether it is a path or a URL without a name before it."""
    first = line.split(maxsplit=1)[0]
    if first.startswith((".", "/")) or re.match(_URL, first):
        return True
    return "@" not in line and "/" in first.partition("[")[0]


def _place(project: Path, file: str, number: int, text: str, *, editable: bool) -> Line:
    """A path or URL: `./shop`, `-e .[dev]`, `git+https://...#egg=shop`."""
    where, _, marker = text.partition(" ; ") if " ; " in text else (text, "", "")
    egg = re.search(r"[#&]egg=([A-Za-z0-9._-]+)", where)
    if re.match(_URL, where):
        source = source_of(where.strip())._replace(editable=editable)
    else:
        path = re.sub(r"\[[^\]]*\]$", "", where.strip().partition("#")[0])
        source = Source(kind_of_path(path), posixpath.normpath(path), editable=editable)
    name = normal(egg[1]) if egg else _name_in(project, source)
    return Line(file, number, name, "", marker.strip(), source, ())


def _name_in(project: Path, source: Source) -> str:
    """The name of what is at a path, as far as files tell it."""
    from holdfast.checks.dependencies.uv.workspace import read_pyproject
    from holdfast.checks.facts import own_name

    last = source.url.rpartition("/")[2]
    if source.kind == "directory" and "\0" not in source.url:
        read = read_pyproject(project / source.url / source.subdirectory) or {}
        found = own_name(read)
        return found if lockfile.is_name(found) else ""
    wheel = re.match(r"([A-Za-z0-9._]+)-[^-]+(?:-[^-]+)*\.whl", last)
    return normal(wheel[1]) if wheel else ""
