"""`approve`: a question to a person, whose answer later steps read as `steps.ID.answer`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.core.config.kinds import DURATION, shown
from holdfast.core.errors import HoldfastError
from holdfast.workflow.kinds import bodies
from holdfast.workflow.kinds.bodies import Field, Problem
from holdfast.workflow.kinds.interface import Command, Setting
from holdfast.workflow.model import RERUN

OPTIONS = ("approve", "reject")
MOST_OPTIONS = 20


class Approve:
    """Waits for an answer. There is nothing to perform, so nothing can be done twice."""

    name = "approve"
    on_crash = RERUN
    waits = True

    def problems(self, body: Any) -> list[Problem]:
        """What is wrong with the question; a text alone is the question."""
        if isinstance(body, str):
            return list(bodies.a_text(body))
        return bodies.judged(body, FIELDS, "{question: Publish?, options: [publish, hold]}")

    def command(self, body: Any, setting: Setting) -> Command:
        """Raises HoldfastError: an approval is answered, not performed."""
        raise HoldfastError("an approval is answered by a person, not performed", hint="holdfast workflow approve")

    def question(self, body: Any) -> Mapping[str, Any]:
        """`question`, `options` and, where it expires, `expires_s`. Raises HoldfastError."""
        bodies.require(self.problems(body), self.name)
        given = {"question": body} if isinstance(body, str) else body
        asked = {"question": given["question"], "options": list(given.get("options", OPTIONS))}
        return asked | ({"expires_s": expiry(given["expires"])} if "expires" in given else {})


def expiry(value: Any) -> float:
    """A time in seconds. Raises HoldfastError where an expression gave something else."""
    try:
        return float(DURATION.accept(value))
    except ValueError as error:
        raise HoldfastError(f"expires: {error}") from error


def _options(value: Any) -> Iterator[Problem]:
    found = list(bodies.texts(value))
    yield from found
    if found:
        return
    if len(set(value)) < len(value):
        yield (), f"holds an option twice: {shown(next(each for each in value if list(value).count(each) > 1))}"
    if not 2 <= len(value) <= MOST_OPTIONS:
        yield (), f"must hold 2 to {MOST_OPTIONS} options: with one there is nothing to decide"


FIELDS = {
    "question": Field(bodies.a_text, required=True),
    "options": Field(_options),
    "expires": Field(bodies.a_duration),
}
KIND = Approve()
