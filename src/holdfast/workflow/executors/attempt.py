"""An attempt that is being performed on this machine: its shim, its group, its log, its deadline."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.ending import Ending, outcome_of
from holdfast.workflow.executors.files import AttemptFiles, read_bounded
from holdfast.workflow.executors.interface import Place
from holdfast.workflow.executors.log_file import LogFile
from holdfast.workflow.executors.strays import Since, Strays, group_lives, signal_all, signal_group, since
from holdfast.workflow.records import TIMED_OUT, Outcome

LINGER_S = 1.0
"""How long what a step left behind may take to end when asked, and a filter to pass on the last lines."""


class Begin(NamedTuple):
    """What lets an attempt begin: the pipe to its shim, and what that is told."""

    pipe: int
    script: bytes


class LocalAttempt:
    """One attempt: a Running. `begin` is None for one that was adopted."""

    def __init__(
        self,
        work: Work,
        place: Place,
        files: AttemptFiles,
        process: Mapping[str, Any],
        log: LogFile,
        strays: Strays,
        *,
        secrets: Mapping[str, str],
        begin: Begin | None,
        ran_s: float = 0.0,
    ) -> None:
        self.process = process
        self._work, self._place, self._files, self._log = work, place, files, log
        self._pid, self._group = int(process["pid"]), int(process["group"])
        self._strays, self._secrets, self._begin = strays, secrets, begin
        self._child = begin is not None
        self._began = time.monotonic() - ran_s
        self._since: Since | None = None
        self._watch: int | None = _pidfd(self._pid)
        self._exit_status: int | None = None
        self._ended = self._never_began = False
        self._asked: str | None = None
        self._kill_at: float | None = None
        self._give_up_at: float | None = None
        self._exit_seen: float | None = None
        self._left: set[int] = set()
        self._notes: list[str] = []
        self._outcome: Outcome | None = None

    def go(self) -> None:
        """Lets it begin."""
        if self._begin is None:
            return
        self._began = time.monotonic()
        self._since = since(self._pid)
        try:
            told = self._begin.script
            while told:
                told = told[os.write(self._begin.pipe, told) :]
        except BrokenPipeError:  # somebody ended the shim: poll tells
            pass
        finally:
            self._close_pipe()

    def fileno(self) -> int | None:
        """Readable when the shim has ended; None where the system has no such thing, or more is to be watched."""
        return None if self._ended else self._watch

    def stop(self, status: str) -> None:
        """Asks the whole group to end. The first one to ask gives the status."""
        if self._asked is not None or self._outcome is not None:
            return
        self._asked = status
        if self._begin is not None:
            self._never_began = True
            self._close_pipe()
        signal_group(self._group, signal.SIGTERM)
        signal_group(self._group, signal.SIGCONT)  # a stopped process gets no other signal
        self._kill_at = time.monotonic() + self._place.grace_s

    def poll(self) -> Outcome | None:
        """How it ended, or None."""
        if self._outcome is None:
            now = time.monotonic()
            self._log.bound()
            self._ended = self._ended or self._shim_ended(now)
            self._keep_time(now)
            if self._ended and not self._lingers(now):
                self._outcome = self._finished()
        return self._outcome

    def _shim_ended(self, now: float) -> bool:
        if self._child:
            try:
                pid, status = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:  # somebody else in this process waited for it
                pid, status = self._pid, 0
            if pid:
                self._exit_status = status
                return True
        elif not _is_there(self._pid, self.process):
            return True
        return self._only_the_filter_is_left(now)

    def _only_the_filter_is_left(self, now: float) -> bool:
        """A filter ends with the last process that holds its pipe, and that may be a daemon which never ends."""
        if not self._secrets or not (read_bounded(self._files.exit, 16) or b"").strip():
            return False
        self._exit_seen = self._exit_seen or now
        return now - self._exit_seen > LINGER_S

    def _keep_time(self, now: float) -> None:
        runs = self._begin is None and self._asked is None and not self._ended
        if runs and now - self._began > self._work.timeout_s:
            self.stop(TIMED_OUT)
        if self._kill_at is not None and now >= self._kill_at:
            signal_group(self._group, signal.SIGKILL)
            signal_all(self._strays.find(self._work), signal.SIGKILL)

    def _lingers(self, now: float) -> bool:
        """Whether something is left of it. What is left is asked to end, and made to; at last it is left alone."""
        strays = set(self._strays.find(self._work, self._since))
        if not strays and not group_lives(self._group):
            return False
        if self._give_up_at is None:
            self._ask_leftovers(strays, now)
        self._left |= strays
        if now < (self._give_up_at or now):
            return True
        self._notes.append("processes that it left behind could not be ended")
        return False

    def _ask_leftovers(self, strays: set[int], now: float) -> None:
        signal_group(self._group, signal.SIGTERM)
        signal_all(strays, signal.SIGTERM)
        if self._kill_at is None:
            self._kill_at = now + min(LINGER_S, self._place.grace_s)
        self._give_up_at = max(now, self._kill_at) + 2 * LINGER_S
        if strays:
            self._notes.append(f"left its process group and was ended: {', '.join(map(str, sorted(strays)))}")
        elif self._asked is None:
            self._notes.append("processes that it left running were ended")

    def _finished(self) -> Outcome:
        self._close_pipe()
        if self._watch is not None:
            os.close(self._watch)
            self._watch = None
        duration_s = 0.0 if self._never_began else time.monotonic() - self._began
        ending = Ending(
            self._asked, self._exit_status, self._never_began, duration_s, tuple(self._notes), self._secrets
        )
        return outcome_of(self._work, self._place, self._files, self._log, ending)

    def _close_pipe(self) -> None:
        if self._begin is not None:
            os.close(self._begin.pipe)
        self._begin = None


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux; gone already
        return None


def _is_there(pid: int, process: Mapping[str, Any]) -> bool:
    from holdfast.core.process_identity import started

    return started(pid) == process.get("pid_start") is not None
