from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from holdfast.checks.dependencies.model import Locked, Source
from holdfast.checks.dependencies.versions import same_version
from holdfast.core.findings import Location, Severity
from tests.checks.dependencies.environments import Commands, compared, ids, one, shop
from tests.checks.dependencies.projects import Project

HASH, OTHER = "a" * 40, "b" * 40
GIT = Source("git", "https://example.invalid/a.git", HASH)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return shop(tmp_path)


def from_git(commit: str) -> dict[str, Any]:
    return {"url": "https://me:secret@example.invalid/a.git", "vcs_info": {"vcs": "git", "commit_id": commit}}


def from_directory(path: Path, *, editable: bool) -> dict[str, Any]:
    return {"url": path.as_uri(), "dir_info": {"editable": True} if editable else {}}


def checkout(path: Path) -> Path:
    (path / "src").mkdir(parents=True)
    return path


def installed_editable(project: Project, name: str, source: Path) -> None:
    project.install(
        name,
        files={f"{name}.pth": f"{source / 'src'}\n"},
        direct_url=from_directory(source, editable=True),
    )


def test_what_is_there_as_the_lock_says_is_no_finding(project: Project) -> None:
    project.install("Ruamel.Yaml", "0.18")
    assert compared(project, Locked("ruamel-yaml", "0.18")) == ((), 1, 1)


def test_a_missing_package_is_named_with_its_version_and_place(project: Project) -> None:
    found = one(compared(project, Locked("a", "1.0")).findings)
    assert (found.id, found.message) == ("INST001", "a 1.0 is not installed")
    assert (found.location, found.fix) == (Location("poetry.lock", 1), Commands.install)


def test_another_version_is_named_beside_the_locked_one(project: Project) -> None:
    project.install("a", "2.0")
    came = compared(project, Locked("a", "1.0"))
    assert one(came.findings).id == "INST002"
    assert one(came.findings).message == "a 2.0 is installed; poetry.lock says 1.0"
    assert (came.matching, came.required) == (0, 1)


@pytest.mark.parametrize(
    ("one_version", "other", "equal"),
    [
        ("1.0", "1.0", True),
        ("1.0", "1.0.0", True),
        ("2024.01", "2024.1", True),
        ("1.0rc1", "1.0.0-RC.1", True),
        ("1.0", "1.0+cu118", False),
        ("1.0+cu118", "1.0", False),
        ("1.0", "1.0.1", False),
        ("2004d", "2004d", True),
        ("2004d", "2004e", False),
    ],
)
def test_versions_are_the_same_however_they_are_written(one_version: str, other: str, *, equal: bool) -> None:
    assert same_version(one_version, other) is equal


def test_of_a_package_locked_twice_either_version_will_do(project: Project) -> None:
    project.install("a", "2.0")
    assert compared(project, Locked("a", "1.0"), Locked("a", "2.0")) == ((), 1, 1)
    project.install("b", "3.0")
    found = one(compared(project, Locked("b", "1.0"), Locked("b", "2.0"), Locked("a", "2.0")).findings)
    assert found.message == "b 3.0 is installed; poetry.lock says 1.0 or 2.0"


def test_a_package_that_the_lock_does_not_know_is_a_warning(project: Project) -> None:
    project.install("stray", "1.0")
    found = one(compared(project).findings)
    assert (found.id, found.severity) == ("INST003", Severity.WARNING)
    assert found.message == "stray 1.0 is installed, and poetry.lock does not know it"
    assert found.fix == "remove stray"


@pytest.mark.parametrize("name", ["pip", "setuptools", "wheel", "distribute", "pkg_resources", "shop", "Known_One"])
def test_tools_the_project_and_what_is_ignored_are_not_extraneous(project: Project, name: str) -> None:
    project.install(name)
    assert compared(project, ignored=frozenset({"known-one"})).findings == ()


def test_a_package_of_an_optional_group_may_be_there(project: Project) -> None:
    project.install("docs", "1.0")
    assert compared(project, Locked("docs", "1.0"), required=()).findings == ()


