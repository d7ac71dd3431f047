from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.core.project import MARKERS, find_project


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a directory below, in which we are."""
    inner = tmp_path / "shop" / "src" / "inner"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    return tmp_path / "shop"


@pytest.mark.parametrize("marker", MARKERS)
def test_the_nearest_directory_upwards_with_a_marker_is_the_project(shop: Path, marker: str) -> None:
    (shop.parent / "pyproject.toml").write_text("", "utf-8")
    (shop / marker).write_text("", "utf-8")
    assert find_project(None, {}) == shop


def test_a_directory_is_no_marker(shop: Path) -> None:
    (shop / "pyproject.toml").write_text("", "utf-8")
    (shop / "src" / "setup.py").mkdir()
    assert find_project(None, {}) == shop


def test_the_directory_given_goes_before_the_environment_and_both_before_looking(shop: Path) -> None:
    (shop / "pyproject.toml").write_text("", "utf-8")
    one, two = shop.parent / "one", shop.parent / "two"
    one.mkdir()
    two.mkdir()
    env = {"HOLDFAST_PROJECT": str(two)}
    assert find_project(one, env) == one
    assert find_project(None, env) == two
    assert find_project(None, {"HOLDFAST_PROJECT": ""}) == shop


def test_the_directory_given_may_be_relative_and_a_link(shop: Path) -> None:
    (shop.parent / "link").symlink_to(shop)
    assert find_project(Path("../../../link"), {}) == shop


@pytest.mark.parametrize("name", ["gone", "file", "x" * 300, "null\0", "loop"])
def test_what_is_given_must_be_a_directory(shop: Path, name: str) -> None:
    (shop / "file").write_text("", "utf-8")
    (shop / "loop").symlink_to("loop")
    with pytest.raises(HoldfastError, match="no such directory") as raised:
        find_project(shop / name, {})
    assert name in raised.value.message
    assert raised.value.hint == "give --project the root of a Python project"


def test_where_there_is_no_project_the_error_says_where_and_what_was_looked_for(shop: Path) -> None:
    with pytest.raises(HoldfastError) as raised:
        find_project(None, {})
    looked_for = "looked for pyproject.toml, holdfast.yaml, holdfast.json ..."
    assert raised.value.message == f"no Python project in {shop / 'src' / 'inner'} or above it ({looked_for})"
    assert raised.value.hint == "change into the project, or name it with --project DIR"


def test_a_current_directory_that_is_gone_is_an_error_and_no_crash(tmp_path: Path) -> None:
    code = (
        "import os; from pathlib import Path; from holdfast.core.errors import HoldfastError\n"
        "from holdfast.core.project import find_project\n"
        "os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
        "try: find_project(None, {})\n"
        "except HoldfastError as error: print(error.message, error.hint, sep='\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "the current directory cannot be used: No such file or directory",
        "change into a directory that exists",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not look")
def test_a_directory_that_may_not_be_looked_into_is_an_error_and_no_crash(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    (locked / "inner").mkdir(parents=True)
    locked.chmod(0o700)
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            find_project(locked / "inner", {})
        except HoldfastError:
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
