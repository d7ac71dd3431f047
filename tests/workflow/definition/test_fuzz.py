"""Whatever a file holds, reading it gives a workflow or says what is wrong with it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from holdfast.plugins import step_kinds
from holdfast.workflow import expressions
from holdfast.workflow.definition import DefinitionError, load
from holdfast.workflow.definition.schema import DEFAULTS, STEP
from holdfast.workflow.model import KINDS, Workflow

TOP = ("name", "description", "inputs", "defaults", "queues", "concurrency", "timeout", "steps")
WORDS = (*KINDS, *STEP, *DEFAULTS, *TOP, "times", "backoff", "on", "group", "type", "choices", "period", "a", "b")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(
        ("a", "b", "1s", "never", "probe", "${item}", "${steps.a.answer}", "${", "inputs.x", "steps.b", "\0")
    ),
    st.text(max_size=8),
)
KEYS = st.sampled_from(WORDS) | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
STEPS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(("a", "b", "c"))},
        optional={name: VALUES for name in (*KINDS, *STEP) if name != "id"}
        | {"needs": st.lists(st.sampled_from("abc"))},
    ),
    max_size=3,
)
DOCUMENTS = st.fixed_dictionaries({"steps": STEPS | VALUES}, optional=dict.fromkeys(TOP[:-1], VALUES)) | VALUES


def read(content: bytes) -> Workflow | None:
    """What came of reading a file of this content: nothing else than one of the two may."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "w.yaml")
        path.write_bytes(content)
        try:
            workflow = load(path, Path(folder), step_kinds(), language=lambda: expressions, keep=True)
        except DefinitionError as error:
            said = error.mistakes
        else:
            again = load(path, Path(folder), step_kinds(), language=lambda: expressions)
            assert repr(again) == repr(workflow)
            return workflow
    places = [(mistake.line, mistake.column) for mistake in said]
    assert places == sorted(places)
    assert said
    return None


@settings(max_examples=150)
@given(DOCUMENTS)
@example({"steps": [{"id": "a", "run": ["x"], "for_each": [float("inf")]}]})
@example({"steps": [{"id": "a", "run": ["x"], "description": "\ud800"}]})
@example({"inputs": {"x": {"type": "list", "default": [], "choices": [[]]}}, "steps": [{"id": "a", "run": ["x"]}]})
def test_values_of_every_kind_in_every_place_are_judged(document: Any) -> None:
    text = json.dumps(document).replace("Infinity", ".inf").replace("NaN", ".nan")
    read(text.encode())


@settings(max_examples=150)
@given(st.text("ab:-[]{}&*!|>'\"#%@,? \n\t\r0.<~\\$\x00\x85\ufeff", max_size=60))
def test_texts_that_look_like_yaml_are_judged(text: str) -> None:
    read(text.encode())


@settings(max_examples=50)
@given(st.binary(max_size=60))
def test_bytes_are_judged(content: bytes) -> None:
    read(content)
