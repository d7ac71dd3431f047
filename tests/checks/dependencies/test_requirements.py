"""Requirements files with hashes: what is wrong with them, and how they are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checks.dependencies import header, requirements, search
from holdfast.checks.dependencies.model import Lock, When
from holdfast.checks.dependencies.requirements import reader
from tests.checks.dependencies.locked import copy, edit, keep, required, subject
from tests.checks.dependencies.projects import Project, make_project

ROOT = '[project]\nname = "shop"\nversion = "1"\n'
DIGEST = "sha256:" + "0" * 64
HASH = f"--hash={DIGEST}"


def files(tmp_path: Path, pyproject: str = ROOT, **texts: str) -> Project:
    """A project with requirements files: `dev` is requirements-dev.txt, `main` is requirements.txt."""
    named = {"requirements.txt" if name == "main" else f"requirements-{name}.txt": text for name, text in texts.items()}
    return make_project(tmp_path / "shop", pyproject, named)


def lock_of(project: Project) -> Lock:
    found = subject(project.root).lock
    assert found is not None
    return found


def only(project: Project, id_: str) -> dict[str, object]:
    findings = project.findings(only="lock")
    assert [each["id"] for each in findings] == [id_], findings
    return findings[0]


def test_files_that_uv_exported_are_sound(tmp_path: Path) -> None:
    project = keep(copy(tmp_path, "shop"), "requirements.txt", "requirements-dev.txt")
    said = project.check(only="lock")["results"][0]
    assert (said["status"], said["tool"], said["findings"]) == ("passed", "requirements.txt", [])
    lock = lock_of(project)
    assert (lock.project, set(lock.groups), set(lock.default_groups)) == ("shop", {"dev"}, set())
    assert "pluggy" not in dict(required(project.root))
    assert ("pluggy", "1.7.0") in required(project.root, groups=("dev",))
    assert "colorama" not in dict(required(project.root))


def test_files_without_hashes_are_no_lock(tmp_path: Path) -> None:
    project = files(tmp_path, main="a==1\n# --hash=\n")
    assert search.requirements(project.root) is None
    assert project.check(only="lock")["results"][0]["status"] == "skipped"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["requirements.txt", "requirements/main.txt"], "requirements.txt"),
        (["requirements/dev.txt", "requirements/base.txt"], "requirements/base.txt"),
        (["requirements-prod.txt", "requirements-dev.txt"], "requirements-prod.txt"),
        (["requirements/all.txt"], "requirements/all.txt"),
        (["requirements/dev.txt"], "requirements/dev.txt"),
        (["requirements/notes.md"], None),
    ],
)
def test_the_main_file_is_the_one_with_such_a_name(tmp_path: Path, names: list[str], found: str | None) -> None:
    project = make_project(tmp_path / "shop", ROOT, dict.fromkeys(names, f"a==1 {HASH}\n"))
    assert search.requirements(project.root) == found


def test_the_only_file_is_the_main_one_unless_its_name_says_otherwise(tmp_path: Path) -> None:
    every = files(tmp_path / "1", all=f"a==1 {HASH}\n")
    assert required(every.root) == [("a", "1")]
    docs = files(tmp_path / "2", docs=f"a==1 {HASH}\n")
    assert (required(docs.root), required(docs.root, groups=("docs",))) == ([], [("a", "1")])


def test_what_the_main_file_includes_is_installed_with_it(tmp_path: Path) -> None:
    project = files(tmp_path, main=f"-r requirements-dev.txt\na==1 {HASH}\n", dev=f"b==2 {HASH}\n")
    lock = lock_of(project)
    assert lock.default_groups == {"dev"}
    assert [each.when for each in lock.packages] == [(When("main"), When("dev")), (When("main"),)]
    assert required(project.root) == [("a", "1"), ("b", "2")]


def test_a_package_in_two_files_is_one_package(tmp_path: Path) -> None:
    project = files(tmp_path, main=f"a==1 {HASH}\n", dev=f"a==1 {HASH}\nb==2 {HASH}\n")
    assert project.findings(only="lock") == []
    assert required(project.root, groups=("dev",)) == [("a", "1"), ("b", "2")]


def test_two_versions_in_two_files_are_found_with_both_places(tmp_path: Path) -> None:
    project = files(tmp_path, main=f"a==1 {HASH}\n", dev=f"\na==2 {HASH}\n")
    finding = only(project, "LOCK013")
    assert finding["message"] == "a is locked as 2 here and as 1 in requirements.txt:1"
    assert (finding["file"], finding["line"]) == ("requirements-dev.txt", 2)


def test_two_versions_for_two_platforms_are_right(tmp_path: Path) -> None:
    lines = f"a==1 ; sys_platform == 'win32' {HASH}\na==2 ; sys_platform != 'win32' {HASH}\n"
    assert files(tmp_path, main=lines).findings(only="lock") == []


def test_one_version_written_in_two_ways_is_one(tmp_path: Path) -> None:
    assert files(tmp_path, main=f"a==1.0 {HASH}\n", dev=f"a==1 {HASH}\n").findings(only="lock") == []


def test_a_line_without_hashes_among_those_that_have_is_an_error(tmp_path: Path) -> None:
    finding = only(files(tmp_path, main=f"a==1 {HASH}\nb==2\n"), "LOCK014")
    assert (finding["severity"], finding["line"]) == ("error", 2)
    assert finding["message"] == "b 2 has no hashes among lines that have: pip refuses the file"


def test_a_line_that_is_not_pinned_is_an_error(tmp_path: Path) -> None:
    finding = only(files(tmp_path, main=f"a==1 {HASH}\nb>=2 {HASH}\n"), "LOCK014")
    assert str(finding["message"]).startswith("b>=2 is not pinned with ==")


def test_a_malformed_hash_is_found_on_the_requirement_s_line(tmp_path: Path) -> None:
    finding = only(files(tmp_path, main=f"a==1 \\\n    {HASH} \\\n    --hash=sha256:abc\n"), "LOCK012")
    assert (finding["line"], "sha256:abc" in str(finding["message"])) == (1, True)


def test_a_line_that_is_no_requirement_is_shown_without_its_password(tmp_path: Path) -> None:
    project = files(tmp_path, main=f"a==1 {HASH}\n!! https://ana:hunter22@x.invalid/\n")
    finding = only(project, "LOCK016")
    assert finding["line"] == 2
    assert "hunter22" not in str(finding["message"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-r gone.txt", "it includes gone.txt, which is not there"),
        ("--requirement=gone.txt", "it includes gone.txt, which is not there"),
        ("-rgone.txt", "it includes gone.txt, which is not there"),
        ("-c gone.txt", "it includes gone.txt, which is not there"),
        ("-r requirements.txt", "it includes requirements.txt, which includes this file"),
        ("-r requirements-dev.txt", "it includes requirements.txt, which includes this file"),
        ("-r ../../x.txt", "it includes ../../x.txt, which is outside of the project"),
        (
            "-r https://ana:hunter22@x.invalid/r.txt",
            "it includes https://ana:***@x.invalid/r.txt, which is not a file here",
        ),
        ("-r a\0b", "it includes a\\x00b, which is not there"),
    ],
)
def test_an_include_that_cannot_be_followed_is_found_on_its_line(tmp_path: Path, line: str, said: str) -> None:
    project = files(tmp_path, main=f"# first\n{line}\na==1 {HASH}\n", dev="-r requirements.txt\n")
    finding = only(project, "LOCK002")
    assert finding["message"] == said
    assert finding["line"] == (1 if "dev" in line else 2)


def test_constraints_limit_and_install_nothing(tmp_path: Path) -> None:
    project = files(tmp_path, main=f"-c limits.txt\na==1 {HASH}\n")
    project.write("limits.txt", "a<1\nb==3\n")
    finding = only(project, "LOCK008")
    assert finding["message"] == "limits.txt:1 limits a<1; requirements.txt has 1"
    assert required(project.root) == [("a", "1")]


def test_what_pyproject_asks_for_is_held_against_the_files(tmp_path: Path) -> None:
    pyproject = ROOT + 'dependencies = ["a>=2", "b"]\n[dependency-groups]\ndev = ["c"]\nother = ["d"]\n'
    project = files(tmp_path, pyproject, main=f"a==1 {HASH}\n", dev=f"e==1 {HASH}\n")
    messages = [each["message"] for each in project.findings(only="lock")]
    assert messages == [
        "pyproject.toml asks for a>=2; requirements.txt has 1",
        "pyproject.toml asks for b; requirements.txt lacks it",
        "pyproject.toml asks for c (group dev); requirements.txt lacks it",
    ]


def test_places_are_read_with_the_names_that_they_have(tmp_path: Path) -> None:
    lines = [
        "-e .",
        "-e ./loose[x] ; python_version > '3'",
        "./wheels/two_words-1.0-py3-none-any.whl",
        "git+https://x.invalid/y@" + "a" * 40 + "#egg=named",
        "direct @ https://x.invalid/direct-1.zip " + HASH,
        "pinned[b,a]===1.0 " + HASH,
    ]
    project = files(tmp_path, main="\n".join(lines))
    project.write("loose/pyproject.toml", '[tool.poetry]\nname = "Loose"\n')
    project.write("wheels/two_words-1.0-py3-none-any.whl", "")
    lock = lock_of(project)
    assert lock.project == "shop"
    assert [(each.name, each.version, each.source and each.source.kind) for each in lock.packages] == [
        ("loose", "", "directory"),
        ("two-words", "", "file"),
        ("named", "", "git"),
        ("direct", "", "url"),
        ("pinned", "1.0", None),
    ]
    assert project.findings(only="lock") == []


def test_a_place_that_is_gone_is_found(tmp_path: Path) -> None:
    finding = only(files(tmp_path, main=f"a==1 {HASH}\n-e ./gone\n"), "LOCK010")
    assert (finding["message"], finding["line"]) == (
        "a package is locked from the directory gone, which is not there",
        2,
    )


def test_options_are_left_alone_and_their_passwords_unsaid(tmp_path: Path) -> None:
    main = f"--index-url https://ana:hunter22@x.invalid/simple\n--require-hashes\na==1 --global-option=x {HASH}\nb==2\n"
    assert "hunter22" not in str(files(tmp_path, main=main).check(only="lock"))


def test_a_set_of_too_many_files_is_refused(tmp_path: Path) -> None:
    project = files(tmp_path, main=f"a==1 {HASH}\n-r 0.txt\n")
    for number in range(70):
        project.write(f"{number}.txt", f"-r {number + 1}.txt\n")
    assert only(project, "LOCK002")["message"] == "it includes more than 64 files"


@pytest.mark.parametrize(
    ("more", "id_", "said"),
    [
        ("b==1\n" * 50_001, "LOCK002", "there are more than 50000 requirements"),
        ("x" + " " * 500_000 + "x # y\n", "LOCK016", "a requirement is longer than 4096 characters"),
        ("--x" + " " * 500_000 + "x\n", "LOCK002", "an option is longer than 4096 characters"),
    ],
)
def test_text_that_would_keep_a_reader_busy_for_long_is_refused(tmp_path: Path, more: str, id_: str, said: str) -> None:
    assert only(files(tmp_path, main=f"a==1 {HASH}\n{more}"), id_)["message"] == said


def test_merge_conflict_markers_are_found(tmp_path: Path) -> None:
    assert only(files(tmp_path, main=f"a==1 {HASH}\n<<<<<<< HEAD\nb==1\n"), "LOCK003")["line"] == 2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a \\\n  b\nc", [(1, "a   b"), (3, "c")]),
        ("a # why\n# b\n\n  c", [(1, "a"), (4, "c")]),
        ("a \\\n# why\nb", [(1, "a"), (3, "b")]),
        ("a#b", [(1, "a#b")]),
        ("a \\", [(1, "a")]),
        ("", []),
    ],
)
def test_lines_are_joined_and_stripped_as_pip_does(text: str, lines: list[tuple[int, str]]) -> None:
    assert list(reader.logical_lines(text)) == lines


@given(
    st.lists(st.sampled_from(["a==1", " ", "\\", "# x", " #", "\n", "b \\\n", "c", "--hash=x"]), max_size=12).map(
        "".join
    )
)
def test_lines_are_those_that_pip_reads(text: str) -> None:
    from pip._internal.req import req_file

    read = [(number, line.strip()) for number, line in req_file.preprocess(text) if line.strip()]
    assert [line for _, line in reader.logical_lines(text)] == [line for _, line in read]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            "#\n# This file is autogenerated by pip-compile\n#    pip-compile --generate-hashes\n",
            "pip-compile --generate-hashes",
        ),
        (
            "#    uv pip compile --index-url https://ana:hunter22@x.invalid/ a.in\n",
            "uv pip compile --index-url 'https://ana:***@x.invalid/' a.in",
        ),
        ("#    uv export; rm -rf x\n", ""),
        ("#    uv export ; rm -rf x\n", "uv export ';' rm -rf x"),
        ("#    uv export 'x\n", ""),
        ("#    uv export \x1b[31m\n", ""),
        ("# uv is a tool\n", ""),
        ("a==1\n" * 20 + "# uv export\n", ""),
    ],
)
def test_the_command_of_the_first_lines_is_quoted_and_masked(text: str, command: str) -> None:
    assert header.command_in(text) == command


@pytest.mark.parametrize(
    ("main", "poetry", "lock", "install"),
    [
        (
            "",
            False,
            "pip-compile --generate-hashes --output-file requirements.txt pyproject.toml",
            "pip install --require-hashes -r requirements.txt -r requirements-dev.txt",
        ),
        (
            "",
            True,
            "poetry export --output requirements.txt",
            "pip install --require-hashes -r requirements.txt -r requirements-dev.txt",
        ),
        (
            "#    uv export -o requirements.txt\n",
            False,
            "uv export -o requirements.txt",
            "uv pip sync requirements.txt requirements-dev.txt",
        ),
    ],
)
def test_the_commands_are_those_of_the_tool_that_made_it(
    tmp_path: Path, main: str, poetry: bool, lock: str, install: str
) -> None:
    project = files(tmp_path, main=f"{main}a==1 {HASH}\n", dev=f"b==1 {HASH}\n", docs=f"c==1 {HASH}\n")
    project.write("holdfast.yaml", "dependencies:\n  lock: requirements.txt\n")
    if poetry:
        project.write("poetry.lock", "")
    looked = subject(project.root, groups=("dev",))
    assert looked.lock is not None
    assert requirements.lock_command(looked) == lock
    assert requirements.install_command(looked, looked.lock) == install


def test_a_package_s_line_is_told_for_the_main_file_alone(tmp_path: Path) -> None:
    lock = lock_of(files(tmp_path, main=f"# x\nTwo.Words==1 {HASH}\n", dev=f"b==1 {HASH}\n"))
    lines = {each.name: requirements.line_of(lock, each.name, each.version, each.origin) for each in lock.packages}
    assert lines == {"two-words": 2, "b": None}
    assert requirements.line_of(lock, "two-words", "1") == 2
    assert requirements.line_of(lock, "two-words", "3") is None


def test_a_file_that_the_user_names_is_the_main_one(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", ROOT, {"pinned.txt": f"a==1 {HASH}\n"})
    project.write("holdfast.yaml", "dependencies:\n  lock: pinned.txt\n")
    assert required(project.root) == [("a", "1")]


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    project = make_project(
        tmp_path / "shop", ROOT, {"requirements/x.txt/y": "", "requirements-a.txt": f"a==1 {HASH}\n"}
    )
    assert search.requirements(project.root) == "requirements-a.txt"
    edit(project, "requirements-a.txt", HASH, "")
    assert search.requirements(project.root) is None
