"""pylock.toml: what is wrong with it, by itself and against what the project asks for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.pylock import Pylock

from holdfast.checks.dependencies import pylock, search
from holdfast.checks.dependencies.model import Lock
from holdfast.checks.dependencies.pylock import reader
from tests.checks.dependencies.locked import copy, edit, keep, required, subject
from tests.checks.dependencies.projects import Project, make_project

HEAD = 'lock-version = "1.0"\ncreated-by = "x"\n'
ROOT = '[project]\nname = "shop"\nversion = "1"\n'
DIGEST = "0" * 64


def shop(tmp_path: Path) -> Project:
    return keep(copy(tmp_path, "shop"), "pylock.toml")


def bare(tmp_path: Path, lock: str, pyproject: str = ROOT) -> Project:
    return make_project(tmp_path / "shop", pyproject, {"pylock.toml": lock})


def block(name: str, version: str = "1.0", more: str = "") -> str:
    files = f'sdist = {{ url = "https://x.invalid/{name}.tar.gz", hashes = {{ sha256 = "{DIGEST}" }} }}\n'
    return f'\n[[packages]]\nname = "{name}"\nversion = "{version}"\n{files}{more}'


def lock_of(project: Project) -> Lock:
    found = subject(project.root).lock
    assert found is not None
    return found


def only(project: Project, id_: str, *options: str) -> dict[str, object]:
    findings = project.findings(*options, only="lock")
    assert [each["id"] for each in findings] == [id_], findings
    return findings[0]


def test_a_lock_that_uv_exported_is_sound(tmp_path: Path) -> None:
    project = shop(tmp_path)
    said = project.check(only="lock")["results"][0]
    assert (said["status"], said["tool"], said["findings"]) == ("passed", "pylock.toml", [])
    assert lock_of(project).project == "shop"
    assert ("iniconfig", "2.3.1") in required(project.root)
    assert "colorama" not in dict(required(project.root))


def test_reading_without_the_lists_of_files_reads_the_same(tmp_path: Path) -> None:
    text = (shop(tmp_path).root / "pylock.toml").read_text("utf-8")
    quick = reader._quick(text, "pylock.toml")
    document, hashes = reader._whole(text, "pylock.toml")
    assert hashes.count(()) == 1  # the project itself
    for package in document["packages"]:
        package.pop("sdist", None)
        package.pop("wheels", None)
    assert quick == (document, hashes)


def test_hashes_are_read_however_they_are_written(tmp_path: Path) -> None:
    text = f'{HEAD}[[packages]]\nname = "a"\nversion = "1"\n[[packages.wheels]]\nurl = "https://x.invalid/a.whl"\n'
    lock = lock_of(bare(tmp_path, text + f'[packages.wheels.hashes]\nsha256 = "{DIGEST}"\nmd5 = "0"\n'))
    assert lock.packages[0].hashes == (f"sha256:{DIGEST}", "md5:0")
    assert [each["id"] for each in Project(tmp_path / "shop").findings(only="lock")] == ["LOCK012"]


@pytest.mark.parametrize(
    ("text", "id_", "said", "line"),
    [
        ("", "LOCK002", "no lock-version", 1),
        ("lock-version = 1\n", "LOCK002", "no lock-version", 1),
        ('lock-version = "1.0"\n', "LOCK002", "created by", 1),
        (HEAD, "LOCK002", "no packages", None),
        ('created-by = "x"\nlock-version = "2.0"\n', "LOCK004", "version 2.0; this Holdfast knows version 1", 2),
        (HEAD + "packages = [1]\n", "LOCK002", "no name that can be read: 1", None),
        (HEAD + '[[packages]]\nname = "a/b"\n', "LOCK002", "no name that can be read: 'a/b'", 3),
        (HEAD + '[[packages]]\nname = "a"\nversion = 1\n', "LOCK002", "package a has no version", 3),
        (HEAD + '[[packages]]\nname = "a"\nvcs = {}\n', "LOCK002", "package a: vcs says no place", 3),
        (
            HEAD + '[[packages]]\nname = "a"\ndirectory = { path = "x" }\narchive = { url = "x" }\n',
            "LOCK002",
            "package a says more than one place that it comes from: directory, archive",
            3,
        ),
    ],
)
def test_a_lock_that_is_none_says_where_and_why(
    tmp_path: Path, text: str, id_: str, said: str, line: int | None
) -> None:
    finding = only(bare(tmp_path, text), id_)
    assert said in str(finding["message"])
    assert (finding["file"], finding["line"]) == ("pylock.toml", line)
    with pytest.raises(Exception, match=r".+"):  # packaging, whose many errors have no base, refuses it too
        Pylock.from_dict(tomllib.loads(text))


def test_a_newer_minor_version_is_read(tmp_path: Path) -> None:
    assert only(bare(tmp_path, HEAD.replace("1.0", "1.9") + block("a") + block("a")), "LOCK013")


def test_a_requirement_that_the_lock_lacks_is_found_on_its_line(tmp_path: Path) -> None:
    project = shop(tmp_path)
    edit(project, "pyproject.toml", '"iniconfig>=1.1",', '"iniconfig>=1.1",\n    "httpx",')
    finding = only(project, "LOCK009")
    assert finding["message"] == "pyproject.toml asks for httpx; pylock.toml lacks it"
    assert (finding["file"], finding["line"]) == ("pyproject.toml", 7)


def test_a_requirement_that_the_lock_does_not_meet_is_found_with_both_sides(tmp_path: Path) -> None:
    project = shop(tmp_path)
    edit(project, "pyproject.toml", "iniconfig>=1.1", "iniconfig>=3")
    finding = only(project, "LOCK008")
    assert finding["message"] == "pyproject.toml asks for iniconfig>=3; pylock.toml has 2.3.1"
    assert finding["fix"] == "uv export --offline --format pylock.toml -o pylock.toml"


def test_a_requirement_that_the_lock_has_for_another_platform_is_not_met(tmp_path: Path) -> None:
    project = shop(tmp_path)
    edit(project, "pyproject.toml", "Colorama; sys_platform == 'win32'", "Colorama")
    message = "pyproject.toml asks for Colorama; pylock.toml has it for other environments alone"
    assert only(project, "LOCK009")["message"] == message


def test_extras_and_groups_count_where_the_lock_has_them(tmp_path: Path) -> None:
    pyproject = (
        ROOT + '[project.optional-dependencies]\nfast = ["a>=2"]\nslow = ["b"]\n[dependency-groups]\ndev = ["c"]\n'
    )
    head = HEAD + 'extras = ["fast"]\ndependency-groups = ["dev"]\ndefault-groups = ["dev"]\n'
    blocks = block("a", more="marker = \"'fast' in extras\"\n") + block(
        "c", more="marker = \"'dev' in dependency_groups\"\n"
    )
    project = bare(tmp_path, head + blocks, pyproject)
    assert only(project, "LOCK008")["message"] == "pyproject.toml asks for a>=2 (extra fast); pylock.toml has 1.0"
    assert required(project.root) == [("c", "1.0")]
    assert required(project.root, extras=("fast",), without=("dev",)) == [("a", "1.0")]


def test_a_lock_for_another_python_is_found(tmp_path: Path) -> None:
    finding = only(bare(tmp_path, HEAD + 'requires-python = ">=4"\n' + block("a")), "LOCK017")
    assert str(finding["message"]).startswith("pylock.toml is for Python >=4, the environment has 3.")
    assert finding["line"] == 3


def test_a_lock_for_other_environments_is_found(tmp_path: Path) -> None:
    finding = only(bare(tmp_path, HEAD + "environments = [\"sys_platform == 'win32'\"]\n" + block("a")), "LOCK017")
    assert finding["message"] == "pylock.toml is for other environments than this one: sys_platform == 'win32'"


def test_two_versions_whose_markers_both_hold_are_a_double(tmp_path: Path) -> None:
    lock = (
        HEAD + block("a") + block("a", "2.0", "marker = \"sys_platform == 'win32'\"\n") + block("b") + block("b", "2.0")
    )
    finding = only(bare(tmp_path, lock), "LOCK013")
    assert finding["message"] == "b is locked as 1.0 and 2.0, and both are for this environment"
    assert finding["line"] == lock.count("\n", 0, lock.rindex("[[packages]]")) + 1


def test_the_same_block_twice_is_found_at_the_second(tmp_path: Path) -> None:
    lock = HEAD + block("a") + block("a")
    assert only(bare(tmp_path, lock), "LOCK013")["line"] == lock.count("\n", 0, lock.rindex("[[packages]]")) + 1


def test_a_directory_that_is_gone_is_found(tmp_path: Path) -> None:
    lock = HEAD + '[[packages]]\nname = "loose"\ndirectory = { path = "loose" }\n'
    assert (
        only(bare(tmp_path, lock), "LOCK010")["message"]
        == "loose is locked from the directory loose, which is not there"
    )


def test_sources_of_every_kind_are_told_apart(tmp_path: Path) -> None:
    lock = HEAD + "".join(
        f'[[packages]]\nname = "{name}"\n{source}\n'
        for name, source in (
            ("a", f'vcs = {{ type = "git", url = "https://x.invalid/a", commit-id = "{"a" * 40}" }}'),
            ("b", f'archive = {{ url = "https://x.invalid/b.zip", hashes = {{ sha256 = "{DIGEST}" }} }}'),
            ("c", f'archive = {{ path = "c.zip", hashes = {{ sha256 = "{DIGEST}" }} }}'),
            ("d", 'directory = { path = "d", editable = true, subdirectory = "s" }'),
        )
    )
    sources = [each.source for each in lock_of(bare(tmp_path, lock)).packages]
    assert [each and (each.kind, each.url) for each in sources] == [
        ("git", "https://x.invalid/a"),
        ("url", "https://x.invalid/b.zip"),
        ("file", "c.zip"),
        ("directory", "d"),
    ]
    assert sources[0] is not None
    assert sources[0].commit == "a" * 40
    assert sources[3] is not None
    assert (sources[3].editable, sources[3].subdirectory) == (True, "s")


def test_a_package_of_an_index_without_files_is_a_warning(tmp_path: Path) -> None:
    assert only(bare(tmp_path, HEAD + '[[packages]]\nname = "a"\nversion = "1"\n'), "LOCK014")["severity"] == "warning"


def test_a_named_lock_counts_where_it_is_the_only_one(tmp_path: Path) -> None:
    project = bare(tmp_path, HEAD + block("a"))
    (project.root / "pylock.toml").rename(project.root / "pylock.dev.toml")
    assert search.pylock(project.root) == "pylock.dev.toml"
    project.write("pylock.more.toml", "")
    assert search.pylock(project.root) is None


@pytest.mark.parametrize(
    ("head", "lock", "install"),
    [
        (
            'created-by = "uv"',
            "uv export --format pylock.toml --output-file pylock.toml",
            "uv pip sync --group dev pylock.toml",
        ),
        ('created-by = "pip"', "pip lock --output pylock.toml .", "pip install -r pylock.toml"),
        ('created-by = "pdm"', "pdm lock --lockfile pylock.toml", "pip install -r pylock.toml"),
        (
            '#    pip lock -o pylock.toml ; echo x\ncreated-by = "pip"',
            "pip lock -o pylock.toml ';' echo x",
            "pip install -r pylock.toml",
        ),
    ],
)
def test_the_commands_are_those_of_the_tool_that_made_it(tmp_path: Path, head: str, lock: str, install: str) -> None:
    text = HEAD.replace('created-by = "x"', head) + 'dependency-groups = ["dev"]\n' + block("a")
    looked = subject(bare(tmp_path, text).root, groups=("dev",))
    assert looked.lock is not None
    assert pylock.lock_command(looked) == lock
    assert pylock.install_command(looked, looked.lock) == install


def test_a_directory_that_cannot_be_listed_has_no_lock(tmp_path: Path) -> None:
    assert search.pylock(tmp_path / "gone") is None
