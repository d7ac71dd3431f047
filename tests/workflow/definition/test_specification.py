"""docs/specs/006-workflow-file.md says what is read, and its examples are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.plugins import step_kinds
from holdfast.workflow import expressions
from holdfast.workflow.definition import load
from holdfast.workflow.definition.schema import DEFAULTS, INPUT, QUEUE, RETRY, STEP
from holdfast.workflow.kinds import BUILT_IN

PAGE = (Path(__file__).parents[3] / "docs" / "specs" / "006-workflow-file.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
STEPS = "steps: [{id: only, run: [make]}]\n"


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 9


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_is_read_without_a_mistake(tmp_path: Path, text: str) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(text if "steps:" in text else text + STEPS, "utf-8")
    assert load(path, tmp_path, step_kinds(), language=lambda: expressions).steps


@pytest.mark.parametrize(
    "name",
    [*STEP, *DEFAULTS, *INPUT, *QUEUE, *(f"retry.{name}" for name in RETRY), "on_conflict", *BUILT_IN],
)
def test_every_field_and_kind_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize(("name", "kind"), step_kinds().items())
def test_what_happens_to_each_kind_after_a_crash_is_said_rightly(name: str, kind: object) -> None:
    (row,) = re.findall(rf"(?m)^\| `{name}` \|.*\| (rerun|ask) \|$", PAGE)
    assert row == getattr(kind, "on_crash", None)
