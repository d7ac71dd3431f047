"""What a variable may be declared to hold, and whether a value does. A value is judged here and never kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

BOOLEANS = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"})
_NUMBER = r"\d+(?:\.\d+)?"
DURATION = re.compile(
    rf"(?i)(?=.*\d)(?:{_NUMBER}|(?:{_NUMBER}\s?(?:w|d|h|m|min|s|ms|us)\s?)+|P(?:[\d.]+[YMWD])*(?:T(?:[\d.]+[HMS])+)?)"
)
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
WEB = re.compile(r"(?i)(?:https?|wss?|ftp)://")
HOST = re.compile(r"(?i)[a-z]+://(?:[^/?#@\s]*@)?(?:\[[0-9a-f:.]+\]|[^/?#@:\s\[\]]+)(?::(\d{1,5}))?(?:[/?#]\S*)?")
EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(?:\.[^@\s,;<>.]+)*")
NAMED_EMAIL = re.compile(r"[^<>\r\n]*<([^<>]+)>")
UUID = re.compile(r"(?i)\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?")


class Kind(NamedTuple):
    """One kind of value: what messages call it, and whether a value is of it."""

    name: str
    must: str
    """As in "is not ...": `a whole number`."""
    holds: Callable[[str], bool]


def _is_url(value: str) -> bool:
    if not URL.fullmatch(value):
        return False
    if not WEB.match(value):
        return True
    match = HOST.fullmatch(value)
    return match is not None and int(match[1] or 0) <= 65535


def _is_email(value: str) -> bool:
    named = NAMED_EMAIL.fullmatch(value)
    return EMAIL.fullmatch(named[1] if named else value) is not None


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True


def _is_float(value: str) -> bool:
    return (
        re.fullmatch(r"(?i)[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:e[+-]?\d+)?|[+-]?(?:inf|infinity|nan)", value) is not None
    )


def _is_address(value: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _is_date(value: str) -> bool:
    import datetime

    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_duration(value: str) -> bool:
    return DURATION.fullmatch(value) is not None and value.upper() != "P"


def _between(value: str, least: int, most: int) -> bool:
    return re.fullmatch(r"\d{1,9}", value) is not None and least <= int(value) <= most


def _parts(value: str) -> list[str]:
    return value.rstrip().removesuffix(",").split(",")


ANYTHING = Kind("string", "text", lambda _value: True)
INTEGER = Kind("int", "a whole number", lambda value: re.fullmatch(r"[+-]?\d+(?:_\d+)*(?:\.0*)?", value) is not None)
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        ANYTHING,
        INTEGER,
        Kind("float", "a number", _is_float),
        Kind("bool", "true or false (or yes, no, on, off, 1, 0)", lambda value: value.lower() in BOOLEANS),
        Kind("url", "a URL with its scheme, such as https://host/path", _is_url),
        Kind("email", "an e-mail address", _is_email),
        Kind("port", "a port: a whole number from 1 to 65535", lambda value: _between(value, 1, 65535)),
        Kind("path", "a path", lambda value: "\n" not in value and "\0" not in value and "://" not in value),
        Kind("json", "JSON", _is_json),
        Kind("list", "a list separated by commas", lambda value: all(part.strip() for part in _parts(value))),
        Kind("duration", "a duration such as 90s, 10m, 1h30m or a number of seconds", _is_duration),
        Kind("uuid", "a UUID", lambda value: UUID.fullmatch(value) is not None),
        Kind("ip", "an IP address or network", _is_address),
        Kind("date", "a date such as 2026-12-31", _is_date),
    )
}
_SPELLINGS = {
    "string": "str text secret password token",
    "int": "integer",
    "float": "number decimal",
    "bool": "boolean flag",
    "url": "uri dsn",
    "email": "mail",
    "path": "file dir directory",
    "json": "object dict",
    "list": "csv array",
    "duration": "timedelta timeout",
    "ip": "address",
    "date": "datetime",
}
OTHER_NAMES = {other: name for name, others in _SPELLINGS.items() for other in others.split()}
CHOICES = frozenset({"choice", "choices", "enum", "one of", "oneof", "literal"})


def kind_of(said: str) -> Kind | None:
    """The kind that a declaration or an annotation means: `url`, `list(int)`, `choice(debug|info)`, `debug|info`."""
    text = said.strip().strip("`'\"")
    match = re.fullmatch(r"([A-Za-z][\w -]*?)\s*(?:[(\[{:](.*?)[)\]}]?)?", text)
    name = match[1].lower().strip() if match else ""
    inner = (match[2] or "").strip() if match else ""
    if name in CHOICES and inner:
        return choice(re.split(r"\s*[|,/]\s*", inner))
    if "|" in text and not inner:
        return choice(text.split("|"))
    if name in ("list", "array", "csv") and inner:
        item = kind_of(inner)
        return _list_of(item) if item else None
    return None if inner else KINDS.get(OTHER_NAMES.get(name, name))


def choice(allowed: list[str]) -> Kind:
    """The kind that has these values and no others. Messages do not tell them."""
    values = [each.strip().strip("'\"") for each in allowed]
    name = f"choice({'|'.join(values)})"
    return Kind(name, f"one of the {len(values)} values declared for it", values.__contains__)


def _list_of(item: Kind) -> Kind:
    return Kind(
        f"list({item.name})",
        f"a list separated by commas, each {item.must}",
        lambda value: all(item.holds(part.strip()) for part in _parts(value)),
    )
