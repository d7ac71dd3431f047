"""uv.lock: what is wrong with it by itself, and how it is read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from holdfast.checks.dependencies import search, uv
from holdfast.checks.dependencies.model import Lock
from holdfast.checks.dependencies.uv import document, reader, workspace
from tests.checks.dependencies.locked import DATA, copy, edit, required, subject
from tests.checks.dependencies.projects import Project, make_project

BARE = 'version = 1\nrequires-python = ">=3.11"\n'
ROOT = '[project]\nname = "shop"\nversion = "1"\n'


def bare(tmp_path: Path, lock: str) -> Project:
    return make_project(tmp_path / "shop", ROOT, {"uv.lock": lock})


def lock_of(root: Path) -> Lock:
    found = subject(root).lock
    assert found is not None
    return found


def only(project: Project, id_: str) -> dict[str, object]:
    """The one finding that there is."""
    findings = project.findings(only="lock")
    assert [each["id"] for each in findings] == [id_], findings
    return findings[0]


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("version = ", "the lock is not TOML: Invalid value", 1),
        ("", "the lock has no version", 1),
        ("version = '1'\n", "the lock has no version", 1),
        ("version = 1\npackage = 3\n", "package is not a list of tables", 2),
        ("version = 1\npackage = [3]\n", "a package has no name that can be read: 3", None),
        (BARE + '[[package]]\nname = "../x"\n', "a package has no name that can be read: '../x'", 3),
        (
            BARE + '[[package]]\nname = "x"\nversion = 1\nsource = {}\n',
            "package x has no version that can be read: 1",
            3,
        ),
        (BARE + '[[package]]\nname = "x"\nversion = "1"\n', "package x has no source", 3),
        (
            BARE + '[[package]]\nname = "x"\nversion = "1"\nsource = {}\ndependencies = [{ name = "\\u0007" }]\n',
            "package x needs what has no name",
            3,
        ),
        ("version = 1\nx = " + "[" * 3000, "the lock is not TOML", None),
        ("version = 1\n[" + ".".join("a" * 50_000) + "]\n", "a key has 12 parts and more", 2),
        ("version = 1\nx = 1979-13-01\n", "the lock is not TOML", 2),
    ],
)
def test_a_lock_that_is_none_says_where_and_why(tmp_path: Path, text: str, said: str, line: int | None) -> None:
    finding = only(bare(tmp_path, text), "LOCK002")
    assert said in str(finding["message"])
    assert (finding["file"], finding["line"], finding["fix"]) == ("uv.lock", line, "uv lock")


def test_a_lock_in_another_encoding_says_on_which_line(tmp_path: Path) -> None:
    project = bare(tmp_path, BARE)
    (project.root / "uv.lock").write_bytes(b"version = 1\n# caf\xe9\n")
    finding = only(project, "LOCK002")
    assert (finding["line"], finding["message"]) == (2, "the lock cannot be read: not UTF-8")


def test_a_lock_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    project = bare(tmp_path, BARE)
    with (project.root / "uv.lock").open("wb") as file:
        file.truncate(50 * 2**20)
    assert "larger than 16 MiB" in str(only(project, "LOCK002")["message"])


def test_a_byte_order_mark_and_line_ends_of_windows_are_nothing(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    text = (project.root / "uv.lock").read_text("utf-8")
    (project.root / "uv.lock").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert project.findings(only="lock") == []


def test_many_needs_that_are_missing_are_each_found_with_their_lines(tmp_path: Path) -> None:
    block = (
        '[[package]]\nname = "q{0}"\nversion = "1"\nsource = {{ registry = "x" }}\ndependencies = [{{ name = "z" }}]\n'
    )
    root = '[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\n'
    findings = bare(tmp_path, BARE + root + "".join(map(block.format, range(2000)))).findings(only="lock")
    assert [each["line"] for each in findings if each["id"] == "LOCK009"] == [7 + 5 * number for number in range(2000)]


def test_merge_conflict_markers_are_found_on_their_line(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "uv.lock", '[[package]]\nname = "attrs"', '<<<<<<< HEAD\n[[package]]\nname = "attrs"')
    finding = only(project, "LOCK003")
    line = (project.root / "uv.lock").read_text("utf-8").split("\n").index("<<<<<<< HEAD") + 1
    assert finding["line"] == line


def test_a_newer_version_is_refused_and_a_newer_revision_is_not(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "uv.lock", "revision = 5", "revision = 77")
    assert project.findings(only="lock") == []
    edit(project, "uv.lock", "version = 1\n", "version = 2\n")
    assert only(project, "LOCK004")["line"] == 1


def test_a_project_that_the_lock_does_not_have_is_named(tmp_path: Path) -> None:
    assert "without this project, shop" in str(only(bare(tmp_path, BARE), "LOCK005")["message"])


def test_a_locked_version_outside_of_what_is_asked_for_is_found_on_its_line(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "uv.lock", 'name = "iniconfig"\nversion = "2.3.1"', 'name = "iniconfig"\nversion = "1.0.1"')
    finding = only(project, "LOCK008")
    assert finding["message"] == "shop asks for iniconfig>=1.1; uv.lock has 1.0.1"
    lines = (project.root / "uv.lock").read_text("utf-8").split("\n")
    assert lines[int(str(finding["line"]))] == 'name = "iniconfig"'


def test_a_group_s_locked_version_counts_too(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "uv.lock", 'name = "pluggy"\nversion = "1.7.0"', 'name = "pluggy"\nversion = "0.9"')
    assert only(project, "LOCK008")["message"] == "shop (group dev) asks for pluggy>=1; uv.lock has 0.9"


def test_an_override_may_lock_what_is_outside_of_a_constraint(tmp_path: Path) -> None:
    project = copy(tmp_path, "forks")
    for file in ("pyproject.toml", "uv.lock"):
        edit(
            project,
            file,
            "zipp==3.19.0" if file == "pyproject.toml" else "==3.19.0",
            "zipp<9" if file == "pyproject.toml" else "<9",
        )
    edit(project, "pyproject.toml", 'dev-dependencies = ["zipp"]', 'dev-dependencies = ["zipp>9"]')
    edit(project, "uv.lock", 'dev = [{ name = "zipp" }]', 'dev = [{ name = "zipp", specifier = ">9" }]')
    assert project.findings(only="lock") == []


def without_block(project: Project, name: str) -> None:
    text = (project.root / "uv.lock").read_text("utf-8")
    start = text.index(f'[[package]]\nname = "{name}"\n')
    end = text.find("[[package]]", start + 1)
    project.write("uv.lock", text[:start] + (text[end:] if end > 0 else ""))


def test_a_package_that_something_needs_and_the_lock_lacks_is_named_with_who_needs_it(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    without_block(project, "linkify-it-py")
    assert only(project, "LOCK009")["message"] == "markdown-it-py 4.3.0 asks for linkify-it-py; uv.lock lacks it"


def test_a_version_that_something_needs_and_the_lock_lacks_is_named(tmp_path: Path) -> None:
    project = copy(tmp_path, "exclusive")
    edit(project, "uv.lock", 'name = "mdurl"\nversion = "0.1.0"\nsource', 'name = "mdurl"\nversion = "0.0.9"\nsource')
    messages = [each["message"] for each in project.findings(only="lock") if each["id"] == "LOCK009"]
    assert "markdown-it-py 4.3.0 asks for mdurl==0.1.0; uv.lock has 0.0.9 and 0.1.2" in messages


def test_what_is_asked_for_and_recorded_but_never_installed_is_found(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "uv.lock", '    { name = "iniconfig" },\n', "")
    message = "shop asks for iniconfig>=1.1; uv.lock does not install it with it"
    assert only(project, "LOCK009")["message"] == message


def test_a_path_that_is_gone_is_found(tmp_path: Path) -> None:
    project = copy(tmp_path, "space")
    shutil.rmtree(project.root / "loose")
    assert only(project, "LOCK010")["message"] == "loose is locked from the directory loose, which is not there"


def test_a_path_with_another_name_has_changed(tmp_path: Path) -> None:
    project = copy(tmp_path, "space")
    edit(project, "loose/pyproject.toml", 'name = "loose"', 'name = "tight"')
    assert only(project, "LOCK011")["message"] == "loose in loose changed since uv.lock was made: its name is tight"


def test_a_path_whose_backend_makes_up_its_requirements_is_not_judged(tmp_path: Path) -> None:
    project = copy(tmp_path, "space")
    edit(project, "loose/pyproject.toml", 'dependencies = ["pathspec>=0.9"]', 'dynamic = ["dependencies"]')
    assert project.findings(only="lock") == []


def test_a_malformed_hash_is_found_on_its_package(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "uv.lock", 'hash = "sha256:', 'hash = "sha256:zz')
    finding = only(project, "LOCK012")
    assert str(finding["message"]).startswith("attrs 26.1.0: 1 of 2 hashes is malformed: ")


def test_the_same_block_twice_is_found_at_the_second(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    text = (project.root / "uv.lock").read_text("utf-8")
    block = text[text.index('[[package]]\nname = "zipp"') :]
    project.write("uv.lock", f"{text}\n{block}")
    finding = only(project, "LOCK013")
    assert finding["message"] == "zipp 4.1.2 is locked twice"
    assert finding["line"] == text.count("\n") + 2


def test_a_need_that_does_not_say_which_of_two_versions_it_means_is_found(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    text = (project.root / "uv.lock").read_text("utf-8")
    block = text[text.index('[[package]]\nname = "zipp"') :]
    project.write("uv.lock", text + "\n" + block.replace("4.1.2", "4.0.0"))
    assert [each["id"] for each in project.findings(only="lock")] == ["LOCK013"]


def test_forks_of_a_package_are_no_double(tmp_path: Path) -> None:
    project = copy(tmp_path, "forks")
    assert len({each.version for each in lock_of(project.root).packages if each.name == "pluggy"}) == 3
    assert project.findings(only="lock") == []


def test_two_versions_for_extras_that_exclude_each_other_are_a_double_where_both_are_chosen(tmp_path: Path) -> None:
    project = copy(tmp_path, "exclusive")
    assert project.findings("--extras", "old", only="lock") == []
    findings = project.findings("--extras", "old,new", only="lock")
    assert [each["id"] for each in findings] == ["LOCK013"]
    assert findings[0]["message"] == "mdurl is locked as 0.1.0 and 0.1.2, and both are for this environment"


def test_a_package_without_hashes_is_a_warning(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    text = (project.root / "uv.lock").read_text("utf-8")
    start = text.index('[[package]]\nname = "zipp"')
    project.write(
        "uv.lock", text[:start] + '[[package]]\nname = "zipp"\nversion = "4.1.2"\nsource = { registry = "https://x" }\n'
    )
    finding = only(project, "LOCK014")
    assert (finding["severity"], finding["line"]) == ("warning", text.count("\n", 0, start) + 1)


def test_an_index_that_is_a_directory_needs_no_hashes(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    text = (project.root / "uv.lock").read_text("utf-8")
    start = text.index('[[package]]\nname = "zipp"')
    project.write(
        "uv.lock", text[:start] + '[[package]]\nname = "zipp"\nversion = "4.1.2"\nsource = { registry = "../wheels" }\n'
    )
    assert project.findings(only="lock") == []


def test_poetry_s_lock_beside_uv_s_is_told_once(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    project.write("poetry.lock", "")
    finding = only(project, "LOCK015")
    assert finding["severity"] == "info"
    assert "uv.lock counts" in str(finding["message"])


def test_a_group_that_includes_itself_is_found_in_pyproject(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "pyproject.toml", 'lint = ["pathspec"]', 'lint = ["pathspec", { include-group = "dev" }]')
    findings = {each["id"] for each in project.findings(only="lock")}
    assert "LOCK016" in findings


def test_poetry_s_own_tables_are_nothing_to_uv(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "pyproject.toml", "[build-system]", '[tool.poetry.dependencies]\nleft = "*"\n\n[build-system]')
    project.write("holdfast.yaml", "dependencies:\n  lock: uv.lock\n")
    assert project.findings(only="lock") == []


def test_a_uv_toml_hides_what_pyproject_says_of_resolving(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "pyproject.toml", "[tool.uv]", '[tool.uv]\nresolution = "lowest"')
    project.write("uv.toml", "")
    assert project.findings(only="lock") == []


def test_what_a_uv_toml_says_of_resolving_counts_instead(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    project.write("uv.toml", 'resolution = "lowest"\nconstraint-dependencies = ["left<1"]\n')
    (finding,) = project.findings(only="lock")
    assert (finding["id"], finding["file"]) == ("LOCK005", "uv.toml")
    assert finding["message"] == "uv.toml changed since uv.lock was made: resolution highest -> lowest"
    project.write("uv.toml", "resolution = = 3")
    assert project.findings(only="lock") == []


def test_a_member_finds_the_lock_of_its_workspace(tmp_path: Path) -> None:
    root = copy(tmp_path, "space").root
    lock = lock_of(root / "packages" / "app")
    assert (lock.file, lock.project) == ("../../uv.lock", "app")
    sources = {each.name: each.source.url for each in lock.packages if each.source}
    assert sources == {"app": ".", "core": "../core", "edit": "../../edit", "loose": "../../loose", "space": "../.."}
    assert Project(root / "packages" / "app").findings(only="lock") == []


def test_a_directory_that_is_no_member_finds_none(tmp_path: Path) -> None:
    root = copy(tmp_path, "space").root
    assert search.uv_lock(root / "loose") is None
    edit(
        Project(root),
        "pyproject.toml",
        'members = ["packages/*"]',
        'members = ["packages/*"]\nexclude = ["packages/app"]',
    )
    assert search.uv_lock(root / "packages" / "app") is None
    assert search.uv_lock(root / "packages" / "core") == "../../uv.lock"


@pytest.mark.parametrize(
    ("place", "pattern", "fits"),
    [
        ("packages/a", "packages/*", True),
        ("packages/a/b", "packages/*", False),
        ("packages/a/b", "packages/**", True),
        ("packages/a/b", "**/b", True),
        ("packages/a", "./packages/a/", True),
        ("other/a", "packages/*", False),
    ],
)
def test_a_member_s_pattern_stops_at_slashes(place: str, pattern: str, fits: bool) -> None:
    assert workspace.matches(place, pattern) is fits


def test_reading_without_the_lists_of_files_reads_the_same() -> None:
    locks = [path for path in DATA.rglob("*.lock") if path.is_file()]
    assert len(locks) >= 6
    for path in locks:
        text = path.read_text("utf-8")
        quick = document._quick(text, "uv.lock")
        table, hashes = document._whole(text, "uv.lock")
        for package in table["package"]:
            package.pop("sdist", None), package.pop("wheels", None)
        assert quick == (table, hashes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{ url = "https://example.invalid/attrs', '{ hash="sha256:0", url = "https://example.invalid/attrs'),
        ('version = "26.1.0"', 'version = "26.1.0"\nother = """\nsdist = { }\n"""'),
        ('name = "attrs"', 'name = "attrs"\nother = [\n'),
    ],
)
def test_a_lock_that_somebody_else_wrote_is_read_whole(tmp_path: Path, old: str, new: str) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "uv.lock", old, new)
    assert document._quick((project.root / "uv.lock").read_text("utf-8"), "uv.lock") is None


def test_sources_of_every_kind_are_told_apart() -> None:
    git = reader.source_of({"git": "https://x.invalid/y?rev=v1&subdirectory=a%2Fb#" + "a" * 40}, ".")
    assert git is not None
    assert (git.kind, git.url, git.commit, git.subdirectory) == ("git", "https://x.invalid/y", "a" * 40, "a/b")
    url = reader.source_of({"url": "https://x.invalid/y.whl", "subdirectory": "z"}, ".")
    assert url is not None
    assert (url.kind, url.url, url.subdirectory) == ("url", "https://x.invalid/y.whl", "z")
    file = reader.source_of({"path": "wheels/y.whl"}, "packages")
    assert file is not None
    assert (file.kind, file.url) == ("file", "../wheels/y.whl")
    assert reader.source_of({"registry": "https://x.invalid"}, ".") is None


@pytest.mark.parametrize(
    ("options", "command"),
    [
        ({}, "uv sync --frozen"),
        ({"groups": ("lint", "dev"), "extras": ("fast",)}, "uv sync --frozen --group lint --extra fast"),
        ({"without": ("docs",)}, "uv sync --frozen --no-group docs"),
        ({"without": ("main", "docs")}, "uv sync --frozen --no-group docs --no-default-groups --only-group dev"),
    ],
)
def test_the_command_that_installs_names_what_was_chosen(
    tmp_path: Path, options: dict[str, object], command: str
) -> None:
    looked = subject(copy(tmp_path, "shop").root, **options)
    assert looked.lock is not None
    assert uv.install_command(looked, looked.lock) == command


def test_all_groups_may_be_the_default(tmp_path: Path) -> None:
    project = copy(tmp_path, "shop")
    edit(project, "pyproject.toml", '["dev", "docs"]', '"all"')
    assert lock_of(project.root).default_groups == {"dev", "docs", "lint"}


def test_an_unknown_extra_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    said = copy(tmp_path, "shop").check("--extras", "fats", only="lock")
    assert said["exit_code"] == 2
    assert "did you mean fast" in str(said)


def test_what_needs_a_virtual_member_gets_its_needs_alone(tmp_path: Path) -> None:
    project = copy(tmp_path, "virtual")
    assert required(project.root) == [("iniconfig", "2.3.1"), ("mdurl", "0.1.2")]
