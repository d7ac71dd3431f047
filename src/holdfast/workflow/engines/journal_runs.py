"""Runs and their records, as the journal's tables hold them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Run, Work
from holdfast.workflow.engines.journal_owners import no_such_run
from holdfast.workflow.engines.journal_store import Store
from holdfast.workflow.records import Record

RUNNING = "running"
_SUMMARY = "id, workflow, created_ms, who, origin, status, ended_ms, done, total"
_NO_PREFIX_REACHES = "\U0010ffff"


def insert(store: Store, run: Run) -> None:
    """Writes a new run; one of that id that is there already stays as it is."""
    values = (run.id, run.workflow, run.created_ms, run.who, run.origin, run.status, run.ended_ms, run.done, run.total)
    new = store.execute(
        "INSERT OR IGNORE INTO runs (id, workflow, created_ms, who, origin, status, ended_ms, done, total)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    if new:
        content = {name: getattr(run, name) for name in ("document", "inputs", "facts", "options")}
        store.execute("INSERT INTO documents (run_id, content) VALUES (?, ?)", (run.id, json.dumps(content)))


def load(store: Store, run_id: str) -> tuple[Run, list[Record], int]:
    """A run, its records in the order in which they were written, and the number of the last. Raises NoSuchRun."""
    row = store.row(
        f"SELECT {_SUMMARY}, content FROM runs JOIN documents ON run_id = id WHERE id = ?",  # noqa: S608
        (run_id,),
    )
    if row is None:
        raise no_such_run(run_id)
    content = decoded(store, row[-1], "the document", run_id)
    rows = store.rows("SELECT seq, key, data, at_ms FROM records WHERE run_id = ? ORDER BY seq", (run_id,))
    records = [Record(key, decoded(store, data, key, run_id), at_ms) for _, key, data, at_ms in rows]
    return _run(row[:-1], content), records, rows[-1][0] if rows else 0


def decoded(store: Store, text: str, what: str, run_id: str) -> dict[str, Any]:
    """What a text of the journal holds. Raises HoldfastError where it is none that we wrote."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    hint = "nothing was changed; this run cannot be resumed, others can"
    raise HoldfastError(f"{store.path}: {what} of run {run_id} is damaged", hint=hint)


def newest(store: Store, limit: int, before: str | None, workflow: str | None) -> list[Run]:
    """Runs without their documents, the newest first."""
    older = before or _NO_PREFIX_REACHES
    if workflow is None:
        sql = f"SELECT {_SUMMARY} FROM runs WHERE id < ? ORDER BY id DESC LIMIT ?"  # noqa: S608
        rows = store.rows(sql, (older, limit))
    else:
        sql = f"SELECT {_SUMMARY} FROM runs WHERE workflow = ? AND id < ? ORDER BY id DESC LIMIT ?"  # noqa: S608
        rows = store.rows(sql, (workflow, older, limit))
    return [_run(row, {}) for row in rows]


def summarise(store: Store, run_id: str, record: Record) -> None:
    """Brings a run's summary up to date by a `run/ended/<n>` or `run/status` record; its end frees its groups."""
    ended = record.key.startswith("run/ended/")
    store.execute(
        "UPDATE runs SET status = coalesce(?, status), done = coalesce(?, done), total = coalesce(?, total),"
        " ended_ms = ? WHERE id = ?",
        (*(record.data.get(name) for name in ("status", "done", "total")), record.at_ms if ended else None, run_id),
    )
    if ended:
        store.execute("DELETE FROM groups WHERE run_id = ?", (run_id,))


def data_of(store: Store, run_id: str, key: str) -> Mapping[str, Any] | None:
    """The data of a record, or None where there is none of that key."""
    row = store.row("SELECT data FROM records WHERE run_id = ? AND key = ?", (run_id, key))
    found: Mapping[str, Any] | None = json.loads(row[0]) if row else None
    return found


KEPT = {"cwd": ".", "timeout_s": 600.0, "secrets": (), "artifacts": (), "queue": None}
"""What has to be known of an attempt to find it again, with what is left out."""


def started_record(work: Work, at_ms: int) -> Record:
    """What is written down of an attempt before it is performed; of its environment no more than names of secrets."""
    data: dict[str, Any] = {"idempotency_key": work.idempotency_key, "on_crash": work.on_crash}
    kept = {name: value for name in KEPT if (value := getattr(work, name)) != KEPT[name]}
    if work.env_secrets:
        kept["env_secrets"] = dict(work.env_secrets)
    if kept:
        data["recovery"] = kept
    return Record(f"{work.key}/started", data, at_ms)


def as_dispatched(store: Store, work: Work) -> Work:
    """The attempt with what was kept of it when it was dispatched."""
    started = data_of(store, work.run_id, f"{work.key}/started") or {}
    kept = {**KEPT, "env_secrets": {}, **started.get("recovery", {})}
    lists = {name: tuple(kept[name]) for name in ("secrets", "artifacts")}
    return work._replace(**{name: value for name, value in {**kept, **lists}.items() if name in Work._fields})


def boot_of_start(store: Store, work: Work) -> object:
    """The start of the machine in which an attempt was dispatched: that of the run's owner at the time."""
    row = store.row(
        "SELECT owners.data FROM records AS owners, records AS started WHERE started.run_id = ? AND started.key = ?"
        " AND owners.run_id = started.run_id AND owners.key > 'run/owner/' AND owners.key < 'run/owner0'"
        " AND owners.seq < started.seq ORDER BY owners.seq DESC LIMIT 1",
        (work.run_id, f"{work.key}/started"),
    )
    return json.loads(row[0])["process"].get("boot") if row else None


def delete(store: Store, run_ids: Sequence[str]) -> int:
    """Forgets runs for good, except those that somebody holds; how many that were. Their files are the caller's."""
    deleted = 0
    with store.transaction(sync=True):
        for run_id in run_ids:
            if store.execute("DELETE FROM runs WHERE id = ? AND owner IS NULL", (run_id,)):
                deleted += 1
                for table in ("documents", "records", "starts", "groups"):
                    store.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))  # noqa: S608
    return deleted


def _run(summary: Sequence[Any], content: Mapping[str, Any]) -> Run:
    run_id, workflow, created_ms, who, origin, status, ended_ms, done, total = summary
    return Run(
        run_id,
        workflow,
        content.get("document", {}),
        content.get("inputs", {}),
        created_ms,
        who,
        content.get("facts", {}),
        content.get("options", {}),
        origin,
        status,
        ended_ms,
        done,
        total,
    )
