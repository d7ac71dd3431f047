from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.plugins import BUILT_IN
from tests.conftest import Cli, Said

OK = f'command = ["{sys.executable}", "-c", ""]'
FAILS = f'command = ["{sys.executable}", "-c", "print(42); raise SystemExit(1)"]'
MISSING = 'command = ["no-such-program"]'


@pytest.fixture
def project(git_project: Path) -> Path:
    (git_project / "a.py").write_text("x = 1\n")
    (git_project / "deep").mkdir()
    (git_project / "deep" / "b.py").write_text("y = 1\n")
    return git_project


def configure(project: Path, **checks: str) -> None:
    """The project with these checks of its own, and none of Holdfast's."""
    text = '[project]\nname = "shop"\nversion = "1.0"\n'
    text += "".join(f"[tool.holdfast.checks.{name}]\nenabled = false\n" for name in BUILT_IN)
    text += "".join(f"[tool.holdfast.checks.{name}]\n{body}\n" for name, body in checks.items())
    (project / "pyproject.toml").write_text(text)


def report(said: Said) -> dict[str, dict[str, object]]:
    document = json.loads(said.stdout)
    assert document["schema"] == "holdfast/report/1"
    assert document["exit_code"] == said.exit_code
    return {result["check"]: result for result in document["results"]}


def test_all_passed_is_exit_0(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK, two=OK)
    said = holdfast("validate-env", cwd=project)
    assert said.exit_code == 0
    assert "2 passed" in said.stdout


def test_a_finding_is_exit_1_and_what_could_not_run_is_exit_2(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK, two=FAILS)
    said = holdfast("validate-env", cwd=project)
    assert said.exit_code == 1
    assert "exit code 1" in said.stdout
    configure(project, one=OK, two=FAILS, three=MISSING)
    said = holdfast("validate-env", cwd=project)
    assert said.exit_code == 2
    assert "no-such-program: not found" in said.stdout


def test_nothing_to_run_is_exit_2(project: Path, holdfast: Cli) -> None:
    configure(project)
    said = holdfast("validate-env", cwd=project)
    assert said.exit_code == 2
    assert "nothing ran" in said.stdout


def test_only_and_skip_choose_and_a_wrong_name_is_answered_with_the_right_ones(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK, two=OK, three=OK)
    assert set(report(holdfast("validate-env", "--only", "one,two", "--format", "json", cwd=project))) == {"one", "two"}
    assert set(report(holdfast("validate-env", "--skip", "one", "--format", "json", cwd=project))) == {"two", "three"}
    said = holdfast("validate-env", "--only", "tow", cwd=project)
    assert said.exit_code == 2
    assert "--only tow: no such check" in said.stderr
    assert "two" in said.stderr


def test_a_second_run_runs_nothing_and_says_since_when(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK)
    first = json.loads(holdfast("validate-env", "--format", "json", cwd=project).stdout)
    second = report(holdfast("validate-env", "--format", "json", cwd=project))
    assert second["one"]["unchanged_run"] == first["run_id"]
    assert second["one"]["unchanged_since"] == first["started_at"]
    since = first["started_at"][:19].replace("T", " ")
    assert f"unchanged since {since} UTC\n" in holdfast("validate-env", cwd=project).stdout


