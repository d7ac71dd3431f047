from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.cli.registry_path import registry_path, registry_to_read
from holdfast.core.errors import HoldfastError


def test_what_is_named_comes_before_the_environment_and_that_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert registry_path(Path("/p"), None, {}) == Path("p/task_registry.json")
    assert registry_path(tmp_path, None, {"HOLDFAST_REGISTRY": "log.json"}).name == "log.json"
    assert registry_path(Path("/p"), Path("/q/r.json"), {"HOLDFAST_REGISTRY": "log.json"}) == Path("q/r.json")
    assert registry_path(Path("/p"), Path("r.json"), {}) == Path("r.json")


def test_a_path_outside_of_the_current_directory_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert registry_path(tmp_path, None, {}) == tmp_path / "task_registry.json"
    inside.rmdir()
    assert registry_path(tmp_path, None, {}) == tmp_path / "task_registry.json"


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HoldfastError, match="null character"):
        registry_path(tmp_path, Path("a\0b"), {})
    with pytest.raises(HoldfastError, match="null character"):
        registry_to_read(None, Path("a\0b"), {})
