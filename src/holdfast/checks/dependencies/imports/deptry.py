"""Running deptry: which one, told what, and what it said.

It is run by its own interpreter with an import path of the standard library and the environment that is looked at.
PYTHONPATH would do that too, but would put what is installed there before deptry's own modules and the standard
library, and so would run code of an environment that is only to be read.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.checks.dependencies.imports.files import OWN
from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun, Tool, crashed, interpreter_in, run_tool, said
from holdfast.checks.venv_probe.disk import names

CHECK = "imports"
HINT = "pip install 'holdfast[imports]'"
START = """\
import os, sys, sysconfig
from deptry.cli import deptry
library = sysconfig.get_path("stdlib")
own = [path for path in sys.path if path.startswith(library) and not path.endswith(("site-packages", "dist-packages"))]
sys.path[:] = own + sys.argv.pop(1).split(os.pathsep)
sys.exit(deptry())
"""


class Deptry(NamedTuple):
    """One deptry: its program, the interpreter it runs on, and that one's minor version of Python 3."""

    tool: Tool
    python: Path
    minor: int | None
    stray: bool = False
    """Whether it is neither Holdfast's own nor the project's."""


class Violation(NamedTuple):
    """What deptry holds to be wrong, at a place; `name` is a module, or a distribution as it is declared."""

    code: str
    name: str
    file: str
    line: int | None
    column: int | None


class Said(NamedTuple):
    """All that one run said."""

    violations: tuple[Violation, ...]
    scanned: int
    unread: tuple[tuple[str, str], ...]
    """The files that it could not read, with its reason."""


def find(context: Context) -> Deptry:
    """Holdfast's own deptry, else the project's, else the one on PATH. Raises CannotRun (skipped) where none is."""
    theirs = context.environment.bin if context.environment else None
    for directory in filter(None, (OWN, theirs)):
        if os.access(directory / "deptry", os.X_OK):
            return _at(directory / "deptry", own=directory == theirs)
    found = shutil.which("deptry", path=context.child_env.get("PATH", ""))
    if found:
        return _at(Path(found), own=False)._replace(stray=True)
    from holdfast.core.findings import Status

    raise CannotRun(CHECK, "deptry is not installed", hint=HINT, status=Status.SKIPPED)


def _at(program: Path, *, own: bool) -> Deptry:
    directory = Path(os.path.realpath(program)).parent
    python = next(
        (place for name in ("python3", "python") if (place := directory / name).exists()),
        interpreter_in(program) or Path("python3"),
    )
    library = directory.parent / "lib"
    for name in names(library):
        match = re.fullmatch(r"python3\.(\d+)", name)
        version = _version(library / name / "site-packages") if match else None
        if match and version:
            return Deptry(Tool("deptry", program, version, own), python, int(match[1]))
    return Deptry(Tool("deptry", program, None, own), python, None)


def _version(site_packages: Path) -> str | None:
    found = (re.fullmatch(r"deptry-([^-]+)\.dist-info", name) for name in names(site_packages))
    return next((match[1] for match in found if match), None)


def ask(context: Context, deptry: Deptry, import_path: Sequence[str], options: Sequence[str], scratch: Path) -> Said:
    """What deptry says of the project. Raises CannotRun where it ended without a verdict."""
    answer = scratch / "answer.json"
    start = [deptry.python, "-I", "-B", "-X", "utf8", "-c", START, os.pathsep.join(import_path)]
    done = run_tool(context, CHECK, [*start, ".", "--no-ansi", "-o", answer, *options, *context.args])
    try:
        violations = tuple(_violation(item) for item in json.loads(answer.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise crashed(CHECK, deptry.tool, done) from error
    talk = said(done)
    count = re.search(r"(?m)^Scanning (\d+) files?\.\.\.", talk)
    unread = re.findall(r'(?m)^Warning: Skipping processing of (.+?) because of the following error: "(.*)"\.$', talk)
    if done.exit_code not in (0, 1) or count is None:
        raise crashed(CHECK, deptry.tool, done)
    return Said(violations, int(count[1]), tuple((file.removeprefix("./"), why) for file, why in unread))


def _violation(item: Mapping[str, Any]) -> Violation:
    place = item["location"]
    file = str(place["file"]).removeprefix("./")
    return Violation(item["error"]["code"], str(item["module"]), file, place["line"], place["column"])
