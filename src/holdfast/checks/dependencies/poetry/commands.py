"""The commands that make a lock, or an environment, what it should be."""

from __future__ import annotations

import os

from holdfast.checks.dependencies.subject import Subject
from holdfast.core.findings import Finding

_STRAY = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH")


def poetry_command(subject: Subject, *words: str) -> str:
    """A Poetry command as a line for a shell.

    It leaves out an active environment that is not the project's, which Poetry takes for the project's even when it
    is dead.
    """
    import shlex

    environment = subject.context.environment
    mine = os.path.realpath(environment.root) if environment else None
    stray = [name for name in _STRAY if (value := subject.context.env.get(name)) and os.path.realpath(value) != mine]
    before = ["env", *(word for name in stray for word in ("-u", name))] if stray else []
    return shlex.join([*before, "poetry", *words])


def mend_command(subject: Subject, finding: Finding) -> str | None:
    """What makes a lock readable again: one side of a merge that is under way, else a new lock."""
    if finding.id == "LOCK004" or finding.location is None:
        return None
    file = finding.location.file
    if finding.id == "LOCK003":
        from holdfast.core.git import git

        if git(subject.project, "ls-files", "--unmerged", "--", file):
            return f"git checkout --ours -- {file} && {poetry_command(subject, 'lock')}"
    whole = os.path.isfile(subject.project / file)
    return poetry_command(subject, "lock", "--regenerate") if whole else None


def sync_command(subject: Subject) -> str:
    """`poetry sync` with the groups and extras that are said to be installed."""
    choice = subject.choice
    words = [
        f"--{option}={','.join(names)}"
        for option, names in (("with", choice.groups), ("without", choice.without))
        if names
    ]
    return poetry_command(subject, "sync", *words, *(f"--extras={extra}" for extra in choice.extras))
