"""A number out of a JSON document, by a path: `$.totals.percent`, `$['a b'][0].x`, `$.runs[-1].value`.

The paths are the part of RFC 9535 that leads to one value: names and indexes, no wildcards, slices or filters.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from holdfast.workflow.gates.files import content
from holdfast.workflow.gates.interface import Gate, NoData, Reading

_STEP = r"""\.[A-Za-z_\u0080-\U0010ffff][\w\u0080-\U0010ffff]*|\[(?:'[^'\\]*'|"[^"\\]*"|0|-?[1-9]\d{0,8})\]"""
PATH = re.compile(rf"\$(?:{_STEP})*")


def read(gate: Gate) -> Reading:
    """The number that `path` leads to. Raises NoData where there is none, or where it is no number."""
    path = str(gate.options["path"])
    value = follow(document(gate), path, gate.options["from"])
    return Reading(number(value, f"{gate.options['from']}: {path}"), path)


def document(gate: Gate) -> Any:
    """The whole JSON document of a gate's report. Raises NoData."""
    name = gate.options["from"]
    try:
        return json.loads(content(gate), parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise NoData(f"{name}:{error.lineno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise NoData(f"{name}: not read: nested too deep") from error
    except ValueError as error:  # not UTF-8, NaN, or a number of thousands of digits
        raise NoData(f"{name}: not JSON: {str(error)[:120]}") from error


def follow(value: Any, path: str, name: str) -> Any:
    """What a path leads to. Raises NoData, with where it ends."""
    if PATH.fullmatch(path) is None:
        raise NoData(f"{path} is no path such as $.totals.percent or $['a b'][0]")
    way = "$"
    for step in re.findall(_STEP, path):
        key: str | int = step[1:] if step[0] == "." else step[2:-2] if step[1] in "'\"" else int(step[1:-1])
        try:
            if isinstance(value, dict) != isinstance(key, str):
                raise LookupError
            value = value[key]
        except (LookupError, TypeError) as error:
            raise NoData(f"{name}: {way} has no {step.removeprefix('.')}") from error
        way += step
    return value


def number(value: Any, what: str) -> float:
    """A finite number. Raises NoData."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        kinds = {str: "a text", bool: "true or false", type(None): "null", list: "a list", dict: "a map"}
        raise NoData(f"{what} is {kinds.get(type(value), 'something else')}, not a number")
    try:
        found = float(value)
    except OverflowError as error:
        raise NoData(f"{what} is too large a number") from error
    if not math.isfinite(found):
        raise NoData(f"{what} is not a finite number")
    return found


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")
