"""What is said of a pyproject.toml that the lock was not made from: what changed, as far as there is evidence."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from holdfast.checks.dependencies.poetry.changes import changes
from holdfast.checks.dependencies.poetry.content import content_hash, digest, relevant
from holdfast.checks.dependencies.poetry.edits import ADDED, CHANGED, LOOKS, MOVED, NAMED, Edit, since
from tests.checks.dependencies.poetry_projects import block, commit, edit, new, old, said
from tests.checks.dependencies.projects import Project

CHANGED_SINCE = "LOCK005 pyproject.toml changed since poetry.lock was made"
LOOKS_SINCE = "LOCK006 pyproject.toml changed in looks only since poetry.lock was made"
FAILS = "; poetry check --lock fails on it"
REQUESTS = '"requests[socks]>=2.28,<3"'


# (before, after) in pyproject.toml, and the one finding, with and without git.
PROVED = [
    (REQUESTS, '"requests[socks]>=2.30,<3"', 6, "requests[socks]>=2.28,<3 -> requests[socks]>=2.30,<3"),
    (REQUESTS, '"requests[socks]>=2.99,<3"', 6, "requests[socks]>=2.28,<3 -> requests[socks]>=2.99,<3"),
    (REQUESTS, '"requests[socks]>=2.28"', 6, None),
    (REQUESTS, f'{REQUESTS}, "rich>=13"', 6, "rich>=13 was added"),
    ('fancy = ["tabulate>=0.9"]', 'fancy = ["tabulate>=0.9"]\nnice = []', 12, "extra nice was added"),
    ('"pluggy>=1.0"', '"pluggy==1.0"', 13, "pluggy>=1.0 -> pluggy==1.0 (group dev)"),
    (
        'requires-python = ">=3.10,<4.0"',
        'requires-python = ">=3.11,<4.0"',
        4,
        "requires-python >=3.10,<4.0 -> requires-python >=3.11,<4.0",
    ),
    ('markupsafe = "^2.1"', 'markupsafe = "^3.0"', 22, "markupsafe ^2.1 -> markupsafe ^3.0 (group docs)"),
    (
        "optional = true",
        'optional = true\n[[tool.poetry.source]]\nname = "internal"\nurl = "https://u:p@x.invalid"',
        21,
        "tool.poetry.source internal was added",
    ),
]


@pytest.mark.parametrize(("before", "after", "line", "what"), PROVED)
@pytest.mark.parametrize("with_git", [True, False])
def test_what_changed_is_named_where_git_or_the_hash_proves_it(
    tmp_path: Path, before: str, after: str, line: int, what: str | None, with_git: bool
) -> None:
    project = new(tmp_path / "shop")
    if with_git:
        commit(project)
    edit(project, "pyproject.toml", before, after)
    if what is None:  # the hash proves nothing of a bound that is gone
        what = "requests[socks]>=2.28,<3 -> requests[socks]>=2.28" if with_git else None
        ending = f": {what}" if what else ", and nothing tells how: poetry.lock meets every requirement that is in it"
        place = f"pyproject.toml:{line}" if what else "pyproject.toml"
        assert said(project) == [f"{place}: {CHANGED_SINCE}{ending}"]
    else:
        assert said(project) == [f"pyproject.toml:{line}: {CHANGED_SINCE}: {what}"]


@pytest.mark.parametrize("with_git", [True, False])
@pytest.mark.parametrize(
    ("before", "after", "line", "what"),
    [
        (REQUESTS, '"requests[socks] >=2.28, <3"', 6, "requests[socks]>=2.28,<3 -> requests[socks] >=2.28, <3"),
        (REQUESTS, '"Requests[socks] (<3,>=2.28)"', 6, "requests[socks]>=2.28,<3 -> Requests[socks] (<3,>=2.28)"),
        (
            "\"colorama (>=0.4) ; sys_platform == 'win32'\"",
            "'colorama (>=0.4); sys_platform == \"win32\"'",
            7,
            "colorama (>=0.4) ; sys_platform == 'win32' -> colorama (>=0.4); sys_platform == \"win32\"",
        ),
    ],
)
def test_a_change_of_looks_alone_is_a_warning_of_its_own(
    tmp_path: Path, before: str, after: str, line: int, what: str, with_git: bool
) -> None:
    project = new(tmp_path / "shop")
    if with_git:
        commit(project)
    edit(project, "pyproject.toml", before, after)
    assert said(project) == [f"pyproject.toml:{line}: {LOOKS_SINCE}: {what}{FAILS}"]
    assert project.check(only="lock")["exit_code"] == 0
    assert project.check("--strict", only="lock")["exit_code"] == 1


@pytest.mark.parametrize("with_git", [True, False])
def test_another_order_is_a_change_of_looks(tmp_path: Path, with_git: bool) -> None:
    project = new(tmp_path / "shop")
    if with_git:
        commit(project)
    edit(project, "pyproject.toml", '    "alpha",\n', "")
    edit(project, "pyproject.toml", "dependencies = [\n", 'dependencies = [\n    "alpha",\n')
    assert [line.partition(" ")[2].partition(FAILS)[0] for line in said(project)] in (
        [f"{LOOKS_SINCE}: the order of its requirements"],
        [LOOKS_SINCE],
    )


def test_names_as_the_installed_distributions_write_them_are_known(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    project.install("PlugGY", "1.7.0")
    edit(project, "pyproject.toml", '"pluggy>=1.0"', '"pluggy>=1.0"')
    lock = (project.root / "poetry.lock").read_text("utf-8")
    stated = tomllib.loads((project.root / "pyproject.toml").read_text("utf-8"))
    stated["dependency-groups"]["dev"][0] = "PlugGY>=1.0"
    was = tomllib.loads(lock)["metadata"]["content-hash"]
    edit(project, "poetry.lock", was, str(content_hash(stated)))
    assert said(project) == [f"pyproject.toml:13: {LOOKS_SINCE}: PlugGY>=1.0 -> pluggy>=1.0 (group dev){FAILS}"]


def test_git_names_every_change_and_what_was_removed(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    commit(project)
    edit(project, "pyproject.toml", f"    {REQUESTS},\n", '    "attrs",\n    "rich[x]>=13",\n')
    edit(project, "pyproject.toml", 'lint = ["isort>=5"]', 'lint = ["isort>=6"]\nnew = ["pluggy"]\nbare = []')
    edit(project, "pyproject.toml", '"libs/alpha", develop = true', '"libs/alpha"')
    commit(project)
    edit(project, "pyproject.toml", "optional = true\n", "")
    assert sorted(line.replace(f" {CHANGED_SINCE}:", "") for line in said(project)) == [
        "pyproject.toml: optional = true was removed (group docs)",
        "pyproject.toml: requests[socks]>=2.28,<3 was removed",
        "pyproject.toml:15: isort>=5 -> isort>=6 (group lint)",
        "pyproject.toml:16: pluggy was added (group new)",
        "pyproject.toml:17: group bare was added",
        "pyproject.toml:21: alpha path = libs/alpha, develop = true -> alpha path = libs/alpha",
        "pyproject.toml:6: attrs was added",
        "pyproject.toml:7: rich[x]>=13 was added",
    ]


def test_a_requirement_that_git_names_is_not_named_again_as_missing(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    commit(project)
    edit(project, "poetry.lock", block(project, "pluggy"), "")
    edit(project, "pyproject.toml", REQUESTS, f'{REQUESTS}, "rich"')
    assert [line.partition(" ")[2][:7] for line in said(project)] == ["LOCK005", "LOCK009"]


def several(project: Project, *pairs: tuple[str, str]) -> list[str]:
    """What is said without proof, as several things changed."""
    for before, after in pairs:
        edit(project, "pyproject.toml", before, after)
    return [line.replace(f" {CHANGED_SINCE}:", "") for line in said(project)]


def test_without_proof_the_lock_tells_what_it_lacks(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    found = several(
        project,
        (REQUESTS, '"requests[socks]>=9", "rich[z] >= 13"'),
        ('"pluggy>=1.0"', '"pluggy>=7"'),
        ('lint = ["isort>=5"]', 'lint = ["isort>=5", "tabulate"]'),
        ("fancy = [", "other = ["),
        (">=3.10,<4.0", ">=3.11"),
    )
    assert found == [
        "pyproject.toml:6: it asks for requests[socks]>=9, and poetry.lock has requests 2.34.2",
        "pyproject.toml:6: it asks for rich[z] >= 13, and poetry.lock lacks it",
        "pyproject.toml:13: it asks for pluggy>=7 (group dev), and poetry.lock has pluggy 1.7.0",
        "pyproject.toml:14: it asks for tabulate (group lint), and poetry.lock has it for main",
        "pyproject.toml:14: it asks for tabulate (group dev), and poetry.lock has it for main",
        "pyproject.toml: it is for Python >=3.11, and poetry.lock for >=3.10,<4.0",
        "pyproject.toml: it has the extra other, and poetry.lock does not",
        "pyproject.toml: it has no extra fancy, and poetry.lock has it",
    ]


def test_without_proof_the_lock_tells_what_nothing_asks_for(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    found = several(project, (f"    {REQUESTS},\n", ""), ('"pluggy>=1.0", ', ""))
    assert found == [
        "pyproject.toml: nothing asks for pluggy any more, and poetry.lock has pluggy 1.7.0",
        "pyproject.toml: nothing asks for requests any more, and poetry.lock has requests 2.34.2",
    ]


def test_a_requirement_from_another_kind_of_source_is_told(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    other = "pluggy @ git+https://x.invalid/p"
    found = several(
        project,
        ('alpha = {path = "libs/alpha", develop = true}\n', ""),
        ('"pluggy>=1.0"', f'"{other}"'),
    )
    assert found == [
        "pyproject.toml:8: it asks for alpha, and poetry.lock has it from directory",
        f"pyproject.toml:13: it asks for {other} (group dev), and poetry.lock has it from an index",
    ]


def test_where_nothing_tells_that_is_said(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(
        project,
        "poetry.lock",
        tomllib.loads((project.root / "poetry.lock").read_text())["metadata"]["content-hash"],
        "0" * 64,
    )
    assert said(project) == [
        f"pyproject.toml: {CHANGED_SINCE}, and nothing tells how: poetry.lock meets every requirement that is in it"
    ]


def test_what_cannot_be_understood_is_said_and_nothing_is_inferred_from_it(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(project, "pyproject.toml", '"alpha",', '"alpha ==",')
    lines = said(project)
    assert lines[0].startswith("pyproject.toml:8: LOCK016 project.dependencies: 'alpha ==' is not a requirement")
    assert lines[1].endswith("nothing tells how: poetry.lock meets what of it can be understood")
    assert len(lines) == 2


def test_a_value_that_poetry_cannot_hash_is_no_traceback(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(project, "pyproject.toml", 'markupsafe = "^2.1"', "markupsafe = 2026-01-01")
    assert [line.partition(" ")[2][:7] for line in said(project)] == ["LOCK016", "LOCK005"]


@pytest.mark.parametrize("value", ["", 'content-hash = "x"', "content-hash = 3"])
def test_a_lock_that_does_not_say_what_it_was_made_from_is_an_error(tmp_path: Path, value: str) -> None:
    project = new(tmp_path / "shop")
    was = (project.root / "poetry.lock").read_text("utf-8").splitlines()[-1]
    edit(project, "poetry.lock", was, value)
    assert [line.partition(" ")[2][:7] for line in said(project)] == ["LOCK007"]
    assert ("no SHA-256" in said(project)[0]) == bool(value)


def test_a_lock_of_poetry_before_2_3_may_leave_out_dependency_groups(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    stated = tomllib.loads((project.root / "pyproject.toml").read_text("utf-8"))
    now, before = str(content_hash(stated)), str(content_hash(stated, groups=False))
    edit(project, "poetry.lock", now, before)
    assert [line.partition(" ")[2][:7] for line in said(project)] == ["LOCK005"]
    edit(project, "poetry.lock", "Poetry 2.5.1", "Poetry 2.2.1")
    assert said(project) == []
    edit(project, "pyproject.toml", REQUESTS, f'{REQUESTS}, "rich"')
    assert [line.partition(": ")[2] for line in said(project)] == [f"{CHANGED_SINCE}: rich was added"]


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (
            'version = "^2.28"',
            'version = "^2.31"',
            'requests version = ^2.28 -> requests version = ^2.31, extras = ["socks"]',
        ),
        ('fancy = ["tabulate"]', 'fancy = ["tabulate"]\nmore = ["tabulate"]', "[tabulate] was added (extra more)"),
        ('pluggy = "^1.0"', 'pluggy = "^1.0"\nrich = "*"', "rich * was added (group dev)"),
        ('python = "^3.10"', 'python = "^3.11"', "requires-python ^3.10 -> requires-python ^3.11"),
    ],
)
def test_changes_of_poetrys_own_tables_are_proved_by_the_hash(
    tmp_path: Path, before: str, after: str, what: str
) -> None:
    project = old(tmp_path / "shop")
    edit(project, "pyproject.toml", before, after)
    assert [line.partition(": ")[2] for line in said(project)] == [f"{CHANGED_SINCE}: {what}"]


def test_names_in_poetrys_own_tables_may_look_otherwise(tmp_path: Path) -> None:
    project = old(tmp_path / "shop")
    edit(project, "pyproject.toml", 'markupsafe = "~2.1"', 'Markupsafe = "~2.1"')
    looks = "markupsafe -> Markupsafe (group docs)"
    assert said(project) == [f"pyproject.toml:24: {LOOKS_SINCE}: {looks}{FAILS}"]


def test_constraints_in_poetrys_own_tables_may_look_otherwise(tmp_path: Path) -> None:
    project = old(tmp_path / "shop")
    edit(project, "pyproject.toml", 'version = ">=23"', 'version = ">= 23"')
    assert [line.partition(" ")[2][:7] for line in said(project)] == ["LOCK006"]


def content(**lists: list[str]) -> dict[str, object]:
    return {"dependency-groups": {name: list(value) for name, value in lists.items()}, "tool": {"poetry": {}}}


@pytest.mark.parametrize(
    ("was", "now", "edits"),
    [
        (content(a=["x"]), content(a=["x", "y"]), (Edit(ADDED, ("dependency-groups", "a", 1)),)),
        (
            content(a=["x"]),
            content(a=["y", "x", "z"]),
            tuple(Edit(ADDED, ("dependency-groups", "a", n)) for n in (0, 2)),
        ),
        (
            content(a=["x"], b=["y"]),
            content(a=[], b=["y", "x"]),
            (Edit(MOVED, ("dependency-groups", "b", 1), "group a"),),
        ),
        (content(a=["x>=1.4"]), content(a=["x>=2.0"]), (Edit(CHANGED, ("dependency-groups", "a", 0), "x>=1.4"),)),
        (content(a=["x"]), content(a=["x>=2.0"]), (Edit(CHANGED, ("dependency-groups", "a", 0), "x"),)),
        (content(a=["x>=1"]), content(a=["x==1"]), (Edit(CHANGED, ("dependency-groups", "a", 0), "x>=1"),)),
        (content(a=["x>=1"]), content(a=["x>=1,<2"]), (Edit(CHANGED, ("dependency-groups", "a", 0), "x>=1"),)),
        (content(a=["x<2"]), content(a=["x>=1,<2"]), (Edit(CHANGED, ("dependency-groups", "a", 0), "x<2"),)),
        (content(a=["x>=1", "y>=2"]), content(a=["x >= 1", "y >= 2"]), (Edit(LOOKS),)),
        (content(a=["b", "c", "a"], d=["2", "1"]), content(a=["a", "b", "c"], d=["2", "1"]), None),
        (content(a=["x[b,a]"]), content(a=["x[a, b]"]), (Edit(LOOKS, ("dependency-groups", "a", 0), "x[b,a]"),)),
        (
            content(My_group=["x"]),
            content(**{"my-group": ["x"]}),
            (Edit(NAMED, ("dependency-groups", "my-group"), "My_group"),),
        ),
        (content(a=["q", "r"]), content(a=["s", "t"]), None),
    ],
)
def test_small_edits_are_found_by_the_hash(
    was: dict[str, object], now: dict[str, object], edits: tuple[Edit, ...] | None
) -> None:
    before = digest(now)
    found = since(now, digest(was), {"my-group": "My_group"}, {})
    assert digest(now) == before
    if edits is None and found is not None:
        assert found[0].kind == LOOKS
    else:
        assert found == edits


MEANING_THE_SAME = [
    ('[project]\ndependencies = ["a>=1.0,<2"]', '[project]\ndependencies = ["A (<2, >=1)"]'),
    ("[project]\ndependencies = []", "[project]\nname = 'x'"),
    ('[project]\nrequires-python = ">=3.9.0"', '[project]\nrequires-python = ">=3.9"'),
    ('[tool.poetry.dependencies]\na = "^1.2"', '[tool.poetry.dependencies]\nA = ">=1.2,<2.0"'),
    ('[tool.poetry.dependencies]\na = "^1.2"', '[tool.poetry.dependencies]\na = {version = "^1.2"}'),
    ('[tool.poetry.dependencies]\na = "^1.2"', '[project]\ndependencies = ["a>=1.2,<2"]'),
    ('[tool.poetry.dev-dependencies]\na = "*"', '[tool.poetry.group.dev.dependencies]\na = "*"'),
    (
        '[dependency-groups]\nd = ["a", {include-group = "E"}]\ne = []',
        '[dependency-groups]\nd = [{include-group = "e"}, "a"]\nE = []',
    ),
]
MEANING_ANOTHER = [
    ("[project]\ndependencies = [\"a; os_name == 'x'\"]", '[project]\ndependencies = ["a"]'),
    ('[project]\ndependencies = ["a[x]"]', '[project]\ndependencies = ["a[y]"]'),
    (
        '[project]\ndependencies = ["a @ git+https://x.invalid/a@v1"]',
        '[project]\ndependencies = ["a @ git+https://x.invalid/a@v2"]',
    ),
    (
        '[tool.poetry.dependencies]\na = {git = "x", tag = "v1"}',
        '[tool.poetry.dependencies]\na = {git = "x", tag = "v2"}',
    ),
    ('[tool.poetry.dependencies]\na = "1"', '[tool.poetry.dependencies]\na = {version = "1", source = "internal"}'),
    ('[tool.poetry.dependencies]\na = ["1", "2"]', '[tool.poetry.dependencies]\na = ["1"]'),
    ('[[tool.poetry.source]]\nname = "x"', '[[tool.poetry.source]]\nname = "y"'),
    ('[dependency-groups]\nd = [{x = 1}, "=="]', "[dependency-groups]\nd = [{x = 2}]"),
    ('[tool.poetry.extras]\nx = ["a"]', '[tool.poetry.extras]\nx = "a"'),
    ('[tool.poetry.dependencies]\na = "^^"', '[tool.poetry.dependencies]\na = "^"'),
    ("[tool.poetry.group.d]\nx = 1", "[tool.poetry]\ngroup.d = 3"),
]


@pytest.mark.parametrize(("one", "other"), MEANING_THE_SAME)
def test_what_means_the_same_has_not_changed(one: str, other: str) -> None:
    assert changes(tomllib.loads(one), tomllib.loads(other)) == ()
    assert relevant(tomllib.loads(one)) != relevant(tomllib.loads(other))


@pytest.mark.parametrize(("one", "other"), MEANING_ANOTHER)
def test_what_means_another_thing_has_changed(one: str, other: str) -> None:
    assert len(changes(tomllib.loads(one), tomllib.loads(other))) >= 1


def test_secrets_in_what_changed_are_masked() -> None:
    url = "https://user:hunter2-hunter2@git.invalid/a"
    (change,) = changes({}, tomllib.loads(f'[tool.poetry.dependencies]\na = {{git = "{url}"}}'))
    assert "hunter2" not in str(change)
    assert str(change).endswith("was added")
