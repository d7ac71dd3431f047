"""How a requirement may have been written before: in other looks, or with other versions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import product

from holdfast.checks.dependencies.model import normal

_REQUIREMENT = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^]]*)\])?\s*\(?(?P<bounds>[^;()@]*)\)?\s*"
    r"(?:;\s*(?P<marker>.*?))?\s*"
)
_BOUND = re.compile(r"(?P<op>[<>=!~^]{1,2})?(?P<gap> ?)(?P<version>\d{1,9}(?:\.\d{1,9}){0,3})(?![\w.*+])")
LAYOUTS = tuple(
    (before, after, gap, comma)
    for before, after in (("", ""), (" ", ""), (" (", ")"), ("(", ")"))
    for gap in ("", " ")
    for comma in (",", ", ", " , ")
)
_MARKS = ("; ", ";", " ; ", " ;")
_OPERATORS = (">=", "==", "~=", ">", "^", "~")
_REACH = 60
"""How far the parts of a version are varied."""


def laid_out(text: str, layout: int) -> str:
    """A requirement in one of LAYOUTS, otherwise as it is."""
    match = _REQUIREMENT.fullmatch(text[:500])
    if match is None or not match["bounds"].strip():
        return text
    extras = f"[{match['extras']}]" if match["extras"] is not None else ""
    marker = f"; {match['marker']}" if match["marker"] else ""
    return f"{match['name']}{extras}{_set(_bounds(match['bounds']), LAYOUTS[layout])}{marker}"


def looks(text: str, true: Mapping[str, str]) -> Iterator[str]:
    """A requirement with another layout, name, order of its bounds and extras, and quotes of its marker.

    `true` are true names by normalised ones.
    """
    match = _REQUIREMENT.fullmatch(text[:500])
    if match is None:
        return
    bounds = _bounds(match["bounds"])
    orders = list(dict.fromkeys((tuple(bounds), tuple(sorted(bounds)), tuple(reversed(bounds)))))
    for name, extras, marker, order in product(
        sorted(names(match["name"], true)), _extras(match["extras"]), _markers(match["marker"]), orders
    ):
        for layout in LAYOUTS if order else LAYOUTS[:1]:
            yield f"{name}{extras}{_set(order, layout) if order else ''}{marker}"


def constraint_looks(text: str) -> Iterator[str]:
    """A constraint of Poetry's with other spaces and commas."""
    parts = [part for part in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", text.strip()) if part]
    for comma in (",", ", ", " "):
        for gap in ("", " "):
            yield comma.join(re.sub(r"^([<>=!~^]+)\s*", rf"\1{gap}", part) for part in parts)


def names(name: str, true: Mapping[str, str]) -> set[str]:
    """The ways in which a name is written."""
    plain = normal(name)
    dashed = {plain, plain.replace("-", "_"), plain.replace("-", ".")}
    return {name, name.lower(), name.capitalize(), true.get(plain, name)} | dashed


def versions(text: str, *, constraint: bool) -> Iterator[str]:
    """A requirement, or a constraint of Poetry's, with another bound; the nearest versions come first."""
    match = None if constraint else _REQUIREMENT.fullmatch(text[:500])
    if match is None and not constraint:
        return
    found = list(_BOUND.finditer(text, *(match.span("bounds") if match else (0, len(text)))))
    for bound in found:
        yield _without(text, bound, alone=len(found) == 1, constraint=constraint)
        for operator in _OPERATORS:
            if operator != bound["op"]:
                yield f"{text[: bound.start()]}{operator}{bound['gap']}{bound['version']}{text[bound.end() :]}"
    for bound, version in _other_versions(found):
        yield f"{text[: bound.start('version')]}{version}{text[bound.end() :]}"


def other_extras(text: str, known: Mapping[str, Collection[str]]) -> Iterator[str]:
    """A requirement without its extras, without one of them, or with one more that is known of its package."""
    match = _REQUIREMENT.fullmatch(text[:500])
    if match is None:
        return
    listed = [each.strip() for each in (match["extras"] or "").split(",") if each.strip()]
    more = sorted(set(known.get(normal(match["name"]), ())) - set(map(normal, listed)))
    fewer = [[each for each in listed if each != one] for one in listed] if len(listed) > 1 else []
    rest = text[match.end("extras") + 1 if match["extras"] is not None else match.end("name") :]
    for extras in ([], *fewer, *([*listed, one] for one in more)):
        for comma in (",", ", ") if len(extras) > 1 else (",",):
            yield f"{match['name']}{f'[{comma.join(extras)}]' if extras else ''}{rest}"


def _other_versions(found: list[re.Match[str]]) -> Iterator[tuple[re.Match[str], str]]:
    split = [(bound, bound["version"].split(".")) for bound in found]
    for distance in range(1, _REACH):
        for bound, parts in split:
            yield from ((bound, version) for version in _near(parts, distance))
    for bound, parts in split:
        yield from ((bound, version) for version in _far(parts))


def _without(text: str, bound: re.Match[str], *, alone: bool, constraint: bool) -> str:
    before, after = text[: bound.start()], text[bound.end() :]
    if alone:
        return "*" if constraint else f"{before.rstrip(' (')}{after.lstrip(')')}"
    last = not after.strip(" ,)")
    return f"{before.rstrip(' ,') if last else before}{after if last else after.lstrip(' ,')}"


def _near(parts: list[str], distance: int) -> Iterator[str]:
    """Versions in which one part is so much less or more; what follows it stays, goes, or is a zero."""
    for place in range(len(parts) - 1, -1, -1):
        for number in (int(parts[place]) - distance, int(parts[place]) + distance):
            if number >= 0:
                first, rest = [*parts[:place], str(number)], parts[place + 1 :]
                yield from dict.fromkeys(".".join(tail) for tail in ([*first, *rest], first, [*first, "0"]))


def _far(parts: list[str]) -> Iterator[str]:
    """Versions of another major version: up to three less, or one more."""
    for major in range(int(parts[0]) + 1, max(int(parts[0]) - 4, -1), -1):
        yield from (f"{major}.{minor}" for minor in range(_REACH // 2))
        yield from (f"{major}.{minor}.0" for minor in range(_REACH // 2))


def _bounds(text: str) -> list[str]:
    return [part for part in re.split(r"\s*,\s*", text.strip()) if part]


def _set(bounds: list[str] | tuple[str, ...], layout: tuple[str, str, str, str]) -> str:
    before, after, gap, comma = layout
    return f"{before}{comma.join(re.sub(r'^([<>=!~]+) *', rf'{chr(92)}1{gap}', bound) for bound in bounds)}{after}"


def _extras(extras: str | None) -> list[str]:
    if not extras:
        return [""]
    listed = [each.strip() for each in extras.split(",")]
    return [f"[{comma.join(order)}]" for order in (listed, sorted(listed), listed[::-1]) for comma in (",", ", ")]


def _markers(marker: str | None) -> list[str]:
    if not marker:
        return [""]
    quoted = {marker, marker.replace("'", '"'), marker.replace('"', "'")}
    return [f"{mark}{each}" for each in sorted(quoted) for mark in _MARKS]
