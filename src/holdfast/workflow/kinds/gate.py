"""`gate`: a number out of a report, held against a bound."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.core.config.kinds import shown
from holdfast.core.config.mistakes import nearest
from holdfast.workflow.gates.metrics import AGGREGATES, BOUNDS, metric_names, metrics_of
from holdfast.workflow.kinds import bodies
from holdfast.workflow.kinds.bodies import Field, Problem
from holdfast.workflow.kinds.interface import Command, Setting
from holdfast.workflow.model import RERUN

EXAMPLE = "{metric: coverage.line, from: out/coverage.xml, at_least: 85}"


class GateKind:
    """Reads and compares: it may run as often as wanted."""

    name = "gate"
    on_crash = RERUN
    waits = False

    def problems(self, body: Any) -> list[Problem]:
        """What is wrong with the gate: its metric, what that needs, its bounds."""
        found = bodies.judged(body, FIELDS, EXAMPLE)
        if isinstance(body, Mapping):
            found += [*_unfit(body), *_bounds(body)]
        return found

    def command(self, body: Any, setting: Setting) -> Command:
        """The gate's program with what it is asked as JSON. Raises HoldfastError."""
        bodies.require(self.problems(body), self.name)
        asked = json.dumps({**body, "since_ms": setting.started_ms}, ensure_ascii=False)
        return Command((setting.python, "-P", "-m", "holdfast.workflow.gates", asked))

    def question(self, body: Any) -> Mapping[str, Any]:
        """Nothing: it waits for nobody."""
        return {}


def _metric(value: Any) -> Iterator[Problem]:
    known = metric_names()
    if value not in known and not bodies.is_open(value):
        meant = nearest(value, known) if isinstance(value, str) else None
        near = f"; did you mean {meant}?" if meant else f"; known: {', '.join(known)}"
        yield (), f"must be a metric, not {shown(value)}{near}"


def _unfit(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Options that the metric does not take, and those that it needs."""
    metric = body.get("metric")
    if metric not in metric_names():
        return
    known = metrics_of(metric)
    for option in body:
        if option in FIELDS and option not in (*known.options, *BOUNDS, "metric"):
            yield (option,), f"{metric} does not take {option}; it takes {', '.join(known.options)}"
    for option in known.required:
        if option not in body:
            yield (), f"{metric} needs {option}"


def _bounds(body: Mapping[str, Any]) -> Iterator[Problem]:
    if not any(bound in body for bound in BOUNDS):
        yield (), f"a bound is missing: one of {', '.join(BOUNDS)}"


def _path(value: Any) -> Iterator[Problem]:
    from holdfast.workflow.gates.json_file import PATH

    yield from bodies.a_text(value)
    if isinstance(value, str) and not bodies.is_open(value) and PATH.fullmatch(value) is None:
        yield (), f"must be a path such as $.totals.percent or $['a b'][0], not {shown(value)}"


OPTIONS = {
    **dict.fromkeys(("from", "package", "rule", "name", "url", "query", "token"), Field(bodies.a_text)),
    "fresh": Field(bodies.a_flag),
    "path": Field(_path),
    "aggregate": Field(bodies.one_of(*AGGREGATES)),
    "timeout": Field(bodies.a_duration),
}
FIELDS = {
    "metric": Field(_metric, required=True),
    **OPTIONS,
    **dict.fromkeys(BOUNDS, Field(bodies.a_number)),
}
KIND = GateKind()
