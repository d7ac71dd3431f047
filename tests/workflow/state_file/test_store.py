"""The state file on disk: hand edits are kept or refused with the reason, and versions come back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import HoldfastError
from holdfast.workflow.state_file.document import Document, parse
from holdfast.workflow.state_file.merging import Claim, Verdict
from holdfast.workflow.state_file.store import StateFile, in_project
from holdfast.workflow.state_file.versions import KEPT
from tests.workflow.state_file.documents import CASES, FULL


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    path = tmp_path / "workflow_state.md"
    path.write_bytes(FULL.encode())
    return in_project(tmp_path, path, clock=lambda: 1_800_000_000_000)


def log(text: str) -> object:
    return lambda document: document.with_log(text)


def began(file: StateFile) -> None:
    file.change(lambda document: document.with_log("engine one").with_log("engine two"))


def edit(file: StateFile, old: str, new: str) -> None:
    text = file.path.read_text("utf-8")
    assert old in text
    file.path.write_text(text.replace(old, new, 1), "utf-8")


def same(document: Document) -> Document:
    return document


def test_a_change_is_written_and_named_in_the_history(file: StateFile) -> None:
    done = file.change(lambda document: document.with_state("Phase", "VALIDATE"), why="all tests passed")
    assert done.changed
    assert file.read().state["Phase"] == "VALIDATE"
    assert [(one.by, one.why) for one in file.history()] == [
        ("hand", "changed by hand"),
        ("engine", "all tests passed"),
    ]
    assert file.content_of(file.version("1")) == FULL.encode()


def test_a_file_that_is_no_state_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 localhost\n", "utf-8")
    other = in_project(tmp_path, path)
    with pytest.raises(HoldfastError, match="none of the sections"):
        other.change(lambda document: document.with_state("Phase", "VALIDATE"))
    assert path.read_text("utf-8") == "127.0.0.1 localhost\n"
    path.write_text("## Log\n", "utf-8")
    assert other.change(lambda document: document.with_state("Phase", "VALIDATE")).changed


def test_a_change_that_changes_nothing_writes_nothing(file: StateFile) -> None:
    began(file)
    kept = {path: path.stat().st_mtime_ns for path in [file.path, *file.keep.rglob("*")]}
    done = file.change(same)
    assert not done.changed
    assert {path: path.stat().st_mtime_ns for path in [file.path, *file.keep.rglob("*")]} == kept


def test_looking_and_a_dry_run_write_nothing(file: StateFile) -> None:
    done = file.change(lambda document: document.with_log("x"), dry_run=True)
    assert done.changed
    assert "- x" in done.document.log_text
    file.pending()
    assert file.path.read_bytes() == FULL.encode()
    assert not file.keep.exists()


def test_text_rows_and_sections_written_by_hand_are_kept(file: StateFile) -> None:
    began(file)
    edit(file, "# Workflow State", "# My shop  \n\nsome words")
    edit(file, "| 2  |", "| 3  | by hand | pending | extra |\n| 2  |")
    edit(file, "## ArchiveLog", "## Risks\n\n- none <!-- yet -->\n\n## ArchiveLog")
    before = file.path.read_text("utf-8")
    done = file.change(lambda document: document.with_log("engine three"))
    assert done.refused == ()
    assert file.path.read_text("utf-8") == before.replace("- engine two\n", "- engine two\n- engine three\n")


CLAIMS = [
    ("Status: RUNNING", "Status: COMPLETED", "Status: COMPLETED (by hand), put back to RUNNING: no passing run bears"),
    ("Phase: CONSTRUCT", "Phase: VALIDATE", "Phase: VALIDATE (by hand), put back to CONSTRUCT: a phase is left"),
    ("| pending   |", "| completed |", "item 2: completed (by hand), put back to pending: no passing run finished it"),
    ("- engine one\n", "", "1 line taken from the Log (by hand), put back: the Log keeps what the engine wrote"),
    ("## Items", "| 9 | x | done |\n## Items", None),
    ("Phase: CONSTRUCT\n", "", "Phase removed (by hand), put back to CONSTRUCT"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "reported"), CLAIMS)
def test_a_claim_without_evidence_is_put_back_and_reported_with_the_reason(
    file: StateFile, old: str, new: str, reported: str | None
) -> None:
    began(file)
    before = file.read()
    edit(file, old, new)
    done = file.change(same)
    if reported is None:
        assert done.refused == ()
        return
    assert f"- 2027-01-15T08:00:00.000Z refused: {reported}" in file.read().log_text
    assert len(done.refused) == 1
    after = file.read()
    assert dict(after.state) == dict(before.state)
    assert [item.status for item in after.items] == [item.status for item in before.items]
    assert after.log_text.startswith(before.log_text)
    assert not file.change(same).changed


def test_a_row_that_claims_to_be_done_is_still_to_be_done(file: StateFile) -> None:
    began(file)
    edit(file, "| 2  |", "| 3 | by hand | done |\n| 2  |")
    file.change(same)
    item = file.read().item("3")
    assert item is not None
    assert (item.get("description"), item.status) == ("by hand", "pending")


def test_a_judge_that_has_evidence_accepts_a_claim(file: StateFile) -> None:
    began(file)
    edit(file, "Status: RUNNING", "Status: COMPLETED")
    asked: list[Claim] = []

    def judge(claim: Claim) -> Verdict:
        asked.append(claim)
        return Verdict(accepted=True)

    done = file.change(same, judge=judge)
    assert asked == [Claim("state", "Status", "RUNNING", "COMPLETED")]
    assert done.accepted == tuple(asked)
    assert file.change(same).refused == ()
    assert file.read().state["Status"] == "COMPLETED"


def test_an_approval_is_not_given_by_an_editor(file: StateFile) -> None:
    file.change(lambda document: document.with_state("Status", "NEEDS_PLAN_APPROVAL"))
    edit(file, "Status: NEEDS_PLAN_APPROVAL", "Status: RUNNING\nApprovedPlan: abc")
    done = file.change(same)
    assert [refusal.claim.name for refusal in done.refused] == ["Status", "ApprovedPlan"]
    assert file.read().state["Status"] == "NEEDS_PLAN_APPROVAL"
    assert file.read().state["ApprovedPlan"] == ""


def test_many_claims_are_put_back_at_once_and_the_log_stays_readable(file: StateFile) -> None:
    rows = "".join(f"| {number} | x | pending |\n" for number in range(100, 1100))
    file.path.write_text(FULL.replace("| 1  |", f"{rows}| 1  |"), "utf-8")
    began(file)
    text = file.path.read_text("utf-8")
    file.path.write_text(text.replace("| pending |", "| done |"), "utf-8")
    done = file.change(same)
    assert len(done.refused) == 1000
    assert {item.status for item in file.read().items} == {"pending", "completed"}
    assert file.read().log_text.count("refused:") == 21
    assert "refused: 980 more claims, all put back" in file.read().log_text


def test_a_log_that_was_deleted_comes_back(file: StateFile) -> None:
    began(file)
    text = file.path.read_text("utf-8")
    file.path.write_text(re.sub(r"(?s)## Log.*?(?=## ArchiveLog)", "", text), "utf-8")
    file.change(same)
    assert "- engine one\n- engine two" in file.read().log_text


def test_a_claim_in_a_new_clone_is_marked_as_such(file: StateFile) -> None:
    settled = file.pending(lambda claim: Verdict(accepted=not claim.first, reason="show it"))
    assert {refusal.claim.name for refusal in settled.refused} == {"Phase", "Status", "CurrentItem", "1", "2"}


def test_the_signs_of_a_merge_stop_all_writing(file: StateFile) -> None:
    began(file)
    edit(file, "## Plan", "<<<<<<< HEAD\n## Plan")
    content, versions = file.path.read_bytes(), file.history()
    with pytest.raises(HoldfastError, match=r"workflow_state\.md:11: a merge left its conflict"):
        file.change(lambda document: document.with_log("x"))
    assert (file.path.read_bytes(), file.history()) == (content, versions)


def test_a_deleted_file_is_restored_on_request_only(file: StateFile) -> None:
    began(file)
    content = file.path.read_bytes()
    file.path.unlink()
    for attempt in (file.read, lambda: file.change(same), lambda: file.change(same, create=True)):
        with pytest.raises(HoldfastError, match="was deleted; its version 2 is kept"):
            attempt()
    assert not file.exists()
    file.restore("last")
    assert file.path.read_bytes() == content


def test_a_file_is_made_only_where_that_is_asked_for(tmp_path: Path) -> None:
    file = in_project(tmp_path, tmp_path / "workflow_state.md")
    with pytest.raises(HoldfastError, match="no such file"):
        file.change(same)
    done = file.change(lambda document: document.with_state("Phase", "INIT"), create=True)
    assert done.changed
    assert file.path.read_text("utf-8") == "## State\n\n- Phase: INIT\n"


def test_the_last_twenty_versions_are_kept_and_no_more(file: StateFile) -> None:
    for number in range(KEPT + 5):
        file.change(lambda document, number=number: document.with_log(f"entry {number}"))  # type: ignore[misc]
    assert [one.number for one in file.history()] == list(range(7, KEPT + 7))
    assert len(list((file.keep / "images").iterdir())) == KEPT
    for one in file.history():
        assert len(file.content_of(one)) == one.size


def test_restoring_is_a_new_version_and_what_was_there_is_kept(file: StateFile) -> None:
    began(file)
    file.change(lambda document: document.with_state("Phase", "VALIDATE"))
    by_hand = file.path.read_bytes().replace(b"# Workflow State", b"# By hand")
    file.path.write_bytes(by_hand)
    done = file.restore("2")
    assert done.changed
    assert file.path.read_bytes() == file.content_of(file.version("2"))
    assert [(one.by, one.why) for one in file.history()][-2:] == [
        ("hand", "changed by hand"),
        ("engine", "restored version 2"),
    ]
    assert file.content_of(file.version(str(file.history()[-2].number))) == by_hand
    assert file.change(same).refused == ()


def test_restoring_what_a_hand_wrote_does_not_make_its_claim_true(file: StateFile) -> None:
    began(file)
    edit(file, "Status: RUNNING", "Status: COMPLETED")
    file.change(same)
    claimed = next(one for one in file.history()[2:] if one.by == "hand")
    done = file.restore(claimed.digest[:8])
    assert done.refused[0].claim == Claim("state", "Status", "RUNNING", "COMPLETED")
    assert file.read().state["Status"] == "RUNNING"


@pytest.mark.parametrize("reference", ["0", "99", "x", "", "zz99", "-1"])
def test_a_version_that_is_not_kept_is_refused(file: StateFile, reference: str) -> None:
    began(file)
    with pytest.raises(HoldfastError, match="is kept"):
        file.version(reference)


def test_a_damaged_version_is_told_from_a_whole_one(file: StateFile) -> None:
    began(file)
    (file.keep / "images" / file.history()[0].digest).write_bytes(b"other")
    with pytest.raises(HoldfastError, match=r"version 1 of .* is damaged"):
        file.restore("1")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"schema": "x/2"}', b'{"schema": "holdfast/state-versions/1"}']
)
def test_an_index_that_cannot_be_understood_stops_writing(file: StateFile, content: bytes) -> None:
    began(file)
    (file.keep / "index.json").write_bytes(content)
    before = file.path.read_bytes()
    with pytest.raises(HoldfastError, match=r"index\.json"):
        file.change(lambda document: document.with_log("x"))
    assert file.path.read_bytes() == before


def test_a_save_in_the_middle_of_a_write_is_merged(file: StateFile) -> None:
    began(file)
    calls: list[int] = []

    def slow(document: Document) -> Document:
        if not calls:
            file.path.write_bytes(file.path.read_bytes() + b"\nsaved by an editor\n")
        calls.append(1)
        return document.with_log("engine three")

    file.change(slow)
    assert len(calls) == 2
    text = file.path.read_text("utf-8")
    assert text.endswith("saved by an editor\n")
    assert text.count("engine three") == 1


def test_a_file_that_never_stands_still_is_left_alone(file: StateFile) -> None:
    def racing(document: Document) -> Document:
        file.path.write_bytes(file.path.read_bytes() + b"x")
        return document.with_log("y")

    with pytest.raises(HoldfastError, match="20 times"):
        file.change(racing)
    assert b"- y" not in file.path.read_bytes()


def test_a_link_and_the_mode_of_the_file_stay(tmp_path: Path) -> None:
    real = tmp_path / "docs" / "real.md"
    real.parent.mkdir()
    real.write_bytes(FULL.encode())
    real.chmod(0o640)
    path = tmp_path / "workflow_state.md"
    path.symlink_to(real)
    in_project(tmp_path, path).change(lambda document: document.with_log("x"))
    assert path.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "- x" in real.read_text("utf-8")


def test_a_directory_is_no_state_file(tmp_path: Path) -> None:
    with pytest.raises(HoldfastError, match="not a regular file"):
        in_project(tmp_path, tmp_path).read()


TEXTS = ("words", "- by hand  ", "<!-- note -->", "### more", "text \u6f22", "```", "| 7 | new | pending |", "~~~")
TEXTS = ("words", "- by hand  ", "<!-- note -->", "### more", "text \u6f22", "```", "| 7 | new | pending |", "~~~")
EDITS = st.lists(st.tuples(st.integers(0, 60), st.sampled_from(TEXTS), st.sampled_from(["\n", "\r\n"])), max_size=6)
UPDATES = st.lists(
    st.sampled_from(
        [
            lambda document: document.with_log("engine"),
            lambda document: document.with_state("RunStep", "tests"),
            lambda document: (
                document.with_cell(document.items[0].id, "status", "running") if document.items else document
            ),
            lambda document: document.with_item({"ID": "77", "Status": "pending"}) if document.tables else document,
            lambda document: document.with_archive("2026-11-20", ["finding"]),
        ]
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60)
@given(st.sampled_from(["whole", "CRLF", "no final newline", "mixed line ends", "byte order mark"]), EDITS, UPDATES)
def test_no_line_that_a_user_wrote_is_lost(
    tmp_path_factory: pytest.TempPathFactory, name: str, edits: list[tuple[int, str, str]], updates: list[object]
) -> None:
    directory = tmp_path_factory.mktemp("property")
    file = in_project(directory, directory / "workflow_state.md")
    file.path.write_bytes(CASES[name].content)
    for round_ in range(2):
        file.change(lambda document: document.with_log("engine wrote this"))
        document = file.read()
        for at, text, end in edits:
            lines = list(document.lines)
            lines.insert(at % (len(lines) + 1), f"{text} {round_}{end}" if not text.endswith("|") else text + end)
            document = parse(bytes(Document(lines, document.mark)))
        file.path.write_bytes(bytes(document))
        theirs = file.path.read_bytes()
        for update in updates:
            file.change(update)  # type: ignore[arg-type]
        rest = iter(re.split(rb"\r\n|\r|\n", file.path.read_bytes()))
        owned = re.compile(rb"(?i)(?:- )?(?:phase|status|currentitem|runstep)\b|\|")  # lines with what is the engine's
        for line in re.split(rb"\r\n|\r|\n", theirs):
            assert owned.match(line) or not line or line in rest, (line, file.path.read_bytes())
