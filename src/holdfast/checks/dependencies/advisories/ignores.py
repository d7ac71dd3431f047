"""Advisories that a project ignores: with a reason, until a day, and never unseen."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from holdfast.core.config import Config
from holdfast.core.findings import Finding, Location, Severity

LACKING, EXPIRED, UNUSED = "VULN004", "VULN003", "VULN005"


class Ignore(NamedTuple):
    """One table below `[tool.holdfast.advisories.ignore]`."""

    id: str
    reason: str
    until: str
    """The last day, as `2026-12-31`."""
    place: Location | None
    expired: bool

    @property
    def lacks(self) -> str:
        """What was to be given and was not."""
        return " and ".join(
            word for word, said in (("a reason", self.reason.strip()), ("a day in until", self.until)) if not said
        )

    @property
    def holds(self) -> bool:
        return not self.lacks and not self.expired


def ignores_of(config: Config, now_ms: int) -> tuple[Ignore, ...]:
    """What the configuration ignores, judged on the day (UTC) of `now_ms`."""
    today = time.strftime("%Y-%m-%d", time.gmtime(now_ms / 1000))
    return tuple(
        Ignore(name, each.reason, each.until or "", _place(config, name), bool(each.until) and str(each.until) < today)
        for name, each in config.advisories.ignore.items()
    )


def _place(config: Config, name: str) -> Location | None:
    for key in ("until", "reason"):
        match = re.fullmatch(r"(.+):(\d+)", config.origin(f"advisories.ignore.{name}.{key}"))
        if match:
            return Location(match[1], int(match[2]))
    return None


def ignoring(ignores: Iterable[Ignore], ids: Iterable[str]) -> Ignore | None:
    """The ignore that holds for a vulnerability, by any of its ids in whatever case."""
    names = {name.upper() for name in ids}
    return next((each for each in ignores if each.holds and each.id.upper() in names), None)


def judged(ignores: Iterable[Ignore], ids: Iterable[str]) -> Iterator[Finding]:
    """What is wrong with the ignores themselves; `ids` are those of all that concerns the project."""
    names = {name.upper() for name in ids}
    for each in ignores:
        unused = each.id.upper() not in names
        if each.lacks:
            message = f"{each.id} is to be ignored without {each.lacks}, and is not"
            yield Finding(LACKING, Severity.ERROR, message, each.place)
        elif each.expired:
            then = "it concerns nothing any more, so the ignore can go" if unused else "look again"
            message = f"{each.id} was ignored until {each.until} ({each.reason}): {then}"
            yield Finding(EXPIRED, Severity.ERROR, message, each.place)
        elif unused:
            message = f"{each.id} concerns nothing that is locked or installed: the ignore can go"
            yield Finding(UNUSED, Severity.INFO, message, each.place)
