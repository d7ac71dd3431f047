"""Durations from the JSON of pytest-benchmark (`--benchmark-json`) and hyperfine (`--export-json`), in seconds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from holdfast.workflow.gates.interface import Gate, NoData, Reading
from holdfast.workflow.gates.json_file import document, number


def read(gate: Gate) -> Reading:
    """`benchmark.median`, `mean`, `min`, `max` or `p95` (nearest rank) of the benchmark `name`. Raises NoData."""
    name, values = _chosen(gate, _benchmarks(gate, document(gate)))
    what = gate.metric.partition(".")[2]
    samples = values.get("samples")
    runs = f", {len(samples):,} runs" if isinstance(samples, list) and samples else ""
    if what == "p95":
        return Reading(_p95(gate, name, samples), f"{name}{runs}")
    if what not in values:
        raise NoData(f"{gate.options['from']}: {name} has no {what}")
    return Reading(number(values[what], f"{gate.options['from']}: {what} of {name}"), f"{name}{runs}")


def _benchmarks(gate: Gate, found: Any) -> dict[str, Mapping[str, Any]]:
    """What is known of each benchmark by its names, with all its durations as `samples`."""
    by_name: dict[str, Mapping[str, Any]] = {}
    if isinstance(found, dict) and isinstance(found.get("benchmarks"), list):
        for each in found["benchmarks"]:
            stats = each.get("stats") if isinstance(each, dict) else None
            if isinstance(stats, dict):
                by_name[str(each.get("fullname", each.get("name")))] = {**stats, "samples": stats.get("data")}
    elif isinstance(found, dict) and isinstance(found.get("results"), list):
        for each in found["results"]:
            if isinstance(each, dict):
                by_name[str(each.get("command"))] = {**each, "samples": each.get("times")}
    else:
        raise NoData(f"{gate.options['from']} is neither pytest-benchmark's JSON nor hyperfine's")
    return by_name


def _chosen(gate: Gate, by_name: Mapping[str, Mapping[str, Any]]) -> tuple[str, Mapping[str, Any]]:
    known = ", ".join(list(by_name)[:10])
    if not by_name:
        raise NoData(f"{gate.options['from']} holds no benchmarks")
    wanted = gate.options.get("name")
    if wanted is None:
        if len(by_name) > 1:
            raise NoData(f"{gate.options['from']} holds {len(by_name)} benchmarks; say which by name: {known}")
        return next(iter(by_name.items()))
    found = [name for name in by_name if name == wanted] or [
        name for name in by_name if name.rpartition("::")[2] == wanted
    ]
    if len(found) != 1:
        raise NoData(
            f"{gate.options['from']} holds {'no' if not found else 'more than one'} {wanted}; it holds {known}"
        )
    return found[0], by_name[found[0]]


def _p95(gate: Gate, name: str, samples: Any) -> float:
    if not isinstance(samples, list) or not samples:
        how = "write it with --benchmark-save-data or hyperfine"
        raise NoData(f"{gate.options['from']}: {name} has no durations of single runs; {how}")
    ordered = sorted(number(each, f"{gate.options['from']}: a duration of {name}") for each in samples)
    return ordered[math.ceil(0.95 * len(ordered)) - 1]