Edit = Callable[[Path], object]
EDITS: dict[str, Edit] = {
    "a tracked file": lambda project: (project / "pyproject.toml").write_text(
        (project / "pyproject.toml").read_text() + "#\n"
    ),
    "an untracked file": lambda project: (project / "a.py").write_text("x = 2\n"),
    "a new file": lambda project: (project / "b.py").write_text(""),
    "a file that is gone": lambda project: (project / "a.py").unlink(),
    "a mode": lambda project: (project / "a.py").chmod(0o755),
    "a directory that moves": lambda project: (project / "deep").rename(project / "other"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_any_edit_that_a_check_could_read_runs_it_again(project: Path, holdfast: Cli, edit: Edit) -> None:
    configure(project, one=OK)
    holdfast("validate-env", cwd=project)
    edit(project)
    assert report(holdfast("validate-env", "--format", "json", cwd=project))["one"]["unchanged_since"] is None


def test_an_ignored_file_and_the_task_registry_are_no_inputs(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK)
    (project / ".gitignore").write_text("*.log\n")
    holdfast("task-log", "run", "--", "true", cwd=project)
    holdfast("validate-env", cwd=project)
    holdfast("task-log", "run", "--", "true", cwd=project)
    (project / "out.log").write_text("")
    assert report(holdfast("validate-env", "--format", "json", cwd=project))["one"]["unchanged_since"] is not None


def test_a_module_that_is_called_like_the_task_registry_is_an_input(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK)
    (project / "task_registry.py").write_text("")
    holdfast("validate-env", cwd=project)
    (project / "task_registry.py").write_text("x = 1\n")
    assert report(holdfast("validate-env", "--format", "json", cwd=project))["one"]["unchanged_since"] is None


def test_an_edit_that_is_taken_back_during_the_run_is_seen(project: Path, holdfast: Cli) -> None:
    """As by git stash and git stash pop: the check may have read what stood there in between."""
    code = "import pathlib; p = pathlib.Path('a.py'); t = p.read_text(); p.write_text('other'); p.write_text(t)"
    configure(project, one=f'command = ["{sys.executable}", "-c", "{code}"]')
    os.utime(project / "a.py", (1, 1))
    for _ in range(2):
        os.utime(project / "a.py", (1, 1))
        said = report(holdfast("validate-env", "--format", "json", cwd=project))
        assert said["one"]["unchanged_since"] is None
    assert "the same again file: a.py" in holdfast("validate-env", "--explain", "one", cwd=project).stdout


def test_inputs_narrow_what_counts(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK + '\ninputs = ["*.py"]')
    holdfast("validate-env", cwd=project)
    (project / "README.md").write_text("")
    assert report(holdfast("validate-env", "--format", "json", cwd=project))["one"]["unchanged_since"] is not None
    (project / "a.py").write_text("x = 3\n")
    assert report(holdfast("validate-env", "--format", "json", cwd=project))["one"]["unchanged_since"] is None


def test_no_cache_runs_all_and_remembers_nothing(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK)
    holdfast("validate-env", "--no-cache", cwd=project)
    assert report(holdfast("validate-env", "--format", "json", cwd=project))["one"]["unchanged_since"] is None
    again = report(holdfast("validate-env", "--no-cache", "--format", "json", cwd=project))
    assert again["one"]["unchanged_since"] is None


def test_a_failure_is_never_remembered(project: Path, holdfast: Cli) -> None:
    configure(project, one=FAILS)
    for _ in range(2):
        assert report(holdfast("validate-env", "--format", "json", cwd=project))["one"]["status"] == "failed"


def test_a_check_that_changes_its_own_inputs_is_not_remembered_and_explain_says_why(
    project: Path, holdfast: Cli
) -> None:
    code = "import pathlib, uuid; pathlib.Path('out.txt').write_text(str(uuid.uuid4()))"
    configure(project, one=f'command = ["{sys.executable}", "-c", "{code}"]')
    for _ in range(2):
        result = report(holdfast("validate-env", "--format", "json", cwd=project))["one"]
        assert (result["status"], result["unchanged_since"]) == ("passed", None)
    said = holdfast("validate-env", "--explain", "one", cwd=project)
    assert "its inputs changed while it last ran and passed" in said.stdout
    assert "file: out.txt" in said.stdout


def test_explain_names_the_file_that_changed_and_runs_nothing(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK)
    assert "no success is remembered" in holdfast("validate-env", "--explain", "one", cwd=project).stdout
    assert not (project / ".holdfast").exists()
    holdfast("validate-env", cwd=project)
    assert "does not run again" in holdfast("validate-env", "--explain", "one", cwd=project).stdout
    (project / "a.py").write_text("x = 5\n")
    said = holdfast("validate-env", "--explain", "one", cwd=project)
    assert said.exit_code == 0
    assert said.stdout.splitlines()[1:] == ["  changed file: a.py"]


def test_explain_of_the_environment_says_that_it_always_runs(project: Path, holdfast: Cli) -> None:
    configure(project)
    assert "venv always runs" in holdfast("validate-env", "--explain", "venv", cwd=project).stdout


def test_list_says_what_would_run(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK + '\nsummary = "ours"')
    lines = {line.split()[0]: line for line in holdfast("validate-env", "--list", cwd=project).stdout.splitlines()}
    assert lines["one"].split(maxsplit=2)[1:] == ["runs", "ours"]
    assert lines["ruff"].split()[1] == "-"


@pytest.mark.parametrize("form", ["text", "json", "junit", "sarif", "github"])
def test_a_report_goes_to_a_file_in_its_form_and_to_the_terminal_as_text(
    project: Path, holdfast: Cli, tmp_path: Path, form: str
) -> None:
    configure(project, one=FAILS)
    out = tmp_path / "report"
    said = holdfast("validate-env", "--format", form, "--output", out, cwd=project)
    assert said.exit_code == 1
    assert "1 failed" in said.stdout
    starts = {"json": "{", "sarif": "{", "junit": "<?xml", "github": "::"}
    assert out.read_text().startswith(starts.get(form, "one"))


def test_an_output_file_that_cannot_be_written_keeps_the_report_on_the_terminal(project: Path, holdfast: Cli) -> None:
    configure(project, one=FAILS)
    said = holdfast("validate-env", "--format", "sarif", "--output", "/no/such/dir/x.sarif", cwd=project)
    assert said.exit_code == 2
    assert "1 failed" in said.stdout
    assert "cannot write /no/such/dir/x.sarif" in said.stderr


def test_github_gets_a_step_summary_too(project: Path, holdfast: Cli, tmp_path: Path) -> None:
    configure(project, one=FAILS)
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    said = holdfast("validate-env", "--format", "github", cwd=project, env={"GITHUB_STEP_SUMMARY": str(page)})
    assert "::error" in said.stdout
    assert page.read_text().startswith("before\n")
    assert "one" in page.read_text()


def test_a_run_is_logged_with_its_result_where_there_is_a_registry(project: Path, holdfast: Cli) -> None:
    configure(project, one=FAILS)
    holdfast("validate-env", cwd=project)
    assert not (project / "task_registry.json").exists()
    holdfast("task-log", "run", "--", "true", cwd=project)
    run_id = json.loads(holdfast("validate-env", "--format", "json", cwd=project).stdout)["run_id"]
    holdfast("validate-env", "--no-log", cwd=project)
    holdfast("validate-env", cwd=project, env={"HOLDFAST_NO_LOG": "1"})
    events = json.loads((project / "task_registry.json").read_text())["events"]
    ours = [event for event in events if event.get("task") == "validate-env" or event.get("id") == run_id]
    assert [(event["event"], event["id"]) for event in ours] == [("started", run_id), ("finished", run_id)]
    assert (ours[1]["status"], ours[1]["exit_code"]) == ("failed", 1)


def test_strict_counts_warnings_as_failures(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK)
    plugin = (
        "from holdfast.core.findings import Checked, Finding, Result, Severity, Status\n"
        "class Odd:\n"
        "    name = 'odd'\n    summary = ''\n"
        "    def wanted(self, context): return True\n"
        "    def inputs(self, context): return None\n"
        "    def run(self, context):\n"
        "        found = Finding('ODD001', Severity.WARNING, 'odd')\n"
        "        return Result('odd', Status.PASSED, (found,), checked=Checked(1, 1, 'thing'))\n"
        "CHECK = Odd()\n"
    )
    site = project / "site"
    (site / "odd-1.0.dist-info").mkdir(parents=True)
    (site / "odd-1.0.dist-info" / "entry_points.txt").write_text("[holdfast.checks]\nodd = odd_plugin:CHECK\n")
    (site / "odd_plugin.py").write_text(plugin)
    sys.path.insert(0, str(site))
    try:
        assert holdfast("validate-env", cwd=project).exit_code == 0
        assert holdfast("validate-env", "--strict", cwd=project).exit_code == 1
    finally:
        sys.path.remove(str(site))
        sys.modules.pop("odd_plugin", None)


def test_ctrl_c_stops_the_children_and_still_prints_what_finished(project: Path, tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    code = f"import time, os; open('{started}', 'w').write(str(os.getpid())); time.sleep(60)"
    configure(project, aone=OK, slow=f'command = ["{sys.executable}", "-c", "{code}"]')
    command = [sys.executable, "-m", "holdfast", "validate-env", "--jobs", "1", "--format", "json"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        child = int(started.read_text())
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=30)
    results = {result["check"]: result for result in json.loads(stdout)["results"]}
    assert process.returncode == 130
    assert json.loads(stdout)["interrupted"] is True
    assert (results["aone"]["status"], results["slow"]["status"]) == ("passed", "skipped")
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_check_past_its_time_is_could_not_run(project: Path, holdfast: Cli) -> None:
    code = "import time; time.sleep(60)"
    configure(project, slow=f'command = ["{sys.executable}", "-c", "{code}"]')
    said = holdfast("validate-env", "--timeout", "0.3", cwd=project)
    assert said.exit_code == 2
    assert "timed out after 0.3s" in said.stdout


def test_reading_never_writes_but_for_the_cache_that_git_ignores(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK)
    before = sorted(str(path) for path in project.rglob("*") if ".git/" not in str(path))
    holdfast("validate-env", cwd=project)
    after = sorted(str(path) for path in project.rglob("*") if ".git/" not in str(path))
    assert [path for path in after if path not in before and "/.holdfast" not in path] == []
    status = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True, check=True)
    assert ".holdfast" not in status.stdout


def test_a_project_without_git_is_remembered_too(tmp_path: Path, holdfast: Cli) -> None:
    project = tmp_path / "plain"
    project.mkdir()
    configure(project, one=OK)
    holdfast("validate-env", cwd=project)
    assert report(holdfast("validate-env", "--format", "json", cwd=project))["one"]["unchanged_since"] is not None
    (project / "new.py").write_text("")
    assert report(holdfast("validate-env", "--format", "json", cwd=project))["one"]["unchanged_since"] is None


def test_bad_configuration_is_exit_2_before_anything_runs(project: Path, holdfast: Cli) -> None:
    (project / "pyproject.toml").write_text("[tool.holdfast]\nstric = true\n")
    said = holdfast("validate-env", cwd=project)
    assert said.exit_code == 2
    assert "pyproject.toml:2" in said.stderr
    assert "strict" in said.stderr
    assert not (project / ".holdfast").exists()


def test_a_project_that_the_repository_around_it_ignores_is_looked_at_nonetheless(project: Path, holdfast: Cli) -> None:
    (project / ".gitignore").write_text("inner/\n")
    inner = project / "inner"
    inner.mkdir()
    configure(inner, one=OK + '\ninputs = ["*.toml"]')
    result = report(holdfast("validate-env", "--format", "json", cwd=inner))["one"]
    assert result["checked"] == {"done": 1, "total": 1, "unit": "files"}


def test_sigterm_is_an_interruption_too(project: Path, tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    code = f"import time; open('{started}', 'w').close(); time.sleep(60)"
    configure(project, slow=f'command = ["{sys.executable}", "-c", "{code}"]')
    command = [sys.executable, "-m", "holdfast", "validate-env"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        started.read_text()
        process.terminate()
        stdout, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted: 1 skipped" in stdout


def test_where_nothing_can_be_written_the_checks_run_all_the_same(project: Path, holdfast: Cli) -> None:
    configure(project, one=OK)
    (project / ".holdfast").write_text("a file where the directory should be")
    for _ in range(2):
        said = holdfast("validate-env", cwd=project)
        assert (said.exit_code, "unchanged" in said.stdout) == (0, False)
        assert "nothing is remembered: cannot make" in said.stderr


def test_a_section_of_a_check_that_there_is_not_is_an_error(project: Path, holdfast: Cli) -> None:
    configure(project, mypi='timeout = "1s"')
    said = holdfast("validate-env", cwd=project)
    assert said.exit_code == 2
    assert "checks.mypi: no such check, and no command; did you mean mypy?" in said.stderr


def test_pipes_where_files_should_be_hold_nothing_up(project: Path, holdfast_process: Cli) -> None:
    configure(project, one=OK)
    installed = project / ".venv" / "lib" / "python3.11" / "site-packages" / "a-1.dist-info"
    installed.mkdir(parents=True)
    (project / ".venv" / "bin").mkdir()
    (project / ".venv" / "bin" / "python").write_text("")
    for pipe in ("setup.cfg", "tox.ini", "requirements.txt", ".venv/pyvenv.cfg"):
        os.mkfifo(project / pipe)
    os.mkfifo(installed / "direct_url.json")
    os.mkfifo(installed.parent / "a.pth")
    for arguments in (["--list"], ["--only", "one"]):
        assert holdfast_process("validate-env", *arguments, cwd=project, timeout=20).exit_code == 0


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_the_caller_closed_are_no_bug(project: Path, closed: str) -> None:
    configure(project, one=OK)
    argv = [sys.executable, "-m", "holdfast", "validate-env"]
    done = subprocess.run(["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *argv], cwd=project, capture_output=True)
    assert done.returncode == 0
