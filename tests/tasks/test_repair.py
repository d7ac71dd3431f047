from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.registries import HEADER, append, events_in, finished, started, text_of

from holdfast.core.errors import HoldfastError
from holdfast.tasks.repair import repair
from holdfast.tasks.verify import verify

EVENTS: list[dict[str, object]] = [
    started(1),
    finished(1),
    {"event": "note", "text": "caf\u00e9 <<<<<<< ]}", "at": "y"},
]
TEXT = text_of(*EVENTS)
LINES = TEXT.splitlines()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "task_registry.json"


def test_a_healthy_file_is_left_alone(path: Path) -> None:
    path.write_text(TEXT, "utf-8")
    before = path.stat().st_ino
    assert repair(path).copy is None
    assert path.stat().st_ino == before
    assert len(list(path.parent.glob("task_*"))) == 1


DAMAGED = {
    "reformatted": json.dumps(json.loads(TEXT), indent=4),
    "minified": json.dumps(json.loads(TEXT)),
    "one event a line but indented": '{\n"schema": "holdfast/task-registry/1",\n"project": "shop",\n"events": ['
    + "\n".join(f"  {line}," for line in [HEADER.split("[")[1], *[line[1:] for line in LINES[1:-1]]]).rstrip(",")
    + "\n]}",
    "crlf": TEXT.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + TEXT,
    "reformatted with a byte order mark": "\ufeff" + json.dumps(json.loads(TEXT), indent=1),
    "trailing commas": "\n".join([LINES[0] + ",", *[line[1:] + "," for line in LINES[1:-1]], "]}"]),
    "no closer": "\n".join(LINES[:-1]),
    "closer on the last event's line": "\n".join(LINES[:-1]) + "]}",
    "empty lines": TEXT.replace("\n", "\n\n"),
    "conflict markers": "\n".join([*LINES[:2], "<<<<<<< HEAD", LINES[2], "=======", LINES[3], ">>>>>>> other", "]}"]),
    "closer twice": TEXT.replace(LINES[2], f"]}}\n{LINES[2]}"),
    "two events on a line": TEXT.replace(f"\n{LINES[2]}", LINES[2]),
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED.keys())
def test_every_event_of_a_damaged_file_comes_back_in_its_order(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="")
    done = repair(path)
    assert events_in(path) == EVENTS
    assert json.loads(path.read_bytes())["project"] == "shop"
    assert verify(path)[0] == []
    assert done.copy is not None
    assert done.copy.read_bytes() == text.encode()
    assert repair(path).copy is None


def test_what_is_no_event_is_kept_in_a_side_file(path: Path) -> None:
    torn = ',{"event":"note","text":"half'
    path.write_text(TEXT.replace("\n]}", f"\nsome words\n<<<<<<< HEAD\n{torn}\n]}}"), "utf-8")
    done = repair(path)
    assert events_in(path) == EVENTS
    assert done.cut is not None
    assert done.cut.read_text("utf-8").split("\n") == ["some words", "<<<<<<< HEAD", torn + "]}"[:0], ""]
    assert done.cut_bytes > len(torn)


def test_events_between_broken_lines_laid_out_over_several_lines_come_back(path: Path) -> None:
    pretty = json.dumps(EVENTS[1], indent=2)
    path.write_text("\n".join([LINES[0], "{ broken", "," + pretty, LINES[3], "]}"]), "utf-8")
    done = repair(path)
    assert events_in(path) == EVENTS[1:]
    assert done.cut is not None
    assert done.cut.read_text("utf-8").strip(" ,\n") == "{ broken"


def test_two_registries_in_one_file_become_one(path: Path) -> None:
    other = text_of(started(9)).replace("05:00:00", "05:30:00")
    path.write_text(TEXT + other, "utf-8")
    repair(path)
    names = [event["event"] for event in events_in(path)]
    assert names == ["started", "finished", "note", "created", "started"]


def test_events_without_a_first_line_get_one(path: Path) -> None:
    path.write_text("\n".join(LINES[1:]), "utf-8")
    repair(path)
    assert events_in(path) == EVENTS
    assert json.loads(path.read_bytes())["project"] == path.parent.name
    assert append(path, started(5)) == []


def test_the_documents_own_fields_survive(path: Path) -> None:
    document = json.loads(TEXT)
    path.write_text(
        json.dumps({"schema": document["schema"], "events": document["events"], "owner": {"x": 1}}), "utf-8"
    )
    repair(path)
    assert json.loads(path.read_bytes())["owner"] == {"x": 1}
    assert events_in(path) == EVENTS


def test_what_is_no_event_in_reformatted_json_is_kept(path: Path) -> None:
    document = json.loads(TEXT)
    document["events"].insert(1, {"no": "event"})
    document["events"].append(7)
    path.write_text(json.dumps(document, indent=2), "utf-8")
    done = repair(path)
    assert events_in(path) == EVENTS
    assert done.cut is not None
    assert done.cut.read_text("utf-8").split() == ['{"no":"event"}', "7"]


@pytest.mark.parametrize("content", [b"hello\n", b"{}", b'{"events": []}', b"\xff\xfe\x00", b'{"schema": 5}'])
def test_a_file_that_holds_nothing_of_a_registry_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(HoldfastError, match="nothing of a task registry"):
        repair(path)
    assert path.read_bytes() == content
    assert len(list(path.parent.glob("task_*"))) == 1


@pytest.mark.parametrize("text", [TEXT, json.dumps(json.loads(TEXT), indent=2), "\n".join(["broken", *LINES])[:-9]])
def test_another_versions_file_is_left_alone(path: Path, text: str) -> None:
    path.write_text(text.replace("registry/1", "registry/2"), "utf-8")
    with pytest.raises(HoldfastError, match="registry/2"):
        repair(path)
    assert path.read_text("utf-8") == text.replace("registry/1", "registry/2")


def test_a_file_that_names_another_version_without_a_whole_first_line_is_left_alone(path: Path) -> None:
    text = "\n".join(['{"schema":"holdfast/task-registry/2","proj', *LINES[1:]])
    path.write_text(text, "utf-8")
    with pytest.raises(HoldfastError, match="registry/2"):
        repair(path)
    assert path.read_text("utf-8") == text


def test_an_empty_file_becomes_an_empty_registry(path: Path) -> None:
    path.touch()
    repair(path)
    assert events_in(path) == []


def test_a_missing_file_is_said(path: Path) -> None:
    with pytest.raises(HoldfastError, match="no such file"):
        repair(path)


def test_two_repairs_keep_both_old_files(path: Path) -> None:
    for text in (DAMAGED["crlf"], DAMAGED["minified"]):
        path.write_text(text, "utf-8", newline="")
        repair(path)
    assert len(list(path.parent.glob("*.before-repair*"))) == 2
