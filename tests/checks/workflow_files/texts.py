"""What our own rules say of a text, without any tool."""

from __future__ import annotations

from pathlib import Path

from holdfast.checks.workflow_files import places, rules, steps
from holdfast.checks.workflow_files.document import Part, read

FILE = "w.yml"
HEAD = "on: push\njobs:\n"
JOB = HEAD + "  a:\n    runs-on: x\n"


def parsed(tmp_path: Path, text: str) -> Part:
    """The document that a text is."""
    (tmp_path / FILE).write_text(text, "utf-8")
    root = read(tmp_path, FILE).root
    assert root is not None
    return root


def said(tmp_path: Path, text: str, files: tuple[str, ...] = (), others: tuple[str, ...] = ()) -> list[tuple[str, int]]:
    """Id and line of each finding in a workflow, in a project of these files."""
    found = rules.Found(FILE)
    root = parsed(tmp_path, text)
    rules.events(root, found)
    there = places.tree(tmp_path / "project", files, others)
    for name, job in rules.jobs(root, found).items():
        steps.of_job(name, job, found)
        places.called_workflow(name, job, there, found)
        places.of_steps(job, [job.get("defaults"), root.get("defaults")], there, found)
    return [(each.id, each.location.line or 0) for each in found.findings if each.location]
