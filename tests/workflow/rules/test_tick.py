"""One tick at each place, and that a second one changes nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.advance import Asked, advance
from holdfast.workflow.rules.desk import ticked
from holdfast.workflow.rules.writing import add_item, add_log
from tests.workflow.rules.desks import (
    CONFIG,
    STATE,
    approved,
    desk_at,
    edit,
    images,
    make_project,
    place,
    row,
    state_of,
    to_end,
)

SNOWMAN = "\N{SNOWMAN}"


def test_the_start_takes_the_first_pending_row(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path, state=STATE.replace("a login | pending", "a login | done")))
    done = ticked(desk)
    assert state_of(desk)["CurrentItem"] == "2"
    assert place(desk) == "ANALYZE/RUNNING"
    assert done.lines == ("item 2 (Add a logout) begins at ANALYZE/RUNNING",)


def test_the_start_takes_the_task_that_is_given_and_makes_its_row(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk, "Mend | the door\n## Log")
    assert state_of(desk)["CurrentItem"] == "3"
    item = desk.file.read().item("3")
    assert item is not None
    assert item.cells == {"ID": "3", "Description": "Mend | the door ## Log", "Status": "pending"}
    assert [section.name for section in desk.file.read().sections].count("Log") == 1


def test_the_start_takes_the_row_that_a_task_names(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk, "2")
    assert state_of(desk)["CurrentItem"] == "2"
    assert len(desk.file.read().items) == 2


def test_the_start_without_a_task_changes_nothing_and_says_that_one_is_needed(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path, state=STATE.replace("pending", "skipped")))
    before = images(desk)
    with pytest.raises(HoldfastError, match="a task is needed"):
        ticked(desk)
    assert images(desk) == before


def test_in_the_middle_a_tick_changes_no_byte(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    before = images(desk)
    assert ticked(desk).lines == ()
    assert images(desk) == before


def test_in_the_middle_another_task_is_refused(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    with pytest.raises(HoldfastError, match="item 1 is worked on"):
        ticked(desk, "Something else")


def test_the_end_writes_the_changelog_marks_the_row_and_begins_the_next(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    desk = desk_at(project)
    to_end(desk)
    add_log(desk, "remember the milk")
    log = desk.file.read().section("Log")
    ticked(desk)
    state, config = images(desk)
    head, first, rest = config.decode().partition("## Changelog\n")[2].partition("\n")
    assert config.decode().startswith(CONFIG.partition("- Older")[0])
    assert re.fullmatch(r"- Completed Add a login \(item 1\): test passed at [0-9a-f]{7}\.", head)
    assert rest == "- Older.\n"
    assert first == "\n"
    document = desk.file.read()
    assert (row(document, "1"), row(document, "2")) == ("completed", "pending")
    assert (state_of(desk)["CurrentItem"], place(desk)) == ("2", "ANALYZE/READY")
    assert document.log_text == ""
    assert log is not None
    kept = list((project / ".holdfast" / "workflow" / "log").iterdir())
    assert [path.read_text("utf-8") for path in kept] == [log.text]
    ticked(desk)
    assert images(desk) == (state, config)


def test_the_last_item_is_closed_and_the_work_stays_at_its_end(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path, state=STATE.replace("a logout | pending", "a logout | skipped")))
    to_end(desk)
    ticked(desk)
    assert place(desk) == "VALIDATE/COMPLETED"
    assert row(desk.file.read(), "1") == "completed"
    assert images(desk)[1].decode().count("- Completed") == 1
    before = images(desk)
    ticked(desk)
    assert images(desk) == before
    add_item(desk, "One more")
    ticked(desk)
    assert (state_of(desk)["CurrentItem"], place(desk)) == ("3", "ANALYZE/READY")
    assert images(desk)[1].decode().count("- Completed") == 1


def test_a_title_that_is_mended_meanwhile_takes_no_evidence_away(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_end(desk)
    edit(desk, "Add a login", "Add a log-in")
    assert ticked(desk).ok
    assert "- Completed Add a log-in (item 1)" in images(desk)[1].decode()


def test_an_item_that_has_no_row_gets_one_when_it_is_done(tmp_path: Path) -> None:
    state = STATE.replace("INIT", "ANALYZE").replace("READY", "RUNNING").replace("Item: none", "Item: Paint it")
    desk = desk_at(make_project(tmp_path, state=state))
    for _ in range(2):
        advance(desk, Asked())
    approved(desk)
    for _ in range(2):
        assert advance(desk, Asked()).ok
    ticked(desk)
    assert "- Completed Paint it: test passed" in images(desk)[1].decode()
    assert row(desk.file.read(), "3") == "completed"
    assert state_of(desk)["CurrentItem"] == "1"
    before = images(desk)
    ticked(desk)
    assert images(desk) == before


def test_the_line_says_where_the_files_differ_from_the_commit(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    (desk.project / "new.py").write_text("x = 1\n", "utf-8")
    to_end(desk)
    ticked(desk)
    assert " with changes.\n- Older." in images(desk)[1].decode()


def test_a_task_at_the_end_is_the_next_item(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path, state=STATE.replace("a logout | pending", "a logout | skipped")))
    to_end(desk)
    ticked(desk, "One more")
    assert (state_of(desk)["CurrentItem"], place(desk)) == ("3", "ANALYZE/READY")


@pytest.mark.parametrize(("more", "rotated"), [(0, False), (1, True)])
def test_a_log_is_rotated_above_5000_code_points(tmp_path: Path, more: int, rotated: bool) -> None:
    desk = desk_at(make_project(tmp_path, state=STATE.replace("a logout | pending", "a logout | skipped")))
    to_end(desk)
    missing = 5000 + more - len(desk.file.read().log_text) - len("\n- ")
    edit(desk, "\n## ArchiveLog", f"- {SNOWMAN * missing}\n<!-- not counted {'x' * 5000} -->\n\n## ArchiveLog")
    assert len(desk.file.read().log_text) == 5000 + more
    ticked(desk)
    document = desk.file.read()
    assert (document.log_text == "") is rotated
    assert ("### 2026-11-20: Add a login (whole log: 2026-11-20-" in document_text(document, "ArchiveLog")) is rotated
    before = images(desk)
    ticked(desk)
    assert images(desk) == before


def document_text(document: object, name: str) -> str:
    section = document.section(name)  # type: ignore[attr-defined]
    return str(section.text)


def test_the_archive_holds_the_five_that_matter_most_and_the_newest_group_comes_first(tmp_path: Path) -> None:
    archive = "## ArchiveLog\n\n### 2026-01-01: old\n\n- info: old\n"
    desk = desk_at(make_project(tmp_path, state=STATE.replace("## ArchiveLog\n", archive)))
    to_end(desk)
    for number in range(4):
        add_log(desk, f"nothing special {'abcd'[number]} " + "x" * 1500)
    for text in ("warning: old wood", "build failed: no door", "error: no window", "warning: wet paint", "E   boom"):
        add_log(desk, text)
    ticked(desk)
    text = document_text(desk.file.read(), "ArchiveLog")
    groups = text.split("### ")[1:]
    assert [group[:10] for group in groups] == ["2026-11-20", "2026-01-01"]
    lines = [line for line in groups[0].splitlines() if line.startswith("- ")]
    assert [line.partition(": ")[0] for line in lines] == ["- error"] * 2 + ["- warning"] * 2 + ["- info"]
    assert "no window" in lines[0]
    assert "no door" in lines[1]
    assert "wet paint" in lines[2]


def test_a_finished_claim_that_no_run_bears_is_put_back_where_nobody_saw_it_written(tmp_path: Path) -> None:
    state = STATE.replace("INIT", "VALIDATE").replace("READY", "COMPLETED").replace("none", "1")
    desk = desk_at(make_project(tmp_path, state=state))
    done = ticked(desk)
    assert not done.ok
    assert place(desk) == "VALIDATE/RUNNING"
    assert "knows no passing run of item 1" in desk.file.read().log_text
    assert images(desk)[1].decode() == CONFIG
    before = images(desk)
    assert ticked(desk).ok
    assert images(desk) == before


def test_evidence_from_before_an_item_was_begun_anew_counts_no_more(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path, state=STATE.replace("a logout | pending", "a logout | skipped")))
    to_end(desk)
    ticked(desk)
    edit(desk, "Add a login | completed", "Add a login | pending")
    edit(desk, "Phase: VALIDATE", "Phase: INIT")
    edit(desk, "Status: COMPLETED", "Status: READY")
    assert ticked(desk).ok
    assert place(desk) == "ANALYZE/RUNNING"
    edit(desk, "Phase: ANALYZE", "Phase: VALIDATE")
    edit(desk, "Status: RUNNING", "Status: COMPLETED")
    done = ticked(desk)
    assert not done.ok
    assert place(desk) == "ANALYZE/RUNNING"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (STATE.replace("Phase: INIT", "Phase: DREAM"), "Phase: DREAM is none of INIT, ANALYZE"),
        (STATE.replace("Status: READY", "Status: SOON"), "Status: SOON is none of READY"),
        (STATE.replace("| 2 |", "| 1 |").replace("a login | pending", "a login | done"), "another item has the id 1"),
        (STATE.replace("| 1 |", "| |"), "an item without an id"),
    ],
)
def test_a_file_that_cannot_be_moved_on_is_left_alone_with_the_reason(tmp_path: Path, state: str, reason: str) -> None:
    desk = desk_at(make_project(tmp_path, state=state))
    before = images(desk)
    with pytest.raises(HoldfastError, match=reason):
        ticked(desk)
    assert images(desk) == before


def test_an_item_whose_row_cannot_be_marked_leaves_both_files_alone(tmp_path: Path) -> None:
    table = "| ID | Description |\n|----|----|\n| 1 | Add a login |\n"
    start = STATE.index("| ID")
    state = STATE[:start] + table + STATE[STATE.index("\n## Log") :]
    desk = desk_at(make_project(tmp_path, state=state))
    to_end(desk)
    before = images(desk)
    with pytest.raises(HoldfastError, match="no column 'status'"):
        ticked(desk)
    assert images(desk) == before


def test_line_ends_and_everything_else_stay_as_they_are(tmp_path: Path) -> None:
    state = (STATE + "\n## Mine\n\ntwo spaces  \n<!-- ## State -->\n").replace("\n", "\r\n")
    config = "\ufeff# shop\r\n\r\n## Commands\r\n\r\n- test: sh check.sh"
    desk = desk_at(make_project(tmp_path, state=state, config=config))
    to_end(desk)
    ticked(desk)
    after, changelog = images(desk)
    assert after.count(b"\n") == after.count(b"\r\n")
    assert after.endswith(b"## Mine\r\n\r\ntwo spaces  \r\n<!-- ## State -->\r\n")
    assert changelog.startswith(config.encode() + b"\r\n\r\n## Changelog\r\n- Completed Add a login")
    assert changelog.endswith(b".\r\n")
    assert changelog.count(b"\n") == changelog.count(b"\r\n")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_end(desk)
    before = {path: path.read_bytes() for path in sorted(desk.project.rglob("*")) if path.is_file()}
    done = ticked(desk._replace(dry_run=True))
    assert done.state[1] != done.state[0]
    assert done.config[1] != done.config[0]
    assert {path: path.read_bytes() for path in sorted(desk.project.rglob("*")) if path.is_file()} == before


def test_a_hostile_title_is_one_harmless_line_of_the_changelog(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk, "x <!-- ## State\n## Log | `y` --> [z](u) \u202e password=hunter2hunter2")
    for _ in range(2):
        advance(desk, Asked())
    approved(desk)
    advance(desk, Asked())
    advance(desk, Asked())
    ticked(desk)
    config = images(desk)[1].decode()
    added = [line for line in config.splitlines() if line not in CONFIG.splitlines()]
    assert len(added) == 1
    assert "<!--" not in added[0]
    assert "-->" not in added[0]
    assert "hunter2" not in added[0]
    assert "\u202e" not in added[0]
    assert added[0].startswith(r"- Completed x &lt;\!-- \#\# State \#\# Log \| \`y\` --&gt; \[z\](u)")
