"""Reading workflow files: what they say as values, or everything that is wrong with them. See docs/specs/006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.workflow.definition.finding import find, in_folder
from holdfast.workflow.definition.loading import load
from holdfast.workflow.definition.mistakes import DefinitionError, Mistake

if TYPE_CHECKING:
    from holdfast.workflow.definition.inputs import parse_inputs

__all__ = ["DefinitionError", "Mistake", "find", "in_folder", "load", "parse_inputs"]


def __getattr__(name: str) -> object:
    """`parse_inputs`, which only a run needs."""
    if name == "parse_inputs":
        from holdfast.workflow.definition.inputs import parse_inputs

        return parse_inputs
    raise AttributeError(name)