def test_a_package_of_an_optional_group_in_a_version_of_no_block_is_a_warning(project: Project) -> None:
    project.install("docs", "3.0")
    found = one(compared(project, Locked("docs", "1.0"), Locked("docs", "2.0"), required=()).findings)
    assert (found.id, found.severity, found.location) == ("INST002", Severity.WARNING, Location("poetry.lock", 1))
    assert found.message == "docs 3.0 is installed, is not asked for here, and poetry.lock says 1.0 or 2.0"


def test_a_package_that_is_installed_twice_is_not_also_of_another_version(project: Project) -> None:
    project.install("a", "1.0")
    project.install("a", "2.0")
    assert compared(project, Locked("a", "1.0")) == ((), 0, 1)


def test_a_package_without_metadata_is_not_also_missing(project: Project) -> None:
    (project.install("a") / "METADATA").unlink()
    (project.site_packages / "b.dist-info").mkdir()
    assert compared(project, Locked("a", "1.0"), Locked("b", "1.0")) == ((), 0, 2)


@pytest.mark.parametrize("commit", [HASH, HASH.upper(), HASH[:12]])
def test_a_git_dependency_at_its_commit_is_right(project: Project, commit: str) -> None:
    project.install("a", direct_url=from_git(commit))
    assert compared(project, Locked("a", "1.0", source=GIT)).findings == ()


def test_a_git_dependency_at_another_commit_is_an_error(project: Project) -> None:
    project.install("a", direct_url=from_git(OTHER))
    found = one(compared(project, Locked("a", "1.0", source=GIT)).findings)
    assert (found.id, found.fix) == ("INST004", "replace a")
    assert found.message == f"a 1.0 is at commit {'b' * 12}; poetry.lock says {'a' * 12}"


def test_a_revision_that_is_no_commit_is_not_compared(project: Project) -> None:
    project.install("a", direct_url=from_git(OTHER))
    assert compared(project, Locked("a", "1.0", source=GIT._replace(commit="main"))).findings == ()


def test_a_git_dependency_that_came_from_an_index_is_an_error(project: Project) -> None:
    project.install("a")
    found = one(compared(project, Locked("a", "1.0", source=GIT)).findings)
    said = f"a 1.0 is installed from an index; poetry.lock says git https://example.invalid/a.git at {'a' * 12}"
    assert (found.id, found.message) == ("INST005", said)


