"""Reading a poetry.lock, of every format, whole or broken."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.checks.dependencies.model import Unreadable, When
from holdfast.checks.dependencies.poetry import line_of
from holdfast.checks.dependencies.poetry.reader import LIMIT, parsed
from tests.checks.dependencies.poetry_projects import commit, edit, lock_of, new, old, said, subject
from tests.checks.dependencies.projects import Project, make_project

HASH = "sha256:" + "0" * 64
METADATA = '[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = "x"\n'


def test_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    plain = lock_of(project)
    path = project.root / "poetry.lock"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    lock = lock_of(project)
    assert said(project) == []
    assert [package.hashes for package in lock.packages] == [package.hashes for package in plain.packages]
    assert line_of(lock, "requests") == line_of(plain, "requests")


def test_the_quick_way_reads_what_the_whole_document_says(tmp_path: Path) -> None:
    for project in (new(tmp_path / "new"), old(tmp_path / "old")):
        quick = lock_of(project)
        edit(project, "poetry.lock", 'description = "', "description = '''it's ''' # \"")
        whole = lock_of(project)
        assert [package.hashes for package in quick.packages] == [package.hashes for package in whole.packages]
        assert any(package.hashes for package in whole.packages)


def test_a_list_of_files_inside_of_a_string_is_text() -> None:
    entry = f'    {{file = "a.whl", hash = "{HASH}"}},\n'
    text = f'x = """\nfiles = [\n{entry}]\n"""\n[metadata]\nlock-version = "2.1"\n'
    assert parsed(text, "poetry.lock").data["x"] == f"files = [\n{entry}]\n"


EXTRAS = """[[package]]
name = "a"
version = "1"
description = "x"
optional = false
python-versions = "*"
groups = ["main"]
files = []

[package.extras]
all = ["b[c] ; python_version < \\"4\\"", "d"]
"odd.name" = []

