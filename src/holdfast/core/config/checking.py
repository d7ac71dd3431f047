"""The configuration judged as a check: every mistake is a finding."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from holdfast.core.config import config_mistakes
from holdfast.core.config.documents import OWN_FILES, PYPROJECT
from holdfast.core.config.mistakes import UNREADABLE, Mistake
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status

PLACES = (PYPROJECT, *OWN_FILES, "the environment")


def check_config(project: Path, env: Mapping[str, str]) -> Result:
    """The result of looking in all of PLACES; a file that cannot be read counts as not looked at."""
    begun = time.monotonic()
    mistakes = config_mistakes(project, env)
    unread = {mistake.file for mistake in mistakes if mistake.id == UNREADABLE}
    return Result(
        "config",
        Status.FAILED if mistakes else Status.PASSED,
        tuple(_finding(mistake) for mistake in mistakes),
        checked=Checked(len(PLACES) - len(unread), len(PLACES), "places"),
        duration_s=time.monotonic() - begun,
    )


def _finding(mistake: Mistake) -> Finding:
    place = Location(mistake.file, mistake.line, mistake.column) if mistake.file else None
    return Finding(mistake.id, Severity.ERROR, mistake.message, place)
