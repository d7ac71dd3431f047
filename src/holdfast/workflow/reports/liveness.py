"""Whether somebody runs a run: asked of the system when it is looked at, never read from what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from holdfast.workflow.engines.reading import Session


class Liveness(NamedTuple):
    """Who runs a run, or ran it last, and whether that process is there."""

    alive: bool
    who: str
    why: str = ""
    pid: int | None = None
    host: str = ""

    @property
    def words(self) -> str:
        """The owner in a few words."""
        place = f"process {self.pid} on {self.host}" if self.pid else self.host or "an unknown process"
        return f"run by {self.who}, {place}" if self.alive else f"last run by {self.who}, {place}: {self.why or 'gone'}"


def liveness(owner: Mapping[str, Any] | None, session: Session | None) -> Liveness:
    """What is known of who holds a run: its session, or where nobody holds it the owner that its records name last."""
    if session is not None:
        return _known(session.who, session.process, alive=session.alive, why=session.why)
    if owner is None:
        return Liveness(alive=False, who="nobody", why="no runner has taken it")
    return _known(
        str(owner.get("who", "somebody")), owner.get("process") or {}, alive=False, why="it has given the run back"
    )


def _known(who: str, process: Mapping[str, Any], *, alive: bool, why: str) -> Liveness:
    pid = process.get("pid")
    return Liveness(alive, who, why, pid if isinstance(pid, int) else None, str(process.get("host", "")))
