"""`check`: one or more of the project's checks, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from holdfast.core.config.kinds import CHECK_NAME
from holdfast.workflow.kinds import bodies
from holdfast.workflow.kinds.bodies import Problem
from holdfast.workflow.kinds.interface import Command, Setting
from holdfast.workflow.model import RERUN

DEPS = {"deps": "lock,installed,conflicts,imports,vulnerabilities"}
"""What `holdfast check-deps` looks at, under one name."""


class Check:
    """Checks of `validate-env`: looking changes nothing, so one that was killed runs again."""

    name = "check"
    on_crash = RERUN
    waits = False

    def problems(self, body: Any) -> list[Problem]:
        """What is wrong with the names. Whether there are such checks, validate-env says."""
        if isinstance(body, str):
            return [((), message) for _, message in _name(body)]
        found = list(bodies.texts(body))
        if not found:
            found = [((place,), message) for place, each in enumerate(body) for _, message in _name(each)]
        return found

    def command(self, body: Any, setting: Setting) -> Command:
        """`validate-env --only`. Raises HoldfastError."""
        bodies.require(self.problems(body), self.name)
        names = ",".join(DEPS.get(name, name) for name in ([body] if isinstance(body, str) else body))
        argv = (
            setting.python,
            "-P",
            "-m",
            "holdfast",
            "validate-env",
            f"--only={names}",
            "--no-log",
            "--format",
            "text",
        )
        return Command(argv)

    def question(self, body: Any) -> Mapping[str, Any]:
        """Nothing: it waits for nobody."""
        return {}


def _name(name: str) -> list[Problem]:
    if bodies.is_open(name) or re.fullmatch(CHECK_NAME, name):
        return []
    return [((), f"must be a check's name, such as venv, not {name[:60]!r}; holdfast validate-env --list names them")]


KIND = Check()
