from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.environment_files.projects import demand

READS = {
    'import os\nos.environ["A"]': ("A", True, "", None),
    'import os as o\no.environ["A"]': ("A", True, "", None),
    'from os import environ\nenviron["A"]': ("A", True, "", None),
    'from os import environ as e\ne["A"]': ("A", True, "", None),
    'import os\nenv = os.environ\nenv["A"]': ("A", True, "", None),
    'import os\nNAME = "A"\nos.environ[NAME]': ("A", True, "", None),
    'import os\nP = "SHOP_"\nos.environ[P + "A"]': ("SHOP_A", True, "", None),
    'import os\nP = "SHOP_"\nos.environ[f"{P}A"]': ("SHOP_A", True, "", None),
    'import os\nos.environ.pop("A")': ("A", True, "", None),
    'import os\nos.environ.pop("A", None)': ("A", False, "", None),
    'import os\nos.getenv("A")': ("A", False, "", None),
    'import os\nos.getenv(key="A", default="x")': ("A", False, "", "x"),
    'import os\nos.getenv("A", "x")': ("A", False, "", "x"),
    'from os import getenv as g\ng("A", 5)': ("A", False, "", "5"),
    'import os\nos.environ.get("A", -1)': ("A", False, "", "-1"),
    'import os\nos.environ.get("A", True)': ("A", False, "", "true"),
    'import os\nos.environ.get("A", f())': ("A", False, "", None),
    'import os\nint(os.environ["A"])': ("A", True, "int", None),
    'import os\nfloat(os.getenv("A", "1.5"))': ("A", False, "float", "1.5"),
    'import os, json\njson.loads(os.environ["A"])': ("A", True, "json", None),
    'import os\ntry:\n    os.environ["A"]\nexcept KeyError:\n    pass': ("A", False, "", None),
    'import os\ntry:\n    os.environ["A"]\nexcept (ValueError, KeyError):\n    pass': ("A", False, "", None),
    'import os\ntry:\n    os.environ["A"]\nexcept ValueError:\n    pass': ("A", True, "", None),
    'import os\nfrom contextlib import suppress\nwith suppress(KeyError):\n    os.environ["A"]': ("A", False, "", None),
    'import os\nif "A" in os.environ:\n    os.environ["A"]': ("A", False, "", None),
    'import os\nif os.environ.get("A"):\n    os.environ["A"]': ("A", False, "", None),
    'import os\nos.environ["A"] = "1"\nos.environ["A"]': ("A", False, "", None),
    'import os\nos.environ.update(A="1")\nos.environ["A"]': ("A", False, "", None),
    'import os\nos.environ |= {"A": "1"}\nos.environ["A"]': ("A", False, "", None),
    'import os\nos.environ.setdefault("A", "1")': ("A", False, "", "1"),
    'import click\n@click.option("--a", envvar="A")\ndef f(a): ...': ("A", False, "", None),
    'from decouple import config\nconfig("A")': ("A", True, "", None),
    'from decouple import config\nconfig("A", cast=int)': ("A", True, "int", None),
    'from decouple import config\nconfig("A", default=1, cast=int)': ("A", False, "int", "1"),
    'from decouple import config\nconfig("A", None)': ("A", False, "", None),
    'from starlette.config import Config\nc = Config(".env")\nc("A", cast=bool)': ("A", True, "bool", None),
    'from environs import Env\nenv = Env()\nenv.int("A")': ("A", True, "int", None),
    'from environs import env\nenv.bool("A", False)': ("A", False, "bool", "false"),
    'from environs import Env\ne = Env()\nwith e.prefixed("P_"):\n    e.str("A")': ("P_A", True, "string", None),
    'import environ\nenv = environ.Env(A=(bool, False))\nenv("A")': ("A", False, "bool", "false"),
    'import environ\nenv = environ.Env(A=int)\nenv("A")': ("A", True, "", None),
    "import environ\nenv = environ.Env()\nenv.db()": ("DATABASE_URL", True, "url", None),
    'import environ\nenv = environ.Env()\nenv.db("A", default="x://y")': ("A", False, "url", "x://y"),
}


