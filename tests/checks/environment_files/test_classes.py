from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.environment_files.projects import demand

IMPORTS = """\
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Optional, Union
from uuid import UUID
import pydantic
from pydantic import AliasChoices, AliasPath, BaseModel, Field, HttpUrl, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
"""


def fields(project: Path, code: str) -> dict[str, tuple[bool, str, str | None]]:
    found = demand(project, IMPORTS + code).variables
    return {name: (each.required, each.kind, each.default) for name, each in found.items()}


def names(project: Path, code: str) -> list[str]:
    return list(fields(project, code))


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("a: str", (True, "string", None)),
        ("a: str = ...", (True, "string", None)),
        ("a: int = 5", (False, "int", "5")),
        ("a: bool = False", (False, "bool", "false")),
        ("a: float = Field(1.5)", (False, "float", "1.5")),
        ("a: str = Field(...)", (True, "string", None)),
        ("a: str = Field(default='x')", (False, "string", "x")),
        ("a: str = Field(default_factory=str)", (False, "string", None)),
        ("a: str = Field(description='x')", (True, "string", None)),
        ("a: pydantic.SecretStr", (True, "string", None)),
        ("a: Optional[int] = None", (False, "int", None)),
        ("a: int | None", (True, "int", None)),
        ("a: 'int'", (True, "int", None)),
        ("a: 'not python ('", (True, "", None)),
        ("a: Union[int, str]", (True, "", None)),
        ("a: HttpUrl", (True, "url", None)),
        ("a: Path = Path('x')", (False, "path", None)),
        ("a: UUID", (True, "uuid", None)),
        ("a: list[str]", (True, "json", None)),
        ("a: dict = {}", (False, "json", None)),
        ("a: Literal['x', 'y'] = 'x'", (False, "choice(x|y)", "x")),
        ("a: Literal[1, 2]", (True, "", None)),
        ("a: Annotated[int, Field(gt=1)]", (True, "int", None)),
        ("a: Annotated[int, Field(default=2)]", (False, "int", "2")),
        ("a: Annotated[list[str], NoDecode]", (True, "", None)),
        ("a: Any", (True, "", None)),
    ],
)
def test_a_field_says_what_it_wants(tmp_path: Path, field: str, expected: tuple[bool, str, str | None]) -> None:
    assert fields(tmp_path, f"class S(BaseSettings):\n    {field}\n") == {"A": expected}


@pytest.mark.parametrize(
    "field", ["_a: str = 'x'", "a: ClassVar[str] = 'x'", "a = 'x'", "def a(self): ...", "model_config: dict = {}"]
)
def test_what_is_no_field_reads_nothing(tmp_path: Path, field: str) -> None:
    assert names(tmp_path, f"class S(BaseSettings):\n    {field}\n") == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("model_config = SettingsConfigDict(env_prefix='P_')\n    a: str", ["P_A"]),
        ("model_config = {'env_prefix': 'P_'}\n    a: str", ["P_A"]),
        ("class Config:\n        env_prefix = 'P_'\n    a: str", ["P_A"]),
        ("model_config = SettingsConfigDict(case_sensitive=True)\n    a: str", ["a"]),
        ("model_config = SettingsConfigDict(env_prefix='P_')\n    a: str = Field(alias='B')", ["B"]),
        ("a: str = Field(validation_alias='b')", ["B"]),
        ("a: str = Field(env='B')", ["B"]),
        ("a: str = Field(env=['B', 'C'])", ["B"]),
        ("a: str = Field(validation_alias=AliasChoices('B', 'C'))", ["B"]),
        ("a: str = Field(validation_alias=AliasPath('B', 0))", ["B"]),
    ],
)
def test_the_name_of_the_variable_follows_from_prefix_case_and_alias(
    tmp_path: Path, body: str, expected: list[str]
) -> None:
    assert names(tmp_path, f"class S(BaseSettings):\n    {body}\n") == expected


def test_any_of_several_aliases_will_do(tmp_path: Path) -> None:
    body = "model_config = SettingsConfigDict(populate_by_name=True)\n    a: str = Field(validation_alias={})\n"
    code = IMPORTS + "class S(BaseSettings):\n    " + body.format("AliasChoices('B', AliasPath('C', 0))")
    assert demand(tmp_path, code).variables["B"].names == {"A", "B", "C"}


def test_a_keyword_of_the_class_statement_is_an_option(tmp_path: Path) -> None:
    assert names(tmp_path, "class S(BaseSettings, env_prefix='P_'):\n    a: str\n") == ["P_A"]


