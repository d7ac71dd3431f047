"""DBOS's public calls that are used: queues, enqueueing, the ends of workflows, cancelling and resuming them.

An attempt is a workflow of DBOS with the id `{run}:{instance}:{attempt}`. What it is given and what it returns is one
JSON text, in DBOS's portable serialization: nothing in the database is ever unpickled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from holdfast.core.clock import iso
from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.dbos.database import Database, imported
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.model import Queue
from holdfast.workflow.records import FAILED, Outcome, Record

if TYPE_CHECKING:
    import sqlalchemy as sa
    from dbos import DBOSClient, WorkflowStatus

Answer = TypeVar("Answer")

ABI = "holdfast-workflow-1"
"""What a worker must understand: the first part of DBOS's application version. Never a digest of the source."""

PERFORM = "holdfast_perform"
"""The name of the one function that is registered with DBOS."""

POLL_S = 0.05
"""How often a worker looks at a queue. DBOS starts at most worker_concurrency attempts each time."""

AHEAD = 8
"""How many attempts a worker takes beyond those that it performs: short ones need not wait for its next look then."""

CROWDED = 400
"""With more attempts than that outstanding a runner has workers look less often, and take more at once: a look costs
as much of a core as several short attempts.
"""
CROWDED_POLL_S, CROWDED_AHEAD = 0.2, 32

DEFAULT_QUEUE = "default"
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_FORGOTTEN = 1000  # so many at once
_OVERLAP_MS = 200  # ends are stamped before they are committed


