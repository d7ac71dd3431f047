"""Whether a uv.lock is up to date: what we say is what `uv lock --check` says, for each way to change a project."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker

from tests.checks.dependencies.locked import copy, edit, required, subject, uv

NOTHING = ""
SHOP = {
    "nothing": ("version", "version", NOTHING),
    "default groups": ('["dev", "docs"]', '["dev"]', "default-groups dev, docs -> dev"),
    "no default groups": ('default-groups = ["dev", "docs"]\n', "", "default-groups dev, docs -> dev"),
    "the version": ('"0.1.0"', '"0.2.0"', "version 0.1.0 -> 0.2.0"),
    "the version written otherwise": ('"0.1.0"', '"0.1"', NOTHING),
    "the description": ('"0.1.0"', '"0.1.0"\ndescription = "a shop"', NOTHING),
    "no package any more": ("package = true", "package = false", "the project is no package any more"),
    "a marker written otherwise": ("python_version >= '3.11'", "python_full_version >= '3.11'", NOTHING),
    "a marker that says nothing": ("; python_version >= '3.11'", "", NOTHING),
    "a marker": ("python_version >= '3.11'", "python_version >= '3.12'", "markdown-it-py[linkify]>=2"),
    "a version written otherwise": ("iniconfig>=1.1", "IniConfig >= 1.1.0", NOTHING),
    "a constraint": ("iniconfig>=1.1", "iniconfig>=1.2", "iniconfig>=1.1 -> iniconfig>=1.2"),
    "a constraint to what is not locked": ("iniconfig>=1.1", "iniconfig<1", "iniconfig<1; 2.3.1 is locked"),
    "a requirement twice": ('"iniconfig>=1.1"', '"iniconfig>=1.1", "iniconfig>=1.1"', NOTHING),
    "a requirement in parts": ('"iniconfig>=1.1"', '"iniconfig>=1.1", "iniconfig>=1.0"', NOTHING),
    "a requirement in parts that says more": (
        '"iniconfig>=1.1"',
        '"iniconfig>=1.1", "iniconfig<9"',
        "iniconfig>=1.1,<9",
    ),
    "the name written otherwise": ('name = "shop"', 'name = "Shop"', NOTHING),
    "the name": ('name = "shop"', 'name = "store"', "name shop -> store"),
    "an extra's order": ('"shop[fast]", "packaging"', '"packaging", "shop[fast]"', NOTHING),
    "a new extra": ('fast = ["attrs>=22"]', 'fast = ["attrs>=22"]\nnone = []', "extra none was added"),
    "an extra less": ('fast = ["attrs>=22"]\nall = ["shop[fast]", ', "all = [", "(extra fast) is no longer asked for"),
    "a new group": ('lint = ["pathspec"]', 'lint = ["pathspec"]\nnone = []', "group none was added"),
    "an included group written out": ('{ include-group = "lint" }', '"pathspec"', NOTHING),
    "Pythons written otherwise": ('">=3.11"', '">=3.9,>=3.11.0"', NOTHING),
    "Pythons": ('">=3.11"', '">=3.11,<4"', "uv.lock is for Python >=3.11, the project asks for >=3.11,<4"),
    "more Pythons": ('">=3.11"', '">=3.10"', "uv.lock is for Python >=3.11, the project asks for >=3.10"),
    "no Pythons": ('requires-python = ">=3.11"\n', "", NOTHING),
    "a limit": ("[tool.uv]", '[tool.uv]\nconstraint-dependencies = ["zipp<9"]', "constraint-dependencies: zipp<9 was"),
    "an override": ("[tool.uv]", '[tool.uv]\noverride-dependencies = ["zipp<9"]', "override-dependencies: zipp<9 was"),
    "the resolution": ("[tool.uv]", '[tool.uv]\nresolution = "lowest"', "resolution highest -> lowest"),
    "pre-releases": ("[tool.uv]", '[tool.uv]\nprerelease = "allow"', "prerelease if-necessary-or-explicit -> allow"),
    "the newest day": ("[tool.uv]", '[tool.uv]\nexclude-newer = "2026-11-15T00:00:00Z"', "exclude-newer none -> 2026"),
    "environments": ("[tool.uv]", "[tool.uv]\nenvironments = [\"os_name == 'posix'\"]", "environments any -> os_name"),
    "what excludes": ("[tool.uv]", '[tool.uv]\nconflicts = [[{ extra = "fast" }, { extra = "all" }]]', "conflicts"),
    "one more index": ("[build-system]", '[[tool.uv.index]]\nurl = "https://more.invalid/"\n[build-system]', NOTHING),
    "a requirement's extra": ("markdown-it-py[linkify]", "markdown-it-py", "-> markdown-it-py>=2"),
    "a requirement less": ('    "iniconfig>=1.1",\n', "", "iniconfig>=1.1 is no longer asked for"),
    "a requirement more": ('"iniconfig>=1.1"', '"iniconfig>=1.1", "pluggy"', "pluggy was added"),
    "a group's requirement more": ('docs = ["zipp"]', 'docs = ["zipp", "pluggy"]', "pluggy (group docs) was added"),
    "the backend": ('["setuptools"]', '["setuptools>=60"]', NOTHING),
}
FORKS = {
    "nothing": ("version", "version", NOTHING),
    "no limit": ('constraint-dependencies = ["iniconfig<9"]\n', "", "constraint-dependencies: iniconfig<9 is gone"),
    "a limit written otherwise": ('"iniconfig<9"', '"Iniconfig < 9.0"', NOTHING),
    "an override": ("zipp==3.19.0", "zipp==3.19.1", "override-dependencies: zipp==3.19.1 was added"),
    "a group for dev-dependencies": (
        '[tool.uv]\ndev-dependencies = ["zipp"]',
        '[dependency-groups]\ndev = ["zipp"]\n[tool.uv]',
        NOTHING,
    ),
    "a package now": ("[tool.uv]", "[tool.uv]\npackage = true", "the project is a package now"),
    "forks in another order": (
        "\"pluggy<1.4; sys_platform == 'win32'\", \"pluggy>=1.4; sys_platform != 'win32'\"",
        "\"pluggy>=1.4; sys_platform != 'win32'\", \"pluggy<1.4; 'win32' == sys_platform\"",
        NOTHING,
    ),
    "a fork less": (
        "\"pluggy<1.4; sys_platform == 'win32'\", ",
        "",
        "pluggy<1.4; sys_platform == 'win32' is no longer",
    ),
}
EXCLUSIVE = {
    "nothing": ("version", "version", NOTHING),
    "what excludes in another order": (
        '{ extra = "old" }, { extra = "new" }',
        '{ extra = "new" }, { extra = "old" }',
        NOTHING,
    ),
    "less that excludes": (', [{ group = "a" }, { group = "b" }]', "", "conflicts"),
}
SPACE = {
    "nothing": ("version", "version", NOTHING),
    "not editable": ("editable = true", "editable = false", "edit from edit (editable) -> edit from edit"),
    "no source": ('loose = { path = "loose" }\n', "", "loose from loose -> loose"),
    "a member less": ('"packages/*"', '"packages/core"', "packages/app is no member of the workspace any more"),
}
VIRTUAL = {
    "nothing": ("dev", "dev", NOTHING),
    "a group's requirement": ('["iniconfig"]', '["iniconfig>=2"]', "iniconfig -> iniconfig>=2 (group dev)"),
}
CASES = [
    pytest.param(project, *change, id=f"{project}: {name}")
    for project, changes in {
        "shop": SHOP,
        "forks": FORKS,
        "exclusive": EXCLUSIVE,
        "space": SPACE,
        "virtual": VIRTUAL,
    }.items()
    for name, change in changes.items()
]


@pytest.mark.parametrize(("name", "old", "new", "said"), CASES)
def test_a_lock_is_found_outdated_where_uv_finds_it_so(
    tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    if old.startswith("requires-python") and not new and sys.version_info[:2] != (3, 11):
        pytest.skip("uv then takes the Python that runs it for the one that is asked for; the locks are for 3.11")
    project = copy(tmp_path, name)
    edit(project, "pyproject.toml", old, new)
    findings = project.findings(only="lock")
    checked = uv(project.root, "lock", "--check")
    assert (checked.returncode == 0) == (not findings), checked.stderr
    assert {each["id"] for each in findings} <= {"LOCK005", "LOCK017"}
    assert any(said in each["message"] for each in findings) == bool(said), findings
    assert all(each["file"] == "pyproject.toml" and each["fix"] == "uv lock" for each in findings)


PATHS = {
    "the version": ("loose", 'version = "0.3.0"', 'version = "0.4.0"', "version 0.3.0 -> 0.4.0"),
    "a requirement": ("loose", "pathspec>=0.9", "pathspec>=0.10", "pathspec>=0.9 -> pathspec>=0.10"),
    "a requirement more": ("edit", '"pathspec>=0.9"', '"pathspec>=0.9", "mdurl"', "mdurl was added"),
    "a requirement less": ("edit", '"pathspec>=0.9"', "", "pathspec>=0.9 is no longer asked for"),
    "spaces": ("edit", "pathspec>=0.9", "PathSpec >= 0.9", NOTHING),
    "a member's group": ("packages/app", 'dev = ["pluggy"]', 'dev = ["pluggy>=1"]', "pluggy (group dev) -> pluggy>=1"),
    "an extra": ("packages/core", 'x = ["attrs"]', 'x = ["attrs>=1"]', "attrs (extra x) -> attrs>=1 (extra x)"),
}


@pytest.mark.parametrize(("directory", "old", "new", "said"), PATHS.values(), ids=PATHS)
def test_a_path_dependency_is_found_changed_where_uv_finds_it_so(
    tmp_path: Path, directory: str, old: str, new: str, said: str
) -> None:
    project = copy(tmp_path, "space")
    edit(project, f"{directory}/pyproject.toml", old, new)
    findings = project.findings(only="lock")
    checked = uv(project.root, "lock", "--check")
    assert (checked.returncode == 0) == (not findings), checked.stderr
    assert [each["id"] for each in findings] == (["LOCK011"] if said else [])
    assert all(said in each["message"] for each in findings)


@pytest.mark.parametrize("version", ["0.4.30", "0.6.17", "0.9.30"])
def test_locks_of_older_releases_of_uv_are_as_good(tmp_path: Path, version: str) -> None:
    project = copy(tmp_path, "shop")
    (project.root / f"uv-{version}.lock").rename(project.root / "uv.lock")
    assert uv(project.root, "lock", "--check").returncode == 0
    assert project.findings(only="lock") == []
    assert required(project.root) == required(copy(tmp_path / "new", "shop").root)


CHOICES: list[tuple[str, dict[str, object], list[str]]] = [
    ("shop", {}, []),
    ("shop", {"groups": ("lint",)}, ["--group", "lint"]),
    ("shop", {"without": ("dev",)}, ["--no-group", "dev"]),
    ("shop", {"extras": ("fast",)}, ["--extra", "fast"]),
    (
        "shop",
        {"extras": ("all",), "without": ("docs", "dev")},
        ["--extra", "all", "--no-group", "docs", "--no-group", "dev"],
    ),
    ("forks", {}, []),
    ("exclusive", {}, []),
    ("exclusive", {"extras": ("old",)}, ["--extra", "old"]),
    ("exclusive", {"extras": ("new",), "groups": ("a",)}, ["--group", "a", "--extra", "new"]),
    ("space", {}, []),
    ("space/packages/app", {}, []),
    ("space/packages/app", {"extras": ("x",)}, ["--extra", "x"]),
    ("virtual", {}, []),
    ("virtual/packages/b", {}, []),
]


@pytest.mark.parametrize(
    ("name", "choice", "options"), CHOICES, ids=[f"{name} {' '.join(o)}" for name, _, o in CHOICES]
)
def test_what_is_to_be_installed_is_what_uv_exports(
    tmp_path: Path, name: str, choice: dict[str, object], options: list[str]
) -> None:
    root = copy(tmp_path, name.partition("/")[0]).root.parent / name
    said = uv(root, "export", "--frozen", "--format", "pylock.toml", *options)
    assert said.returncode == 0, said.stderr
    exported = sorted(
        (each["name"], each.get("version", ""))
        for each in tomllib.loads(said.stdout).get("packages", [])
        if "marker" not in each or Marker(each["marker"]).evaluate()
    )
    lock = subject(root).lock
    assert lock is not None
    assert required(root, **choice) == [each for each in exported if each[0] != lock.project]
