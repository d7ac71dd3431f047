"""What is known of a run: facts under keys, each written once. A run's state is the fold of them, never stored itself.

An instance is a step, `tests`, or one item of a fan-out, `fan[3]`. Attempts count from 1 and never start again.

| key | written when | data |
| --- | --- | --- |
| `step/<instance>/<n>/started` | before an attempt is performed | `idempotency_key`, `on_crash` |
| `step/<instance>/<n>/process` | when its process is there, before it may work | core.process_identity, `group` |
| `step/<instance>/<n>/process/<k>` | when the first process never began, and another was made; k from 2 | the same |
| `step/<instance>/<n>/ended` | after it | an Outcome |
| `step/<instance>.probe/<n>/...` | as those of a step: the probe that finds out about attempt n after a crash | |
| `step/<instance>/skipped` | when its turn came, and it was not to run | `reason`; `status`: cancelled |
| `step/<instance>/expanded` | when `for_each` was worked out | `items` |
| `step/<instance>/asked` | when an approval or a guide began to wait | `question`, `options`, `expires_ms` ... |
| `step/<instance>/answer/<n>` | by a person or an agent, from any process | `answer`, `by`, `rejected`, `done` ... |
| `step/<instance>/again/<n>` | when a failed or unknown step was told to be tried again | `by`, `why` |
| `step/<instance>/dropped` | when a dead letter was given up | `by`, `why` |
| `run/cancel` | by anybody | `by`, `reason` |
| `run/owner/<fence>` | when a runner takes the run | `who`, `process` |
| `run/moved/<n>` | when a run in flight was moved to another version of its file | `document` |
| `run/status/<ms>` | when it waits, or goes on after it waited or ended; for lists alone | `status`, `done`, `total` |
| `run/ended/<n>` | when nothing is left to do; n counts how often it was reopened | `status`, `done`, `total` |

A step that is told to be done again may be skipped and asked again: its `skipped` and `asked` then end in `/<n>`, the
number of its last `again`; a run that is cancelled a second time has `run/cancel/2`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

SUCCEEDED, FAILED, TIMED_OUT, CANCELLED, UNKNOWN = "succeeded", "failed", "timed_out", "cancelled", "unknown"
"""How an attempt ends. Unknown: it was killed in the middle, and nobody can tell whether it did its work."""


class Record(NamedTuple):
    """One fact of a run. The first record under a key stands; writing the key again changes nothing."""

    key: str
    data: Mapping[str, Any]
    at_ms: int
    """Milliseconds since 1970."""


class Artifact(NamedTuple):
    """A file that a step made and the run keeps."""

    path: str
    sha256: str
    size: int
    """In bytes."""


class Outcome(NamedTuple):
    """How an attempt ended. `exit_code` is what a shell would report: 128 + n where signal n ended it."""

    status: str
    exit_code: int | None = None
    signal: str | None = None
    reason: str | None = None
    duration_s: float = 0.0
    outputs: Mapping[str, str] = {}
    """What it wrote into $HOLDFAST_OUTPUT; the values of secrets are masked."""
    artifacts: tuple[Artifact, ...] = ()
    log: str | None = None
    """Its output, a file relative to the project."""
    log_bytes: int = 0
    """How much it said; more than the file holds where the middle was cut."""
    tail: str = ""
    """The last lines that it said, masked; of failed attempts alone."""
    notes: tuple[str, ...] = ()
    """What else was noticed: processes that it left behind, output that was cut."""

    def as_json(self) -> dict[str, Any]:
        """The outcome as the data of a record; what has its default is left out."""
        defaults = self._field_defaults
        fields = {k: v for k, v in self._asdict().items() if k not in defaults or v != defaults[k]}
        if self.artifacts:
            fields["artifacts"] = [artifact._asdict() for artifact in self.artifacts]
        return fields

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """The outcome that `as_json` wrote; fields of a newer version are passed over. Raises KeyError."""
        fields = {name: value for name, value in data.items() if name in cls._fields}
        made = [Artifact(each["path"], each["sha256"], each["size"]) for each in data.get("artifacts", ())]
        return cls(**{**fields, "artifacts": tuple(made), "notes": tuple(data.get("notes", ()))})
