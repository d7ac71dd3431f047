"""Whatever a file holds: what is put in comes out again to the byte, and a second run changes nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from holdfast.adoption import blocks
from holdfast.adoption.facts import PYTHONS, Facts
from holdfast.adoption.plan import State
from tests.adoption.repositories import PYPROJECT, adopt, planned, remove, repository, tree

FILES = ("pyproject.toml", ".gitignore", ".gitattributes", "Makefile", ".pre-commit-config.yaml", "AGENTS.md")
FRAGMENTS = (
    "",
    "a",
    "# c",
    "  ",
    "\t",
    "\\",
    "é",
    "\udcff",
    "all: ; @true",
    "all:\n\t@true",
    ".holdfast/",
    "repos:",
    "repos: []",
    "repos: [{repo: local, hooks: []}]",
    "- repo: local",
    "  hooks: [{id: a}]",
    "  - repo: local",
    "    hooks:",
    "      - id: a",
    "      # behind",
    "-",
    "ci: {}",
    "---",
    "...",
    "[tool]",
    "[tool.black]",
    "[tool.holdfast]",
    "line-length = 1",
    'x = """',
    "tool = 1",
    "```",
    "include holdfast.mk",
)
LINE_ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n"])
CONTENTS = st.builds(
    lambda mark, lines, last: (
        (mark + "".join(line + end for line, end in lines) + last).encode("utf-8", "surrogateescape")
    ),
    st.sampled_from(["", "", "\ufeff"]),
    st.lists(st.tuples(st.sampled_from(FRAGMENTS), LINE_ENDS), max_size=8),
    st.sampled_from(FRAGMENTS),
)


