from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.interface import Context, Environment
from holdfast.checks.tools import CannotRun, find_tool, installed_version, relative, run_tool, stray_tool
from holdfast.core.findings import Status

Make = Callable[..., Context]


def test_the_projects_own_tool_comes_before_the_one_on_path(make_context: Make) -> None:
    tool = find_tool(make_context({}), "ruff", "ruff")
    assert tool.path == Path(sys.prefix, "bin", "ruff")
    assert tool.own
    assert stray_tool(tool, make_context({})) == ()


def test_a_tool_from_path_is_used_with_a_warning(make_context: Make) -> None:
    context = make_context({}, tools=False)._replace(child_env={"PATH": str(Path(sys.prefix, "bin"))})
    tool = find_tool(context, "ruff", "ruff")
    (finding,) = stray_tool(tool, context)
    assert not tool.own
    assert tool.version == installed_version(venv_of_tests(), "ruff")
    assert finding.id == "TOOL001"
    assert "not from the project's environment" in finding.message


def venv_of_tests() -> Environment:
    places = [Path(place) for place in sys.path if place.endswith("site-packages")]
    return Environment(Path(sys.prefix), Path(sys.prefix, "bin"), Path(sys.executable), tuple(places))


def test_the_hint_suits_a_poetry_project_without_a_lock_and_an_environment_without_pip(make_context: Make) -> None:
    context = make_context({"pyproject.toml": "[tool.poetry]\n"}, tools=False)
    with pytest.raises(CannotRun) as caught:
        find_tool(context, "ruff", "ruff")
    assert "poetry add --group dev ruff" in (caught.value.result.hint or "")
    place = Path("/home/one two/.venv")
    bare = context._replace(pyproject={}, environment=Environment(place, place / "bin", place / "bin/python", ()))
    with pytest.raises(CannotRun) as caught:
        find_tool(bare, "ruff", "ruff")
    assert caught.value.result.hint == "uv pip install --python '/home/one two/.venv/bin/python' ruff"


@pytest.mark.parametrize(
    ("file", "named", "hint"),
    [
        ("poetry.lock", False, "poetry add --group dev ruff"),
        ("poetry.lock", True, "poetry install"),
        ("uv.lock", False, "uv add --dev ruff"),
        ("uv.lock", True, "uv sync"),
    ],
)
def test_the_hint_is_a_command_of_the_projects_own_packaging_tool(
    make_context: Make, file: str, named: bool, hint: str
) -> None:
    asked = '[dependency-groups]\ndev = ["Ruff>=0.5"]\n' if named else ""
    with pytest.raises(CannotRun) as caught:
        find_tool(make_context({file: "", "pyproject.toml": asked}, tools=False), "ruff", "ruff")
    assert caught.value.result.hint == hint


def test_the_hint_is_as_short_as_the_way_to_the_environment(make_context: Make) -> None:
    context = make_context({}, tools=False)
    assert context.environment is not None
    own = context.environment._replace(python=context.project / ".venv/bin/python")
    with pytest.raises(CannotRun) as caught:
        find_tool(context._replace(environment=own), "ruff", "ruff")
    assert caught.value.result.hint == ".venv/bin/python -m pip install ruff"


def test_without_an_environment_the_hint_makes_one(make_context: Make) -> None:
    with pytest.raises(CannotRun) as caught:
        find_tool(make_context({}, tools=False)._replace(environment=None), "ruff", "ruff")
    assert caught.value.result.hint == "python3 -m venv .venv && .venv/bin/python -m pip install ruff"


def test_poetry_is_not_installed_with_poetry(make_context: Make) -> None:
    with pytest.raises(CannotRun) as caught:
        find_tool(make_context({"poetry.lock": ""}, tools=False), "poetry", "poetry")
    assert caught.value.result.hint == "pipx install poetry, or see python-poetry.org/docs"


def test_a_version_is_read_from_the_metadata_directory(make_context: Make, tmp_path: Path) -> None:
    context = make_context({})
    assert context.environment is not None
    for name in ("other-2.0.dist-info", "Ruff-1.2.3.dist-info"):
        (tmp_path / "site" / name).mkdir(parents=True)
    environment = context.environment._replace(site_packages=(tmp_path / "gone", tmp_path / "site"))
    assert installed_version(environment, "ruff") == "1.2.3"
    assert installed_version(environment, "black") is None


def test_a_tool_past_its_time_is_could_not_run(make_context: Make) -> None:
    context = make_context({})._replace(timeout_s=0.2)
    with pytest.raises(CannotRun, match=r"timed out after 0\.2s") as caught:
        run_tool(context, "slow", [sys.executable, "-c", "import time; time.sleep(60)"])
    assert "[tool.holdfast.checks.slow] timeout" in (caught.value.result.hint or "")


def test_a_tool_that_was_told_to_stop_is_skipped(make_context: Make) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(CannotRun, match="stopped before it ended") as caught:
        run_tool(make_context({})._replace(stop=stop), "x", [sys.executable, "-c", "import time; time.sleep(60)"])
    assert caught.value.result.status is Status.SKIPPED


def test_a_tool_that_a_signal_ended_is_could_not_run(make_context: Make) -> None:
    code = f"import os; os.kill(os.getpid(), {signal.SIGKILL:d})"
    with pytest.raises(CannotRun, match="ended by signal 9"):
        run_tool(make_context({}), "x", [sys.executable, "-c", code])


def test_paths_inside_the_project_become_relative_to_it(make_context: Make) -> None:
    context = make_context({})
    assert relative(context, f"{context.project}/src/a.py") == "src/a.py"
    assert relative(context, "src/a.py") == "src/a.py"
    assert relative(context, "/elsewhere/a.py") == "/elsewhere/a.py"


@pytest.mark.parametrize("name", ["a.py", ".gitignore", ".rumdl.toml"])
def test_a_pipe_in_place_of_a_file_is_told_before_a_tool_waits_for_it(make_context: Make, name: str) -> None:
    context = make_context({"b.py": "x = 1\n", "README.md": "# A\n"})
    os.mkfifo(context.project / name)
    there = context._replace(files=(*context.files, name), shared={})
    with pytest.raises(CannotRun, match=f"{name} is a pipe"):
        run_tool(there, "ruff", [Path(sys.prefix, "bin", "ruff"), "check", "."])


def test_a_link_that_leads_nowhere_and_a_pipe_that_no_tool_opens_are_no_pipes_for_it(make_context: Make) -> None:
    context = make_context({"b.py": "x = 1\n"})
    os.mkfifo(context.project / "control")
    (context.project / "c.py").symlink_to("c.py")
    there = context._replace(files=(*context.files, "control", "c.py"))
    assert run_tool(there, "ruff", [sys.executable, "-c", ""]).exit_code == 0
