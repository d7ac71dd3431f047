from __future__ import annotations

import re
from pathlib import Path

from tests.registries import append, events_in, started

from holdfast.tasks.fold import fold, state
from holdfast.tasks.verify import verify

SPEC = Path(__file__).parents[2] / "docs" / "specs" / "001-task-registry.md"


def test_the_example_in_the_specification_is_a_valid_registry(tmp_path: Path) -> None:
    example = re.search(r"```json\n(.*?)```", SPEC.read_text("utf-8"), re.DOTALL)
    assert example
    path = tmp_path / "task_registry.json"
    path.write_text(example[1], "utf-8")
    assert verify(path)[0] == []
    (task,) = fold(events_in(path)).values()
    assert state(task) == ("succeeded", "")
    assert append(path, started(1)) == []
