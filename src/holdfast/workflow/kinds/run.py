"""`run`: a program with its arguments, or a text for the shell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast.workflow.kinds import bodies
from holdfast.workflow.kinds.bodies import Problem
from holdfast.workflow.kinds.interface import Command, Setting
from holdfast.workflow.model import ASK


class Run:
    """A command. Whether it may run twice nobody can tell but whoever wrote it."""

    name = "run"
    on_crash = ASK
    waits = False

    def problems(self, body: Any) -> list[Problem]:
        """What is wrong with the command."""
        return list(bodies.command(body))

    def command(self, body: Any, setting: Setting) -> Command:
        """The command itself. Raises HoldfastError."""
        bodies.require(self.problems(body), self.name)
        in_shell = isinstance(body, str)
        return Command((body,) if in_shell else bodies.words_of(body), in_shell)

    def question(self, body: Any) -> Mapping[str, Any]:
        """Nothing: it waits for nobody."""
        return {}


KIND = Run()
