"""`guide`: work for a person or an agent. It is done when its commands pass, not when somebody says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from holdfast.workflow.kinds import bodies
from holdfast.workflow.kinds.approve import expiry
from holdfast.workflow.kinds.bodies import Field, Problem
from holdfast.workflow.kinds.interface import Command, Setting
from holdfast.workflow.model import RERUN

EXAMPLE = "{instructions: Write the parser, criteria: [it reads all samples], commands: [[pytest, -q]]}"


class Guide:
    """Waits until somebody says that the work is done, then looks. Its commands are checks, so they may run again."""

    name = "guide"
    on_crash = RERUN
    waits = True

    def problems(self, body: Any) -> list[Problem]:
        """What is wrong with it. One command at least: else saying "done" would be all it takes."""
        return bodies.judged(body, FIELDS, EXAMPLE)

    def command(self, body: Any, setting: Setting) -> Command:
        """All commands in their order, each reported. Raises HoldfastError."""
        bodies.require(self.problems(body), self.name)
        listed = [each if isinstance(each, str) else bodies.words_of(each) for each in body["commands"]]
        argument = json.dumps({"commands": listed}, ensure_ascii=False)
        return Command((setting.python, "-P", "-m", "holdfast.workflow.kinds.guide_commands", argument))

    def question(self, body: Any) -> Mapping[str, Any]:
        """`question`, `options` (done), `instructions`, `criteria`, `commands`. Raises HoldfastError."""
        bodies.require(self.problems(body), self.name)
        asked = {
            "question": "Is it done?",
            "options": ["done"],
            "instructions": body["instructions"],
            "criteria": list(body.get("criteria", ())),
            "commands": [each if isinstance(each, str) else list(bodies.words_of(each)) for each in body["commands"]],
        }
        return asked | ({"expires_s": expiry(body["expires"])} if "expires" in body else {})


FIELDS = {
    "instructions": Field(bodies.a_text, required=True),
    "criteria": Field(bodies.texts),
    "commands": Field(bodies.commands, required=True),
    "expires": Field(bodies.a_duration),
}
KIND = Guide()
