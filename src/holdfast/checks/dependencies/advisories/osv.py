"""OSV records (https://ossf.github.io/osv-schema/), from whoever wrote them, as advisories."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from holdfast.checks.dependencies.advisories.cvss import severity_of
from holdfast.checks.dependencies.advisories.model import Advisory, Record
from holdfast.checks.dependencies.advisories.spans import Event, holds, parsed, spans_of
from holdfast.checks.dependencies.model import normal
from holdfast.core.clock import parse_iso

ECOSYSTEM = "PyPI"
SUMMARY = 140
"""How much of a summary is kept, in characters."""
MOST = {"versions": 50_000, "events": 1000, "ranges": 1000, "affected": 1000, "aliases": 100, "severity": 100}
"""How many of a kind a record may have; real ones stay far below."""
_ID = re.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_NAME = re.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?")
_RANGES = ("ECOSYSTEM", "SEMVER")
_EVENTS = ("introduced", "fixed", "last_affected", "limit")
_LEVELS = {"LOW": "low", "MODERATE": "moderate", "MEDIUM": "moderate", "HIGH": "high", "CRITICAL": "critical"}


class BadRecord(ValueError):
    """What was read is no OSV record, or one that contradicts its format."""


def read_record(value: object) -> Record:
    """The record in a document. Raises BadRecord, with the reason."""
    if not isinstance(value, dict):
        raise BadRecord("no OSV record: not a table")
    name = value.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise BadRecord("no OSV record: no id")
    modified_ms = _moment(value.get("modified"))
    if value.get("withdrawn"):
        return Record(name, modified_ms, (), withdrawn=True)
    packages: dict[str, list[dict[str, Any]]] = {}
    for affected in _tables(value, "affected"):
        package = affected.get("package")
        if isinstance(package, dict) and str(package.get("ecosystem")).partition(":")[0] == ECOSYSTEM:
            packages.setdefault(_package(package), []).append(affected)
    advisories = tuple(_advisory(package, value, parts) for package, parts in packages.items())
    return Record(name, modified_ms, advisories)


def _moment(value: object) -> int | None:
    if value is None:
        return None
    try:
        return int(parse_iso(str(value)).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise BadRecord(f"modified is no date: {str(value)[:40]!r}") from error


def _package(package: dict[str, Any]) -> str:
    name = package.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadRecord(f"no name of a package: {str(name)[:40]!r}")
    return normal(name)


def _advisory(package: str, record: dict[str, Any], parts: list[dict[str, Any]]) -> Advisory:
    ranges = [spans_of(events) for part in parts for events in _ranges(part)]
    spans = tuple(dict.fromkeys(span for found, _ in ranges for span in found))
    versions = dict.fromkeys(version for part in parts for version in _texts(part, "versions"))
    aliases = dict.fromkeys(alias for alias in _texts(record, "aliases") if _ID.fullmatch(alias))
    return Advisory(
        package,
        record["id"],
        tuple(alias for alias in aliases if alias != record["id"]),
        _summary(record),
        _severity(record, parts),
        spans,
        tuple(version for version in versions if not any(_holds(span, version) for span in spans)),
        tuple(dict.fromkeys(bound for _, unclear in ranges for bound in unclear)),
    )


def _holds(span: Any, version: str) -> bool:
    asked = parsed(version)
    return asked is not None and holds(span, asked)


def _ranges(affected: dict[str, Any]) -> Iterator[list[Event]]:
    """The events of each range of versions; those of commits say nothing of versions."""
    for part in _tables(affected, "ranges"):
        if part.get("type") not in _RANGES:
            continue
        events = [_event(kind, each[kind]) for each in _tables(part, "events") for kind in _EVENTS if kind in each]
        if not any(event.kind == "introduced" for event in events):
            raise BadRecord("a range without an event that introduces it")
        yield events


def _event(kind: str, version: object) -> Event:
    if not isinstance(version, str) or not version:
        raise BadRecord(f"{kind} is no text")
    return Event(kind, _line(version)[:100])


def _tables(of: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = of.get(key) or []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadRecord(f"{key} is no list of tables")
    return _few(value, key)


def _texts(of: dict[str, Any], key: str) -> list[str]:
    value = of.get(key) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadRecord(f"{key} is no list of texts")
    return [_line(each)[:100] for each in _few(value, key)]


def _few(values: list[Any], key: str) -> list[Any]:
    if len(values) > MOST[key]:
        raise BadRecord(f"more than {MOST[key]:,} {key}")
    return values


def _line(text: str) -> str:
    """A text on one line, of nothing but what can be shown and encoded."""
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


def _summary(record: dict[str, Any]) -> str:
    """The record's summary, else how its details begin; cut between words."""
    said = next((said for key in ("summary", "details") if isinstance(said := record.get(key), str) and said), "")
    lines = [line for line in said[:20_000].split("\n\n") if line.strip() and not line.lstrip().startswith(("#", "["))]
    text = _line(lines[0] if lines else said[:20_000]).strip("# ")
    sentence = re.match(r"(.{60,}?[a-z0-9)\]`\"'])[.!?](?:\s|$)", text)
    text = sentence[1] if sentence else text.rstrip(".")
    return text if len(text) <= SUMMARY else f"{text[: SUMMARY - 3].rsplit(' ', 1)[0]}..."


def _severity(record: dict[str, Any], parts: list[dict[str, Any]]) -> str:
    """What the database says, else what the CVSS 3 vector comes to."""
    for of in (record, *parts):
        for key in ("database_specific", "ecosystem_specific"):
            said = of.get(key)
            level = said.get("severity") if isinstance(said, dict) else None
            if isinstance(level, str) and level.upper() in _LEVELS:
                return _LEVELS[level.upper()]
    vectors = [each.get("score") for of in (record, *parts) for each in _tables(of, "severity")]
    levels = [severity_of(vector) for vector in vectors if isinstance(vector, str)]
    return next((level for level in levels if level), "")
