from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.checks.venv import check_venv, environment_of
from holdfast.checks.venv_probe import Unusable, command_line
from holdfast.core.errors import HoldfastError
from tests.checks.venvs import PYPROJECT, Shop, bare_project, make_shop, tree

FEW = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
TABLES = [
    f"[{name}]\n" for name in ("project", "tool.poetry", "tool.poetry.dependencies", "tool.uv", "build-system", "tool")
]
KEYS = ("name", "requires-python", "python", "package-mode", "project", "uv", "version")
VALUES = ('"x"', '">=3.11"', '"^3"', '""', "3", "true", "[]", "{}", "1979-05-27")
PAIRS = [f"{key} = {value}\n" for key in KEYS for value in VALUES]
TOMLISH = st.lists(st.sampled_from([*TABLES, *PAIRS]), max_size=8).map("".join)
CONFIGISH = st.lists(
    st.sampled_from(
        [*b"\n\n==\0/", *[b"home", b"version", b"version_info", b"include-system-site-packages", b"3.11", b"\xff"]]
    )
).map(lambda parts: b"".join(part if isinstance(part, bytes) else bytes([part]) for part in parts))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path)


def refused(shop: Shop) -> Unusable:
    with pytest.raises(Unusable) as refusal:
        shop.ask()
    assert refusal.value.hint
    return refusal.value


def test_a_byte_order_mark_and_windows_line_ends_are_read(shop: Shop) -> None:
    text = PYPROJECT.replace(">=3.11", ">=4")
    (shop.root / "pyproject.toml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert shop.problems()["VENV004"].line == 8


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[project]\nname = "shop\n', "pyproject.toml:2: not TOML"),
        (
            "[project]\nrequires-python = 3\n",
            "pyproject.toml:2: project.requires-python must be a text, and is a number",
        ),
        ("[project]\nname = ['x']\n", "pyproject.toml:2: project.name must be a text, and is a list"),
        ("project = 3\n", "pyproject.toml:1: project must be a table, and is a number"),
        ("tool = true\n", "pyproject.toml:1: tool must be a table, and is a boolean"),
        ('[project]\nrequires-python = "new"\n', "pyproject.toml:2: requires-python: not a version specifier: new"),
        ('[tool.poetry.dependencies]\npython = "^"\n', "pyproject.toml:2: Poetry's python: not a version specifier: ^"),
        ("[tool.poetry.dependencies]\npython = { version = 3 }\n", "must be a text, and is a number"),
    ],
)
def test_a_pyproject_that_cannot_be_understood_is_refused_with_its_line(shop: Shop, text: str, said: str) -> None:
    shop.write("pyproject.toml", text)
    assert said in refused(shop).message


def test_a_pyproject_that_is_no_text_is_refused(shop: Shop) -> None:
    path = shop.root / "pyproject.toml"
    path.write_bytes(b'[project]\nname = "\xff"\n')
    assert refused(shop).message == f"{path}:2: not UTF-8"
    path.unlink()
    path.mkdir()
    assert "not a regular file" in refused(shop).message
    path.rmdir()
    os.mkfifo(path)
    assert "not a regular file" in refused(shop).message
    path.unlink()
    path.symlink_to("pyproject.toml")
    assert "cannot be read" in refused(shop).message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("poetry.toml", "[virtualenvs\n"),
        ("poetry.toml", "virtualenvs = 3\n"),
    ],
)
def test_a_poetry_configuration_that_cannot_be_understood_is_refused(shop: Shop, name: str, text: str) -> None:
    shop.write(name, text)
    assert f"{shop.root}/{name}:1" in refused(shop).message