def comes_out_as_it_went_in(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        project = Path(directory) / "shop"
        repository(project, {**files, "setup.py": b""}, git=False)
        known = Facts("pip", None, (), PYTHONS, "main", package=True, pyproject="pyproject.toml" in files)
        before = tree(project)
        adopt(project, known=known)
        adopted = tree(project)
        assert not [change for change in planned(project, known=known).values() if change.changes]
        assert adopt(project, known=known) == []
        assert tree(project) == adopted
        remove(project)
        assert tree(project) == before
        shutil.rmtree(project)


@given(name=st.sampled_from(FILES[1:]), content=CONTENTS)
@settings(max_examples=150)
@example(name="Makefile", content=b"all:\n\t@echo a\\")
@example(name=".gitignore", content=b"a\nb\r")
@example(name=".gitignore", content=b"\xef\xbb\xbf")
@example(name="AGENTS.md", content=b"# A\r\n\r\nno end")
@example(name=".pre-commit-config.yaml", content=b"repos:\n  - repo: a\n    hooks: [{id: b}]\nci: {}\n...\n")
@example(name=".pre-commit-config.yaml", content=b"repos: [  # none\n]")
@example(name=".pre-commit-config.yaml", content=b"repos:")
def test_any_content_comes_out_as_it_went_in(name: str, content: bytes) -> None:
    comes_out_as_it_went_in({name: content})


@given(
    tail=st.lists(st.sampled_from(["", "# c", "[tool.a]", "x = 1", "[[tool.b]]", 'y = """a', '"""', "[x]"]), max_size=5)
)
@settings(max_examples=40)
@example(tail=["[tool.a]", "x = nan"])
def test_any_pyproject_comes_out_as_it_went_in(tail: list[str]) -> None:
    import tomllib

    content = (PYPROJECT + "\n".join(tail)).encode()
    try:
        tomllib.loads(content.decode())
    except tomllib.TOMLDecodeError:
        return
    for text in (content, content.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + content):
        comes_out_as_it_went_in({"pyproject.toml": text})


def test_everything_is_put_into_a_bare_repository_and_taken_out(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    before = tree(project)
    written = {change.file for change in adopt(project)}
    assert written == {
        "pyproject.toml",
        ".gitignore",
        ".gitattributes",
        "holdfast.mk",
        "Makefile",
        ".pre-commit-config.yaml",
        ".github/workflows/holdfast.yml",
        "AGENTS.md",
        "task_registry.json",
    }
    assert {change.state for change in planned(project).values()} == {State.SAME}
    remove(project)
    assert tree(project) == before


def test_planning_writes_nothing(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    before = tree(project)
    planned(project)
    assert tree(project) == before


def test_what_the_user_has_already_is_left_alone(tmp_path: Path) -> None:
    project = repository(
        tmp_path / "shop",
        {
            "pyproject.toml": "[tool.holdfast]\nstrict = true\n",
            ".gitignore": "/.holdfast/\n",
            ".gitattributes": "task_registry.json  merge=union\n",
            "Makefile": "-include holdfast.mk\n",
            ".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks:\n  - id: holdfast\n",
        },
    )
    left = {name for name, change in planned(project).items() if change.state is State.LEFT}
    assert left == {"settings", "gitignore", "gitattributes", "makefile", "hooks"}


def test_edits_outside_the_marks_are_kept_always(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"pyproject.toml": "", ".gitignore": "build/"})
    adopt(project)
    ignore = project / ".gitignore"
    ignore.write_text("dist/\n" + ignore.read_text("utf-8") + "later/\n", "utf-8")
    agents = project / "AGENTS.md"
    agents.write_text(agents.read_text("utf-8") + "Ours.\n", "utf-8")
    assert adopt(project) == []
    remove(project)
    assert ignore.read_text("utf-8") == "dist/\nbuild/\nlater/\n"
    assert agents.read_text("utf-8") == "Ours.\n"


def test_an_edit_between_the_marks_is_told_from_a_text_that_is_out_of_date(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    adopt(project)
    rules = project / "holdfast.mk"
    rules.write_text(rules.read_text("utf-8").replace("run every check", "run them"), "utf-8")
    (project / "pyproject.toml").write_text(
        (project / "pyproject.toml").read_text("utf-8").replace("[project]", '[project]\nrequires-python = ">=3.13"'),
        "utf-8",
    )
    states = {name: change.state for name, change in planned(project).items() if change.changes}
    assert states == {"rules": State.EDITED, "workflow": State.OUTDATED}


def test_a_mark_whose_digest_alone_is_stale_is_brought_up_to_date(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    adopt(project)
    path = project / ".gitignore"
    wanted = path.read_bytes()
    path.write_text(path.read_text("utf-8").replace("digest=", "digest=0"), "utf-8")
    assert planned(project)["gitignore"].state is State.OUTDATED
    adopt(project)
    assert path.read_bytes() == wanted


def test_an_edited_block_is_not_taken_out_unless_forced(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    before = tree(project)
    adopt(project)
    path = project / ".gitignore"
    path.write_text(path.read_text("utf-8").replace(".holdfast/", ".holdfast/\nmine/"), "utf-8")
    remove(project)
    assert "mine/" in path.read_text("utf-8")
    remove(project, force=True)
    assert tree(project) == before


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.mkdir(), "a directory"),
        (lambda path: path.symlink_to("/etc/hostname"), "a link that leads out of the project"),
        (lambda path: path.symlink_to("nowhere"), "which is not there"),
        (lambda path: path.write_bytes("# Agents".encode("utf-16")), "not text in UTF-8"),
        (lambda path: path.write_bytes(b"a\rb\r"), "carriage returns"),
        (lambda path: (path.write_bytes(b"a"), path.chmod(0o444)), "read-only"),
        (lambda path: path.write_text(f"<!-- {blocks.OPENS} -->\n", "utf-8"), "line 1: the marks"),
        (lambda path: path.symlink_to(".gitignore"), "the same file as .gitignore"),
        (lambda path: path.write_bytes(b"a" * (16 * 2**20 + 1)), "larger than 16 MiB"),
    ],
    ids=["directory", "outside", "broken link", "UTF-16", "old Mac", "read-only", "marks", "same file", "large"],
)
def test_what_cannot_be_done_is_said_and_stays_as_it_is(
    make: Callable[[Path], object], says: str, tmp_path: Path
) -> None:
    project = repository(tmp_path / "shop")
    (project / ".gitignore").write_text("", "utf-8")
    make(project / "AGENTS.md")
    before = tree(project)
    change = planned(project)["agents"]
    assert change.state is State.BLOCKED
    assert says in change.note
    adopt(project)
    remove(project)
    assert tree(project) == before


def test_a_file_where_a_directory_is_needed_is_said(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    (project / ".github").write_text("", "utf-8")
    assert planned(project)["workflow"].note == ".github is not a directory"


def test_somebody_elses_file_of_our_name_is_not_touched(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"pyproject.toml": "", "holdfast.mk": "x:\n"})
    assert planned(project)["rules"].note == "there is one that holdfast did not write"


def test_a_file_that_can_no_longer_be_written_is_not_taken_out_of(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    adopt(project)
    (project / "AGENTS.md").chmod(0o444)
    remove(project)
    assert (project / "AGENTS.md").exists()
    assert not (project / "holdfast.mk").exists()


def test_a_project_below_the_root_of_its_repository_gets_what_works_there(tmp_path: Path) -> None:
    root = repository(tmp_path / "mono", {})
    project = repository(root / "services" / "shop", git=False)
    plan = planned(project)
    assert {name for name, change in plan.items() if change.state is State.LEFT} == {"hooks", "workflow"}
    assert plan["agents"].state is State.MISSING


def test_parts_that_are_skipped_are_not_looked_at_and_stay_skipped(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    adopt(project, "agents", "registry")
    assert not (project / "AGENTS.md").exists()
    assert 'skip = ["agents", "registry"]' in (project / "pyproject.toml").read_text("utf-8")


def test_a_registry_that_something_was_logged_in_stays(tmp_path: Path) -> None:
    from holdfast.core.registry import Registry

    project = repository(tmp_path / "shop")
    adopt(project)
    path = project / "task_registry.json"
    with Registry(path) as registry:
        registry.append({"event": "note", "text": "one"})
    content = path.read_bytes()
    assert content.count(b"\n,") == 1
    assert b"holdfast init" in content
    remove(project)
    assert path.read_bytes() == content


def test_a_registry_that_init_did_not_make_stays(tmp_path: Path) -> None:
    from holdfast.core.registry import Registry

    project = repository(tmp_path / "shop")
    with Registry(project / "task_registry.json") as registry:
        registry.append()
    before = tree(project)
    adopt(project)
    remove(project)
    assert tree(project) == before
