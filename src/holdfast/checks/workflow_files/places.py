"""What a workflow names in its own repository and is not there: actions, workflows, directories, scripts.

A workflow may make what it names before it uses it. What an earlier step mentions is therefore taken as made by it, and
nothing is said of a job that checks another repository out, or this one into a directory of its own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.workflow_files.document import Part
from holdfast.checks.workflow_files.rules import EXPRESSION, Found
from holdfast.checks.workflows import SCRIPT_ENDINGS
from holdfast.core.findings import Severity

LOCAL, DIRECTORY, SCRIPT = "GHA009", "GHA010", "GHA011"
SHELLS = ("", "bash", "sh")
MADE = frozenset(
    re.findall(
        r"\S+",
        "_build artifact artifacts bin build cmake-build coverage dist docs-build gh-pages htmlcov html "
        "node_modules out output public release site target temp tmp venv .venv vendor wheelhouse wheels",
    )
)
"""Names of directories that are made, not kept."""
RUNNERS = r"(?:(?:\S*/)?(?:ba|da|z|k)?sh|source|\.|(?:\S*/)?python[\d.]*|node|perl|ruby|pwsh)"
CALLED = re.compile(
    rf"^\s*(?:(?:sudo|exec|time)\s+)*(?:{RUNNERS}\s+(?:-[\w]+\s+)*)?"
    rf"((?:[\w.-]+/)+[\w.-]+\.(?:{SCRIPT_ENDINGS}))(?![\w/*$])"
)
AWAY = re.compile(r"(?m)^\s*(?:cd|pushd|Set-Location)\s|&&\s*cd\s|;\s*cd\s|<<")


class Tree(NamedTuple):
    """What the project has: its files, the directories that hold them, and where other repositories are put."""

    root: Path
    files: frozenset[str]
    directories: frozenset[str]
    others: tuple[str, ...]
    """Submodules: what lies in them is not known."""

    def has(self, path: str) -> bool:
        """Whether a path is there, or may be."""
        if path in self.files or path in self.directories or path in ("", "."):
            return True
        if path.startswith("../") or any(path == other or path.startswith(f"{other}/") for other in self.others):
            return True
        try:
            return (self.root / path).exists()
        except (OSError, ValueError):
            return False


def tree(root: Path, files: Iterable[str], others: Iterable[str]) -> Tree:
    """The tree of a project's files."""
    names = frozenset(files)
    found: set[str] = set()
    for name in names:
        parent = posixpath.dirname(name)
        while parent and parent not in found:
            found.add(parent)
            parent = posixpath.dirname(parent)
    return Tree(root, names, frozenset(found), tuple(others))


def called_workflow(name: str, job: Part, there: Tree, found: Found) -> None:
    """Notes a reusable workflow of this repository that is not there."""
    uses = job.get("uses")
    path = _local(uses.text)
    if path and path not in there.files and not there.has(path):
        found.add(LOCAL, uses.line, f"the job {name} uses {uses.text}, which is not there")


def of_steps(job: Part, defaults: Sequence[Part], there: Tree, found: Found) -> None:
    """Notes the actions, directories and scripts that a job's steps name and that are not there."""
    before: list[str] = []
    if "container" in job.table and job.get("container").get("options").value:
        return
    for step in job.get("steps").items:
        if _is_elsewhere(step):
            return
        _step(step, defaults, there, found, "\n".join(before))
        before += [part.text or "" for part in step.texts()]


def _is_elsewhere(step: Part) -> bool:
    """Whether the step puts a tree into the workspace that is not this one, or not at its root."""
    uses = step.get("uses").text or ""
    moved = any(step.get("with", word).value for word in ("repository", "path", "sparse-checkout"))
    return ("checkout" in uses and moved) or "download-artifact" in uses


def _step(step: Part, defaults: Sequence[Part], there: Tree, found: Found, before: str) -> None:
    uses = step.get("uses")
    action = _local(uses.text)
    if action is not None and not _is_action(action, there) and not _mentions(before, action):
        found.add(LOCAL, uses.line, f"uses {uses.text}, and no action is there")
    run = step.get("run")
    if not run.text:
        return
    said = [step.get("working-directory"), *(each.get("run", "working-directory") for each in defaults)]
    where = next((each for each in said if each.text), None)
    directory = _plain(where.text or "") if where else ""
    if where and directory and not _is_made(directory, before) and not there.has(directory):
        message = f"runs in {where.text}, which is not there and which no step before it seems to make"
        found.add(DIRECTORY, where.line, message, Severity.WARNING)
        return
    shell = step.get("shell").text or next((s for each in defaults if (s := each.get("run", "shell").text)), "")
    if directory is not None and shell.split(" ")[0] in SHELLS:
        for offset, script in _scripts(run.text, before):
            path = posixpath.normpath(posixpath.join(directory, script))
            if not there.has(path):
                found.add(SCRIPT, run.line + offset + run.block, f"runs {script}, which is not there")


def _local(uses: str | None) -> str | None:
    """The path that `uses` names in this repository; None where it names something else, or what cannot be told."""
    if not uses or not uses.startswith("./") or EXPRESSION in uses:
        return None
    return posixpath.normpath(uses.partition("@")[0])


def _is_action(path: str, there: Tree) -> bool:
    return any(there.has(posixpath.normpath(f"{path}/{name}")) for name in ("action.yml", "action.yaml", "Dockerfile"))


def _plain(path: str) -> str | None:
    """A directory relative to the repository's root; None where it cannot be told what it is."""
    told = path and not re.search(r"[$~\\*?]|^/|^[A-Za-z]:", path)
    return posixpath.normpath(path) if told else None


def _is_made(path: str, before: str) -> bool:
    return not MADE.isdisjoint(path.split("/")) or _mentions(before, path)


def _mentions(before: str, path: str) -> bool:
    return posixpath.basename(path) in before


def _scripts(text: str, before: str) -> Iterator[tuple[int, str]]:
    """The scripts that a shell text calls by a path in the repository, each with the lines before its own."""
    if AWAY.search(text):
        return
    continued = False
    for number, line in enumerate(text.split("\n")):
        match = None if continued else CALLED.match(line)
        continued = line.endswith("\\")
        if match and EXPRESSION not in match[1]:
            earlier = before + "\n".join(text.split("\n")[:number])
            if not _mentions(earlier, match[1]) and not match[1].startswith(("../", "/")):
                yield number, match[1]
