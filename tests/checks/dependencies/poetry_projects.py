"""Two projects with the locks that Poetry made of them: 2.5 (format 2.1), and 1.8 (format 2.0, [tool.poetry])."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from holdfast.checks.dependencies.model import Lock
from holdfast.checks.dependencies.subject import Subject
from holdfast.cli.dependencies import prepare
from tests.checks.dependencies.projects import Project, make_project

DATA = Path(__file__).parent / "data"


def new(root: Path) -> Project:
    """PEP 621 and PEP 735, a path dependency, groups with one of Poetry's own, an extra; format 2.1."""
    files = {
        "poetry.lock": (DATA / "poetry-2.1.lock").read_text("utf-8"),
        "libs/alpha/pyproject.toml": (DATA / "poetry-2.1-alpha.toml").read_text("utf-8"),
    }
    return make_project(root, (DATA / "poetry-2.1.toml").read_text("utf-8"), files)


def old(root: Path) -> Project:
    """[tool.poetry] alone, with one name under two constraints; format 2.0, which has no groups and no markers."""
    lock = {"poetry.lock": (DATA / "poetry-2.0.lock").read_text("utf-8")}
    return make_project(root, (DATA / "poetry-2.0.toml").read_text("utf-8"), lock)


def edit(project: Project, file: str, before: str, after: str) -> None:
    """Replaces the first occurrence, which there must be."""
    text = (project.root / file).read_text("utf-8")
    assert before in text
    project.write(file, text.replace(before, after, 1))


def block(project: Project, name: str) -> str:
    """The text of a package's block in the lock."""
    text = (project.root / "poetry.lock").read_text("utf-8")
    found = re.search(rf'\[\[package\]\]\nname = "{name}"\n.*?(?=\[\[package\]\]|\[extras\]|\[metadata\])', text, re.S)
    assert found is not None
    return found[0]


def commit(project: Project) -> None:
    """Puts the project under git, as it is."""
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "x", "--allow-empty"]):
        subprocess.run(["git", *command], cwd=project.root, check=True)


def said(project: Project) -> list[str]:
    """`place: id message` of each finding of the lock check."""
    return [
        f"{each['file']}{':' + str(each['line']) if each['line'] else ''}: {each['id']} {each['message']}"
        for each in project.findings(only="lock")
    ]


def subject(
    project: Project, options: Mapping[str, object] | None = None, env: Mapping[str, str] | None = None
) -> Subject:
    return Subject(prepare(project.root, env or {}, options or {}, None))


def lock_of(project: Project) -> Lock:
    lock = subject(project).lock
    assert lock is not None
    return lock
