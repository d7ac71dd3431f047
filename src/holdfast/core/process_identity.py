"""Telling whether a process seen earlier is still the same one: its id alone is given out again.

Linux: proc(5), /proc/PID/stat field 22 and the boot id. macOS: ps(1) and sysctl kern.boottime.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_LINUX = sys.platform.startswith("linux")
STAT_BYTES = 4096
"""More than a line of /proc/PID/stat has."""
_DEAD = "ZXx"  # a zombie has ended, though its id is still taken


def identity(pid: int) -> dict[str, object]:
    """What tells a process of this machine apart, as the registry stores it; `pid_start` is absent if it is gone."""
    found: dict[str, object] = {"host": os.uname().nodename, "boot": boot(), "pid": pid}
    if (space := _pid_space()) is not None:
        found["pid_space"] = space
    if (start := started(pid)) is not None:
        found["pid_start"] = start
    return found


def is_running(known: Mapping[str, object]) -> tuple[bool | None, str]:
    """Whether the process that `identity` described still runs, and why not; None where that cannot be told here."""
    pid = known.get("pid")
    if not isinstance(pid, int) or isinstance(pid, bool) or pid <= 0:
        return None, "no process was named"
    if known.get("host") != os.uname().nodename:
        return None, f"started on {known.get('host')}"
    if known.get("boot") != boot():
        return False, "the machine was restarted"
    if known.get("pid_space") != _pid_space():
        return None, "started in another container"
    start = started(pid)
    if start is None or start != known.get("pid_start"):
        return False, f"process {pid} is gone"
    return True, ""


def boot() -> str | None:
    """What differs between one start of this machine and the next; None where the system does not tell."""
    if _LINUX:
        try:
            return Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()
        except OSError:
            return None
    return _said("sysctl", "-n", "kern.boottime")


def started(pid: int) -> str | None:
    """When a process was started, in the system's own words; None where there is no such process."""
    if not _LINUX:
        return _said("ps", "-o", "lstart=", "-p", str(pid))
    try:
        handle = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)  # pathlib takes three times as long
    except OSError:
        return None
    try:
        fields = os.read(handle, STAT_BYTES).rpartition(b") ")[2].split()
    except OSError:  # it ended meanwhile
        return None
    finally:
        os.close(handle)
    state, start = fields[0].decode("ascii"), fields[19].decode("ascii")  # counted from field 3
    return None if state in _DEAD else start


def _pid_space() -> str | None:
    """The namespace in which process ids count: containers and sandboxes have their own under the same host name."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return None


def _said(*argv: str) -> str | None:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=5, check=False, env={"LC_ALL": "C"})
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
