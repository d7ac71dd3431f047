"""What a setting may hold. Each kind takes a document's value, reads text, and describes itself as JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

CHECK_NAME = "[a-z0-9][a-z0-9-]*"
WITHOUT_CONTROLS = r"[^\u0000-\u001f\u007f-\u009f]*"
WITHOUT_NUL = r"[^\u0000]*"
INSIDE_PROJECT = r"(?!/)(?!(?:[^/]*/)*\.\.(?:/|$))[^\u0000-\u001f\u007f-\u009f]+"
DURATION_TEXT = (
    "(?=[^1-9]*[1-9])"  # more than nothing
    r"(?:[0-9]{1,6}(?:\.[0-9]{1,3})?|(?:([0-9]{1,4})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?)"
)
LONGEST_S = 1_000_000_000
SIZE_TEXT = "([0-9]{1,9}) ?(|kB|MB|GB)"
LARGEST_BYTES = 2**60
UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
DATE_TEXT = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
ADVISORY_ID = "[A-Za-z0-9][A-Za-z0-9-]*"
FINDING_ID = "[A-Za-z0-9][A-Za-z0-9:_.@/-]*"
BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class Unfit(ValueError):
    """A value that its setting cannot hold. `at` leads from the value to the part of it that is wrong."""

    def __init__(self, must: str, value: object, at: tuple[int, ...] = ()) -> None:
        super().__init__(f"must be {must}, not {shown(value)}")
        self.must, self.value, self.at = must, value, at


class Kind(NamedTuple):  # named tuples are made in a sixth of a dataclass's time, and every start makes them
    """One kind of value. `accept` raises Unfit; `from_text` gives what a document would hold, for `accept` to judge."""

    name: str
    must: str
    schema: Mapping[str, Any]
    accept: Callable[[object], Any]
    from_text: Callable[[str], object] = str


def shown(value: object) -> str:
    """A value in a message: short, on one line, and harmless whatever it holds."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python prints
        return "a number too large to print"
    return text if len(text) <= 60 else f"{text[:56]}...{text[-1]}"


def _anchored(pattern: str) -> str:
    """The pattern for the whole of a text, in the words that both Python's and ECMAScript's readers share."""
    return rf"^(?:{pattern})$(?!\n)"


def _text(name: str, must: str, pattern: str) -> Kind:
    def accept(value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value) or not _is_unicode(value):
            raise Unfit(must, value)
        return value

    return Kind(name, must, {"type": "string", "pattern": _anchored(pattern)}, accept)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: a file name made of it could not be opened
        return False
    return True


def _list_of(item: Kind, must: str, *, least: int = 0) -> Kind:
    def accept(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) < least:
            raise Unfit(must, value)
        return tuple(_accept_item(item, one, number) for number, one in enumerate(value))

    schema = {"type": "array", "items": item.schema} | ({"minItems": least} if least else {})
    return Kind(f"list of {item.name}s", must, schema, accept, _split)


def _accept_item(item: Kind, value: object, number: int) -> object:
    try:
        return item.accept(value)
    except Unfit as error:
        raise Unfit(error.must, value, (number, *error.at)) from None


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _accept_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit(BOOL.must, value)
    return value


def _accept_count(value: object) -> int:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not isinstance(value, int | float) or not whole or value < 0:
        raise Unfit(COUNT.must, value)
    return int(value)


def _count_from_text(text: str) -> object:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else text


def _accept_duration(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LONGEST_S:
        return float(value)
    match = re.fullmatch(DURATION_TEXT, value) if isinstance(value, str) else None
    if match is None:
        raise Unfit(DURATION.must, value)
    if not any(match.groups()):
        return float(match.string)
    return float(sum(int(count or 0) * unit for count, unit in zip(match.groups(), UNITS.values(), strict=True)))


def _accept_size(value: object) -> int:
    """The size in bytes; 1 kB is 1024 of them."""
    match = re.fullmatch(SIZE_TEXT, value) if isinstance(value, str) else None
    if match is not None:
        power: int = ("", "kB", "MB", "GB").index(match[2])
        count: int = int(match[1]) * 1024**power
        return count
    try:
        size = _accept_count(value)
    except Unfit:
        raise Unfit(SIZE.must, value) from None
    if size > LARGEST_BYTES:
        raise Unfit(SIZE.must, value)
    return size


def _accept_date(value: object) -> str:
    """The date as text; TOML and YAML have dates of their own."""
    import datetime

    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    if not isinstance(value, str) or not re.fullmatch(DATE_TEXT, value):
        raise Unfit(DATE.must, value)
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError:
        raise Unfit(DATE.must, value) from None


BOOL = Kind(
    "boolean", "true or false", {"type": "boolean"}, _accept_bool, lambda text: BOOLEANS.get(text.strip().lower(), text)
)
COUNT = Kind(
    "number", "a whole number of 0 or more", {"type": "integer", "minimum": 0}, _accept_count, _count_from_text
)
DURATION = Kind(
    "duration",
    'a time of more than 0 such as "90s", "10m", "1h30m", "7d" or a number of seconds',
    {
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_S},
            {"type": "string", "pattern": _anchored(DURATION_TEXT)},
        ]
    },
    _accept_duration,
)
SIZE = Kind(
    "size",
    'a size such as "500kB", "2MB" or a number of bytes',
    {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": LARGEST_BYTES},
            {"type": "string", "pattern": _anchored(SIZE_TEXT)},
        ]
    },
    _accept_size,
)
DATE = Kind("date", 'a date such as "2026-12-31"', {"type": "string", "pattern": _anchored(DATE_TEXT)}, _accept_date)
ADVISORY = _text("advisory id", "a name of letters, digits and dashes", ADVISORY_ID)
FINDING = _text("finding id", "the id of a finding, such as VENV008 or ruff:E501", FINDING_ID)
NAME = _text("check name", "a name of lower-case letters, digits and dashes", CHECK_NAME)
LINE = _text("text", "one line of text", WITHOUT_CONTROLS)
PATH = _text("path", "a path inside the project, without ..", INSIDE_PROJECT)
GLOB = _text("glob", 'a path or pattern inside the project such as "src/**/*.py", without ..', INSIDE_PROJECT)
WORD = _text("text", "text, without NUL characters", WITHOUT_NUL)
NAMES = _list_of(NAME, "a list of check names")
GLOBS = _list_of(GLOB, 'a list of paths or patterns such as ["src/**/*.py"]')
WORDS = _list_of(WORD, "a list of texts")
ARGV = _list_of(WORD, 'a list of words such as ["ruff", "check"], for no shell reads it', least=1)


def written(kind: Kind, value: object) -> str:
    """A value as a configuration file would hold it, on one line."""
    import json

    if value is None:
        return "(unset)"
    if kind is DURATION and isinstance(value, float):
        return _written_duration(value)
    if kind is SIZE and isinstance(value, int):
        return _written_size(value)
    return json.dumps(value, ensure_ascii=False)


def _written_size(size: int) -> str:
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if size and size % 1024**power == 0:
            return f'"{size // 1024**power}{unit}"'
    return str(size)


def _written_duration(seconds: float) -> str:
    if not seconds.is_integer():
        return f"{seconds:g}"
    parts, rest = "", int(seconds)
    for unit, length in UNITS.items():
        count, rest = divmod(rest, length)
        parts += f"{count}{unit}" if count else ""
    return f'"{parts}"'
