"""Starting a step: a small shell that waits to be told what to do, does it, and keeps the exit code in a file.

The shell reads its script from a pipe. Until it is there, it waits; when the starter dies first, it ends. The exit
file survives the starter, and tells afterwards whether the step never began (no file), began and was killed (blank)
or ended: its code is written over the blanks, for which a disk that the step filled has room. A trap, unlike an
ignored signal, is not inherited: the program gets SIGTERM as usual, while the shell lives on to write down what came
of it.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.process_identity import identity, started

FILTER = str(Path(__file__).with_name("mask_filter.py"))
SHELL = "/bin/sh"
DEFAULT_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)
"""Which Python ignores, and a program expects to be ended by."""
LONGEST_ARGUMENT = 2**17 - 1
"""Bytes, on Linux: MAX_ARG_STRLEN of execve(2), without the closing null."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BEGIN = (
    "{{ exec >>{log} 2>&1; echo '   ' >{exit}; trap : TERM INT HUP QUIT; {exports}"
    " cd -- {cwd} || {{ echo 126 1<>{exit}; exit 126; }};"
)
_PLAIN = _BEGIN + " {argv} </dev/null; set -- $?; echo $1 1<>{exit}; exit $1\n}}\n"
_MASKED = (
    _BEGIN + " {{ trap : TERM INT HUP QUIT; {argv} </dev/null; echo $? 1<>{exit}; }} 2>&1"
    " | HOLDFAST_MASK={mask} {python} -I -S {filter}; exit\n}}\n"
)
"""The same through a filter, which masks the values that HOLDFAST_MASK holds and the program does not see."""


class CannotStart(HoldfastError):
    """A program that could not be started; `code` is what a shell would report."""

    def __init__(self, message: str, *, hint: str | None = None, code: int = 126) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class Shim(NamedTuple):
    """A shell that waits for its script. Closing `pipe` makes it end."""

    pid: int
    pipe: int
    env: Mapping[str, str]
    process: Mapping[str, object]
    """As a `process` record describes it: its identity, and its group, which is its own."""


def spawn(env: Mapping[str, str]) -> Shim:
    """Starts a shell in a session of its own, with this environment. Raises CannotStart."""
    try:
        reading, pipe = os.pipe()
    except OSError as error:
        raise CannotStart(f"cannot start {SHELL}: {error.strerror}") from error
    try:
        pid = os.posix_spawn(
            SHELL,
            ["sh"],
            env,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, reading, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigmask=(),
            setsigdef=DEFAULT_SIGNALS,
        )
    except (OSError, ValueError) as error:
        os.close(pipe)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotStart(f"cannot start {SHELL}: {reason}") from error
    finally:
        os.close(reading)
    known: dict[str, object] = {**_here(), "pid": pid, "group": pid}
    if (start := started(pid)) is not None:
        known["pid_start"] = start
    return Shim(pid, pipe, env, known)


def end(shim: Shim) -> None:
    """Ends a shell that was told nothing, and waits for that."""
    os.close(shim.pipe)
    os.waitpid(shim.pid, 0)


def script(
    argv: Sequence[str], exports: Mapping[str, str], *, cwd: str, log: str, exit_file: str, mask: str | None
) -> bytes:
    """What a shell is told. It is one command, which a shell that got only a part of it does not begin.

    `argv[0]` has to be the way to the program, as `find_program` gives it: a shell has builtins of many names.
    Raises CannotStart where a value cannot be one.
    """
    wrong = [name for name in exports if not _VARIABLE.fullmatch(name)]
    if wrong:
        raise CannotStart(f"{wrong[0]!r} cannot be the name of a variable")
    try:
        text = (_PLAIN if mask is None else _MASKED).format(
            log=_quoted(log),
            exit=_quoted(exit_file),
            cwd=_quoted(cwd),
            exports="".join([f"export {name}={_quoted(value)};" for name, value in exports.items()]),
            argv=" ".join([_quoted(argument) for argument in argv]),
            mask=_quoted(mask or ""),
            python=_quoted(sys.executable),
            filter=_quoted(FILTER),
        )
        return os.fsencode(text)
    except ValueError as error:
        raise CannotStart(f"cannot run {argv[0][:200]!r}: {error}") from error


def _quoted(text: str) -> str:
    """A word as a POSIX shell takes it literally."""
    if "\0" in text:
        raise ValueError("an argument cannot hold a null character")
    if len(text) * 4 > LONGEST_ARGUMENT and len(os.fsencode(text)) > LONGEST_ARGUMENT:
        raise ValueError("Argument list too long")
    return "'" + text.replace("'", "'\\''") + "'"


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
    if "\0" in name:
        raise CannotStart(f"cannot run {name[:200]!r}: an argument cannot hold a null character")
    folders = [""] if "/" in name else env.get("PATH", os.defpath).split(":")
    unusable = None
    for folder in folders if name else ():
        path = os.path.join(cwd, folder, name)  # noqa: PTH118 - as above
        if os.path.isfile(path):  # noqa: PTH113 - as above
            if os.access(path, os.X_OK):
                return path
            unusable = unusable or path
    if unusable:
        raise CannotStart(f"{unusable}: may not be executed", hint=f"chmod +x {unusable}")
    raise CannotStart(f"{name[:200] or 'an empty name'}: not found", hint="is it installed, and on PATH?", code=127)