@pytest.mark.parametrize("code", READS)
def test_a_variable_is_read(tmp_path: Path, code: str) -> None:
    name, required, kind, default = READS[code]
    variable = demand(tmp_path, code).variables[name]
    assert (variable.required, variable.kind, variable.default) == (required, kind, default)


@pytest.mark.parametrize(
    "code",
    [
        'environ = {}\nenviron["A"]',
        'import os\nos.environ["A"] = "1"',
        'import os\ndel os.environ["A"]',
        'def f(environ):\n    return environ["A"]',
        'import os\nx = """os.environ["A"]"""',
        'class Config:\n    def __call__(self, x): ...\nconfig = Config()\nconfig("A")  # decouple',
        'env = {}\nenv.get("A")  # environs',
    ],
)
def test_what_only_looks_like_it_is_no_read(tmp_path: Path, code: str) -> None:
    assert demand(tmp_path, code).variables == {}


@pytest.mark.parametrize(
    "line",
    [
        "os.environ[name]",
        "os.getenv(name)",
        "os.environ.get(prefix() + 'A')",
        "name in os.environ",
        "load(os.environ)",
        "TWICE in os.environ",
        "env(name)",
    ],
)
def test_a_name_that_is_known_at_run_time_only_is_told(tmp_path: Path, line: str) -> None:
    found = demand(
        tmp_path, f"import os\nfrom environs import env\nTWICE = 'A'\nTWICE = 'B'\ndef f(name):\n    return {line}\n"
    )
    assert [str(place) for place in found.computed] == ["shop/app.py:6"]


def test_handing_the_environment_to_a_copy_reads_nothing(tmp_path: Path) -> None:
    found = demand(tmp_path, "import os\nenv = dict(os.environ)\nother = {**os.environ}\nmore = os.environ.copy()\n")
    assert (found.variables, found.computed) == ({}, ())


def test_what_tests_and_scripts_read_is_known_and_not_required(tmp_path: Path) -> None:
    code = 'import os\nos.environ["{}"]\n'
    names = {"tests/test_a.py": "T", "scripts/b.py": "S", "docs/conf.py": "D", "_vendor/c.py": "V", "shop/a.py": "A"}
    found = demand(tmp_path, {file: code.format(name) for file, name in names.items()})
    assert list(found.variables) == ["A"]
    assert found.elsewhere == {"T", "S", "D"}
    assert [name for name in ("A", "T", "V", "X") if found.knows(name)] == ["A", "T"]


def test_only_the_code_below_the_directory_counts(tmp_path: Path) -> None:
    code = 'import os\nos.environ["{}"]\n'
    files = {"api/a.py": code.format("A"), "api/sub/b.py": code.format("B"), "web/c.py": code.format("C")}
    assert list(demand(tmp_path, files, "api/", ("", "api/", "api/sub/")).variables) == ["A"]
    assert list(demand(tmp_path, files, "", ("", "web/")).variables) == ["A", "B"]


def test_files_that_do_not_parse_are_told(tmp_path: Path) -> None:
    found = demand(tmp_path, {"a.py": "import os\nos.environ[\n", "b.py": "x = (\n", "tests/c.py": "environ[\n"})
    assert [str(place) for place in found.unreadable] == ["a.py:2"]


def test_a_file_that_is_nested_too_deeply_is_told(tmp_path: Path) -> None:
    code = {
        "a.py": "import os\nx = " + " + ".join(['os.environ["A"]'] * 900),
        "b.py": f"import os\nos{'.environ' * 900}\n",
    }
    found = demand(tmp_path, code)
    assert found.unreadable[0].file == "a.py"
    assert found.variables == {}


def test_places_that_do_not_agree_on_the_kind_say_none(tmp_path: Path) -> None:
    found = demand(tmp_path, 'import os\nint(os.environ["A"])\nfloat(os.environ["A"])\nint(os.environ["B"])\n')
    assert [variable.kind for variable in found.variables.values()] == ["", "int"]
    assert [str(variable.place) for variable in found.variables.values()] == ["shop/app.py:2", "shop/app.py:4"]
