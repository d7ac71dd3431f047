"""What the documents say of the source: each finding that it can name is explained, and nothing that it cannot."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from holdfast.adoption.agents import ROUTES
from holdfast.plugins import BUILT_IN
from tests.conftest import Cli

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
SECTION = re.compile(r"(?ms)^### (\S+): ([^\n]+)\n(.*?)(?=^##|\Z)")
OWN = re.compile(r"(?!DEP)[A-Z]{2,}\d{3}")  # DEP are deptry's, which IMP stand for here
NAMED = re.compile(rf"(?:{'|'.join(BUILT_IN)}):[a-z-]+")
"""What Holdfast itself calls a finding of a tool; the rules of the tools are theirs to explain."""
QUOTED = re.compile(rf"[\"'](?:{OWN.pattern}|{NAMED.pattern})[\"']")
GENERAL = "TOOL:RULE"
SEVERITY = re.compile(r"\b(?:errors?|warnings?|info)\b", re.IGNORECASE)


def strings(source: Path) -> Iterator[str]:
    """The texts that a file writes out, without comments and the parts of longer ones."""
    text = source.read_text("utf-8")
    if not QUOTED.search(text):  # most files have none
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def ids() -> set[str]:
    """Every id of a finding in the source."""
    sources = (ROOT / "src" / "holdfast").rglob("*.py")
    return {text for source in sources for text in strings(source) if OWN.fullmatch(text) or NAMED.fullmatch(text)}


def headings() -> list[str]:
    return [match[1] for match in SECTION.finditer(PAGE) if match[1] != GENERAL]


def test_every_finding_is_explained_once_and_nothing_else_is() -> None:
    assert sorted(headings()) == sorted(ids())
    assert len(ids()) > 150


def test_findings_of_a_kind_stand_in_their_order() -> None:
    own = [name for name in headings() if OWN.fullmatch(name)]
    wrong = [pair for pair in pairwise(own) if pair[0][:-3] == pair[1][:-3] and pair[0] > pair[1]]
    assert wrong == []


def test_every_explanation_says_how_grave_it_is_and_what_to_do() -> None:
    too_little = [
        match[1] for match in SECTION.finditer(PAGE) if not SEVERITY.search(match[3]) or len(match[3].split()) < 10
    ]
    assert too_little == []


def asked_by_agents() -> list[tuple[str, str]]:
    """Each command that agents are told to read JSON from, with each field that they are told to read there."""
    page = (ROOT / "AGENTS.md").read_text("utf-8")
    rows = [*re.findall(r"(?m)^\|[^|]*\| `([^`]+)`[^|]*\| ([^|]*) \|$", page), *ROUTES.values()]
    asked = [(run, field) for run, read in rows for field in re.findall(r"`([a-z_]+(?:\[\d*\]|\.[a-z_]+)*)`", read)]
    return sorted({(run.removeprefix("holdfast "), field) for run, field in asked if "NAME" not in run})


@pytest.mark.parametrize(("command", "field"), asked_by_agents())
def test_what_agents_are_told_to_read_is_there(command: str, field: str, holdfast: Cli, git_project: Path) -> None:
    holdfast("init", "--yes", "--skip", "workflow,hooks", cwd=git_project)
    holdfast("workflow", "state", "init", cwd=git_project)
    holdfast("venv-check", cwd=git_project)
    holdfast("validate-env", "--write-baseline", cwd=git_project)
    wanted = ("--format", "json") if "--format json" not in command else ()
    found: list[Any] = [json.loads(holdfast(*command.split(), *wanted, cwd=git_project).stdout)]
    for name, items in re.findall(r"([a-z_]+)((?:\[\d*\])?)", field):
        found = [value for one in found for value in (one[name] if items else [one[name]])]
