"""Finding and ending what an attempt left behind: its process group, and what went out of that.

Linux: a process whose environment (proc(5), /proc/PID/environ) carries the attempt's HOLDFAST_* variables belongs to
it, whatever group it moved to. Elsewhere there is the group alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from holdfast.core.process_identity import is_running, started
from holdfast.workflow.engines.interface import Work

LINUX = sys.platform.startswith("linux")
TRIES = 20
PAUSE_S = 0.005
GRACE_S = 2.0
KERNEL_THREADS = 2
ENDED = (b"Z", b"X")
RUN_ID = b"HOLDFAST_RUN_ID="
LAST_PID = "/proc/sys/kernel/ns_last_pid"
"""The last process id that was given out among those that this process can see, proc_sys_kernel(5)."""
MOST_SINCE = 64
NEAR_S = 1.0
"""Within which ids cannot have been given out so fast that they came round again."""


class Since(NamedTuple):
    """A moment, for telling which processes are younger: by the ids that are given out one after the other."""

    last_pid: int
    at_s: float


def since(older: int) -> Since | None:
    """This moment; None where the system does not tell, as `older`, a process that lives, is not the older one."""
    last_pid = _last_pid()
    return Since(last_pid, time.monotonic()) if last_pid >= older else None


def _last_pid() -> int:
    try:
        return int(_content(LAST_PID)) if LINUX else -1
    except (OSError, ValueError):
        return -1


def _none_since(moment: Since, cookie: set[bytes]) -> bool:
    """Whether there is surely no younger process with these variables; False where that takes a look at all."""
    seen = moment.last_pid
    while seen != (last := _last_pid()):  # a process may fork, and end before it is looked at
        near = time.monotonic() - moment.at_s < NEAR_S and last <= moment.last_pid + MOST_SINCE
        if not near or last < seen or any(cookie <= _variables(pid) for pid in range(seen + 1, last + 1)):
            return False
        seen = last
    return True


class Strays:
    """Looks for strays again and again; what was seen to be somebody else's is not looked at again."""

    def __init__(self) -> None:
        self._others: set[str] = set()
        self._ours = RUN_ID + os.fsencode(os.environ.get("HOLDFAST_RUN_ID", ""))

    def find(self, work: Work, begun: Since | None = None) -> list[int]:
        """The processes of this attempt that live, in no order; none but Linux can tell.

        Where it is known when the attempt began, and that was just now, only processes that are younger are looked at.
        """
        if not LINUX:
            return []
        cookie = _cookie(work)
        if begun is not None and _none_since(begun, cookie):
            return []
        names = set(os.listdir("/proc"))  # noqa: PTH208 - a step takes 1 ms
        found = []
        for name in names - self._others:
            environment = _environment(name) if name.isdigit() else b""
            if not environment or RUN_ID not in environment:
                continue
            variables = set(environment.split(b"\0"))
            if cookie <= variables:
                found.append(int(name))
            if self._ours not in variables:
                names.discard(name)  # an attempt's, perhaps another one's, for which it will be looked at again
        self._others = names
        return [pid for pid in found if started(pid) is not None]


def _cookie(work: Work) -> set[bytes]:
    values = {"RUN_ID": work.run_id, "STEP": work.instance, "ATTEMPT": str(work.attempt)}
    return {os.fsencode(f"HOLDFAST_{name}={value}") for name, value in values.items()}


def _variables(pid: int) -> set[bytes]:
    return set((_environment(str(pid)) or b"").split(b"\0"))


def _environment(pid: str) -> bytes | None:
    """What is in a process's environment; None where that is nobody's business here, or it is gone."""
    for _ in range(TRIES):
        try:
            content = _content(f"/proc/{pid}/environ")
        except OSError:
            return None
        if content or _never_has_one(pid):
            return content
        time.sleep(0.0005)  # between two programs a process has no environment for a moment
    return b""


def _content(path: str) -> bytes:
    """What is in a file of /proc; pathlib takes three times as long."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        chunks = []
        while chunk := os.read(handle, 2**16):
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        os.close(handle)


def _never_has_one(pid: str) -> bool:
    """Whether a process is one of the kernel's, or has ended."""
    try:
        state, parent = _content(f"/proc/{pid}/stat").rpartition(b") ")[2].split()[:2]
    except OSError:
        return True
    return state in ENDED or int(pid) == KERNEL_THREADS or int(parent) in (0, KERNEL_THREADS)


def group_lives(group: int) -> bool:
    """Whether a process group has members that have not ended."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS's answer for a group of processes that have ended
        return LINUX
    return bool(group_members(group))  # ended ones count for the system until somebody asks for their exit code


def signal_group(group: int, number: signal.Signals) -> None:
    """Sends a signal to a process group, if it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    """Sends a signal to those of the processes that are still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def end_leftovers(work: Work, process: Mapping[str, object]) -> int:
    """Ends what is left of an attempt that an earlier process started, and waits for that; how many there were.

    A process group's number is given out again once it is empty: without a member that can be told to be the
    attempt's, nothing is ended.
    """
    group = process.get("group")
    strays = Strays()
    own_group = group if isinstance(group, int) and is_running(process)[0] is True else None
    members = {*strays.find(work), *(group_members(own_group) if own_group else ())}
    ended = set(members)
    deadline = time.monotonic() + GRACE_S
    number = signal.SIGTERM
    while members:
        signal_all(members, number)
        if own_group is not None and not LINUX:
            signal_group(own_group, number)
        time.sleep(PAUSE_S)
        members = {pid for pid in {*members, *strays.find(work)} if started(pid) is not None}
        ended |= members
        if time.monotonic() >= deadline:
            if number is signal.SIGKILL:
                break
            number, deadline = signal.SIGKILL, time.monotonic() + GRACE_S
    return len(ended)


def group_members(group: int) -> set[int]:
    """The members of a process group that have not ended; none but Linux can tell more than its leader."""
    if not LINUX:
        return {group}
    found = set()
    for name in os.listdir("/proc"):  # noqa: PTH208 - as above
        with contextlib.suppress(OSError, IndexError):
            if name.isdigit() and _group_of(name) == group:
                found.add(int(name))
    return found


def _group_of(pid: str) -> int | None:
    """The process group of a process; None where it has ended and only its exit code is left."""
    state, _, group = _content(f"/proc/{pid}/stat").rpartition(b") ")[2].split()[:3]
    return None if state in ENDED else int(group)
