"""Whether somebody runs a run: asked of the system when it is looked at, never read from what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from holdfast.core.process_identity import is_running


class Liveness(NamedTuple):
    """Who runs a run, and whether that process is there. `alive` is None where it cannot be told from here."""

    alive: bool | None
    who: str
    why: str = ""
    pid: int | None = None
    host: str = ""

    @property
    def words(self) -> str:
        """The owner in a few words."""
        place = f"process {self.pid} on {self.host}" if self.pid else self.host or "an unknown process"
        if self.alive is False:
            return f"last run by {self.who}, {place}: {self.why or 'gone'}"
        doubt = "" if self.alive else f"; whether it lives cannot be told here ({self.why})"
        return f"run by {self.who}, {place}{doubt}"


def liveness(owner: Mapping[str, Any] | None) -> Liveness:
    """What is known of the owner that a `run/owner` record names; of none, that nobody runs it."""
    if owner is None:
        return Liveness(alive=False, who="nobody", why="no runner has taken it")
    process = owner.get("process") or {}
    alive, why = is_running(process)
    pid = process.get("pid")
    return Liveness(
        alive,
        str(owner.get("who", "somebody")),
        why,
        pid if isinstance(pid, int) else None,
        str(process.get("host", "")),
    )
