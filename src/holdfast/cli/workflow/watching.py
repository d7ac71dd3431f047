"""`holdfast workflow status --watch`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

from holdfast.cli.workflow.reading import color, show
from holdfast.core.clock import now_ms
from holdfast.core.errors import ExitCode
from holdfast.render.screen import Screen
from holdfast.render.terminal import moves_cursor, width
from holdfast.render.workflow_changes import changes
from holdfast.render.workflow_reports import render
from holdfast.render.workflow_table import page
from holdfast.workflow.engines.reading import Reader
from holdfast.workflow.reports.model import RunReport
from holdfast.workflow.reports.overview import is_going_on, see

EVERY_S = 0.25
SHARE = 10
"""Looking takes at most one part in so many of the time: a run of 10,000 items takes a while to read."""


def watch(engine: Reader, run_id: str, form: str, *, everything: bool) -> ExitCode:
    """Shows a run until it ends, or until nobody runs it any more; returns what it ended with.

    On a terminal it is drawn in place, elsewhere each change is a line on standard error; at the end it is shown.
    """
    seen = _looks(engine, run_id)
    last = _drawn(seen) if moves_cursor(sys.stdout, os.environ) else _told(seen)
    show(render(last, form, color=color(), width=width(sys.stdout, os.environ), everything=everything))
    return last.exit_code


def _looks(engine: Reader, run_id: str) -> Iterator[RunReport]:
    while True:
        begun = time.monotonic()
        seen = see(engine, run_id)
        yield seen.report(now_ms())
        if not is_going_on(seen):
            return
        time.sleep(max(EVERY_S, SHARE * (time.monotonic() - begun)))


def _drawn(seen: Iterator[RunReport]) -> RunReport:
    screen = Screen(sys.stdout)
    try:
        for made in seen:
            screen.draw(page(made, *screen.size(), color=color()))
    finally:
        screen.clear()
    return made


def _told(seen: Iterator[RunReport]) -> RunReport:
    before: RunReport | None = None
    for made in seen:
        for line in changes(before, made):
            sys.stderr.write(line + "\n")
        sys.stderr.flush()
        before = made
    return made
