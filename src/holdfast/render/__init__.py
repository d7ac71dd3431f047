"""Reports as text, JSON, JUnit, SARIF and GitHub annotations. The only importer of rich."""

from __future__ import annotations

from importlib import import_module

from holdfast.core.findings import Report

FORMATS = {
    "text": "holdfast.render.text",
    "json": "holdfast.render.json",
}
"""Each module holds `render(report, *, color) -> str`, loaded when its format is asked for."""


def render(report: Report, form: str, *, color: bool = False) -> str:
    """The report in one of FORMATS; it ends in a newline. Only text is ever coloured. Raises KeyError."""
    text: str = import_module(FORMATS[form]).render(report, color=color)
    return text
