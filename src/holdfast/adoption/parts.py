"""What `init` puts into a repository: its parts, each in one file, as a block of text or a file that is one block."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from holdfast.adoption.blocks import HASH, Style
from holdfast.adoption.facts import Facts


class Wish(NamedTuple):
    """What the bodies are drawn from."""

    facts: Facts
    skip: tuple[str, ...] = ()
    """The parts that are left out."""


class Place(NamedTuple):
    """Where a block goes in a text that has none."""

    offset: int
    indent: str = ""
    blank: bool = True
    """Whether an empty line stands before it."""
    kind: str = ""
    """The form that the body must have there."""


class Unfit(ValueError):
    """A file that a block cannot be put into; the text says why."""


def at_end(text: str) -> Place:
    """Behind all that is there."""
    return Place(len(text))


def nothing_else(_text: str) -> Place:
    """For a file that is ours alone: one that is there is somebody's."""
    raise Unfit("there is one that holdfast did not write")


class Part(NamedTuple):
    """One thing that `init` puts into a repository."""

    name: str
    files: tuple[str, ...]
    """Where it may stand, relative to the project: the first that is there, else the last is made."""
    body: Callable[[Wish, str], str]
    """Its text, in the form of that kind; "created" is that of a file made for it."""
    style: Style = HASH
    place: Callable[[str], Place] = at_end
    """Raises Unfit."""
    there: Callable[[str, Path], str | None] = lambda _text, _project: None
    """Says why nothing is needed, given a file's text without a block of ours."""
    sound: Callable[[str, str], None] = lambda _before, _after: None
    """Raises Unfit where the new text does not mean what the old one did and the block beside it."""
    behind: Callable[[str, str], str] = lambda _before, _after: ""
    """What has to stay in the block's place when it is taken out, for the text with it and the one without."""
    only_at_root: bool = False
    """Whether it is read at the root of a repository alone."""


def all_parts(wish: Wish) -> tuple[Part, ...]:
    """Every part, in the order in which they are written: what another one needs comes first."""
    from holdfast.adoption import agents, git_files, hooks, makefile, settings, workflow

    return (
        settings.part(pyproject=wish.facts.pyproject),
        git_files.IGNORE,
        git_files.ATTRIBUTES,
        makefile.RULES,
        makefile.INCLUDE,
        hooks.PART,
        workflow.PART,
        agents.PART,
    )


def removable() -> tuple[Part, ...]:
    """Every part as far as taking it out needs, wherever it may have been put."""
    from holdfast.adoption import agents, git_files, hooks, makefile, settings, workflow

    both = settings.part(pyproject=True), settings.part(pyproject=False)
    others = makefile.INCLUDE, makefile.RULES, hooks.PART, workflow.PART, agents.PART
    return (*others, *both, git_files.ATTRIBUTES, git_files.IGNORE)


NAMES = ("settings", "gitignore", "gitattributes", "rules", "makefile", "hooks", "workflow", "agents", "registry")
"""The names of all parts, that of the task registry among them, which is no block of text."""
