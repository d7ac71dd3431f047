"""Sentences for the changelog from a plugin, where one is installed; ours stands where there is none or it fails."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.cli.task_log_options import say
from holdfast.core.errors import HoldfastError

GROUP = "holdfast.summaries"


def improved(sentence: str, about: Mapping[str, str]) -> str:
    """What the first plugin by name makes of a sentence and of what it is about; else the sentence as it is."""
    from importlib.metadata import entry_points

    from holdfast.checks.runner import asked

    found = min(entry_points(group=GROUP), key=lambda point: point.name, default=None)
    if found is None:
        return ""
    problem = f"summaries by {found.name} ({found.value})"
    try:
        made = asked(problem, lambda: found.load()(sentence, dict(about)))
    except HoldfastError as error:
        say(f"{error.message}; the changelog has our own sentence")
        return ""
    if not isinstance(made, str):
        say(f"{problem}: not a text; the changelog has our own sentence")
        return ""
    return made
