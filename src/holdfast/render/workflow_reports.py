"""A run in each format in which it can be reported."""

from __future__ import annotations

from importlib import import_module

from holdfast.workflow.reports.model import RunReport

FORMATS = {
    "text": "holdfast.render.workflow_table",
    "json": "holdfast.render.workflow_json",
    "markdown": "holdfast.render.workflow_markdown",
    "junit": "holdfast.render.workflow_junit",
    "html": "holdfast.render.workflow_html",
}
"""Each module holds `render(report) -> str`, loaded when its format is asked for."""


def render(
    report: RunReport, form: str, *, color: bool = False, width: int | None = None, everything: bool = False
) -> str:
    """The run in one of FORMATS; it ends in a newline. Only text heeds `color`, `width`, `everything`.

    Raises KeyError.
    """
    module = import_module(FORMATS[form])
    options = {"color": color, "width": width, "everything": everything} if form == "text" else {}
    text: str = module.render(report, **options)
    return text
