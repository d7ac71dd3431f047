"""The parts of the state file one by one: tables, the Log, archives, what is written, recovery after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.workflow.state_file.document import Document, parse
from holdfast.workflow.state_file.problems import LIMIT, problems
from holdfast.workflow.state_file.repairing import damage, mended, repair
from holdfast.workflow.state_file.rotation import keep_log, rotate
from holdfast.workflow.state_file.store import in_project
from holdfast.workflow.state_file.versions import Index, Versions
from tests.workflow.state_file.documents import FULL


def text(document: Document) -> str:
    return bytes(document).decode()


def test_a_cell_of_an_aligned_column_keeps_its_width() -> None:
    done = parse(FULL.encode()).with_cell("2", "Status", "completed").with_cell("1", "Status", "x")
    assert "| completed |\n\n## Log" in text(done)
    assert "| Read the parser      | x         |\n" in text(done)


def test_a_row_is_added_in_the_style_of_the_others_and_extra_columns_stay_empty() -> None:
    done = parse(b"## Items\n\nOwner | ID | Status\n---|---|---\nana | 1 | done\n\nwords\n").with_item(
        {"id": "2", "state": "x|y"}
    )
    assert text(done) == "## Items\n\nOwner | ID | Status\n---|---|---\nana | 1 | done\n|  | 2 | x\\|y\n\nwords\n"
    assert [dict(item.cells) for item in done.items][1] == {"Owner": "", "ID": "2", "Status": "x|y"}


def test_a_cell_of_a_row_without_outer_bars_can_be_emptied() -> None:
    done = parse(b"## Items\nID | Status\n---|---\n1 | x\n").with_cell("1", "ID", "")
    assert [dict(item.cells) for item in done.items] == [{"ID": "", "Status": "x"}]


def test_a_short_row_is_lengthened() -> None:
    done = (
        parse(b"## Items\n| ID | Status | Note |\n|---|---|---|\n| 1 |\n2 | a")
        .with_cell("1", "note", "n")
        .with_cell("2", "note", "m")
    )
    assert text(done).endswith("| 1 | | n |\n2 | a | m |")


def test_a_table_is_made_where_there_is_none() -> None:
    done = parse(b"## Items\nnothing yet\n## Log\n").with_item({"ID": "1", "Status": "a\nb"})
    assert text(done) == "## Items\nnothing yet\n\n| ID  | Status |\n| --- | ------ |\n| 1   | a b    |\n## Log\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda document: document.with_cell("9", "Status", "x"), "no item '9'"),
        (lambda document: document.with_cell("1", "Owner", "x"), "no column 'Owner'"),
        (lambda document: document.with_item({"Owner": "x"}), "no column 'Owner'"),
        (lambda document: document.with_section_text("Plan", "one\n## Two\n"), "level 1 or 2 in its line 2: ## Two"),
        (lambda document: document.with_section_text("Plan", "```\n## Two\n"), "never closed in its line 1"),
        (lambda document: document.with_state("Phase", "**x**"), "cannot be written where Phase is"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_with_the_reason(change: object, message: str) -> None:
    with pytest.raises(HoldfastError) as raised:
        change(parse(FULL.encode()))  # type: ignore[operator]
    assert message in raised.value.message


def test_a_section_is_replaced_as_a_whole() -> None:
    document = parse(FULL.replace("\n", "\r\n").encode())
    done = document.with_section_text("plan", "---\nnew\n\n```\n## x\n```\n")
    assert "## Plan\r\n\r\n---\r\nnew\r\n\r\n```\r\n## x\r\n```\r\n\r\n## Rules\r\n" in text(done)
    assert text(parse(b"## Plan").with_section_text("Plan", "x")) == "## Plan\n\nx\n"
    assert text(parse(b"").with_section_text("Plan", "x")) == "## Plan\n\nx\n"


def test_the_log_without_comments_is_what_counts_and_emptying_it_keeps_them() -> None:
    log = "## Log\n\n<!-- newest last -->\n- one <!-- aside --> more `<!-- code -->`\n"
    log += "```\n<!-- in code -->\n```\n<!-- a\nb -->\n"
    document = parse(f"{log}\n## ArchiveLog\n".encode())
    assert document.log_text == "- one  more `<!-- code -->`\n```\n<!-- in code -->\n```"
    assert text(document.without_log()) == "## Log\n\n<!-- newest last -->\n<!-- a\nb -->\n\n## ArchiveLog\n"
    assert document.without_log().without_log() == document.without_log()
    assert parse(b"# x\n").without_log().log_text == ""


def test_archives_stand_newest_first() -> None:
    done = parse(b"## ArchiveLog\n\n<!-- kept -->\n\n### old\n\n- x\n\n## Other\n").with_archive("new", ["a\nb"])
    assert text(done) == "## ArchiveLog\n\n<!-- kept -->\n\n### new\n\n- a\n    b\n\n### old\n\n- x\n\n## Other\n"
    assert text(parse(b"").with_archive("new", ["a"])) == "## ArchiveLog\n\n### new\n\n- a\n"


def test_control_characters_and_lone_surrogates_are_not_written() -> None:
    done = parse(b"## Log\n").with_log("a\x1b[31m\x00b\ud800 \udce9\u2028next")
    assert bytes(done) == "## Log\n\n- a\ufffd[31m\ufffdb\ufffd ".encode() + b"\xe9\n    next\n"


def test_a_value_that_would_be_read_as_another_one_is_refused() -> None:
    document = parse(b"## State\nRunStep: a\nStatus: READY\n")
    with pytest.raises(HoldfastError):
        document.with_state("RunStep", "fan[x, Status: COMPLETED")
    assert document.with_state("RunStep", "x\nStatus: COMPLETED").state["Status"] == "READY"


def test_old_entries_of_a_log_that_is_too_long_move_away_and_nothing_else_does() -> None:
    entries = "".join(f"- entry {number} {'x' * 50}\n  more of it\n" for number in range(900))
    document = parse(FULL.replace("- began\n", f"<!-- kept -->\n{entries}").encode())
    rotated = rotate(document)
    assert len(bytes(rotated.document)) <= LIMIT * 3 // 4
    assert rotated.moved.startswith(b"- entry 0 ")
    assert rotated.moved.endswith(b"  more of it\n")
    assert "<!-- kept -->" in text(rotated.document)
    kept = text(rotated.document).partition("<!-- kept -->\n")[2]
    assert text(document).partition("<!-- kept -->\n")[2] == rotated.moved.decode() + kept
    assert rotate(rotated.document).moved == b""
    assert rotate(parse(b"## Plan\n" + b"x\n" * 30_000 + b"## Log\n- y\n")).moved == b""


def test_a_raw_log_is_kept_once(tmp_path: Path) -> None:
    first = keep_log(tmp_path / "log", b"- x\n", date="2026-11-20")
    assert keep_log(tmp_path / "log", b"- x\n", date="2026-11-21") == first
    assert first.read_bytes() == b"- x\n"
    assert first.name.startswith("2026-11-20-")


def test_what_is_wrong_is_said_with_its_line() -> None:
    document = parse(
        b"## State\nPhase: NOPE\nPhase: INIT\n\n## Items\n| ID | Status |\n| 1 | a | b |\n| 1 | c |\n\n## Log\n"
        b"## Log\n\x00\n\xff\n>>>>>>> x\n## Plan\n```\n"
    )
    said = [f"{problem.line} {problem.kind}" for problem in problems(document)]
    assert ", ".join(said) == (
        "0 missing-section, 0 missing-section, 1 missing-key, 2 unknown-phase, 3 duplicate-key, 6 no-delimiter, "
        "7 ragged-row, 8 duplicate-item, 11 duplicate-section, 12 null-character, 13 not-utf8, 14 conflict-marker, "
        "16 unclosed"
    )
    assert problems(parse(FULL.encode())) == ()
    assert [one.kind for one in problems(parse(FULL.encode() + b"x" * LIMIT))] == ["too-large"]
    assert [one.kind for one in problems(parse(FULL.encode()), phases=("DRAFT",))] == ["unknown-phase"]


def test_mending_adds_what_is_missing_and_takes_nothing_away() -> None:
    done = mended(parse(b"## Items\n| ID | Status |\n| 1 | caf\xe9 |\n## Log\n"))
    assert problems(done.document)[0].kind == "missing-key"
    assert text(done.document).startswith("## Items\n| ID | Status |\n|----| ------ |\n")
    assert "| 1 | caf\u00e9 |" in text(done.document)
    assert mended(done.document).done == ()


@pytest.mark.parametrize("content", [None, b"", b" \n", b"## State\n" + b"\0" * 4096])
def test_a_damaged_file_is_taken_from_the_newest_whole_version(tmp_path: Path, content: bytes | None) -> None:
    assert damage(content) is not None
    file = in_project(tmp_path, tmp_path / "workflow_state.md")
    with pytest.raises(HoldfastError, match="no whole version"):
        repair(file)
    file.path.write_bytes(FULL.encode())
    file.change(lambda document: document.with_log("x"))
    whole = file.path.read_bytes()
    file.path.unlink() if content is None else file.path.write_bytes(content)
    done = repair(file)
    assert "taken from version 2" in done.done[0]
    assert file.path.read_bytes() == whole
    if content is not None:
        assert content in [file.content_of(one) for one in file.history()]
    assert repair(file).done == ()


def test_after_a_crash_it_is_known_whether_the_last_version_came_into_its_place(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old, new = b"a\nb\nc\n", b"a\nb\nc\nd\ne\n"
    index = Index(written=("1",)).with_version(versions.put(old), "t", by="hand", why="", size=6)
    index = index.with_version(versions.put(new), "t", by="engine", why="", size=10)
    index = index._replace(replaces=sha256(old), written=("1", "2"), written_before=("1",))
    for content, landed in ((old, False), (new, True), (b"mine\n" + old, False), (b"mine\n" + new, True), (None, True)):
        found = versions.recovered(index, content)
        assert found.replaces is None
        assert (found.last.digest if found.last else None) == sha256(new if landed else old)
        assert found.written == (("1", "2") if landed else ("1",))
