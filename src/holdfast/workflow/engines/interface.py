"""The contract between the runner and what makes a run durable. tests/conformance holds every engine to it.

The runner decides (what is ready, what is retried, what a failure means); an engine keeps records and gets attempts
performed. Both sides may be killed at any instruction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from holdfast.core.errors import HoldfastError
from holdfast.workflow.records import Outcome, Record


class NoSuchRun(HoldfastError):
    """There is no run of that id."""


class RunTaken(HoldfastError):
    """Another process that is alive holds the run."""


class LeaseLost(HoldfastError):
    """Somebody else took the run meanwhile; what this runner still wants to write is refused."""


class Run(NamedTuple):
    """What a run began with, and a summary of where it stands that is kept for lists alone."""

    id: str
    """A ULID."""
    workflow: str
    """The workflow's name."""
    document: Mapping[str, Any]
    """The workflow as it was when the run began: Workflow.as_json."""
    inputs: Mapping[str, Any]
    created_ms: int
    who: str
    facts: Mapping[str, Any] = {}
    """What expressions may ask for: `commit`, `branch`, `project`."""
    options: Mapping[str, Any] = {}
    """How it was asked to run: `only`, `from`, `jobs`, `task` (its id in the task registry)."""
    origin: str | None = None
    """The run and the checkpoint that it was restarted from, or the run and step whose child it is."""
    status: str = "running"
    """running, waiting, succeeded, failed, cancelled, timed_out; what the last runner wrote, not what is true now."""
    ended_ms: int | None = None
    done: int = 0
    total: int = 0


class Owner(NamedTuple):
    """Who takes a run: a name for people, and the process as core.process_identity describes it."""

    who: str
    process: Mapping[str, Any]


class Lease(NamedTuple):
    """The right to write a run's records. A greater fence makes every smaller one worthless."""

    run_id: str
    fence: int


class Work(NamedTuple):
    """One attempt, ready to be performed wherever: all expressions are worked out, no secret's value is in it."""

    run_id: str
    instance: str
    attempt: int
    argv: tuple[str, ...]
    env: Mapping[str, str]
    """The whole environment of the program apart from secrets and HOLDFAST_*, which the executor adds."""
    cwd: str = "."
    """Relative to the project."""
    timeout_s: float = 600.0
    secrets: tuple[str, ...] = ()
    """Names; the executor looks their values up where it performs the attempt."""
    env_secrets: Mapping[str, str] = {}
    """Variables whose value holds `${secrets.NAME}`, which the executor fills in."""
    artifacts: tuple[str, ...] = ()
    uses: str = "local"
    queue: str | None = None
    idempotency_key: str = ""
    on_crash: str = "ask"

    @property
    def key(self) -> str:
        """`step/tests/1`: what the keys of its records begin with."""
        return f"step/{self.instance}/{self.attempt}"


class Recovery(NamedTuple):
    """What became of an attempt whose runner died.

    `ended`: its outcome is known after all, and is in `outcome`. `running`: it goes on, and `wait` will bring its end.
    `gone`: nobody knows whether it did its work; what was left of it has been ended. Where `began` is False, it surely
    did no work, and may be performed again whatever its `on_crash` says.
    """

    state: str
    outcome: Outcome | None = None
    detail: str = ""
    began: bool = True
    at_ms: int | None = None
    """When it ended by the engine's own record of that; None where the runner is to write one."""


class Engine(Protocol):
    """Eleven calls. Any of them raises HoldfastError where the store cannot be reached or used."""

    def begin(self, run: Run) -> None:
        """Keeps a new run, on disk when this returns."""
        ...

    def claim(self, run_id: str, owner: Owner) -> Lease:
        """Takes a run: where nobody has it, or its owner is dead. Raises RunTaken, which names the owner; NoSuchRun."""
        ...

    def load(self, run_id: str) -> tuple[Run, Sequence[Record]]:
        """The run and its records in the order in which they were written. Raises NoSuchRun. Writes nothing."""
        ...

    def record(self, lease: Lease, records: Sequence[Record], *, sync: bool = True) -> None:
        """Writes records, all or none; one whose key is there already is passed over. Raises LeaseLost.

        With `sync` they survive a power cut when this returns, else only the death of every process. A `run/ended` or
        `run/status` record also brings the run's summary up to date.
        """
        ...

    def dispatch(self, lease: Lease, work: Sequence[Work], records: Sequence[Record] = ()) -> None:
        """Writes the records and the start of each attempt in one synced write, then has the attempts performed.

        An attempt that was dispatched before is not performed twice. Raises LeaseLost.
        """
        ...

    def wait(self, lease: Lease, timeout_s: float | None) -> Sequence[Record]:
        """What was written since by anybody but this runner: ends of attempts, signals. Empty at the deadline.

        Keeps the lease alive meanwhile. The ends that it returns survive the death of every process; a power cut they
        survive before any later attempt begins, before a synced record is written, and when `wait` is called again.
        Raises LeaseLost.
        """
        ...

    def stop(self, lease: Lease, keys: Sequence[str], status: str) -> None:
        """Has running attempts ended with all their processes; their ends come from `wait` with that status."""
        ...

    def recover(self, lease: Lease, work: Work, *, adopt: bool) -> Recovery:
        """Finds out about an attempt that was started under an earlier lease and has no end.

        Of `work` the run, instance, attempt and `uses` have to be right; what else is needed the engine kept.
        With `adopt`, what still runs is let run; else it is ended first.
        """
        ...

    def signal(self, run_id: str, record: Record) -> bool:
        """Writes a record without a lease, as people and other processes do. False where the key is taken."""
        ...

    def enter(self, lease: Lease, group: str) -> str | None:
        """Takes a concurrency group for a run; None where that worked, else the run that is in it.

        It is left when the run ends, when `leave` says so, or when its owner is dead.
        """
        ...

    def leave(self, lease: Lease, group: str) -> None:
        """Gives a concurrency group back."""
        ...

    def runs(self, *, limit: int = 100, before: str | None = None, workflow: str | None = None) -> Sequence[Run]:
        """The newest runs first, without their documents, those of ids smaller than `before`."""
        ...

    def release(self, lease: Lease) -> None:
        """Gives the run back, so that anybody may take it at once."""
        ...

    def close(self) -> None:
        """Gives everything back; attempts that still run are let run."""
        ...
