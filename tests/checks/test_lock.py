"""When a success of the check `lock` may be remembered."""

from __future__ import annotations

from pathlib import Path

from holdfast.checks.lock import CHECK
from tests.checks.dependencies.projects import make_project
from tests.checks.test_installed import LOCKS, PYPROJECT, context_of


def test_its_inputs_are_all_that_may_choose_another_lock(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", PYPROJECT, {"poetry.lock": LOCKS["poetry.lock"]})
    found = CHECK.inputs(context_of(project))
    assert found is not None
    assert {"pyproject.toml", "holdfast.yaml", "holdfast.json", "uv.toml", "*.lock"} <= set(found.files)
    assert found.variables == ("HOLDFAST_DEPENDENCIES",)


def test_its_success_is_not_remembered_where_git_ignores_the_lock(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", PYPROJECT, {"poetry.lock": LOCKS["poetry.lock"]})
    assert CHECK.inputs(context_of(project)._replace(files=("pyproject.toml",))) is None
