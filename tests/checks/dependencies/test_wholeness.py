from __future__ import annotations

import os
from pathlib import Path

import pytest

from holdfast.checks.dependencies import record, wholeness
from holdfast.core.findings import Severity
from tests.checks.dependencies.environments import broken, ids, one, shop
from tests.checks.dependencies.projects import PYTHON, Project

PLACE = f".venv/lib/{PYTHON}/site-packages"
FILES = {"lib/__init__.py": "x = 1\n", "lib/data.txt": "data\n", "single.py": "y = 2\n"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return shop(tmp_path)


def add_rows(metadata: Path, *rows: str) -> None:
    with (metadata / "RECORD").open("a", encoding="utf-8") as file:
        file.write("".join(f"{row}\n" for row in rows))


@pytest.mark.parametrize("deep", [False, True])
def test_what_is_whole_is_no_finding(project: Project, *, deep: bool) -> None:
    add_rows(
        project.install("lib", files=FILES),
        "lib/__pycache__/__init__.cpython-311.pyc,,",
        "__pycache__/single.cpython-311.pyc,,",
        "../../../bin/lib,,",
        '"lib/a,b.txt",,',
        "",
    )
    project.write(".venv/bin/lib", "")
    project.write(f"{PLACE}/lib/a,b.txt", "")
    assert broken(project, deep=deep) == []


def test_two_versions_of_one_distribution_are_named(project: Project) -> None:
    project.install("a", "1.0")
    project.install("a", "2.0")
    found = one(broken(project))
    assert (found.id, found.message, found.fix) == ("INST006", "a is installed 2 times: 1.0, 2.0", "renew a 2")
    assert found.location is not None
    assert found.location.file == f"{PLACE}/a-1.0.dist-info"


def test_a_dist_info_without_metadata_is_incomplete(project: Project) -> None:
    (project.install("a") / "METADATA").unlink()
    found = one(broken(project))
    assert (found.id, found.message) == ("INST007", "a-1.0.dist-info is incomplete: METADATA is missing")
    assert found.fix == "clear a-1.0.dist-info and install"


def test_leftovers_of_an_interruption_are_warnings(project: Project) -> None:
    (project.site_packages / "~umpy").mkdir()
    found = one(broken(project))
    assert (found.id, found.severity, found.fix) == ("INST008", Severity.WARNING, "clear ~umpy")
    assert found.message == "~umpy is left of an interrupted installation"


@pytest.mark.parametrize("gone", ["lib", "lib/__init__.py", "single.py"])
def test_a_package_or_module_that_is_gone_is_named(project: Project, gone: str) -> None:
    project.install("a", files=FILES)
    path = project.site_packages / gone
    if path.is_dir():
        path.rename(project.root / "away")
    else:
        path.unlink()
    found = one(broken(project))
    assert (found.id, found.message, found.fix) == (
        "INST009",
        f"a 1.0 lacks files that it installed: {gone}",
        "renew a 1",
    )


def test_many_that_are_gone_are_counted(project: Project) -> None:
    project.install("a", files={f"m{number}.py": "" for number in range(5)})
    for path in project.site_packages.glob("m*.py"):
        path.unlink()
    assert one(broken(project)).message == "a 1.0 lacks files that it installed: m0.py, m1.py, m2.py and 2 more"


def test_of_a_namespace_that_is_shared_the_part_that_is_gone_is_named(project: Project) -> None:
    project.install("a", files={"google/a/__init__.py": ""})
    project.install("b", files={"google/b/__init__.py": ""})
    assert broken(project) == []
    (project.site_packages / "google" / "a" / "__init__.py").unlink()
    (project.site_packages / "google" / "a").rmdir()
    assert one(broken(project)).message == "a 1.0 lacks files that it installed: google/a"


def test_other_files_that_are_gone_are_seen_with_deep_alone(project: Project) -> None:
    project.install("a", files=FILES)
    (project.site_packages / "lib" / "data.txt").unlink()
    assert broken(project) == []
    assert one(broken(project, deep=True)).message == "a 1.0 lacks files that it installed: lib/data.txt"


@pytest.mark.parametrize("content", ["x = 2\n", "x = 10\n", ""])
def test_a_file_that_was_changed_is_seen_with_deep(project: Project, content: str) -> None:
    project.install("a", files=FILES)
    (project.site_packages / "lib" / "__init__.py").write_text(content, "utf-8")
    assert broken(project) == []
    found = one(broken(project, deep=True))
    assert (found.id, found.message) == ("INST010", "lib/__init__.py of a 1.0 was changed")


def test_a_file_that_became_something_else_was_changed(project: Project) -> None:
    project.install("a", files=FILES)
    path = project.site_packages / "lib" / "data.txt"
    path.unlink()
    os.mkfifo(path)
    assert one(broken(project, deep=True)).message == "lib/data.txt of a 1.0 was changed"


def test_the_files_that_are_told_of_one_by_one_are_few(project: Project) -> None:
    project.install("a", files={f"lib/{number}.txt": "old" for number in range(wholeness.MOST_FILES + 2)})
    for path in (project.site_packages / "lib").iterdir():
        path.write_text("new", "utf-8")
    found = broken(project, deep=True)
    assert len(found) == wholeness.MOST_FILES + 1
    assert found[-1].message == "2 more files of a 1.0 were changed"


def test_a_compiled_file_may_be_gone(project: Project) -> None:
    add_rows(project.install("a"), "a/__pycache__/x.cpython-311.pyc,,")
    assert broken(project, deep=True) == []


def test_files_without_a_hash_or_with_an_unknown_one_are_looked_for_alone(project: Project) -> None:
    add_rows(project.install("a", files={"a.txt": "1", "b.txt": "2"}, record=False), "a.txt,,", "b.txt,crc=1,1", "c,,")
    assert one(broken(project, deep=True)).message == "a 1.0 lacks files that it installed: c"


@pytest.mark.parametrize("path", ["../../../../../secret.txt", "{tmp}/secret.txt", "a/../../../../../../secret.txt"])
def test_files_outside_the_environment_are_not_opened(project: Project, tmp_path: Path, path: str) -> None:
    os.mkfifo(tmp_path / "secret.txt")  # opening it would wait for ever
    said = path.format(tmp=tmp_path)
    add_rows(project.install("a"), f"{said},sha256=AA,5")
    found = one(broken(project, deep=True))
    assert (found.id, found.severity) == ("INST010", Severity.WARNING)
    assert found.message == f"a 1.0 lists files outside the environment, not looked at: {said}"
    assert broken(project) == []


@pytest.mark.parametrize(
    "row", ['"', "a\0b,,", ",,,,", '"a"b",,', "x" * 100_000, "é\udce9,,", "a,sha256=\N{GREEK SMALL LETTER PI},1"]
)
def test_a_record_of_any_kind_ends_in_findings(project: Project, row: str) -> None:
    metadata = project.install("a")
    with (metadata / "RECORD").open("ab") as file:
        file.write(row.encode("utf-8", "surrogateescape") + b"\n")
    for deep in (False, True):
        assert all(len(each.message) < 1000 and each.message.isprintable() for each in broken(project, deep=deep))


def test_a_record_that_cannot_be_read_is_said(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project.install("a") / "RECORD"
    monkeypatch.setattr(record, "RECORD_LIMIT", 2**20)
    os.truncate(path, 2**21)
    found = one(broken(project))
    assert (found.id, found.message) == (
        "INST007",
        "a-1.0.dist-info is incomplete: RECORD cannot be read: larger than 1 MiB",
    )
    path.unlink()
    os.mkfifo(path)
    assert one(broken(project)).message.endswith("RECORD cannot be read: not a regular file")


def test_without_a_record_files_are_not_judged(project: Project) -> None:
    project.install("a", record=False)
    (project.install("b") / "RECORD").write_text("", "utf-8")
    (project.site_packages / "a" / "__init__.py").unlink()
    assert broken(project) == []
    assert broken(project, deep=True) == []


def test_condas_files_may_be_changed_and_not_gone(project: Project) -> None:
    metadata = project.install("a", files=FILES)
    (metadata / "INSTALLER").write_text("conda\n", "utf-8")
    (project.site_packages / "single.py").write_text("moved", "utf-8")
    assert broken(project, deep=True) == []
    (project.site_packages / "single.py").unlink()
    assert ids(broken(project, deep=True)) == ["INST009"]


def test_the_bases_packages_are_not_judged(project: Project, tmp_path: Path) -> None:
    base = Project(tmp_path / "base")
    (base.install("a") / "METADATA").unlink()
    base.install("b")
    (base.site_packages / "b" / "__init__.py").unlink()
    (base.site_packages / "~c").mkdir()
    config = f"home = {base.root / '.venv' / 'bin'}\ninclude-system-site-packages = true\n"
    (project.root / ".venv" / "pyvenv.cfg").write_text(config, "utf-8")
    assert broken(project) == []
