"""Attempts as processes of this machine, each in a session and process group of its own.

The starter may be killed at any instruction: what was not released never begins, what was goes on, with its output
in a file and its exit code in another, and is found again by the process that the journal names.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors
from holdfast.core.process_identity import boot, is_running
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.attempt import Begin, LocalAttempt
from holdfast.workflow.executors.ending import Ending, outcome_of
from holdfast.workflow.executors.files import AttemptFiles, attempt_files, make_folders, read_bounded
from holdfast.workflow.executors.interface import Lost, Place, Running
from holdfast.workflow.executors.log_file import LogFile
from holdfast.workflow.executors.secrets import find_secrets, known_secrets, masked_values, secret_environment
from holdfast.workflow.executors.shim import CannotStart, Shim, end, find_program, script, spawn
from holdfast.workflow.executors.strays import Strays, end_leftovers
from holdfast.workflow.records import Outcome

UNDECIDED_S = 1.0
"""How long a shim may take to see that its starter is dead, or to begin with what the starter wrote last."""
PAUSE_S = 0.002


class LocalExecutor:
    """Performs attempts on this machine; holdfast.workflow.executors.interface has the contract."""

    def __init__(self) -> None:
        self._strays = Strays()
        self._folders: set[tuple[str, str]] = set()
        self._spares: list[Shim] = []
        """None or one; a list, as its pop gives it to one thread alone."""

    def start(self, work: Work, place: Place) -> Running:
        """Starts the shim of an attempt. Raises HoldfastError where its program, directory or a secret is missing."""
        cwd = os.path.normpath(f"{place.project}/{work.cwd}")
        argv = (find_program(work.argv, work.env, cwd), *work.argv[1:])
        secrets = find_secrets(work, place)
        files = self._files(work, place)
        exports = {
            **secret_environment(work, secrets),
            "HOLDFAST_RUN_ID": work.run_id,
            "HOLDFAST_STEP": work.instance,
            "HOLDFAST_ATTEMPT": str(work.attempt),
            "HOLDFAST_IDEMPOTENCY_KEY": work.idempotency_key,
            "HOLDFAST_OUTPUT": files.output,
        }
        mask = _json(masked_values(secrets)) if secrets else None
        told = script(argv, exports, cwd=cwd, log=files.log, exit_file=files.exit, mask=mask)
        log = self._fresh_log(files)
        try:
            shim = self._shim(work.env)
        except HoldfastError:
            os.close(log)
            raise
        log_file = LogFile(files.log, log, place.output_limit)
        return LocalAttempt(
            work, place, files, shim.process, log_file, self._strays, secrets=secrets, begin=Begin(shim.pipe, told)
        )

    def prepare(self, work: Work) -> None:
        """Starts a shell that waits, for an attempt with the environment of this one: half of the time it takes."""
        if not self._spares:
            with suppress(CannotStart):  # whoever needs one is told
                self._spares.append(spawn(work.env))

    def close(self) -> None:
        """Ends the shell that waits."""
        with suppress(IndexError):
            end(self._spares.pop())

    def _shim(self, env: Mapping[str, str]) -> Shim:
        """The shell that waits, if it has this environment, else a new one."""
        with suppress(IndexError):
            spare = self._spares.pop()
            if spare.env == env:
                return spare
            end(spare)
        return spawn(env)

    def adopt(self, work: Work, place: Place, process: Mapping[str, Any]) -> Running | Outcome | Lost:
        """Finds an attempt again that an earlier process started."""
        files = attempt_files(work, place)
        if process.get("boot") != boot():  # what was not synced may be lost, its exit code as well as its outputs
            return Lost(began=True, detail="the machine was restarted")
        running, why = is_running(process)
        if running:
            running = _decided(files, process)
        if running:
            return self._adopted(work, place, files, process)
        content = read_bounded(files.exit, 16)
        if content and content.strip():
            return self._ended(work, place, files, process)
        if content is None and running is False:
            return Lost(began=False, detail="it was never released")
        left = end_leftovers(work, process) if running is False else 0
        also = f"; {left} processes that it left were ended" if left else ""
        return Lost(began=True, detail=(why or "its process was ended") + also)

    def end_leftovers(self, work: Work, process: Mapping[str, Any]) -> int:
        """Ends what is left of an attempt; how many processes that were."""
        return end_leftovers(work, process)

    def _files(self, work: Work, place: Place) -> AttemptFiles:
        """The attempt's files, with the directories for them made."""
        run = (str(place.runs), work.run_id)
        if run not in self._folders:
            make_folders(work, place)
            self._folders.add(run)
        return attempt_files(work, place)

    def _fresh_log(self, files: AttemptFiles) -> int:
        """Opens a new log. Where there is one, the attempt was performed before, and what it left is removed."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        with suppress(OSError):  # the second try says what is wrong
            return os.open(files.log, flags | os.O_EXCL, 0o600)
        with file_errors(Path(files.log), "write"):
            Path(files.exit).unlink(missing_ok=True)
            Path(files.output).unlink(missing_ok=True)
            return os.open(files.log, flags, 0o600)

    def _adopted(self, work: Work, place: Place, files: AttemptFiles, process: Mapping[str, Any]) -> Running:
        with file_errors(place.runs, "read"):
            log = _opened_log(files, place)
        secrets = known_secrets(work, place)
        ran_s = _ran_s(process)
        return LocalAttempt(work, place, files, process, log, self._strays, secrets=secrets, begin=None, ran_s=ran_s)

    def _ended(self, work: Work, place: Place, files: AttemptFiles, process: Mapping[str, Any]) -> Outcome:
        left = end_leftovers(work, process)
        notes = (f"{left} processes that it left running were ended",) if left else ()
        with file_errors(place.runs, "read"):
            log = _opened_log(files, place)
            duration_s = _lasted_s(files, process)
        ending = Ending(
            None, None, never_began=False, duration_s=duration_s, notes=notes, secrets=known_secrets(work, place)
        )
        return outcome_of(work, place, files, log, ending)


def _decided(files: AttemptFiles, process: Mapping[str, Any]) -> bool:
    """Whether a shim that lives has begun. Its starter is dead: it begins or ends within a moment, or is ended."""
    deadline = time.monotonic() + UNDECIDED_S
    while read_bounded(files.exit, 1) is None:
        if is_running(process)[0] is not True:
            return False
        if time.monotonic() > deadline:
            _kill(int(process["pid"]))
        time.sleep(PAUSE_S)
    return True


def _kill(pid: int) -> None:
    from signal import SIGKILL

    from holdfast.workflow.executors.strays import signal_group

    signal_group(pid, SIGKILL)


def _opened_log(files: AttemptFiles, place: Place) -> LogFile:
    handle = os.open(files.log, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    return LogFile(files.log, handle, place.output_limit)


def _ran_s(process: Mapping[str, Any]) -> float:
    """How long a process runs, in seconds, by what /proc says of its start; 0 where that is not known."""
    start = str(process.get("pid_start"))
    if not sys.platform.startswith("linux") or not start.isdigit():
        return 0.0
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - int(start) / os.sysconf("SC_CLK_TCK"))


def _lasted_s(files: AttemptFiles, process: Mapping[str, Any]) -> float:
    """How long an attempt took whose end nobody watched: to the moment when its exit code was written."""
    since_end_s = time.time() - os.stat(files.exit).st_mtime  # noqa: PTH116 - the path is a text
    ran_s = _ran_s(process)
    return max(0.0, ran_s - since_end_s) if ran_s else 0.0


def _json(values: list[str]) -> str:
    import json

    return json.dumps(values)
