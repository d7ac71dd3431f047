"""Kinds of step that take any body, and one that is hard to please."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast.workflow.kinds.interface import Command, Kind, Setting
from holdfast.workflow.model import KINDS, RERUN


class Anything:
    """A kind that takes any body; a run takes texts alone."""

    waits = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.on_crash = RERUN if name in ("check", "gate") else "ask"

    def problems(self, body: Any) -> list[tuple[tuple[str | int, ...], str]]:
        words = body if isinstance(body, list) and self.name == "run" else []
        return [((place,), "must be text") for place, word in enumerate(words) if not isinstance(word, str)]

    def command(self, body: Any, _setting: Setting) -> Command:
        return Command(tuple(body))

    def question(self, _body: Any) -> Mapping[str, Any]:
        return {}


ALL: dict[str, Kind] = {name: Anything(name) for name in KINDS}
