"""What an attempt's end is, from its exit code and what it left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.files import write_atomic
from holdfast.core.masking import FORMS, MASK, mask_text
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.files import AttemptFiles, cut_file, read_bounded
from holdfast.workflow.executors.interface import Place
from holdfast.workflow.executors.log_file import LogFile, last_lines
from holdfast.workflow.executors.results import OUTPUT_LIMIT, keep_artifacts, parse_outputs
from holdfast.workflow.executors.secrets import mask_values, masked_values
from holdfast.workflow.records import FAILED, SUCCEEDED, TIMED_OUT, UNKNOWN, Artifact, Outcome

SIGNAL_BASE = 128  # what a shell adds to the number of the signal that ended a program


class Ending(NamedTuple):
    """What the executor saw of an attempt's end."""

    asked: str | None
    """The status of whoever had it stopped."""
    exit_status: int | None
    """The shim's, as waitpid gives it; None where it was not our child."""
    never_began: bool
    duration_s: float
    notes: tuple[str, ...]
    secrets: Mapping[str, str]


class _Exit(NamedTuple):
    status: str
    code: int | None = None
    reason: str | None = None


def outcome_of(work: Work, place: Place, files: AttemptFiles, log: LogFile, ending: Ending) -> Outcome:
    """The outcome of an attempt that has ended: its exit code, what it said, its outputs and artifacts."""
    notes = list(ending.notes)
    said, cut = _log_size(log, notes)
    if cut:
        notes.append("the middle of its output was cut")
    values = masked_values(ending.secrets)
    outputs = _outputs(files.output, values, notes)
    found = _exit(files, ending, work.timeout_s)
    artifacts: tuple[Artifact, ...] = ()
    if work.artifacts and not ending.never_began:
        artifacts, reason = _artifacts(work, place, notes, values)
        if reason and found.status == SUCCEEDED:
            found = _Exit(FAILED, found.code, reason)
    return Outcome(
        found.status,
        found.code,
        _signal_name(found.code),
        found.reason,
        round(ending.duration_s, 4),
        outputs,
        artifacts,
        files.shown_log,
        said,
        "" if found.status == SUCCEEDED else mask_text(mask_values(last_lines(files.log), values)),
        tuple(notes),
    )


def _exit(files: AttemptFiles, ending: Ending, limit_s: float) -> _Exit:
    code, began = _exit_code(files.exit, ending)
    if ending.asked is not None:
        too_long = ending.asked == TIMED_OUT and ending.duration_s > limit_s  # else the run took too long
        why = "it never began" if ending.never_began else f"it took longer than {limit_s:g} s" if too_long else None
        return _Exit(ending.asked, code, why)
    if not began:
        return _Exit(FAILED, None, f"{files.exit} is not there: it could not be written, or the step removed it")
    if code is None:
        return _Exit(UNKNOWN, None, "its process is gone and left no exit code")
    if code == 0:
        return _Exit(SUCCEEDED, 0)
    name = _signal_name(code)
    return _Exit(FAILED, code, f"ended by {name}" if name else f"exit code {code}")


def _exit_code(path: str, ending: Ending) -> tuple[int | None, bool]:
    """The exit code, and whether it began at all."""
    content = None if ending.never_began else read_bounded(path, 16)
    if content and content.endswith(b"\n") and content.strip().isdigit():
        return int(content), True
    if ending.exit_status is None or ending.never_began:
        return None, content is not None
    code = os.waitstatus_to_exitcode(ending.exit_status)
    return (code if code >= 0 else SIGNAL_BASE - code), content is not None


def _signal_name(code: int | None) -> str | None:
    try:
        return signal.Signals(code - SIGNAL_BASE).name if code is not None and code > SIGNAL_BASE else None
    except ValueError:
        return None


def _log_size(log: LogFile, notes: list[str]) -> tuple[int, bool]:
    try:
        return log.finish()
    except OSError as error:
        notes.append(f"its log could not be finished: {error.strerror or error}")
        return 0, False


def _outputs(path: str, values: list[str], notes: list[str]) -> dict[str, str]:
    content = read_bounded(path, OUTPUT_LIMIT + 1)
    if not content:
        return {}
    if len(content) > OUTPUT_LIMIT:
        notes.append(f"$HOLDFAST_OUTPUT holds more than {OUTPUT_LIMIT} bytes; the rest is not kept")
        cut_file(path, OUTPUT_LIMIT)
        content = content[: content.rfind(b"\n", 0, OUTPUT_LIMIT) + 1]
    content = _without_secrets(path, content, values)
    found, bad = parse_outputs(content)
    notes += bad
    return {name: mask_text(mask_values(value, values), FORMS) for name, value in found.items()}


def _without_secrets(path: str, content: bytes, values: list[str]) -> bytes:
    """The outputs with their secrets masked, also in the file, which stays with the run."""
    masked = content
    for value in values:
        masked = masked.replace(os.fsencode(value), MASK.encode())
    if masked != content:
        try:
            write_atomic(Path(path), masked, sync=False)
        except HoldfastError:  # a full disk: better no file than one with a secret
            Path(path).unlink(missing_ok=True)
    return masked


def _artifacts(
    work: Work, place: Place, notes: list[str], values: list[str]
) -> tuple[tuple[Artifact, ...], str | None]:
    """The files that are kept, and why the step did not make what it had to."""
    try:
        found, missing, noted = keep_artifacts(
            work.artifacts,
            place.project,
            Path(place.runs, work.run_id, "artifacts"),
            [value.encode("utf-8", "surrogateescape") for value in values],
        )
    except HoldfastError as error:
        return (), error.message
    notes += noted
    return tuple(found), f"made no {', '.join(missing)}" if missing else None
