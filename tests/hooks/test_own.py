"""The hooks of this repository, on a small project that has its settings: each finds a fault and takes what is good."""

from __future__ import annotations

import re
import shutil
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

from holdfast.plugins import BUILT_IN
from tests.hooks.shops import BIN, KEY, MENDED, ROOT, RUNNERS, Runner, Shop

CONFIG = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
SETTINGS = """\
[tool.black]
line-length = 120

[tool.ruff]
line-length = 120

[tool.mypy]
strict = true
files = ["till.py"]

[tool.rumdl]
line-length = 120

[tool.holdfast.checks.closed]
command = ["test", "!", "-e", "open.txt"]

[tool.holdfast.checks.vulnerabilities]
enabled = false
"""
TOOLS = ("ruff", "black", "flake8", "mypy", "rumdl", "holdfast", "detect-secrets")
IMPORTED = ("detect_secrets", "requests", "urllib3", "certifi", "charset_normalizer", "idna", "yaml")
"""What is imported by the environment's own Python."""


class Planted(NamedTuple):
    """A fault for a hook: the file, what is in it, and what the hook says of it."""

    hook: str
    file: str
    text: str
    says: str


PLANTED = [
    Planted("ruff", "till.py", "import os\n", "F401"),
    Planted("black", "till.py", "x = {  'a':1}\n", '+x = {"a": 1}'),
    Planted("flake8", "till.py", "import os\n", "F401"),
    Planted("mypy", "till.py", 'x: int = "one"\n', "Incompatible types in assignment"),
    Planted("markdownlint", "NOTES.md", "#Notes\n", "MD018"),
    Planted("secrets", "till.py", f'key = "{KEY}"\n', "till.py:1"),
    Planted("holdfast-validate", "open.txt", "open\n", "closed"),
]


class Till(Shop):
    """A shop with this repository's own hooks."""

    def __init__(self, runner: Runner, root: Path) -> None:
        super().__init__(runner, root, CONFIG, pyproject=SETTINGS)
        (self.root / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "hook.sh", self.root / "scripts" / "hook.sh")
        (self.root / ".flake8").write_text("[flake8]\nmax-line-length = 120\n", "utf-8")
        (self.root / "till.py").write_text(MENDED, "utf-8")
        equip(self.root)
        self.must("add", "-A")
        self.must("commit", "-q", "--no-verify", "-m", "tools")


def equip(root: Path) -> None:
    """Puts the tools, and one package that is in order, into the environment of a project."""
    place = root / ".venv" / "bin"
    for name in TOOLS:
        if not (place / name).exists():
            (place / name).symlink_to(BIN / name)
    (site,) = (root / ".venv" / "lib").glob("python*/site-packages")
    for name in IMPORTED:
        (site / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    package(site)


def package(site: Path, *requires: str) -> None:
    (site / "drawer-1.0.dist-info").mkdir(exist_ok=True)
    lines = ["Metadata-Version: 2.1", "Name: drawer", "Version: 1.0", *(f"Requires-Dist: {each}" for each in requires)]
    (site / "drawer-1.0.dist-info" / "METADATA").write_text("\n".join(lines) + "\n", "utf-8")
    (site / "drawer-1.0.dist-info" / "RECORD").write_text("", "utf-8")


@pytest.fixture
def till(runner_name: str, tmp_path: Path) -> Till:
    return Till(Runner(runner_name, tmp_path / "runner"), tmp_path / "mein café")


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_configuration_is_one(runner: str, tmp_path: Path) -> None:
    said = Runner(runner, tmp_path / "runner")("validate-config", ".pre-commit-config.yaml", cwd=ROOT)
    assert said.exit_code == 0, said.stdout + said.stderr


def test_nothing_is_fetched_from_anywhere() -> None:
    repos = YAML(typ="safe").load(CONFIG)["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}
    hooks = [hook for repo in repos for hook in repo["hooks"]]
    assert {hook["language"] for hook in hooks} == {"script"}
    assert all(hook["entry"].startswith("scripts/hook.sh ") for hook in hooks)
    assert {planted.hook for planted in PLANTED} | {"holdfast-venv", "holdfast-deps"} == {hook["id"] for hook in hooks}


def test_every_check_that_a_hook_names_is_there() -> None:
    configured = CONFIG + (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    named = {name for names in re.findall(r"--(?:only|skip) (\S+)", configured) for name in names.split(",")}
    assert "conflicts" in named
    assert named <= {*BUILT_IN}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.hook)
def test_each_hook_finds_its_fault_and_takes_what_is_good(till: Till, planted: Planted) -> None:
    place = till.root / planted.file
    place.write_text(planted.text, "utf-8")
    till.must("add", "-A")
    before = till.state()
    said = till.runner("run", planted.hook, cwd=till.root)
    assert said.exit_code == 1, said.stdout + said.stderr
    assert planted.says in said.stdout
    assert KEY not in said.stdout + said.stderr
    assert till.state() == before
    till.must("rm", "-q", "-f", planted.file)
    (till.root / "till.py").write_text(f"{MENDED}# better\n", "utf-8")
    (till.root / "NOTES.md").write_text("# Notes\n", "utf-8")
    till.must("add", "-A")
    said = till.runner("run", planted.hook, cwd=till.root)
    assert said.exit_code == 0, said.stdout + said.stderr
    assert "Passed" in said.stdout


def broken_interpreter(root: Path) -> None:
    (root / ".venv" / "bin" / "python").unlink()
    (root / ".venv" / "bin" / "python").symlink_to("/nowhere/python")


def missing_requirement(root: Path) -> None:
    (site,) = (root / ".venv" / "lib").glob("python*/site-packages")
    package(site, "no-such-thing")


@pytest.mark.parametrize(
    ("hook", "spoil", "says"),
    [("holdfast-venv", broken_interpreter, "VENV005"), ("holdfast-deps", missing_requirement, "no-such-thing")],
    ids=["venv", "deps"],
)
def test_the_environment_is_judged_whatever_the_commit_is_of(
    till: Till, hook: str, spoil: Callable[[Path], None], says: str
) -> None:
    good = till.runner("run", hook, cwd=till.root)
    assert good.exit_code == 0, good.stdout + good.stderr
    assert "Passed" in good.stdout
    spoil(till.root)
    said = till.runner("run", hook, cwd=till.root)
    assert said.exit_code == 1, said.stdout + said.stderr
    assert says in said.stdout


def test_a_commit_runs_them_all(till: Till) -> None:
    (till.root / "till.py").write_text("import os\n", "utf-8")
    assert "F401" in till.refused("-a")
    (till.root / "till.py").write_text(f"{MENDED}# better\n", "utf-8")
    said = till.taken("-a")
    assert said.count("Passed") == len(PLANTED) + 2 - 1  # there is no Markdown in the commit
    assert "Failed" not in said


def test_a_worktree_without_an_environment_is_told_to_make_one(till: Till, tmp_path: Path) -> None:
    there = tmp_path / "zweiter laden"
    till.must("worktree", "add", "-q", "-b", "other", there)
    (there / "till.py").write_text(f"{MENDED}# better\n", "utf-8")
    said = till.refused("-a", cwd=there)
    assert f"{there} has no .venv/bin/ruff: run `make install` here" in said
    assert "Passed" not in said