"""


def test_extras_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", '[project]\nname = "shop"\n', {"poetry.lock": EXTRAS + METADATA})
    extras = lock_of(project).packages[0].extras
    assert list(extras) == ["all", "odd-name"]
    assert [(need.name, need.extras, need.marker) for need in extras["all"]] == [
        ("b", ("c",), 'python_version < "4"'),
        ("d", (), ""),
    ]
    assert extras["odd-name"] == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [('"odd.name" = []', "all = []"), ('"d"]', '"d"'), ("[]\n\n[meta", "[] []\n\n[meta"), ('"d"]', '"d\\q"]')],
)
def test_extras_that_are_not_toml_are_not_passed_over(old: str, new: str) -> None:
    text = EXTRAS + METADATA
    assert old in text
    with pytest.raises(Unreadable) as raised:
        parsed(text.replace(old, new), "poetry.lock")
    assert raised.value.finding.id == "LOCK002"


@pytest.mark.parametrize("mark", ["\ue000files:", "\\ue000files:", "\\U0000E000files:"])
def test_nobody_but_the_reader_writes_its_stand_ins(tmp_path: Path, mark: str) -> None:
    for edited in (
        EXTRAS.replace("files = []", f'files = "{mark}9"'),
        EXTRAS.replace('"odd.name" = []', f'"{mark}" = 9'),
    ):
        project = make_project(tmp_path / "shop", '[project]\nname = "shop"\n', {"poetry.lock": edited + METADATA})
        package = lock_of(project).packages[0]
        assert package.hashes == ()
        assert "all" in package.extras
        (project.root / ".venv").rename(tmp_path / f"gone{len(list(tmp_path.iterdir()))}")


def test_a_lock_says_what_each_package_is_for(tmp_path: Path) -> None:
    lock = lock_of(new(tmp_path / "shop"))
    by_name = {package.name: package for package in lock.packages}
    assert by_name["isort"].when == (When("dev"), When("lint"))
    assert by_name["colorama"].when == (When("main", 'sys_platform == "win32"'),)
    assert by_name["tabulate"].when == (When("main", 'extra == "fancy"'),)
    assert by_name["alpha"].source is not None
    assert by_name["alpha"].source.editable
    assert lock.groups == {"dev", "lint", "docs"}
    assert lock.default_groups == {"dev", "lint"}
    assert lock.extras == {"fancy"}
    assert lock.project == "shop"
    assert [need.name for need in by_name["requests"].extras["socks"]] == ["pysocks"]
    assert len(by_name["requests"].extras) == len(list(by_name["requests"].extras)) == 2


def test_markers_may_differ_by_group(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(
        project,
        "poetry.lock",
        'groups = ["dev", "lint"]',
        'groups = ["dev", "lint"]\nmarkers = {lint = "os_name == \'x\'"}',
    )
    isort = next(package for package in lock_of(project).packages if package.name == "isort")
    assert isort.when == (When("dev"), When("lint", "os_name == 'x'"))


def test_git_sources_and_packages_of_no_mode_are_read(tmp_path: Path) -> None:
    source = (
        '[package.source]\ntype = "git"\nurl = "https://git.invalid/a"\nreference = "main"\nresolved_reference = "f00"'
    )
    text = f'[[package]]\nname = "a"\nversion = "1"\ndevelop = true\n{source}\nsubdirectory = "x"\n{METADATA}'
    project = make_project(
        tmp_path / "shop", "[tool.poetry]\nname = 'shop'\npackage-mode = false\n", {"poetry.lock": text}
    )
    lock = lock_of(project)
    assert lock.packages[0].source == ("git", "https://git.invalid/a", "f00", "x", True)
    assert lock.project == ""
    assert lock.packages[0].when is None


def test_old_locks_are_walked_from_what_is_asked_for(tmp_path: Path) -> None:
    project = old(tmp_path / "shop")
    found = subject(project)
    assert found.selection is not None
    names = {package.name for package in found.selection.required}
    assert names == {"requests", "certifi", "charset-normalizer", "idna", "pysocks", "urllib3", "attrs", "pluggy"}
    more = subject(project, {"dependencies.extras": ["fancy"], "dependencies.groups": ["docs"]}).selection
    assert more is not None
    assert {package.name for package in more.required} - names == {"tabulate", "markupsafe"}


def test_the_hashes_of_the_oldest_formats_are_read(tmp_path: Path) -> None:
    project = old(tmp_path / "shop")
    text = (project.root / "poetry.lock").read_text("utf-8")
    names = set(re.findall(r'^name = "(.*)"', text, re.M))
    bare = re.sub(r"files = \[\n.*?\]\n", "", text, flags=re.S).replace('lock-version = "2.0"', 'lock-version = "1.1"')
    files = "".join(f'{name} = [\n    {{file = "{name}.whl", hash = "{HASH}"}},\n]\n' for name in names)
    project.write("poetry.lock", f"{bare}\n[metadata.files]\n{files}")
    assert said(project) == []
    assert {package.hashes for package in lock_of(project).packages} == {(HASH,)}
    hashes = "".join(f'{name} = ["{"0" * 64}"]\n' for name in names)
    project.write("poetry.lock", f"{bare}\n[metadata.hashes]\n{hashes}")
    assert said(project) == []
    assert {package.hashes for package in lock_of(project).packages} == {(HASH,)}


def test_merge_conflict_markers_are_named_with_what_takes_one_side(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(project, "poetry.lock", 'name = "idna"\n', '<<<<<<< HEAD\nname = "idna"\n=======\nname = "x"\n>>>>>>> b\n')
    found = project.findings(only="lock")[0]
    assert (found["id"], found["fix"]) == ("LOCK003", "poetry lock --regenerate")
    assert found["message"] == "poetry.lock has merge conflict markers (<<<<<<< HEAD)"
    text = (project.root / "poetry.lock").read_text("utf-8")
    assert found["line"] == text[: text.index("<<<<<<<")].count("\n") + 1


def test_a_merge_that_is_under_way_is_mended_from_one_side(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    commit(project)

    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=project.root, check=words[0] != "merge", capture_output=True)

    for branch, version in (("theirs", "3.1"), ("main", "3.2")):
        git("checkout", "-q", *(["-b"] if branch == "theirs" else []), branch)
        edit(project, "poetry.lock", 'name = "idna"\nversion = "3.20"', f'name = "idna"\nversion = "{version}"')
        git("commit", "-qam", version)
    git("merge", "-q", "theirs")
    found = project.findings(only="lock")[0]
    assert (found["id"], found["fix"]) == ("LOCK003", "git checkout --ours -- poetry.lock && poetry lock")


@pytest.mark.parametrize(
    ("version", "id_", "message"),
    [
        ("3.0", "LOCK004", "poetry.lock has format 3.0; the newest that this Holdfast knows is 2.1"),
        ("2.2", "LOCK004", "poetry.lock has format 2.2; the newest that this Holdfast knows is 2.1"),
        ("0.9", "LOCK002", "poetry.lock: lock-version '0.9' is no known format"),
        ("two", "LOCK002", "poetry.lock: lock-version 'two' is no known format"),
    ],
)
def test_formats_that_are_not_known_are_said(tmp_path: Path, version: str, id_: str, message: str) -> None:
    project = new(tmp_path / "shop")
    edit(project, "poetry.lock", 'lock-version = "2.1"', f'lock-version = "{version}"')
    found = [(each["id"], each["message"]) for each in project.findings(only="lock")]
    assert found == [(id_, message)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "poetry.lock: LOCK002 poetry.lock lacks [metadata] lock-version, so its format is not known"),
        (
            "[[package]]\nname = 'x'\n",
            "poetry.lock: LOCK002 poetry.lock lacks [metadata] lock-version, so its format is not known",
        ),
        ("\nx = \n", "poetry.lock:2: LOCK002 poetry.lock is not TOML: Invalid value"),
        ("x = 'a", 'poetry.lock:1: LOCK002 poetry.lock is not TOML: Expected "\'"'),
        (f"package = 3\n{METADATA}", "poetry.lock: LOCK002 poetry.lock: package is not a list of tables"),
        (
            f"[[package]]\nname = 'x'\n{METADATA}",
            "poetry.lock: LOCK002 poetry.lock: package 1 has no name or no version",
        ),
        (f"package = [3]\n{METADATA}", "poetry.lock: LOCK002 poetry.lock: package 1 has no name or no version"),
        ("x = " + "[" * 9000, "poetry.lock: LOCK002 poetry.lock: nested too deep"),
        ("x = 1\n" + "a." * 30_000 + "a = 1", "poetry.lock:2: LOCK002 poetry.lock:2: nested too deep"),
    ],
)
def test_a_lock_that_cannot_be_read_says_why_and_where(tmp_path: Path, text: str, message: str) -> None:
    project = new(tmp_path / "shop")
    project.write("poetry.lock", text)
    assert said(project) == [message]
    assert project.findings(only="lock")[0]["fix"] == "poetry lock --regenerate"


def test_files_that_are_no_lock_are_said(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    lock = project.root / "poetry.lock"
    lock.write_bytes(b"x = 1\ny = '\xff'\n")
    assert said(project) == ["poetry.lock:2: LOCK002 poetry.lock cannot be read: not UTF-8"]
    with lock.open("wb") as file:
        file.truncate(LIMIT + 1)
    assert said(project) == ["poetry.lock: LOCK002 poetry.lock cannot be read: larger than 16 MiB"]
    lock.unlink()
    lock.symlink_to("nowhere")
    assert said(project) == ["poetry.lock: LOCK002 poetry.lock cannot be read: No such file or directory"]
    lock.unlink()
    os.mkfifo(lock)
    assert said(project) == ["poetry.lock: LOCK002 poetry.lock cannot be read: not a regular file"]


def test_a_byte_order_mark_which_poetry_cannot_read_is_an_error(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    for name in ("pyproject.toml", "poetry.lock"):
        path = project.root / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert said(project) == [
        "pyproject.toml:1: LOCK016 pyproject.toml begins with a byte order mark, which Poetry cannot read",
        "poetry.lock:1: LOCK002 poetry.lock begins with a byte order mark, which Poetry cannot read",
    ]
    fixes = [found["fix"] for found in project.findings(only="lock")]
    for fix in fixes:
        subprocess.run(fix, shell=True, cwd=project.root, check=True)  # noqa: S602 - as a user would
    assert said(project) == []


scalars = st.one_of(st.booleans(), st.integers(), st.text('a1"\\é\n', max_size=5), st.just("1.0"), st.just("main"))
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
)
keys = ("dependencies", "extras", "source", "groups", "markers", "files", "develop", "optional")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(keys, values)), max_size=3), values, values)
def test_no_shape_of_a_lock_is_a_surprise(
    tmp_path: Path, blocks: list[dict[str, object]], extras: object, files: object
) -> None:
    def toml(value: object) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(toml, value)) + "]"
        return json.dumps(value)

    text = f"extras = {toml(extras)}\n"
    for number, each in enumerate(blocks):
        text += f'[[package]]\nname = "p{number}"\nversion = "1.0"\n'
        text += "".join(f"{key} = {toml(value)}\n" for key, value in each.items())
    text += f'[metadata]\nlock-version = "2.1"\nfiles = {toml(files)}\n'
    root = tmp_path / "shop"
    project = (
        Project(root) if root.exists() else make_project(root, '[project]\nname = "shop"\ndependencies = ["p0[a]"]\n')
    )
    project.write("poetry.lock", text)
    found = subject(project)
    try:
        lock = found.lock
    except Unreadable:  # a shape that is refused
        return
    assert lock is not None
    assert found.format is not None
    assert {each.id[:4] for each in found.format.check(found, lock)} <= {"LOCK"}
