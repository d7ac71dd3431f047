"""`.github/workflows/holdfast.yml`: what runs at each push and each night."""

from __future__ import annotations

from holdfast.adoption.facts import WORKFLOW
from holdfast.adoption.parts import Part, Wish, nothing_else
from holdfast.adoption.workflow import workflow


def _body(wish: Wish, _kind: str) -> str:
    return workflow(wish.facts)


PART = Part("workflow", (WORKFLOW,), _body, place=nothing_else, only_at_root=True)
