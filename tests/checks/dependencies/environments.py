"""Environments to look at from outside, and values to compare them with."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from holdfast.checks.dependencies.comparison import Case, Comparison, compare
from holdfast.checks.dependencies.model import Lock, Locked
from holdfast.checks.dependencies.record import surveys
from holdfast.checks.dependencies.selection import Selection
from holdfast.checks.dependencies.site import Distribution, Site, read_site
from holdfast.checks.dependencies.wholeness import Whole, unwhole
from holdfast.checks.interface import Environment
from holdfast.core.findings import Finding
from tests.checks.dependencies.projects import PYTHON, Project, make_project

PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\n'


def environment_at(root: Path, library: str = PYTHON) -> Environment:
    """The environment in a directory, with the site-packages of one Python."""
    return Environment(root, root / "bin", root / "bin" / "python", (root / "lib" / library / "site-packages",))


def bare(python: Path) -> Environment:
    """An interpreter that is in no environment, as `--python` names it."""
    return Environment(python.parent.parent, python.parent, python, ())


def site_of(project: Project) -> Site:
    return read_site(environment_at(project.root / ".venv"))


def by_name(site: Site) -> dict[str, Distribution]:
    return {each.name: each for each in site.distributions}


def shop(tmp_path: Path) -> Project:
    """A project without dependencies whose environment is empty."""
    return make_project(tmp_path / "shop", PYPROJECT)


class Commands:
    """Commands that say what they are for."""

    install = "sync"

    def remove(self, name: str) -> str:
        return f"remove {name}"

    def replace(self, name: str) -> str:
        return f"replace {name}"

    def renew(self, name: str, times: int = 1) -> str:
        return f"renew {name} {times}"

    def clear(self, path: str, *, install: bool = False) -> str:
        return f"clear {os.path.basename(path)}{' and install' if install else ''}"  # noqa: PTH119 - a text


def compared(
    project: Project,
    *packages: Locked,
    required: Sequence[Locked] | None = None,
    own: str = "",
    ignored: frozenset[str] = frozenset(),
) -> Comparison:
    """What comes of a lock of some packages, all required unless it is said which; `own` is the project in it."""
    site = site_of(project)
    lock = Lock("poetry", "poetry.lock", "", packages, project=own)
    needed = packages if required is None else tuple(required)
    selection = Selection(needed, frozenset(each.name for each in packages), ())
    return compare(
        Case(
            project=project.root,
            own="shop",
            root=str(project.root / ".venv"),
            lock=lock,
            selection=selection,
            site=site,
            mends=Commands(),
            line_of=lambda block: packages.index(block) + 1,
            surveys=surveys(site),
            ignored=ignored,
        )
    )


def ids(findings: Sequence[Finding]) -> list[str]:
    return [finding.id for finding in findings]


def one(findings: Sequence[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def broken(project: Project, *, deep: bool = False) -> list[Finding]:
    """What is not whole in a project's environment."""
    site = site_of(project)
    whole = Whole(project.root, str(project.root / ".venv"), site, Commands(), surveys(site), deep=deep)
    return list(unwhole(whole))


def own_python() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"
