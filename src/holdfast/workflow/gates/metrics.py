"""The metrics that gates know, and what each may be told."""

from __future__ import annotations

from typing import NamedTuple


class Metrics(NamedTuple):
    """The metrics of one reader."""

    reader: str
    """`module:function`."""
    names: tuple[str, ...]
    options: tuple[str, ...]
    """What a gate on one of them may say, beside its bounds."""
    required: tuple[str, ...]


FILE = ("from", "fresh")
_GATES = "holdfast.workflow.gates"
READERS = {
    "coverage": Metrics(f"{_GATES}.coverage_xml:read", ("line", "branch"), (*FILE, "package"), ("from",)),
    "junit": Metrics(
        f"{_GATES}.junit_xml:read",
        ("tests", "passed", "failures", "errors", "skipped", "pass_rate", "time"),
        FILE,
        ("from",),
    ),
    "json": Metrics(f"{_GATES}.json_file:read", (), (*FILE, "path"), ("from", "path")),
    "sarif": Metrics(f"{_GATES}.sarif:read", ("results", "error", "warning", "note"), (*FILE, "rule"), ("from",)),
    "benchmark": Metrics(
        f"{_GATES}.benchmark:read", ("median", "mean", "p95", "min", "max"), (*FILE, "name"), ("from",)
    ),
    "prometheus": Metrics(
        f"{_GATES}.prometheus:read", (), ("url", "query", "aggregate", "timeout", "token"), ("url", "query")
    ),
}
BOUNDS = {"at_least": ">=", "at_most": "<=", "equals": "==", "below": "<", "above": ">"}
AGGREGATES = ("min", "max", "sum", "avg", "count")


def metric_names() -> list[str]:
    """All metrics: `coverage.line`, `json`."""
    return [
        f"{family}.{name}" if name else family for family, known in READERS.items() for name in (known.names or ("",))
    ]


def metrics_of(metric: str) -> Metrics:
    """The reader's entry for a metric. Raises KeyError."""
    return READERS[metric.partition(".")[0]]
