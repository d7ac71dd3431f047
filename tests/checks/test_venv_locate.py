from __future__ import annotations

import base64
import hashlib
import warnings
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from holdfast.checks.venv import environment_of
from holdfast.checks.venv_probe.poetry import base_name
from tests.checks.venvs import PYPROJECT, Shop, bare_project, make_base, make_shop, make_venv

POETRY = '[tool.poetry]\nname = "Shop.Front"\nversion = "1.0"\npackage-mode = false\n'


@pytest.fixture
def bare(tmp_path: Path) -> Shop:
    return bare_project(tmp_path / "shop")


@pytest.fixture
def poetry(tmp_path: Path) -> Shop:
    return bare_project(tmp_path / "shop", POETRY)


def found(shop: Shop, **variables: str) -> Path | None:
    environment = environment_of(shop.root, {**shop.env, **variables})
    return environment.root if environment else None


def test_no_environment_is_an_error_that_names_every_place(bare: Shop) -> None:
    problem = bare.problems()["VENV001"]
    assert problem.severity == "error"
    for place in ("UV_PROJECT_ENVIRONMENT", ".venv", "venv", "Poetry", "VIRTUAL_ENV", "CONDA_PREFIX"):
        assert place in problem.message
    assert problem.fix[0][1:] == ("-m", "venv", str(bare.venv))


def test_without_an_environment_the_questions_about_it_are_not_answered(bare: Shop) -> None:
    answer = bare.ask()
    assert ("pip", "there is no environment") in answer.unanswered
    assert "leaks" in answer.answered


def test_a_whole_environment_has_no_problem_and_every_question_is_answered(tmp_path: Path) -> None:
    answer = make_shop(tmp_path).ask()
    assert answer.problems == ()
    assert answer.unanswered == ()


