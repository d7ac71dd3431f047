"""Holding a number against its bounds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import NamedTuple

from holdfast.workflow.gates.interface import Gate, NoData, Reader, Reading
from holdfast.workflow.gates.metrics import BOUNDS, metrics_of

COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "equals": operator.eq,
    "below": operator.lt,
    "above": operator.gt,
}


class Verdict(NamedTuple):
    """What a gate says, as one line, and the number where there is one."""

    passed: bool
    line: str
    value: float | None = None


def judge(gate: Gate, bounds: Mapping[str, float]) -> Verdict:
    """Reads the metric and compares it. Without data, or without a bound, a gate fails."""
    try:
        reading = _reader(gate.metric)(gate)
    except NoData as error:
        return Verdict(passed=False, line=f"{gate.metric}: no data: failed ({error})")
    failed = [name for name, bound in bounds.items() if not COMPARE[name](reading.value, bound)]
    decisive = failed or list(bounds)
    compared = " and ".join(f"{BOUNDS[name]} {shown(bounds[name])}" for name in decisive)
    passed = bool(bounds) and not failed
    verdict = "passed" if passed else "failed"
    value = _shown_beside(reading.value, bounds.values())
    return Verdict(passed, f"{gate.metric} {value} {compared}: {verdict} ({_source(gate, reading)})", reading.value)


def _reader(metric: str) -> Reader:
    module, _, name = metrics_of(metric).reader.partition(":")
    reader: Reader = getattr(import_module(module), name)
    return reader


def _source(gate: Gate, reading: Reading) -> str:
    place = gate.options.get("from") or gate.options.get("url")
    return f"from {place}, {reading.detail}"


def shown(value: float) -> str:
    """A number for people: six digits, whole ones without a point."""
    return f"{value:,.0f}".replace(",", "") if value == int(value) and abs(value) < 1e15 else f"{value:.6g}"


def _shown_beside(value: float, bounds: Iterable[float]) -> str:
    """In full where rounding would make it look like its bound: 84.9999999 is not 85."""
    short = shown(value)
    alike = any(short == shown(bound) and value != bound for bound in bounds)
    return repr(value) if alike else short
