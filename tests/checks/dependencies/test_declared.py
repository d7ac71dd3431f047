"""What a pyproject.toml asks for, in every way that one can be written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checks.dependencies.declared import Declarations, declared
from holdfast.checks.dependencies.model import MAIN, UNLISTED, Need, Source


def read(text: str) -> Declarations:
    return declared(tomllib.loads(text), text)


def asked(text: str) -> list[tuple[str, str, str]]:
    """Group, extra and need of each requirement, in a short form."""
    return [(each.group, each.extra, short(each.need)) for each in read(text).requirements]


def short(need: Need) -> str:
    extras = f"[{','.join(need.extras)}]" if need.extras else ""
    source = f" @ {need.source.kind} {need.source.url}" if need.source else ""
    return f"{need.name}{extras}{need.constraint}{source}{f' ; {need.marker}' if need.marker else ''}"


def problems(text: str) -> list[str]:
    return [f"{finding.location}: {finding.message}" for finding in read(text).problems]


def test_pep_621_gives_the_main_requirements_and_the_extras() -> None:
    text = """
[project]
name = "shop"
dependencies = ["Requests[socks, Use_Chardet] >= 2.31, <3", "tomli>=2; python_version < '3.11'", "plain (>=1)"]
[project.optional-dependencies]
"Fancy.Extra" = ["rich"]
"""
    assert asked(text) == [
        (MAIN, "", "requests[socks,use-chardet]>=2.31,<3"),
        (MAIN, "", 'tomli>=2 ; python_version < "3.11"'),
        (MAIN, "", "plain>=1"),
        (MAIN, "fancy-extra", "rich"),
    ]
    assert read(text).extras == {"fancy-extra"}


def test_an_extra_that_names_the_project_has_what_the_named_extras_have() -> None:
    text = """
[project]
name = "Shop"
[project.optional-dependencies]
a = ["alpha"]
b = ["beta", "shop[a]"]
all = ["shop[b]"]
"""
    of_all = [need for _, extra, need in asked(text) if extra == "all"]
    assert of_all == ["shop[b]", "beta", "alpha"]


def test_direct_references_are_sources() -> None:
    sha = "0123456789abcdef0123456789abcdef01234567"
    text = f"""
[project]
name = "shop"
dependencies = [
    "a @ git+https://git.invalid/a.git@{sha}#subdirectory=lib",
    "b @ git+ssh://git@git.invalid/b@main",
    "c @ file:///srv/my%20wheels/c-1.0-py3-none-any.whl",
    "d @ file:///srv/d",
    "e @ https://files.invalid/e-1.zip",
    "f @ git+ssh://git@git.invalid/f",
]
"""
    assert [each.need.source for each in read(text).requirements] == [
        Source("git", "https://git.invalid/a.git", sha, "lib"),
        Source("git", "ssh://git@git.invalid/b"),
        Source("file", "/srv/my wheels/c-1.0-py3-none-any.whl"),
        Source("directory", "/srv/d"),
        Source("url", "https://files.invalid/e-1.zip"),
        Source("git", "ssh://git@git.invalid/f"),
    ]


def test_a_group_has_what_the_groups_have_that_it_includes() -> None:
    text = """
[dependency-groups]
Lint = ["ruff"]
test = ["pytest>=8", {include-group = "lint"}]
dev = [{include-group = "test"}, "ipython", {include-group = "lint"}]
"""
    assert sorted(asked(text)) == [
        ("dev", "", "ipython"),
        ("dev", "", "pytest>=8"),
        ("dev", "", "ruff"),
        ("lint", "", "ruff"),
        ("test", "", "pytest>=8"),
        ("test", "", "ruff"),
    ]
    assert read(text).groups == {"lint", "test", "dev"}
    assert problems(text) == []


def test_groups_that_include_themselves_or_what_is_not_there_are_problems_with_their_lines() -> None:
    text = """
[dependency-groups]
a = [
    {include-group = "b"},
]
b = ["x", {include-group = "a"}]
c = [{include-group = "c"}]
d = [{include-group = "gone"}]
D = ["y"]
"""
    assert problems(text) == [
        "pyproject.toml:9: dependency-groups: D is there twice, as names are compared",
        "pyproject.toml:8: group d includes gone, which is not there",
        "pyproject.toml:4: group a includes itself through b",
        "pyproject.toml:6: group b includes itself through a",
        "pyproject.toml:7: group c includes itself",
    ]
    assert ("a", "", "x") in asked(text)


def test_what_is_no_requirement_is_a_problem_with_its_line() -> None:
    text = """
