"""Workflow files as the commands read them: with the kinds of step that are installed, and expressions judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.workflow.definition import load
from holdfast.workflow.model import Workflow

if TYPE_CHECKING:
    from holdfast.workflow.definition.expressions import Language


def read_workflow(path: Path, project: Path, *, fresh: bool = False, keep: bool = False) -> Workflow:
    """The workflow in a file, as holdfast.workflow.definition.load. Raises HoldfastError."""
    from holdfast.plugins import step_kinds
    from holdfast.workflow.executors import unknown

    return load(path, project, step_kinds(), language=_language, unknown_place=unknown, fresh=fresh, keep=keep)


def _language() -> Language:
    from holdfast.workflow import expressions

    return expressions
