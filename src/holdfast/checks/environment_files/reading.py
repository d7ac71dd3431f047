"""Reading one file of environment variables, as python-dotenv does: its parser, with the lines it stumbles over.

Values are read here, judged in this package, and put into no message.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import NamedTuple

from holdfast.core.files import file_errors

LIMIT = 2**20
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HIDDEN = re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=")
_COMMENTED_OUT = re.compile(r"#+[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]?=(?!=)")
_START = re.compile(
    r"(?P<export>export[^\S\r\n]+)?(?P<name>'[^']+'|[^=#\s]+)(?P<before>[^\S\r\n]*)=(?P<after>[^\S\r\n]*)"
)
_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
_BREAKS = re.compile(r"\r\n|\n|\r")


class Binding(NamedTuple):
    """One variable in a file."""

    name: str
    value: str | None
    """None where there is no `=`: then nothing is set."""
    line: int
    written: str
    """The value as it stands there, with its quotes, and without a comment behind it."""
    comment: str = ""
    exported: bool = False
    spaced: bool = False
    """Whether there is white space beside the `=`."""

    @property
    def quote(self) -> str:
        """The quotation mark around the value, or nothing."""
        return self.written[:1] if self.written[:1] in ("'", '"') else ""

    @property
    def computed(self) -> bool:
        """Whether the value refers to other variables, so that what it will be is not known."""
        return self.value is not None and "${" in self.value


class Broken(NamedTuple):
    """A place that the parser does not understand."""

    line: int
    reason: str


class EnvFile(NamedTuple):
    """What one file holds."""

    path: str
    bindings: tuple[Binding, ...] = ()
    comments: tuple[tuple[int, str], ...] = ()
    """Line and text of each comment that has a line to itself."""
    broken: tuple[Broken, ...] = ()
    hidden: frozenset[str] = frozenset()
    """Names in places that are not understood: they are not set, and why is told there."""
    marked: bool = False
    """Whether it begins with a byte order mark."""

    def last(self) -> dict[str, Binding]:
        """The variables by name; of several, the last counts, as for python-dotenv."""
        return {each.name: each for each in self.bindings}

    @property
    def commented_out(self) -> frozenset[str]:
        """The names in comments such as `# NAME=`: variables that may be left out."""
        return frozenset(match[1] for _, text in self.comments if (match := _COMMENTED_OUT.match(text)))


def read(project: Path, name: str) -> EnvFile:
    """The file, or with `broken` why it cannot be read. Raises HoldfastError where the system refuses it."""
    with file_errors(project / name, "read"), (project / name).open("rb") as file:
        content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        return EnvFile(name, broken=(Broken(1, f"larger than {LIMIT // 2**20} MiB, and not read"),))
    if b"\0" in content:
        at = content.index(b"\0")
        return EnvFile(name, broken=(Broken(_line(content, at), "a null character, which no variable can hold"),))
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return EnvFile(name, broken=(Broken(_line(content, error.start), "not UTF-8"),))
    return parsed(name, text)


def _line(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, at) + 1


def parsed(name: str, text: str) -> EnvFile:
    """The file of that content."""
    from dotenv.parser import parse_stream

    marked = text.startswith("\ufeff")  # python-dotenv before 1.2 takes it for a part of the first name
    bindings: list[Binding] = []
    comments: list[tuple[int, str]] = []
    broken: list[Broken] = []
    hidden: set[str] = set()
    for found in parse_stream(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        raw = found.original.string
        body = raw.lstrip()
        line = found.original.line + len(_BREAKS.findall(raw[: len(raw) - len(body)]))
        if found.error:
            broken.append(Broken(line, _why(body)))
            hidden.update(_HIDDEN.findall(body))
        elif found.key is not None:
            bindings.append(_binding(found.key, found.value, line, body))
        elif body:
            comments.append((line, body.rstrip()))
    return EnvFile(name, tuple(bindings), tuple(comments), tuple(broken), frozenset(hidden), marked)


def _why(body: str) -> str:
    start = _START.match(body)
    rest = body[start.end() :] if start else ""
    if rest[:1] not in ("'", '"') or not rest:
        return "not NAME=value"
    if _QUOTED.match(rest):
        return "something stands behind the closing quote" if "\n" not in rest.strip() else _RUNS_ON
    return "a quote is opened and not closed"


_RUNS_ON = "a quote is opened and not closed on its line, so that what follows is lost too"


def _binding(name: str, value: str | None, line: int, body: str) -> Binding:
    start = _START.match(body)
    if start is None or value is None:
        return Binding(name, value, line, "", _behind(body))
    rest = body[start.end() :].rstrip("\r\n")
    quoted = _QUOTED.match(rest)
    written = quoted[0] if quoted else _unquoted(rest, spaced=bool(start["after"]))
    exported, spaced = bool(start["export"]), bool(start["before"] or (start["after"] and written))
    return Binding(name, value, line, written, _behind(rest[len(written) :]), exported, spaced)


def _unquoted(rest: str, *, spaced: bool) -> str:
    """An unquoted value ends where white space and a number sign follow."""
    return "" if spaced and rest.startswith("#") else re.sub(r"\s+#.*", "", rest).rstrip()


def _behind(rest: str) -> str:
    return rest[rest.index("#") :].strip() if "#" in rest else ""