[project]
dependencies = [
    "fine",
    "not a requirement",
    3,
    "marker; python_version <",
]
[project.optional-dependencies]
x = "no list"
[dependency-groups]
y = [{include-group = "z", more = 1}]
"""
    places = [line.partition(": ")[0] for line in problems(text)]
    assert places == [
        "pyproject.toml:5",
        "pyproject.toml:6",
        "pyproject.toml:7",
        "pyproject.toml:10",
        "pyproject.toml:12",
    ]
    assert "'not a requirement' is not a requirement" in problems(text)[0]
    assert asked(text) == [(MAIN, "", "fine")]


def test_poetry_1_tables_are_read_with_their_extras_and_groups() -> None:
    text = """
[tool.poetry.dependencies]
python = "^3.8"
Requests = "^2.31"
rich = {version = "*", optional = true}
lost = {version = "1.0", optional = true}
always = "1"
tomli = {version = ">=2", python = "<3.11", extras = ["Fast_Mode"]}
win = {version = "*", platform = "win32 || cygwin", markers = "extra == 'x' or os_name == 'nt'"}
[tool.poetry.extras]
fancy = ["rich", "always"]
all = ["rich"]
[tool.poetry.dev-dependencies]
pytest = "~8.1"
[tool.poetry.group.Docs]
optional = true
[tool.poetry.group.Docs.dependencies]
sphinx = "*"
"""
    both = "(extra == 'x' or os_name == 'nt') and (sys_platform == \"win32\" or sys_platform == \"cygwin\")"
    assert asked(text) == [
        (MAIN, "", "requests>=2.31,<3"),
        (MAIN, "fancy", "rich"),
        (MAIN, "all", "rich"),
        (MAIN, UNLISTED, "lost==1.0"),
        (MAIN, "", "always==1"),
        (MAIN, "", 'tomli[fast-mode]>=2 ; python_version < "3.11"'),
        (MAIN, "", f"win ; {both}"),
        ("docs", "", "sphinx"),
        ("dev", "", "pytest>=8.1,<8.2"),
    ]
    found = read(text)
    assert found.groups == {"docs", "dev"}
    assert found.optional_groups == {"docs"}
    assert found.extras == {"fancy", "all"}
    assert found.requirements[1].text == 'rich = {version = "*", optional = true}'


def test_poetry_sources_and_several_constraints_are_read() -> None:
    text = """
[tool.poetry.dependencies]
a = {git = "https://git.invalid/a.git", tag = "v1", subdirectory = "lib"}
b = {path = "../b", develop = true}
c = {path = "../c/", subdirectory = "py"}
d = {path = "dist/d-1.0.tar.gz"}
e = {url = "https://files.invalid/e.whl"}
f = [{version = "^1", python = "<3.9"}, {version = "^2", python = ">=3.9"}]
g = {file = "g.bin", extras = ["x"]}
"""
    found = read(text)
    assert [each.need.source for each in found.requirements] == [
        Source("git", "https://git.invalid/a.git", subdirectory="lib"),
        Source("directory", "../b", editable=True),
        Source("directory", "../c/py"),
        Source("file", "dist/d-1.0.tar.gz"),
        Source("url", "https://files.invalid/e.whl"),
        None,
        None,
        Source("file", "g.bin"),
    ]
    assert [short(each.need) for each in found.requirements[5:7]] == [
        'f>=1,<2 ; python_version < "3.9"',
        'f>=2,<3 ; python_version >= "3.9"',
    ]
    assert [each.line for each in found.located()] == [3, 4, 5, 6, 7, 8, 8, 9]


def test_poetry_2_tables_say_more_of_what_the_project_states_and_nothing_else() -> None:
    text = """
[project]
dependencies = ["lib[x]>=1", "plain"]
[project.optional-dependencies]
more = ["other"]
[dependency-groups]
dev = ["pytest>=8", "tool"]
[tool.poetry.dependencies]
lib = [{path = "../lib", markers = "os_name == 'posix'"}, {version = "<3", source = "internal"}]
other = {git = "https://git.invalid/other"}
stray = "^1"
[tool.poetry.group.dev.dependencies]
tool = {path = "tools/tool", develop = true}
"""
    assert asked(text) == [
        (MAIN, "", "lib[x]>=1 @ directory ../lib ; os_name == 'posix'"),
        (MAIN, "", "lib[x]>=1,<3"),
        (MAIN, "", "plain"),
        (MAIN, "more", "other @ git https://git.invalid/other"),
        ("dev", "", "pytest>=8"),
        ("dev", "", "tool @ directory tools/tool"),
    ]
    assert {each.line for each in read(text).located()} == {3, 5, 7}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (
            'dynamic = ["dependencies"]\noptional-dependencies = {x = ["a"]}',
            [(MAIN, "x", "a"), (MAIN, "", "req>=1,<2")],
        ),
        ('dynamic = ["optional-dependencies"]\ndependencies = ["a"]', [(MAIN, "", "a"), (MAIN, UNLISTED, "opt")]),
        ("dependencies = []", [(MAIN, "", "req>=1,<2"), (MAIN, UNLISTED, "opt")]),
    ],
)
def test_what_the_project_calls_dynamic_is_read_from_poetry(stated: str, expected: list[object]) -> None:
    poetry = '[tool.poetry.dependencies]\nreq = "^1"\nopt = {version = "*", optional = true}\n'
    assert asked(f"[project]\n{stated}\n{poetry}") == expected


def test_groups_of_both_kinds_include_each_other() -> None:
    text = """
