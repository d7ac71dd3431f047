from __future__ import annotations

from typing import Any

import pytest
from tests.registries import finished, started, ulid

from holdfast.render.tasks import encodable, event_line, moment, printable, seconds, task_details, task_list, task_stats
from holdfast.tasks.fold import as_json, fold
from holdfast.tasks.stats import stats

EVENTS: list[dict[str, Any]] = [
    started(1, commit="3f1c9a7be20d4c5f", dirty=True),
    finished(1),
    started(2, "test"),
    finished(2, "failed"),
]
DOCUMENTS = [as_json(task) for task in fold(EVENTS).values()]


def test_a_list_has_aligned_columns() -> None:
    assert task_list(DOCUMENTS, color=False) == (
        "ID                          STARTED (UTC)        TASK  STATE      TOOK   COMMIT      WHO\n"
        f"{ulid(1)}  2026-11-20 06:00:01  lint  succeeded  1.50s  3f1c9a7be+  ana@laptop\n"
        f"{ulid(2)}  2026-11-20 06:00:02  test  failed     1.50s  -           ana@laptop\n"
    )


def test_colours_do_not_move_the_columns() -> None:
    colored = task_list(DOCUMENTS, color=True)
    plain = colored
    for code in ("2", "31", "32"):
        assert f"\033[{code}m" in colored
        plain = plain.replace(f"\033[{code}m", "")
    assert plain.replace("\033[0m", "") == task_list(DOCUMENTS, color=False)


def test_a_typed_in_end_is_told_from_evidence() -> None:
    task = as_json(fold([started(1), finished(1, reported=True)])[ulid(1)])
    assert "succeeded (reported)" in task_list([task], color=False)
    assert "succeeded (reported)" in task_details(task, color=False)
    assert "succeeded (reported)" in event_line(finished(1, reported=True), color=False)


def test_nothing_to_list_is_said() -> None:
    assert task_list([], color=False) == "no tasks match\n"
    assert task_stats([], [], color=False) == "no tasks yet\n"


def test_all_that_is_known_of_a_task_is_shown() -> None:
    note = {"event": "note", "id": ulid(1), "at": "2026-11-20T06:30:00.000Z", "agent": "bo", "text": "half\nway"}
    task = as_json(fold([started(1, argv=["sh", "-c", "a b"], dirty=False), finished(1), note])[ulid(1)])
    assert task_details(task, color=False) == (
        f"id           {ulid(1)}\n"
        "state        succeeded\n"
        "task         lint\n"
        "agent        ana@laptop\n"
        "started at   2026-11-20T06:00:01.000Z\n"
        "argv         sh -c 'a b'\n"
        "dirty        no\n"
        "finished at  2026-11-20T07:00:01.000Z\n"
        "exit code    0\n"
        "duration s   1.5\n"
        "note         2026-11-20 06:30:00  bo: half\\nway\n"
    )


def test_statistics_have_a_line_a_task() -> None:
    documents = [one.as_json() for one in stats(EVENTS)]
    assert task_stats(documents, ["ab", "c"], color=False) == (
        "TASK  RUNS  SUCCESS  P50    P95    LAST (UTC)           TREND\n"
        "lint  1     100%     1.50s  1.50s  2026-11-20 06:00:01  ab\n"
        "test  1     0%       1.50s  1.50s  2026-11-20 06:00:02  c\n"
    )
    assert "\033[31m0%\033[0m" in task_stats(documents, ["ab", "c"], color=True)


def test_a_task_that_never_ended_has_no_rate() -> None:
    documents = [one.as_json() for one in stats([started(1)])]
    assert "lint  1     -        -    -    2026" in task_stats(documents, [""], color=False)


def test_events_are_lines() -> None:
    lines = [
        event_line(event, color=False) for event in [*EVENTS[:2], {"event": "note", "text": "x"}, {"event": "new"}]
    ]
    assert lines == [
        f"2026-11-20 06:00:01  {ulid(1)}  started  lint  by ana@laptop",
        f"2026-11-20 07:00:01  {ulid(1)}  finished  succeeded  1.50s  exit 0",
        "-  -  note  x",
        "-  -  new",
    ]


HOSTILE = "\033[2J\r\n\u202e\x00\udcff"


def test_nothing_in_a_registry_reaches_the_terminal_as_a_command() -> None:
    assert printable(HOSTILE).isprintable()
    begin = started(1, HOSTILE, agent=HOSTILE, argv=[HOSTILE], commit=HOSTILE)
    task = as_json(fold([begin, finished(1, reason=HOSTILE)])[ulid(1)])
    text = task_list([task], color=False) + task_details(task, color=False) + event_line(begin, color=False)
    assert all(line.isprintable() for line in text.splitlines())


@pytest.mark.parametrize("value", [5, None, {"a": 1}, [1], True])
def test_values_of_other_types_are_shown_as_they_are(value: object) -> None:
    task = as_json(fold([started(1) | {"task": value, "agent": value, "at": value, "commit": value}])[ulid(1)])
    assert ulid(1) in task_list([task], color=False)
    assert ulid(1) in task_details(task, color=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.00s"),
        (9.994, "9.99s"),
        (10, "10.0s"),
        (59.9, "59.9s"),
        (60, "1m00s"),
        (187.4, "3m07s"),
        (7500, "2h05m"),
        (-1, "-"),
        ("1", "-"),
        (None, "-"),
        (1e300, "-"),
    ],
)
def test_a_duration_is_short(value: object, text: str) -> None:
    assert seconds(value) == text


def test_a_moment_loses_its_milliseconds() -> None:
    assert moment("2026-11-20T06:00:01.123Z") == "2026-11-20 06:00:01"
    assert moment(None) == "-"


def test_what_a_stream_cannot_print_becomes_an_escape() -> None:
    assert encodable("caf\u00e9 \udcff", "ascii") == "caf\\xe9 \\udcff"
    assert encodable("caf\u00e9", "utf-8") == "caf\u00e9"
    assert encodable("caf\u00e9", None) == "caf\\xe9"
