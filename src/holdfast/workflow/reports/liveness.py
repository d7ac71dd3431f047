"""Whether somebody runs a run: asked of the system when it is looked at, never read from what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from holdfast.core.process_identity import is_running
from holdfast.workflow.engines.reading import Session

GIVEN_BACK = "it has given the run back"


class Liveness(NamedTuple):
    """Who runs a run, or ran it last, and whether that process is there; `alive` is None where nothing tells."""

    alive: bool | None
    who: str
    why: str = ""
    pid: int | None = None
    host: str = ""

    @property
    def words(self) -> str:
        """The owner in a few words."""
        place = f"process {self.pid} on {self.host}" if self.pid else self.host or "an unknown process"
        return (
            f"run by {self.who}, {place}"
            if self.alive is not False
            else f"last run by {self.who}, {place}: {self.why or 'gone'}"
        )


def holder(owner: Mapping[str, Any] | None, session: Session | None) -> Liveness:
    """Who holds a run by its session; where nobody holds it, the owner that its records name last."""
    if session is not None:
        return _known(session.who, session.process, alive=session.alive, why=session.why)
    if owner is None:
        return NOBODY
    return _known(str(owner.get("who", "somebody")), owner.get("process") or {}, alive=False, why=GIVEN_BACK)


def liveness(owner: Mapping[str, Any] | None) -> Liveness:
    """What the process that a `run/owner` record names tells; of one on another machine, nothing."""
    if owner is None:
        return NOBODY
    process = owner.get("process") or {}
    alive, why = is_running(process)
    return _known(str(owner.get("who", "somebody")), process, alive=alive, why=why)


def _known(who: str, process: Mapping[str, Any], *, alive: bool | None, why: str) -> Liveness:
    pid = process.get("pid")
    return Liveness(alive, who, why, pid if isinstance(pid, int) else None, str(process.get("host", "")))


NOBODY = Liveness(alive=False, who="nobody", why="no runner has taken it")
