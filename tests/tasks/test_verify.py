from __future__ import annotations

from pathlib import Path

import pytest
from tests.registries import finished, started, text_of, ulid, write

from holdfast.core.errors import HoldfastError
from holdfast.tasks.verify import verify

HEALTHY = text_of(started(1), finished(1), {"event": "note", "text": "x", "at": "y"}, {"event": "blessed"})


def found(path: Path, content: str | bytes) -> list[tuple[int, str]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    problems, _ = verify(path)
    return [(problem.line, problem.reason) for problem in problems]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "task_registry.json"


def test_a_healthy_file_has_no_problem_and_its_events_are_counted(path: Path) -> None:
    assert found(path, HEALTHY) == []
    assert verify(path)[1] == 5


def test_a_large_healthy_file_has_no_problem(path: Path) -> None:
    events = [event for number in range(3000) for event in (started(number, pad="p" * 500), finished(number))]
    assert found(path, text_of(*events)) == []
    assert verify(path)[1] == 6001


LINE_2 = HEALTHY.splitlines()[1]


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (('{"schema"', '{"scheme"'), 1, "not the first line"),
        (("registry/1", "registry/7"), 1, "another version of holdfast (holdfast/task-registry/7)"),
        ((LINE_2, ""), 2, "an empty line"),
        ((LINE_2, LINE_2[:40]), 2, "not an event"),
        ((LINE_2, LINE_2[1:]), 2, "not an event"),
        ((LINE_2, "<<<<<<< HEAD"), 2, "a merge conflict"),
        ((LINE_2, ",[1]"), 2, "not an event"),
        ((LINE_2, ',{"event":NaN}'), 2, "not an event"),
        ((LINE_2, f"{LINE_2}\r"), 2, "CRLF"),
        ((LINE_2, ',{"event":1}'), 2, "no name"),
        ((LINE_2, ',{"event":"started","id":"x","at":"y"}'), 2, "a started event without task"),
        ((LINE_2, ',{"event":"note","text":1,"at":"y"}'), 2, "a note event without text"),
        (('"status":"succeeded"', '"status":"green"'), 3, "'green' is no status"),
        ((f"{LINE_2}\n", ""), 2, f"task {ulid(1)} ends here and starts nowhere"),
        (('"blessed"', '"started","id":"' + ulid(1) + '","task":"t","at":"a"'), 5, "another task has the id"),
        (("\n]}\n", "\n"), 5, "the closing ]} is missing"),
        (("\n]}\n", "\n]}\nmore\n"), 7, "text after the closing"),
    ],
)
def test_a_bad_line_is_named_with_its_reason(path: Path, change: tuple[str, str], line: int, reason: str) -> None:
    problems = found(path, HEALTHY.replace(*change))
    assert problems[0][0] == line
    assert reason in problems[0][1]


def test_all_problems_come_in_the_order_of_their_lines(path: Path) -> None:
    lines = HEALTHY.splitlines()
    problems = found(path, "\n".join([lines[0], lines[2], "", lines[3], "]}"]) + "\n")
    assert [line for line, _ in problems] == [2, 3]


def test_the_same_event_twice_is_a_merges_and_no_problem(path: Path) -> None:
    assert found(path, HEALTHY.replace(LINE_2, f"{LINE_2}\n{LINE_2}")) == []


def test_an_empty_file_lacks_its_closer(path: Path) -> None:
    assert found(path, b"")[0][0] == 1


def test_binary_content_is_a_problem_and_no_crash(path: Path) -> None:
    assert found(path, bytes(range(256)) * 100)


def test_a_missing_file_is_said(path: Path) -> None:
    with pytest.raises(HoldfastError, match="no task registry yet"):
        verify(path)


def test_verifying_changes_nothing(path: Path) -> None:
    write(path, started(1))
    before = path.stat().st_mtime_ns
    verify(path)
    assert path.stat().st_mtime_ns == before
