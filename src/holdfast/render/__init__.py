"""Reports as text, JSON, JUnit, SARIF and GitHub annotations. The only importer of rich."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.core.findings import Report

FORMATS = {
    "text": "holdfast.render.text",
    "json": "holdfast.render.json",
    "junit": "holdfast.render.junit",
    "sarif": "holdfast.render.sarif",
    "github": "holdfast.render.github",
}
"""Each module holds `render(report) -> str`, loaded when its format is asked for."""


def render(report: Report, form: str, *, color: bool = False, width: int | None = None) -> str:
    """The report in one of FORMATS; it ends in a newline. Only text heeds `color` and `width`. Raises KeyError."""
    module = import_module(FORMATS[form])
    options = {"color": color, "width": width} if form == "text" else {}
    text: str = module.render(report, **options)
    return text
