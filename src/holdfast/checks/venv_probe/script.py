"""The command line of scripts/check_venv.py."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Mapping, Sequence

from . import MARKERS, Answer, Unusable, command_line, cut, dotted, inspect
from .values import ERROR, why_unanswered

SCHEMA = "holdfast/venv-check/1"


def main(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Prints what is wrong with a project's environment; returns 0 nothing, 1 errors, 2 it could not be judged."""
    parser = argparse.ArgumentParser(
        prog="check_venv.py",
        description="Is the interpreter that will run this project the right one, and is its environment whole?",
    )
    parser.add_argument("--project", type=Path, metavar="DIR", help="the project; default: the nearest one upwards")
    parser.add_argument("--python", type=Path, metavar="PATH", help="the environment or interpreter to judge")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    asked = parser.parse_args(argv)
    try:
        answer = inspect(_project(asked.project), env, python=asked.python)
    except Unusable as error:
        print(f"check_venv.py: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 2
    failed = any(problem.severity == ERROR for problem in answer.problems)
    print(json.dumps(as_json(answer, int(failed)), indent=2) if asked.json else as_text(answer))
    return int(failed)


def _project(given: Path | None) -> Path:
    if given is not None:
        if not os.path.isdir(given):
            raise Unusable(f"{cut(given)}: no such directory", "give --project the root of a Python project")
        return given
    here = Path.cwd()
    for directory in (here, *here.parents):
        if any(os.path.isfile(directory / marker) for marker in MARKERS):
            return directory
    raise Unusable(f"no Python project in {cut(here)} or above it", "name it with --project DIR")


def as_text(answer: Answer) -> str:
    """What a person reads: problems with place and fix, what could not be answered, and what it comes to."""
    lines = []
    for problem in answer.problems:
        place = ":".join(str(part) for part in (problem.file, problem.line) if part is not None)
        lines.append(f"{f'{cut(place)}: ' if place else ''}{problem.severity} {problem.id}: {problem.message}")
        lines += [f"  fix: {command_line(problem.fix)}"] if problem.fix else []
    lines += [f"not answered: {said}" for said in why_unanswered(answer)]
    total = len(answer.answered) + len(answer.unanswered)
    found = f"{cut(answer.environment.root)}, Python {dotted(answer.version)}" if answer.environment else "none"
    return "\n".join([*lines, f"environment: {found}; {len(answer.answered)} of {total} questions answered"])


def as_json(answer: Answer, exit_code: int) -> dict[str, Any]:
    """The same as a document; see docs/checks.md."""
    environment = answer.environment
    return {
        "schema": SCHEMA,
        "project": cut(answer.project),
        "environment": cut(environment.root) if environment else None,
        "found": environment.found if environment else None,
        "python": dotted(answer.version) if answer.version else None,
        "looked": [
            {"label": place.label, "path": place.path and cut(place.path), "state": place.state}
            for place in answer.looked
        ],
        "problems": [
            {**problem._asdict(), "fix": command_line(problem.fix) if problem.fix else None}
            for problem in answer.problems
        ],
        "answered": list(answer.answered),
        "unanswered": [{"question": question, "reason": why} for question, why in answer.unanswered],
        "exit_code": exit_code,
    }