def test_an_envs_toml_that_cannot_be_understood_is_refused(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop")
    shop.write("envs/envs.toml", "x = \n")
    with pytest.raises(Unusable, match=r"envs\.toml:1: not TOML"):
        shop.ask(POETRY_VIRTUALENVS_PATH=str(shop.root / "envs"))


@pytest.mark.parametrize("named", ["gone", "pyproject.toml", "src"])
def test_a_python_that_is_none_is_refused(shop: Shop, named: str) -> None:
    with pytest.raises(Unusable, match="--python"):
        shop.ask(python=shop.root / named)


def test_links_that_loop_are_no_environment(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop")
    shop.venv.symlink_to(".venv")
    assert "a link to" in shop.problems()["VENV001"].message
    assert "VENV002" in shop.problems(VIRTUAL_ENV=str(shop.venv))


def test_variables_may_hold_anything(shop: Shop) -> None:
    for value in ("x" * 5000, "/" + "x/" * 3000, "\udcff\x1b[31m", "a\nb"):
        for variable in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT", "PYTHONPATH", "PYTHONHOME", "PATH"):
            for problem in shop.problems(**{variable: value}).values():
                assert problem.message.isprintable()


def test_names_that_are_not_utf8_are_shown_and_can_be_copied(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"caf\xe9")
    shop = bare_project(root)
    (shop.venv / "bin").mkdir(parents=True)
    (shop.venv / "bin" / "python").symlink_to("gone")
    for problem in shop.problems().values():
        assert problem.message.isprintable()
        line = command_line(problem.fix)
        assert line.isprintable()
        assert "caf\\xe9" in line
    result = check_venv(root, shop.env)
    assert all((finding.fix or "").isprintable() for finding in result.findings)


def test_a_name_in_a_fix_survives_the_shell() -> None:
    odd = os.fsdecode(b"/caf\xe9 $(x)\n'\"")
    line = command_line((("printf", "%s", odd),))
    assert subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout == os.fsencode(odd)


@FEW
@given(raw=st.one_of(st.binary(max_size=300), CONFIGISH))
def test_any_pyvenv_cfg_is_judged(shop: Shop, raw: bytes) -> None:
    (shop.venv / "pyvenv.cfg").write_bytes(raw)
    assert all(problem.message.isprintable() for problem in shop.ask().problems)


@FEW
@given(
    raw=st.one_of(st.binary(max_size=100), st.text(alphabet="0123456789.\n# envcpython-/", max_size=60).map(str.encode))
)
def test_any_python_version_file_is_judged_or_refused(shop: Shop, raw: bytes) -> None:
    (shop.root / ".python-version").write_bytes(raw)
    judged_or_refused(shop.root, shop)


@FEW
@given(raw=st.one_of(st.binary(max_size=200), TOMLISH.map(str.encode)))
def test_any_pyproject_is_judged_or_refused(shop: Shop, raw: bytes) -> None:
    (shop.root / "pyproject.toml").write_bytes(raw)
    judged_or_refused(shop.root, shop)


def judged_or_refused(root: Path, shop: Shop) -> None:
    """Anything but an answer or a HoldfastError fails the test that calls this."""
    said = ""
    try:
        said = check_venv(root, shop.env).check
    except HoldfastError as error:
        assert error.hint  # noqa: PT017
        said = error.message
    assert said.isprintable()


def test_a_bad_project_is_refused_when_its_environment_is_looked_for(shop: Shop) -> None:
    shop.write("pyproject.toml", "tool = 3\n")
    with pytest.raises(HoldfastError, match=r"pyproject\.toml:1"):
        environment_of(shop.root, shop.env)


# Reading never writes


def broken(tmp_path: Path) -> Shop:
    shop = make_shop(tmp_path / "broken")
    (shop.venv / "bin" / "python").unlink()
    (shop.venv / "bin" / "python").symlink_to("/gone/python3.11")
    (shop.venv / "bin" / "black").write_text("#!/gone/python\n", "utf-8")
    return shop


def test_nothing_is_changed_by_looking(tmp_path: Path) -> None:
    for shop in (make_shop(tmp_path / "whole"), broken(tmp_path), bare_project(tmp_path / "none" / "shop")):
        before = tree(shop.root, Path(shop.env["HOME"]))
        shop.ask()
        shop.ask(VIRTUAL_ENV=str(tmp_path / "gone"), PYTHONPATH="src")
        assert tree(shop.root, Path(shop.env["HOME"])) == before
