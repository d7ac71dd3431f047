"""Where workflow files are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.definition import find, in_folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "workflows"
    folder.mkdir()
    for name in ("nightly.yaml", "release.yml", ".hidden.yaml", "notes.txt"):
        (folder / name).write_text("", "utf-8")
    return tmp_path


def test_a_name_is_a_file_in_the_folder(project: Path) -> None:
    assert find("nightly", project, "workflows") == project / "workflows" / "nightly.yaml"
    assert find("release", project, "workflows") == project / "workflows" / "release.yml"


def test_a_path_is_taken_as_it_is_then_from_the_project_then_from_the_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "workflows")
    assert find("nightly.yaml", project, "workflows") == Path("nightly.yaml")
    assert find("workflows/nightly.yaml", project, "workflows") == project / "workflows" / "nightly.yaml"
    monkeypatch.chdir(project)
    assert find("nightly.yaml", project, "workflows") == project / "workflows" / "nightly.yaml"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nightl", "no workflow nightl in workflows; did you mean `nightly`?"),
        ("zzz", "no workflow zzz in workflows"),
        ("x/nightl.yaml", "no file x/nightl.yaml; did you mean `nightly`?"),
        ("../../etc/passwd", "no file ../../etc/passwd"),
        ("a\0b", "'a\\x00b': a name cannot hold a null character"),
        ("", "no workflow  in workflows"),
        ("n" * 5000, f"no workflow {'n' * 5000} in workflows"),
        ("n" * 5000 + ".yaml", f"no file {'n' * 5000}.yaml"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_the_nearest(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(project)
    with pytest.raises(HoldfastError) as caught:
        find(name, project, "workflows")
    assert caught.value.message == message


def test_a_name_of_two_files_is_refused(project: Path) -> None:
    (project / "workflows" / "nightly.yml").write_text("", "utf-8")
    with pytest.raises(HoldfastError, match=r"two workflows nightly: workflows/nightly.yaml and workflows/nightly.yml"):
        find("nightly", project, "workflows")


def test_the_folder_lists_its_workflows_by_name(project: Path) -> None:
    assert [path.name for path in in_folder(project, "workflows")] == ["nightly.yaml", "release.yml"]
    assert in_folder(project, "elsewhere") == []
    assert in_folder(project, "workflows/notes.txt") == []