def test_a_package_from_a_repository_where_the_lock_says_an_index_is_an_error_without_the_password(
    project: Project,
) -> None:
    project.install("a", direct_url=from_git(HASH))
    found = one(compared(project, Locked("a", "1.0")).findings)
    said = f"a 1.0 is installed from git https://example.invalid/a.git at {'a' * 12}; poetry.lock says an index"
    assert (found.id, found.message) == ("INST005", said)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": 3, "vcs_info": 4}', '{"dir_info": {}}', "[" * 100_000])
def test_a_direct_url_that_cannot_be_read_says_nothing(project: Project, text: str) -> None:
    (project.install("a") / "direct_url.json").write_text(text, "utf-8")
    assert compared(project, Locked("a", "1.0")).findings == ()


def test_condas_direct_urls_are_those_of_the_machine_that_built_its_packages(project: Project, tmp_path: Path) -> None:
    metadata = project.install("a", direct_url=from_directory(tmp_path / "build", editable=False))
    assert ids(compared(project, Locked("a", "1.0")).findings) == ["INST005"]
    (metadata / "INSTALLER").write_text("conda\n", "utf-8")
    assert compared(project, Locked("a", "1.0")).findings == ()


def test_the_base_packages_may_be_from_anywhere_and_of_no_lock(project: Project, tmp_path: Path) -> None:
    base = Project(tmp_path / "base")
    base.install("a", direct_url=from_git(HASH))
    base.install("stray")
    (base.root / ".venv" / "bin").mkdir()
    config = f"home = {base.root / '.venv' / 'bin'}\ninclude-system-site-packages = true\n"
    (project.root / ".venv" / "pyvenv.cfg").write_text(config, "utf-8")
    assert compared(project, Locked("a", "1.0")) == ((), 1, 1)
    assert ids(compared(project, Locked("a", "2.0")).findings) == ["INST002"]


def locked_path(path: str, *, editable: bool = False) -> Locked:
    return Locked("lib", "1.0", source=Source("directory", path, editable=editable))


def test_a_path_dependency_from_its_directory_is_right(project: Project, tmp_path: Path) -> None:
    lib = checkout(tmp_path / "lib")
    project.install("lib", direct_url=from_directory(lib, editable=False))
    assert compared(project, locked_path("../lib")).findings == ()


def test_a_path_dependency_that_follows_edits_is_right(project: Project, tmp_path: Path) -> None:
    installed_editable(project, "lib", checkout(tmp_path / "lib"))
    assert compared(project, locked_path("../lib", editable=True)).findings == ()
    assert compared(project, locked_path(str(tmp_path / "lib"))).findings == ()


def test_a_path_through_a_link_is_the_same_place(project: Project, tmp_path: Path) -> None:
    installed_editable(project, "lib", checkout(tmp_path / "real"))
    (tmp_path / "lib").symlink_to("real")
    assert compared(project, locked_path("../lib", editable=True)).findings == ()


def test_a_path_dependency_of_another_checkout_is_other_code(project: Project, tmp_path: Path) -> None:
    installed_editable(project, "lib", checkout(tmp_path / "elsewhere"))
    checkout(tmp_path / "lib")
    found = one(compared(project, locked_path("../lib", editable=True)).findings)
    assert (found.id, found.severity, found.location) == ("INST005", Severity.ERROR, Location("poetry.lock", 1))
    said = f"lib 1.0 is imported from {tmp_path}/elsewhere/src, not from {tmp_path}/lib: you are testing other code"
    assert found.message == said


def test_an_editable_installation_whose_directory_is_gone_is_incomplete(project: Project, tmp_path: Path) -> None:
    lib = checkout(tmp_path / "lib")
    installed_editable(project, "lib", lib)
    lib.rename(tmp_path / "moved")
    found = one(compared(project, locked_path("../lib", editable=True)).findings)
    assert found.id == "INST009"
    assert found.message.endswith("which is not there")


def test_a_checkout_that_is_gone_is_said_to_be(project: Project, tmp_path: Path) -> None:
    project.install("lib", direct_url=from_directory(tmp_path / "gone", editable=True))
    found = one(compared(project, locked_path("../lib", editable=True)).findings)
    assert f"{tmp_path}/gone, which is not there, not from" in found.message


def test_a_copy_where_edits_were_to_be_followed_is_a_warning(project: Project, tmp_path: Path) -> None:
    project.install("lib", direct_url=from_directory(checkout(tmp_path / "lib"), editable=False))
    found = one(compared(project, locked_path("../lib", editable=True)).findings)
    assert (found.id, found.severity) == ("INST005", Severity.WARNING)
    assert found.message.endswith("lib as it was when it was installed: edits since are not seen")


def test_the_version_of_a_copied_path_dependency_counts(project: Project, tmp_path: Path) -> None:
    project.install("lib", "0.9", direct_url=from_directory(checkout(tmp_path / "lib"), editable=False))
    assert ids(compared(project, locked_path("../lib")).findings) == ["INST002"]
    assert compared(project, locked_path("../lib")._replace(version="")).findings == ()


def test_a_path_dependency_from_an_index_is_an_error(project: Project) -> None:
    project.install("lib")
    found = one(compared(project, locked_path("../lib")).findings)
    assert found.message == "lib 1.0 is installed from an index; poetry.lock says the directory ../lib"


def test_a_setuptools_finder_leads_to_its_mapping(project: Project, tmp_path: Path) -> None:
    lib, elsewhere = checkout(tmp_path / "lib"), checkout(tmp_path / "elsewhere")
    (elsewhere / "src" / "lib").mkdir()
    project.install(
        "lib",
        files={
            "__editable__.lib-1.0.pth": "import __editable___lib_1_0_finder; __editable___lib_1_0_finder.install()",
            "__editable___lib_1_0_finder.py": f"MAPPING: dict[str, str] = {{'lib': '{elsewhere}/src/lib'}}\n",
        },
        direct_url=from_directory(lib, editable=True),
    )
    found = one(compared(project, locked_path("../lib", editable=True)).findings)
    assert f"imported from {elsewhere}/src/lib, not from {lib}" in found.message


def test_what_setup_py_develop_left_is_its_directory(project: Project, tmp_path: Path) -> None:
    egg = checkout(tmp_path / "lib") / "lib.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text("Name: lib\nVersion: 1.0\n", "utf-8")
    (project.site_packages / "easy-install.pth").write_text(f"{tmp_path / 'lib'}\n", "utf-8")
    assert compared(project, locked_path("../lib", editable=True)).findings == ()
    assert "from an index" not in one(compared(project, locked_path("../other", editable=True)).findings).message


def test_a_file_dependency_is_compared_by_its_path(project: Project, tmp_path: Path) -> None:
    wheel = tmp_path / "lib 1.whl"
    project.install("lib", direct_url={"url": wheel.as_uri(), "archive_info": {}})
    assert compared(project, Locked("lib", "1.0", source=Source("file", "../lib 1.whl"))).findings == ()
    found = one(compared(project, Locked("lib", "1.0", source=Source("file", "../lib.whl"))).findings)
    assert found.message == f"lib 1.0 is installed from the file {wheel}, not from {tmp_path}/lib.whl"


def test_a_url_dependency_is_compared_without_its_hash_and_credentials(project: Project) -> None:
    url = "https://example.invalid/lib-1.0.whl"
    project.install("lib", direct_url={"url": url, "archive_info": {}})
    locked = Source("url", "https://me:secret@example.invalid/lib-1.0.whl#sha256=00")
    assert compared(project, Locked("lib", "1.0", source=locked)).findings == ()
    found = one(compared(project, Locked("lib", "1.0", source=Source("url", f"{url}.zip"))).findings)
    assert (found.id, found.message) == (
        "INST005",
        f"lib 1.0 is installed from {url}; poetry.lock says {url}.zip",
    )


def test_the_project_itself_has_to_be_installed(project: Project) -> None:
    came = compared(project, own="shop")
    found = one(came.findings)
    assert (found.id, found.location) == ("INST011", Location("pyproject.toml"))
    assert found.message == f"shop, the project itself, is not installed in {project.root}/.venv"
    assert (came.matching, came.required) == (0, 1)


def test_the_project_from_this_checkout_is_right(project: Project) -> None:
    (project.root / "src").mkdir()
    installed_editable(project, "shop", project.root)
    assert compared(project, Locked("shop", ""), own="shop") == ((), 1, 1)


def test_the_project_from_another_worktree_is_other_code(project: Project, tmp_path: Path) -> None:
    installed_editable(project, "shop", checkout(tmp_path / "main"))
    found = one(compared(project, own="shop").findings)
    assert (found.id, found.location) == ("INST005", Location("pyproject.toml"))
    assert f"shop 1.0 is imported from {tmp_path}/main/src, not from {project.root}" in found.message


def test_the_project_from_a_worktree_within_this_checkout_is_other_code(project: Project) -> None:
    nested = checkout(project.root / "worktrees" / "fix")
    (nested / ".git").touch()
    installed_editable(project, "shop", nested)
    assert ids(compared(project, own="shop").findings) == ["INST005"]


def test_the_project_from_a_wheel_is_an_error_and_as_a_copy_a_warning(project: Project) -> None:
    metadata = project.install("shop")
    found = one(compared(project, own="shop").findings)
    assert (found.severity, "installed from a wheel or an index" in found.message) == (Severity.ERROR, True)
    url = f'{{"url": "{project.root.as_uri()}", "dir_info": {{}}}}'
    (metadata / "direct_url.json").write_text(url, "utf-8")
    assert one(compared(project, own="shop").findings).severity is Severity.WARNING


def test_names_of_any_length_and_kind_are_cut_and_printable(project: Project) -> None:
    hostile = Locked("x" * 1000, "1\x1b[31m", source=None)
    assert all(len(each.message) < 700 and each.message.isprintable() for each in compared(project, hostile).findings)
    project.install("a", "1\x1b[2J")
    assert all(each.message.isprintable() for each in compared(project, Locked("a", "2\0")).findings)
