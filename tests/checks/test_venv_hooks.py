"""The environments that pre-commit and prek make for hooks, and make active: they are nobody's."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.venv import environment_of
from tests.checks.venvs import Shop, bare_project, make_shop, make_venv


@pytest.fixture(params=[".install_state_v1", ".install_state_v2", ".prek-hook.json"])
def hook(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    place = make_venv(tmp_path / "cache" / "py_env")
    (place / request.param).write_text("{}", "utf-8")
    return place


@pytest.fixture
def bare(tmp_path: Path) -> Shop:
    return bare_project(tmp_path / "bare")


def test_it_is_not_taken_for_the_environment_of_a_project_that_has_none(bare: Shop, hook: Path) -> None:
    assert environment_of(bare.root, {**bare.env, "VIRTUAL_ENV": str(hook)}) is None
    problem = bare.problems(VIRTUAL_ENV=str(hook))["VENV001"]
    assert f"VIRTUAL_ENV ({hook}: made for a hook)" in problem.message


def test_one_that_nobody_made_for_a_hook_is(bare: Shop, tmp_path: Path) -> None:
    place = make_venv(tmp_path / "cache" / "own")
    found = environment_of(bare.root, {**bare.env, "VIRTUAL_ENV": str(place)})
    assert found is not None
    assert found.root == place


@pytest.mark.parametrize("ci", ["", "true"])
def test_it_is_no_stray_active_environment(tmp_path: Path, hook: Path, ci: str) -> None:
    shop = make_shop(tmp_path)
    assert shop.problems(VIRTUAL_ENV=str(hook), CI=ci) == {}


def test_an_active_environment_of_conda_counts_beside_it(bare: Shop, hook: Path, tmp_path: Path) -> None:
    conda = make_venv(tmp_path / "conda")
    found = environment_of(bare.root, {**bare.env, "VIRTUAL_ENV": str(hook), "CONDA_PREFIX": str(conda)})
    assert found is not None
    assert found.root == conda


def test_no_command_that_mends_is_of_its_python(bare: Shop, hook: Path) -> None:
    fix, *_ = bare.problems(VIRTUAL_ENV=str(hook), PATH=f"{hook / 'bin'}:{bare.env['PATH']}")["VENV001"].fix
    assert fix[1:3] == ("-m", "venv")
    assert not fix[0].startswith(str(hook))
