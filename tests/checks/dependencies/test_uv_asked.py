"""Where pyproject.toml says that a package comes from, against what uv recorded of it in uv.lock."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from holdfast.checks.dependencies.uv.asked import Asked, Places, changes, now, then

REVISION = "e" * 40
PLACES = Places("packages/a", {"core": "packages/core"}, {"shared": {"path": "lib", "editable": True}})


def stated(requirement: str, sources: str = "", more: str = "") -> list[Asked]:
    text = f'[project]\nname = "a"\ndependencies = [{requirement!r}]\n[tool.uv.sources]\n{sources}\n{more}\n'
    return now(tomllib.loads(text), text, PLACES)[0]


def recorded(item: dict[str, Any]) -> list[Asked]:
    return list(then([item], PLACES.members))


@pytest.mark.parametrize(
    ("requirement", "sources", "item"),
    [  # as uv 0.13.8 writes them
        ("x", 'x = { git = "https://g.invalid/x" }', {"git": "https://g.invalid/x"}),
        ("x", 'x = { git = "https://ana:pw@g.invalid/x/" }', {"git": "https://g.invalid/x/"}),
        (
            "x",
            'x = { git = "https://g.invalid/x", branch = "a/b", subdirectory = "p/q" }',
            {"git": "https://g.invalid/x?subdirectory=p%2Fq&branch=a%2Fb"},
        ),
        ("x", 'x = { git = "https://g.invalid/x", tag = "v1" }', {"git": "https://g.invalid/x?tag=v1"}),
        (f"x @ git+https://g.invalid/x@{REVISION}", "", {"git": f"https://g.invalid/x?rev={REVISION}"}),
        (
            "x @ git+https://g.invalid/x@a/b#subdirectory=p/q",
            "",
            {"git": "https://g.invalid/x?subdirectory=p%2Fq&rev=a%2Fb"},
        ),
        ("x @ git+ssh://git@g.invalid/x", "", {"git": "ssh://git@g.invalid/x"}),
        ("x @ https://g.invalid/x-1.zip", "", {"url": "https://g.invalid/x-1.zip"}),
        ("x @ file:///opt/x-1-py3-none-any.whl", "", {"path": "/opt/x-1-py3-none-any.whl"}),
        ("x", 'x = { url = "https://g.invalid/x-1.zip" }', {"url": "https://g.invalid/x-1.zip"}),
        ("x", 'x = { path = "../x" }', {"directory": "packages/x"}),
        ("x", 'x = { path = "../x", editable = true }', {"editable": "packages/x"}),
        ("x", 'x = { path = "../x", package = false }', {"virtual": "packages/x"}),
        ("core", "core = { workspace = true }", {"editable": "packages/core"}),
        ("core", "core = { workspace = true }", {"virtual": "packages/core"}),
        ("shared", "", {"editable": "lib"}),
        ("x; os_name == 'nt'", "x = { path = '../x', marker = \"sys_platform == 'win32'\" }", {
            "directory": "packages/x", "marker": "os_name == 'nt' and sys_platform == 'win32'"
        }),
        ("x", "x = [{ path = '../x', group = 'dev' }, { path = '../x', extra = 'e' }]", {}),
    ],
)  # fmt: skip
def test_a_source_is_the_same_in_both(requirement: str, sources: str, item: dict[str, Any]) -> None:
    name = requirement.split(";")[0].split("@")[0].strip()
    assert changes(recorded({"name": name, **item}), stated(requirement, sources), "") == []


@pytest.mark.parametrize(
    ("sources", "item", "shown"),
    [
        ('x = { git = "https://g.invalid/x", branch = "b" }', {"git": "https://g.invalid/x?branch=c"}, "branch=b"),
        ('x = { git = "https://ana:hunter22@g.invalid/x" }', {}, "x from git https://g.invalid/x"),
        ('x = { url = "https://ana:hunter22@g.invalid/x.zip" }', {}, "x from https://g.invalid/x.zip"),
        ('x = { path = "../y" }', {"directory": "packages/x"}, "x from packages/y"),
        ("x = { workspace = true }", {}, "x from the workspace"),
        ('x = { index = "i" }', {"index": "https://j.invalid/simple"}, "x from index https://i.invalid/simple"),
    ],
)
def test_another_source_is_a_change_that_shows_no_password(sources: str, item: dict[str, Any], shown: str) -> None:
    index = '[[tool.uv.index]]\nname = "i"\nurl = "https://ana:hunter22@i.invalid/simple/"'
    ((before, after),) = changes(recorded({"name": "x", **item}), stated("x", sources, index), "")
    assert shown in str(after)
    assert before is not None
    assert "hunter22" not in f"{before} {after}"


def test_a_lock_that_names_no_index_may_be_an_older_one() -> None:
    index = '[[tool.uv.index]]\nname = "i"\nurl = "https://i.invalid/simple"'
    assert changes(recorded({"name": "x"}), stated("x", 'x = { index = "i" }', index), "") == []


def test_what_the_index_still_provides_beside_a_source_for_some_platforms_is_uv_s_own_reckoning() -> None:
    before = [
        *recorded({"name": "x", "marker": "sys_platform != 'win32'"}),
        *recorded({"name": "x", "marker": "sys_platform == 'win32'", "directory": "packages/x"}),
    ]
    assert changes(before, stated("x", "x = { path = '../x', marker = \"sys_platform == 'win32'\" }"), "") == []


def test_an_extra_inside_of_a_marker_is_told_apart() -> None:
    (first,) = recorded({"name": "x", "marker": "(os_name == 'nt' or os_name == 'posix') and extra == 'fast'"})
    assert (first.scope, first.marker) == ("extra fast", "(os_name == 'nt' or os_name == 'posix')")
    (second,) = recorded({"name": "x", "marker": "extra == 'fast' and os_name == 'nt'"})
    assert (second.scope, second.marker) == ("extra fast", "extra == 'fast' and os_name == 'nt'")
    assert list(then([{"name": 3}, "x"], {})) == []
