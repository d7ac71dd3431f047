"""When the check `lock` has to look, and that asking loads nothing that reads locks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.checks.lock import CHECK
from tests.checks.dependencies.locked import subject
from tests.checks.dependencies.projects import make_project
from tests.checks.test_installed import LOCKS, context_of
from tests.checks.test_installed import PYPROJECT as SHOP

PYPROJECT = "[project]\nname = 'shop'\nversion = '1'\n"
ASK = """
import sys
from pathlib import Path
from holdfast.checks.interface import Environment
from holdfast.cli.context import make_context
from holdfast.core.config import load_config
from holdfast.plugins import registered
project = Path(sys.argv[1])
place = project / ".venv"
environment = Environment(place, place / "bin", place / "bin/python", (next(place.glob("lib/*/site-packages")),))
context = make_context(project, load_config(project, {}, {}), {}, environment)._replace(files=("poetry.lock",))
wanted = {check.name: check for check in registered().load() if check.wanted(context)}
assert {"lock", "installed", "conflicts"} <= wanted.keys(), wanted
assert all(check.inputs(context) for check in wanted.values() if check.name != "venv")
print(*sorted(name for name in sys.modules if name.startswith("holdfast.checks.dependencies.")))
"""


@pytest.mark.parametrize(
    ("file", "text", "remembered"),
    [
        ("poetry.lock", '[package.source]\ntype = "legacy"\n', True),
        ("poetry.lock", '[package.source]\ntype = "directory"\n', False),
        ("poetry.lock", '[package.source]\ntype = "file"\n', False),
        ("uv.lock", 'source = { editable = "." }\n', True),
        ("uv.lock", 'source = { virtual = "." }\n', True),
        ("uv.lock", 'source = { editable = "." }\nsource = { editable = "lib" }\n', False),
        ("uv.lock", 'source = { directory = "../lib" }\n', False),
        ("uv.lock", 'source = { virtual = "lib" }\n', False),
        ("uv.lock", 'source = { path = "lib.whl" }\n', False),
        ("pylock.toml", 'directory = { path = ".", editable = true }\n', True),
        ("pylock.toml", 'archive = { path = "./lib.zip" }\n', False),
        ("requirements.txt", "a==1 --hash=sha256:1\n", False),  # it may include others
    ],
)
def test_a_lock_that_leads_to_other_files_is_looked_at_each_time(
    tmp_path: Path, file: str, text: str, *, remembered: bool
) -> None:
    context = subject(make_project(tmp_path / "shop", PYPROJECT, {file: text}).root).context._replace(files=(file,))
    assert CHECK.wanted(context)
    assert (CHECK.inputs(context) is not None) == remembered


def test_a_lock_is_found_and_its_inputs_told_without_what_reads_it(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", f"{PYPROJECT}[tool.deptry]\n", {"poetry.lock": ""})
    done = subprocess.run([sys.executable, "-c", ASK, project.root], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    allowed = ("advisories", "advisories.kept", "imports", "imports.files", "places", "search", "subject", "visible")
    assert done.stdout.split() == [f"holdfast.checks.dependencies.{name}" for name in allowed]


def test_its_inputs_are_all_that_may_choose_another_lock(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", SHOP, {"poetry.lock": LOCKS["poetry.lock"]})
    found = CHECK.inputs(context_of(project))
    assert found is not None
    assert {"pyproject.toml", "holdfast.yaml", "holdfast.json", "uv.toml", "*.lock"} <= set(found.files)
    assert found.variables == ("HOLDFAST_DEPENDENCIES",)


def test_its_success_is_not_remembered_where_git_ignores_the_lock(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", SHOP, {"poetry.lock": LOCKS["poetry.lock"]})
    assert CHECK.inputs(context_of(project)._replace(files=("pyproject.toml",))) is None