def test_the_environment_says_where_its_parts_are(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    environment = environment_of(shop.root, shop.env)
    assert environment is not None
    assert environment.bin == shop.venv / "bin"
    assert environment.python == shop.venv / "bin" / "python"
    assert environment.site_packages == shop.site_packages
    assert (environment.found, environment.kind) == (".venv", "venv")


def test_uvs_variable_comes_before_the_projects_own(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    make_venv(shop.root / "other")
    make_venv(shop.root / "venv")
    assert found(shop) == shop.venv
    assert found(shop, UV_PROJECT_ENVIRONMENT="other") == shop.root / "other"


def test_venv_is_taken_where_there_is_no_dot_venv(bare: Shop) -> None:
    make_venv(bare.root / "venv")
    assert found(bare) == bare.root / "venv"


def test_a_member_of_a_uv_workspace_has_the_environment_of_its_root(tmp_path: Path) -> None:
    member = bare_project(tmp_path / "root" / "packages" / "Shop_Front", '[project]\nname = "Shop_Front"\n')
    lock = tmp_path / "root" / "uv.lock"
    make_venv(tmp_path / "root" / ".venv")
    lock.write_text('version = 1\n\n[manifest]\nmembers = [\n    "other",\n]\n', "utf-8")
    assert found(member) is None
    lock.write_text('version = 1\n\n[manifest]\nmembers = [\n    "shop-front",\n]\n' + "#" * 2**19, "utf-8")
    assert found(member) == tmp_path / "root" / ".venv"
    make_venv(member.venv)
    assert found(member) == member.venv


@pytest.mark.parametrize("name", ["shop", "Shop.Front", "a_b--c", "x" * 60])
def test_poetrys_directory_is_named_as_poetry_names_it(tmp_path: Path, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a library that Poetry imports
        from poetry.utils.env import EnvManager
    assert base_name(name, str(tmp_path)) == EnvManager.generate_env_name(canonicalize_name(name), str(tmp_path))


def test_the_hash_in_poetrys_name_is_of_the_real_path(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    digest = base64.urlsafe_b64encode(hashlib.sha256(str(tmp_path).encode()).digest()).decode()[:8]
    assert base_name("shop", str(tmp_path / "link")) == f"shop-{digest}"


def poetrys(shop: Shop, under: Path, minor: str = "3.11") -> Path:
    return make_venv(under / f"{base_name('Shop.Front', str(shop.root))}-py{minor}")


def test_poetrys_environment_is_found_in_its_cache(poetry: Shop) -> None:
    made = poetrys(poetry, Path(poetry.env["HOME"]) / ".cache" / "pypoetry" / "virtualenvs")
    assert found(poetry) == made


def test_the_cache_directory_of_the_desktop_standard_is_followed(poetry: Shop, tmp_path: Path) -> None:
    made = poetrys(poetry, tmp_path / "cache" / "pypoetry" / "virtualenvs")
    assert found(poetry, XDG_CACHE_HOME=str(tmp_path / "cache")) == made


def test_poetrys_environment_variables_come_before_its_files(poetry: Shop, tmp_path: Path) -> None:
    poetry.write("poetry.toml", f'[virtualenvs]\npath = "{tmp_path}/from-file"\n')
    from_file = poetrys(poetry, tmp_path / "from-file")
    assert found(poetry) == from_file
    from_variable = poetrys(poetry, tmp_path / "from-variable")
    assert found(poetry, POETRY_VIRTUALENVS_PATH=str(tmp_path / "from-variable")) == from_variable
    from_cache = poetrys(poetry, tmp_path / "moved" / "virtualenvs")
    path = {"POETRY_VIRTUALENVS_PATH": "{cache-dir}/virtualenvs", "POETRY_CACHE_DIR": str(tmp_path / "moved")}
    assert found(poetry, **path) == from_cache


def test_the_users_poetry_configuration_is_read(poetry: Shop, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text('[virtualenvs]\npath = "~/envs"\n', "utf-8")
    made = poetrys(poetry, Path(poetry.env["HOME"]) / "envs")
    assert found(poetry, POETRY_CONFIG_DIR=str(config)) == made
    (Path(poetry.env["HOME"]) / ".config").mkdir()
    config.rename(Path(poetry.env["HOME"]) / ".config" / "pypoetry")
    assert found(poetry) == made


def test_the_python_that_envs_toml_chose_is_taken(poetry: Shop, tmp_path: Path) -> None:
    older, newer = poetrys(poetry, tmp_path / "envs", "3.9"), poetrys(poetry, tmp_path / "envs", "3.11")
    where = {"POETRY_VIRTUALENVS_PATH": str(tmp_path / "envs")}
    assert found(poetry, **where) == newer
    base = base_name("Shop.Front", str(poetry.root))
    (tmp_path / "envs" / "envs.toml").write_text(f'[{base}]\nminor = "3.9"\npatch = "3.9.1"\n', "utf-8")
    assert found(poetry, **where) == older
    (tmp_path / "envs" / "envs.toml").write_text(f'[{base}]\nminor = "3.12"\n', "utf-8")
    assert "chosen in envs.toml, and not there" in poetry.problems(**where)["VENV001"].message


def test_dot_venv_is_passed_over_where_poetry_is_told_not_to_use_it(poetry: Shop, tmp_path: Path) -> None:
    make_venv(poetry.venv)
    made = poetrys(poetry, tmp_path / "envs")
    where = {"POETRY_VIRTUALENVS_PATH": str(tmp_path / "envs")}
    assert found(poetry, **where) == poetry.venv
    assert found(poetry, POETRY_VIRTUALENVS_IN_PROJECT="false", **where) == made


def test_where_poetry_keeps_it_in_the_project_its_cache_is_not_searched(poetry: Shop, tmp_path: Path) -> None:
    poetrys(poetry, tmp_path / "envs")
    where = {"POETRY_VIRTUALENVS_PATH": str(tmp_path / "envs"), "POETRY_VIRTUALENVS_IN_PROJECT": "true"}
    assert found(poetry, **where) is None


def test_another_tools_project_is_not_looked_for_in_poetrys_cache(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop", '[project]\nname = "shop-front"\nversion = "1"\n')
    poetrys(shop, Path(shop.env["HOME"]) / ".cache" / "pypoetry" / "virtualenvs")
    assert found(shop) is None


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_an_active_environment_is_taken_where_the_project_has_none(bare: Shop, tmp_path: Path, variable: str) -> None:
    made = make_venv(tmp_path / "envs" / "work")
    assert found(bare, **{variable: str(made)}) == made
    assert "VENV003" not in bare.problems(**{variable: str(made)})


def test_condas_base_is_nobodys_project(bare: Shop, tmp_path: Path) -> None:
    made = make_venv(tmp_path / "conda")
    variables = {"CONDA_PREFIX": str(made), "CONDA_DEFAULT_ENV": "base"}
    assert found(bare, **variables) is None
    assert set(bare.problems(**variables)) == {"VENV001"}


def test_an_environment_above_the_project_is_its_own(tmp_path: Path) -> None:
    make_shop(tmp_path)
    member = bare_project(tmp_path / "shop" / "packages" / "till")
    assert found(member, VIRTUAL_ENV=str(tmp_path / "shop" / ".venv")) == tmp_path / "shop" / ".venv"


def test_another_projects_active_environment_is_not_taken(bare: Shop, tmp_path: Path) -> None:
    other = bare_project(tmp_path / "bakery")
    make_venv(other.venv)
    problems = bare.problems(VIRTUAL_ENV=str(other.venv))
    assert set(problems) == {"VENV001", "VENV003"}
    assert str(other.root) in problems["VENV003"].message
    assert str(bare.root) in problems["VENV003"].message


def test_another_projects_poetry_environment_is_not_taken(bare: Shop, tmp_path: Path) -> None:
    made = make_venv(tmp_path / "cache" / "pypoetry" / "virtualenvs" / "bakery-AbCdEfGh-py3.11")
    assert "bakery-AbCdEfGh-py3.11" in bare.problems(VIRTUAL_ENV=str(made))["VENV003"].message


def test_an_active_environment_that_is_not_the_projects_own_is_named_beside_it(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    other = make_venv(tmp_path / "bakery" / ".venv")
    problem = shop.problems(VIRTUAL_ENV=str(other))["VENV003"]
    assert problem.severity == "warning"
    assert str(other) in problem.message
    assert str(shop.venv) in problem.message
    assert problem.fix == ((".", str(shop.venv / "bin" / "activate")),)
    assert shop.problems(VIRTUAL_ENV=str(other), CI="true")["VENV003"].severity == "error"


def test_an_active_environment_elsewhere_in_the_project_is_only_mentioned(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    tox = make_venv(shop.root / ".tox" / "py311")
    assert shop.problems(VIRTUAL_ENV=str(tox), CI="true")["VENV003"].severity == "info"


def test_the_projects_own_environment_may_be_active_by_a_link(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    (tmp_path / "link").symlink_to(shop.root)
    assert shop.problems(VIRTUAL_ENV=str(tmp_path / "link" / ".venv")) == {}


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"])
def test_a_variable_that_names_a_dead_environment_is_a_warning_and_ignored(tmp_path: Path, variable: str) -> None:
    shop = make_shop(tmp_path)
    variables = {variable: str(tmp_path / "gone")}
    problem = shop.problems(**variables)["VENV002"]
    assert problem.severity == "warning"
    assert str(tmp_path / "gone") in problem.message
    assert problem.fix == (("unset", variable),)
    assert found(shop, **variables) == shop.venv


def test_a_dot_venv_that_is_no_environment_says_what_it_is(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop", PYPROJECT)
    shop.venv.write_text("/elsewhere\n", "utf-8")
    (shop.root / "venv").mkdir()
    message = shop.problems()["VENV001"].message
    assert "a file, not a directory" in message
    assert "a directory without pyvenv.cfg or bin/python" in message
    shop.venv.unlink()
    shop.venv.symlink_to(tmp_path / "elsewhere")
    assert f"a link to {tmp_path / 'elsewhere'}, which is not there" in shop.problems()["VENV001"].message


def test_python_names_the_environment_to_judge(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop")
    made = make_venv(tmp_path / "other")
    for named in (made, made / "bin" / "python3"):
        answer = shop.ask(python=named)
        assert answer.environment is not None
        assert answer.environment.root == made
        assert {problem.id for problem in answer.problems} == {"VENV012"}


def test_a_bare_interpreter_is_judged_by_its_version_alone(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop", PYPROJECT)
    answer = shop.ask(python=make_base(tmp_path / "usr", "python3.9", "3.9.2"))
    assert [problem.id for problem in answer.problems] == ["VENV004"]
    assert ("pip", "it is an interpreter, not a virtual environment") in answer.unanswered