def test_nested_models_are_read_from_variables_of_their_own(tmp_path: Path) -> None:
    models = "class C(BaseModel):\n    x: int\nclass B(BaseModel):\n    c: C\n    d: int = 1\n"
    code = "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_nested_delimiter='__')\n    b: B\n"
    assert fields(tmp_path, models + code) == {"B__C__X": (True, "int", None), "B__D": (False, "int", "1")}
    found = demand(tmp_path, IMPORTS + models + code).variables["B__C__X"]
    assert found.names == {"B__C__X", "B__C", "B"}


def test_without_a_delimiter_a_nested_model_is_json(tmp_path: Path) -> None:
    assert fields(tmp_path, "class B(BaseModel):\n    x: int\nclass S(BaseSettings):\n    b: B\n") == {
        "B": (True, "json", None)
    }


def test_a_model_that_holds_itself_ends(tmp_path: Path) -> None:
    models = "class B(BaseModel):\n    b: 'B'\n    x: int = 1\n"
    code = "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_nested_delimiter='_')\n    b: B\n"
    assert "B_X" in names(tmp_path, models + code)


def test_options_and_fields_are_inherited_across_files(tmp_path: Path) -> None:
    found = demand(
        tmp_path,
        {
            "shop/base.py": IMPORTS
            + "class Base(BaseSettings):\n    model_config = {'env_prefix': 'P_'}\n    a: str\n",
            "shop/web.py": "from shop.base import Base\nfrom shop.parts import Db\nclass Web(Base):\n    b: Db\n",
            "shop/parts.py": "from pydantic import BaseModel\nclass Db(BaseModel):\n    x: int\n",
            "shop/worker.py": "from shop.base import Base\nclass Worker(Base):\n    a: str = 'x'\n    c: int\n",
        },
    )
    assert {name: each.required for name, each in found.variables.items()} == {"P_A": True, "P_B": True, "P_C": True}
    assert found.variables["P_B"].kind == "json"


def test_a_base_that_nobody_makes_reads_nothing_by_itself(tmp_path: Path) -> None:
    code = "class Base(BaseSettings):\n    a: str\nclass S(Base, env_prefix='P_'):\n    pass\n"
    assert names(tmp_path, code) == ["P_A"]
    assert names(tmp_path, code + "Base()\n") == ["A", "P_A"]


@pytest.mark.parametrize(
    "more",
    [
        "    model_config = SettingsConfigDict(secrets_dir='/run/secrets')\n",
        "    model_config = SettingsConfigDict(yaml_file='x.yaml')\n",
        "    @classmethod\n    def settings_customise_sources(cls, *a): ...\n",
        "    @model_validator(mode='before')\n    @classmethod\n    def fill(cls, data): ...\n",
        "S(a='x')\n",
        "S(**given)\n",
    ],
)
def test_what_may_come_from_elsewhere_is_not_required(tmp_path: Path, more: str) -> None:
    assert fields(tmp_path, "class S(BaseSettings):\n    a: str\n" + more)["A"][0] is False


def test_what_another_file_passes_is_not_required(tmp_path: Path) -> None:
    code = {"shop/s.py": IMPORTS + "class S(BaseSettings):\n    a: str\n", "shop/main.py": "s = S(a='x')\n"}
    assert demand(tmp_path, code).variables["A"].required is False


@pytest.mark.parametrize("decorator", ["field_validator('a', mode='before')", "validator('a', pre=True)"])
def test_a_value_that_a_validator_changes_first_may_be_anything(tmp_path: Path, decorator: str) -> None:
    code = f"class S(BaseSettings):\n    a: int\n    b: int\n    @{decorator}\n    def change(cls, v): ...\n"
    assert {name: kind for name, (_, kind, _) in fields(tmp_path, code).items()} == {"A": "", "B": "int"}


def test_classes_of_other_kinds_read_nothing(tmp_path: Path) -> None:
    assert names(tmp_path, "class B(BaseModel):\n    a: str\nclass Settings:\n    b: str\n") == []


def test_a_union_of_a_thousand_is_no_obstacle(tmp_path: Path) -> None:
    code = f"class S(BaseSettings):\n    a: {' | '.join(['int'] * 900)}\n    b: str | int | None = None\n"
    assert fields(tmp_path, code) == {"A": (True, "", None), "B": (False, "", None)}


def test_classes_that_inherit_in_circles_end(tmp_path: Path) -> None:
    several = [f"class C{one}({', '.join(f'C{other}' for other in range(12))}):\n    a: str\n" for one in range(12)]
    assert names(tmp_path, "".join(several) + "class S(C1, BaseSettings):\n    b: str\n") == ["A", "B"]