[dependency-groups]
dev = [{include-group = "lint"}]
[tool.poetry.group.lint.dependencies]
ruff = "*"
[tool.poetry.group.all]
include-groups = ["dev", "nowhere"]
"""
    assert asked(text) == [("lint", "", "ruff"), ("dev", "", "ruff"), ("all", "", "ruff")]
    assert problems(text) == ["pyproject.toml:7: group all includes nowhere, which is not there"]


def test_what_poetry_could_not_read_is_a_problem_with_its_line() -> None:
    text = """
[tool.poetry.dependencies]
a = "^^1"
b = 3
c = {version = 1}
d = {version = "1", markers = "nonsense"}
e = {version = "1", extras = "x"}
f = [
    "^1",
    "oops oops",
]
[tool.poetry.extras]
x = ["?"]
"""
    assert [line.partition(": ")[0].rpartition(":")[2] for line in problems(text)] == [*"34567", "10", "13"]
    assert "'^^1' is not a constraint" in problems(text)[0]


def test_uv_adds_its_dev_dependencies_and_sources() -> None:
    text = """
[project]
dependencies = ["a", "b>=1", "c", "d", "e", "f @ https://files.invalid/f.zip", "g"]
[dependency-groups]
lint = ["b"]
[tool.uv]
dev-dependencies = ["pytest"]
[tool.uv.sources]
A = {git = "https://git.invalid/a", subdirectory = "x"}
b = [
    {path = "../b", editable = true, marker = "os_name == 'nt'", group = "lint"},
    {url = "https://files.invalid/b.whl", marker = "os_name == 'posix'"},
]
c = {workspace = true}
d = {index = "internal"}
f = {path = "f"}
g = "nonsense"
"""
    found = read(text)
    assert found.groups == {"lint", "dev"}
    assert {(each.group, short(each.need)) for each in found.requirements} == {
        (MAIN, "a @ git https://git.invalid/a"),
        (MAIN, "b>=1 @ url https://files.invalid/b.whl ; os_name == 'posix'"),
        (MAIN, "c @ directory "),
        (MAIN, "d"),
        (MAIN, "e"),
        (MAIN, "f @ url https://files.invalid/f.zip"),
        (MAIN, "g"),
        ("lint", "b @ directory ../b ; os_name == 'nt'"),
        ("lint", "b @ url https://files.invalid/b.whl ; os_name == 'posix'"),
        ("dev", "pytest"),
    }


def test_inclusions_beyond_counting_are_a_problem_and_end() -> None:
    groups = "\n".join(f'g{n} = [{{include-group = "g{n + 1}"}}]' for n in range(900))
    text = f"[dependency-groups]\n{groups}\ng900 = ['x']\n"
    assert "more than 200,000 inclusions" in problems(text)[0]


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates())
names = st.sampled_from(
    ["a", "A", "include-group", "version", "markers", "python", "path", "git", "extras", "optional"]
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))


@given(values, values, values, values, values)
def test_no_shape_of_the_tables_is_a_surprise(a: object, b: object, c: object, d: object, e: object) -> None:
    document = {
        "project": {"name": d, "dependencies": a, "optional-dependencies": b, "dynamic": c},
        "dependency-groups": c,
        "tool": {
            "poetry": {"dependencies": d, "dev-dependencies": a, "group": b, "extras": e},
            "uv": {"dev-dependencies": e, "sources": d},
        },
    }
    assert all(finding.id == "LOCK016" for finding in declared(document, "").problems)
    for strange in (a, b, c):
        declared({"project": strange, "dependency-groups": strange, "tool": strange}, "")
        declared({"dependency-groups": {"a": strange, "b": a}, "tool": {"poetry": strange, "uv": strange}}, "")
