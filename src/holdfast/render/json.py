"""The report as one JSON document; see docs/specs/003-report.md."""

from __future__ import annotations

import json

from holdfast.core.findings import Report


def render(report: Report, *, color: bool = False) -> str:  # noqa: ARG001 - every format has the same shape
    """JSON with an indent of two, so that a person can read it too."""
    return json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n"
