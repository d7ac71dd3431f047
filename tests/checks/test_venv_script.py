"""The script that needs nothing: run by other Pythons than ours, and held to Python 3.8's language and library."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.checks.venv_probe import inspection, script
from tests.checks.venvs import Shop, bare_project, make_shop, tree

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check_venv.py"
PROBE = ROOT / "src" / "holdfast" / "checks" / "venv_probe"
SOURCES = [SCRIPT, *sorted(PROBE.glob("*.py"))]
OF_PYTHON_38 = {
    *("__future__", "argparse", "ast", "base64", "hashlib", "importlib", "json", "os", "pathlib", "re"),
    *("shlex", "stat", "subprocess", "sys", "typing", "urllib"),
}


def run(*args: str | Path, python: str = sys.executable, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    argv = [python, *(["-I"] if python == sys.executable else []), str(SCRIPT), *map(str, args)]
    return subprocess.run(argv, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("args", [(), ("--json",)])
def test_its_command_line_says_the_same_from_within(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], args: tuple[str, ...]
) -> None:
    for shop in (make_shop(tmp_path), bare_project(tmp_path / "none" / "shop")):
        done = run(*args, "--project", shop.root, cwd=tmp_path)
        assert script.main([*args, "--project", str(shop.root)], os.environ) == done.returncode
        assert capsys.readouterr().out == done.stdout


def test_its_command_line_refuses_what_it_cannot_judge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert script.main(["--project", str(tmp_path / "gone")], {}) == 2
    monkeypatch.chdir("/")
    assert script.main([], {}) == 2
    assert capsys.readouterr().err.count("\nhint: ") == 2
    shop = bare_project(tmp_path / "shop")
    monkeypatch.chdir(shop.root / "src")
    assert script.main([], shop.env) == 1


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_script_is_written_in_the_language_of_python_38(source: Path) -> None:
    ast.parse(source.read_text("utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_script_imports_only_what_python_38_has(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= OF_PYTHON_38 | {"tomllib"}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert (node.module or "").split(".")[0] in OF_PYTHON_38


def test_a_whole_environment_is_answered_with_0(tmp_path: Path) -> None:
    done = run(cwd=make_shop(tmp_path).root / "src")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"environment: .*/shop/.venv, Python 3\.\S+; 13 of 13 questions answered\n", done.stdout)


def test_errors_are_answered_with_1_and_each_has_its_fix(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    (shop.venv / "bin" / "python").unlink()
    done = run("--project", shop.root, cwd=tmp_path)
    assert done.returncode == 1
    assert ".venv/pyvenv.cfg: error VENV005: " in done.stdout
    assert f" -m venv --clear {shop.venv} && " in done.stdout


def test_what_was_not_answered_is_said(tmp_path: Path) -> None:
    done = run(cwd=bare_project(tmp_path / "shop").root)
    assert done.returncode == 1
    assert "not answered: 9 questions (there is no environment)" in done.stdout
    assert "environment: none; 4 of 13 questions answered" in done.stdout


def test_json_is_one_document(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop")
    done = run("--json", cwd=shop.root)
    said = json.loads(done.stdout)
    assert (said["schema"], said["exit_code"], said["environment"]) == ("holdfast/venv-check/1", 1, None)
    assert said["problems"][0]["id"] == "VENV001"
    assert {place["label"] for place in said["looked"]} >= {".venv", "Poetry", "CONDA_PREFIX"}


def test_a_warning_alone_is_answered_with_0(tmp_path: Path) -> None:
    done = run(cwd=make_shop(tmp_path).root, VIRTUAL_ENV=str(tmp_path / "gone"))
    assert done.returncode == 0
    assert "warning VENV002" in done.stdout


def test_bad_input_is_answered_with_2_and_a_hint(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    assert run("--project", tmp_path / "gone", cwd=tmp_path).returncode == 2
    assert "no Python project in" in run(cwd=Path("/")).stderr
    shop.write("pyproject.toml", "[project\n")
    done = run(cwd=shop.root)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("check_venv.py: pyproject.toml:1: not TOML")
    assert "\nhint: " in done.stderr


@pytest.mark.parametrize("break_it", [False, True])
def test_the_script_changes_nothing_not_even_beside_itself(tmp_path: Path, break_it: bool) -> None:
    shop = make_shop(tmp_path)
    probe = tmp_path / "tool" / PROBE.relative_to(ROOT)
    shutil.copytree(PROBE, probe, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tool" / "scripts").mkdir()
    copied = shutil.copy(SCRIPT, tmp_path / "tool" / "scripts")
    if break_it:
        (shop.venv / "bin" / "python").unlink()
    before = tree(tmp_path)
    done = subprocess.run([sys.executable, "-I", copied], cwd=shop.root, capture_output=True, check=False)
    assert done.returncode == int(break_it)
    assert tree(tmp_path) == before


def test_the_script_does_not_need_holdfast_or_site_packages(tmp_path: Path) -> None:
    code = f"""
import runpy, sys
sys.argv = ["check_venv.py", "--project", {str(tmp_path)!r}]
try:
    runpy.run_path({str(SCRIPT)!r}, run_name="__main__")
finally:
    print(sorted({{name.split(".")[0] for name in sys.modules}} & {{"holdfast", "packaging", "typer"}}))
"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.endswith("[]\n")


def older_pythons() -> list[str]:
    return [name for name in ("pypy3", "python3.8", "python3.9", "python3.10") if name == "pypy3" or _runs(name)]


def _runs(name: str) -> bool:
    path = shutil.which(name)
    return path is not None and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", older_pythons())
def test_an_older_python_says_the_same_as_ours(tmp_path: Path, name: str) -> None:
    python = shutil.which(name)
    if python is None:
        assert os.environ.get("CI", "").lower() != "true", f"CI has to have {name}"
        pytest.skip(f"{name} is not installed")
    whole, none = make_shop(tmp_path), bare_project(tmp_path / "none" / "shop")
    for shop in (whole, none):
        assert outcome(shop, python) == outcome(shop, sys.executable)
    whole.write("pyproject.toml", '[project]\nname = "shop"\nrequires-python = ">=4" # soon\n')
    assert outcome(whole, python) == outcome(whole, sys.executable)
    assert "VENV004" in outcome(whole, python)


def outcome(shop: Shop, python: str) -> str:
    done = run(
        "--json", "--project", shop.root, python=python, cwd=shop.root, PATH="/usr/bin:/bin", HOME=shop.env["HOME"]
    )
    assert done.stderr == ""
    return done.stdout


# The documentation


def test_every_id_that_the_probe_can_say_is_among_its_ids() -> None:
    said = {
        found for source in SOURCES for found in re.findall(r'Problem\(\s*"(VENV\d{3})"', source.read_text("utf-8"))
    }
    assert said == set(inspection.IDS)
