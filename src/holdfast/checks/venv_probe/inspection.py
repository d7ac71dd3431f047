"""Every question, asked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Mapping

from . import contents, questions
from .case import Case
from .interpreter import Config, read_config, read_interpreter
from .locate import Located, locate, named
from .project import read_project
from .values import Answer, Problem, Unanswered

QUESTIONS = (
    ("exists", questions.exists, ("VENV001",)),
    ("live variables", questions.variables_alive, ("VENV002",)),
    ("active", questions.active_is_own, ("VENV003",)),
    ("Python allowed", questions.python_allowed, ("VENV004",)),
    ("interpreter runs", questions.interpreter_runs, ("VENV005",)),
    ("versions agree", questions.versions_agree, ("VENV006",)),
    ("in its place", contents.in_its_place, ("VENV007",)),
    ("isolated", questions.isolated, ("VENV008",)),
    ("writable", questions.writable, ("VENV009",)),
    ("pip", contents.has_pip, ("VENV010",)),
    ("leaks", contents.nothing_leaks, ("VENV011",)),
    ("project installed", contents.project_installed, ("VENV012", "VENV013")),
    ("pyvenv.cfg", questions.config_readable, ("VENV014",)),
)
IDS = tuple(identifier for _, _, identifiers in QUESTIONS for identifier in identifiers)


def ask_all(project: Path, env: Mapping[str, str], *, python: Path | None = None) -> Answer:
    """Asks every question about the project's environment, or about the one that `python` names.

    `env` is the environment variables. Raises Unusable where the project's files or `python` cannot be understood.
    """
    read = read_project(os.path.abspath(project))
    located = Located(named(python), own=True, looked=()) if python else locate(read, env)
    environment = located.environment
    config = read_config(environment) if environment else Config({}, None)
    interpreter = read_interpreter(environment, config, env) if environment else None
    case = Case(read, env, located, config, interpreter)
    problems: list[Problem] = []
    answered: list[str] = []
    unanswered: list[tuple[str, str]] = []
    for label, question, _ in QUESTIONS:
        try:
            problems.extend(question(case))
            answered.append(label)
        except Unanswered as why:
            unanswered.append((label, str(why)))
    return Answer(
        project=Path(read.root),
        environment=environment,
        version=interpreter.version if interpreter else (),
        looked=located.looked,
        problems=tuple(problems),
        answered=tuple(answered),
        unanswered=tuple(unanswered),
    )
