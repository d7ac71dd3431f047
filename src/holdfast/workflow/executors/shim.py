"""Starting a step: a small shell that waits to be released, runs the program, and keeps its exit code in a file.

The exit file survives whoever started the step, and tells afterwards whether it never began (no file), began and was
killed (empty) or ended (its code). A trap, unlike an ignored signal, is not inherited: the program gets SIGTERM as
usual, while the shell lives on to write down what came of it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.process_identity import identity, started

_BEGIN = (
    'read -r HOLDFAST_GO || exit 0; unset HOLDFAST_GO; : >"$0"; trap : TERM INT HUP QUIT;'
    ' cd -- "$1" || { echo 126 >"$0"; exit 126; }; shift;'
)
PLAIN = _BEGIN + ' "$@" </dev/null; set -- $?; echo $1 >"$0"; exit $1'
MASKED = (
    _BEGIN + " _hf_python=$1 _hf_filter=$2 _hf_mask=$HOLDFAST_MASK; unset HOLDFAST_MASK; shift 2;"
    ' { trap : TERM INT HUP QUIT; "$@" </dev/null; echo $? >"$0"; } 2>&1'
    ' | HOLDFAST_MASK=$_hf_mask "$_hf_python" -I -S "$_hf_filter"'
)
"""The same through a filter, which masks the values that HOLDFAST_MASK holds and the program does not see."""

FILTER = str(Path(__file__).with_name("mask_filter.py"))
SHELL = "/bin/sh"
DEFAULT_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)
"""Which Python ignores, and a program expects to be ended by."""


class CannotStart(HoldfastError):
    """A program that could not be started; `code` is what a shell would report."""

    def __init__(self, message: str, *, hint: str | None = None, code: int = 126) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class Spawned(NamedTuple):
    """A shim that waits. Writing a line to `release` lets it begin, closing it makes it end."""

    pid: int
    release: int
    log: int
    """The log file, for reading and appending."""


def spawn(argv: Sequence[str], env: Mapping[str, str], *, cwd: str, log: str, exit_file: str, mask: bool) -> Spawned:
    """Starts the shim in a session of its own, its output going to `log`. Raises CannotStart.

    `argv[0]` has to be the way to the program, as `find_program` gives it: a shell has builtins of many names.
    """
    script = [MASKED, exit_file, cwd, sys.executable, FILTER] if mask else [PLAIN, exit_file, cwd]
    log_handle = os.open(log, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    reading, release = os.pipe()
    try:
        pid = os.posix_spawn(
            SHELL,
            ["sh", "-c", *script, *argv],
            env,
            file_actions=[(os.POSIX_SPAWN_DUP2, reading, 0), *((os.POSIX_SPAWN_DUP2, log_handle, n) for n in (1, 2))],
            setsid=True,
            setsigmask=(),
            setsigdef=DEFAULT_SIGNALS,
        )
    except (OSError, ValueError) as error:
        os.close(release)
        os.close(log_handle)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotStart(f"cannot run {argv[0][:200]!r}: {reason}") from error
    finally:
        os.close(reading)
    return Spawned(pid, release, log_handle)


def process_of(pid: int) -> dict[str, object]:
    """The process as a `process` record describes it: its identity, and its group, which is its own."""
    known: dict[str, object] = {**_here(), "pid": pid, "group": pid}
    if (start := started(pid)) is not None:
        known["pid_start"] = start
    return known


@cache
def _here() -> Mapping[str, object]:
    """What is the same for every process of this machine."""
    return {name: value for name, value in identity(os.getpid()).items() if name not in ("pid", "pid_start")}


def find_program(argv: Sequence[str], env: Mapping[str, str], cwd: str) -> str:
    """The absolute path of the program that `argv` names, looked up as execvp does. Raises CannotStart."""
    if not argv:
        raise CannotStart("there is no command to run")
    if not os.path.isdir(cwd):  # noqa: PTH112 - pathlib raises on hostile names
        raise CannotStart(f"its directory is not there: {cwd}")
    name = argv[0]
    if any("\0" in argument for argument in argv):
        raise CannotStart(f"cannot run {name[:200]!r}: an argument cannot hold a null character")
    folders = [""] if "/" in name else env.get("PATH", os.defpath).split(":")
    places = [os.path.join(cwd, folder, name) for folder in folders if name]  # noqa: PTH118 - names may be hostile
    found = [path for path in places if os.path.isfile(path)]  # noqa: PTH113 - the same
    for path in found:
        if os.access(path, os.X_OK):
            return path
    if found:
        raise CannotStart(f"{found[0]}: may not be executed", hint=f"chmod +x {found[0]}")
    raise CannotStart(f"{name[:200] or 'an empty name'}: not found", hint="is it installed, and on PATH?", code=127)