class Envelope(NamedTuple):
    """What a worker is given."""

    work: Work
    host: str
    """Of the runner, which finds there what is on that machine."""
    project: str
    """The project's directory there."""
    commit: str | None = None

    def as_text(self) -> str:
        """The envelope as JSON."""
        return json.dumps({**self._asdict(), "work": self.work._asdict()}, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Envelope:
        """The envelope that `as_text` made; fields of a newer version are passed over."""
        data = json.loads(text)
        fields = {name: value for name, value in data["work"].items() if name in Work._fields}
        lists = {name: tuple(fields[name]) for name in ("argv", "secrets", "artifacts") if name in fields}
        return cls(Work(**{**fields, **lists}), data["host"], data["project"], data.get("commit"))


class Ends(NamedTuple):
    """Ends of attempts, and how far they were looked at."""

    records: list[tuple[int, Record]]
    """Each with the time, by the database's clock."""
    until_ms: int


class Queueing:
    """DBOS as the runner and the reaper see it."""

    def __init__(self, database: Database, project: str) -> None:
        self.database = database
        self.application = application_name(project)
        self.version = f"{ABI}.{self.application}"  # DBOS wants it to be one application's alone

    def register(self, queues: Iterable[Queue], jobs: int, *, crowded: bool = False) -> None:
        """Makes or brings up to date queues; `jobs` is how many attempts a worker performs of one at once."""
        for queue in queues:
            self._call(partial(self._register, queue, jobs, crowded=crowded and not (queue.concurrency or queue.limit)))

    def widen(self, names: Iterable[str], jobs: int) -> None:
        """Sees to it that the queues exist and a worker may take that many of each at once; limits stay."""
        for name in names:
            queue = self._client.retrieve_queue(self.name(name))
            if queue is None:
                self.register([Queue(name)], jobs)
                continue
            ahead = CROWDED_AHEAD if queue.polling_interval_sec > POLL_S else AHEAD
            if queue.worker_concurrency != (wanted := _taken(jobs + ahead, queue.global_concurrency)):
                queue.set_worker_concurrency(wanted)

    def name(self, queue: str | None) -> str:
        """The name in DBOS of a project's queue."""
        return f"{self.application}/{queue or DEFAULT_QUEUE}"

    def enqueue(self, connection: sa.Connection, envelopes: Iterable[Envelope]) -> None:
        """Enqueues attempts in the caller's transaction; those that were enqueued before stay as they are."""
        from dbos import EnqueueOptions, WorkflowSerializationFormat

        for envelope in envelopes:
            options = EnqueueOptions(
                workflow_name=PERFORM,
                queue_name=self.name(envelope.work.queue),
                workflow_id=workflow_id(envelope.work),
                app_version=self.version,
                serialization_type=WorkflowSerializationFormat.PORTABLE,
            )
            self._client.enqueue_in_transaction(connection, options, envelope.as_text())

    def ends(self, ids: Sequence[str]) -> list[tuple[int, Record]]:
        """The ends of those of these attempts that have one."""
        found = self._list(workflow_ids=list(ids), status=_ENDED, load_input=False) if ids else []
        return [(status.completed_at or 0, _end(status)) for status in found if status.status != "CANCELLED"]

    def ends_since(self, run_id: str, since_ms: int) -> Ends:
        """The ends of a run's attempts from about that time on: some that were seen before are among them."""
        after = iso(max(0, since_ms - _OVERLAP_MS)) if since_ms else None
        found = self._list(workflow_id_prefix=f"{run_id}:", status=_ENDED, completed_after=after, load_input=False)
        ends = [(status.completed_at or 0, _end(status)) for status in found if status.status != "CANCELLED"]
        return Ends(ends, max([since_ms, *(at_ms for at_ms, _ in ends)]))

    def status(self, ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """The status of each attempt that DBOS knows, and who performs it."""
        found = self._list(workflow_ids=list(ids), load_input=False, load_output=False)
        return {each.workflow_id: (each.status, each.executor_id) for each in found}

    def performed(self) -> list[tuple[str, str | None, str | None]]:
        """Every attempt of the project that is being performed: its id, by whom, and its queue in DBOS."""
        found = self._list(status="PENDING", name=PERFORM, load_input=False, load_output=False)
        return [(each.workflow_id, each.executor_id, each.queue_name) for each in found]

    def resume(self, ids: Sequence[str], queue: str | None) -> None:
        """Puts attempts onto their queue again; those that ended are left alone."""
        self._call(lambda: self._client.resume_workflows(list(ids), queue_name=queue or self.name(None)))

    def cancel(self, ids: Sequence[str]) -> None:
        """Sees to it that nobody performs these attempts, and that a result that still comes is dropped."""
        self._call(lambda: self._client.cancel_workflows(list(ids)))

    def forget(self, run_id: str) -> None:
        """Deletes a run's attempts with all that they returned."""
        found = self._list(workflow_id_prefix=f"{run_id}:", load_input=False, load_output=False)
        for at in range(0, len(found), _FORGOTTEN):
            ids = [each.workflow_id for each in found[at : at + _FORGOTTEN]]
            self._call(partial(self._client.delete_workflows, ids))

    def close(self) -> None:
        """Closes the connections."""
        if "_client" in vars(self):
            self._client.destroy()

    def _register(self, queue: Queue, jobs: int, *, crowded: bool) -> None:
        most = queue.concurrency or None
        self._client.register_queue(
            self.name(queue.name),
            global_concurrency=most,
            worker_concurrency=_taken(jobs + (CROWDED_AHEAD if crowded else AHEAD), most),
            limiter={"limit": queue.limit, "period": queue.period_s} if queue.limit else None,
            polling_interval_sec=CROWDED_POLL_S if crowded else POLL_S,
        )

    def _call(self, once: Callable[[], Answer]) -> Answer:
        """What a call of DBOS returns. Raises HoldfastError."""
        try:
            return self.database.patiently(once)
        except imported("dbos").error.DBOSException as error:
            said = self.database.address.masked(str(error))
            raise HoldfastError(f"{self.database.address.shown}: {said}", hint="look at the server's log") from error

    def _list(self, **wanted: Any) -> list[WorkflowStatus]:
        given = {name: value for name, value in wanted.items() if value is not None}
        return self._call(lambda: self._client.list_workflows(**given))

    @cached_property
    def _client(self) -> DBOSClient:
        made: DBOSClient = imported("dbos").DBOSClient(
            system_database_engine=self.database.shared,
            application_name=self.application,
            lazy=True,
            retry_connection_errors=False,  # DBOS would wait for ever
        )
        return made


def _taken(wanted: int, most: int | None) -> int:
    return min(wanted, most) if most else wanted


def application_name(project: str) -> str:
    """DBOS's name for a project: lower case, and told apart from every other project's where letters were changed."""
    slug = re.sub(r"[^a-z0-9_-]+", "-", project.lower())[:80]
    return f"holdfast-{slug}" if slug == project else f"holdfast-{slug}-{sha256(project.encode()).hexdigest()[:8]}"


def workflow_id(work: Work) -> str:
    """The id of an attempt in DBOS."""
    return f"{work.run_id}:{work.instance}:{work.attempt}"


def id_of(run_id: str, key: str) -> str:
    """The id in DBOS of the attempt whose records begin with this key, `step/tests/1`."""
    instance, _, attempt = key.removeprefix("step/").rpartition("/")
    return f"{run_id}:{instance}:{attempt}"


def _end(status: WorkflowStatus) -> Record:
    _, instance, attempt = _parts(status.workflow_id)
    outcome: Mapping[str, Any]
    if status.status == "SUCCESS" and isinstance(status.output, str):
        outcome = json.loads(status.output)
    else:
        outcome = Outcome(FAILED, reason=f"it could not be performed: {status.error or status.status}").as_json()
    return Record(f"step/{instance}/{attempt}/ended", outcome, status.completed_at or 0)


def _parts(text: str) -> tuple[str, str, str]:
    run_id, _, rest = text.partition(":")
    instance, _, attempt = rest.rpartition(":")
    return run_id, instance, attempt
