"""What the Makefiles of a project can make, as far as that can be told without running make."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.facts import text_of
from holdfast.checks.makefiles.parts import Directory, Parts
from holdfast.checks.makefiles.reading import parse
from holdfast.checks.makefiles.rules import Known
from holdfast.core.git import submodules


class Targets(NamedTuple):
    """What can be made: by name, by the patterns of rules, and whether more may be than could be told."""

    names: frozenset[str]
    rules: tuple[Known, ...]
    more: bool

    def has(self, name: str) -> bool:
        """Whether the name may be a target."""
        return self.more or name in self.names or any(known.makes(name) for known in self.rules)


def targets(project: Path, files: Collection[str], paths: Iterable[str]) -> Targets:
    """The targets of Makefiles, and of those that they include."""
    rules, more, others = [], False, submodules(project)
    for path in paths:
        makefile = parse(text_of(project / path))
        parts = Parts(Directory(project, files, others, posixpath.dirname(path)))
        parts.follow(makefile, Known([makefile], makefile))
        rules.append(Known([makefile, *parts.read], makefile))
        more = more or parts.unsure
    computed = any("$" in name for known in rules for name in known.phony)
    names = frozenset(name for known in rules for name in known.names)
    return Targets(names, tuple(rules), more or computed)
