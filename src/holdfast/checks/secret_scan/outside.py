"""detect-secrets, asked in a process of the environment that has it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.interface import Context
from holdfast.checks.secret_scan import driver
from holdfast.checks.tools import CannotRun, Tool, interpreter_in, run_tool

BATCH = 200
ROOM = 96 * 2**10
"""How long a command line gets at most, in bytes."""


class Foreign(NamedTuple):
    """A secret that detect-secrets sees."""

    kind: str
    line: int
    start: int
    end: int
    accepted: bool


Answer = tuple[dict[str, list[Foreign]], str]


def interpreter(context: Context, check: str, tool: Tool) -> Path:
    """The Python that the tool runs on. Raises CannotRun where its script does not tell."""
    if tool.own and context.environment is not None:
        return context.environment.python
    named = interpreter_in(tool.path)
    if named is None or not named.is_absolute() or "python" not in named.name:
        raise CannotRun(check, f"{tool.path} does not say which Python it runs on")
    return named


def ask(
    context: Context, check: str, tool: Tool, pool: ThreadPoolExecutor, baseline: str, files: Sequence[str]
) -> list[Future[Answer]]:
    """Starts asking about the files, some at a time. An answer raises CannotRun where detect-secrets could not look."""
    python = interpreter(context, check, tool) if files else Path()
    command = [python, "-X", "utf8", "-I", "-B", driver.__file__, baseline]
    return [pool.submit(_batch, context, check, command, batch) for batch in _batches(files)]


def _batches(files: Sequence[str]) -> list[list[str]]:
    """The files in as many lists as keep two cores busy, none longer than a command line may be."""
    batches: list[list[str]] = []
    most = max(1, min(BATCH, -(-len(files) // 2)))
    room = 0
    for file in files:
        size = len(file.encode("utf-8", "surrogateescape")) + 1
        if not batches or len(batches[-1]) >= most or size > room:
            batches.append([])
            room = ROOM
        batches[-1].append(file)
        room -= size
    return batches


def _batch(context: Context, check: str, command: list[object], files: list[str]) -> Answer:
    """Exit 0 is looked; 3 a detect-secrets that is not known, 4 a baseline that it cannot read; else it crashed.

    What it says on standard error is not shown: it may quote what it reads. The codes of its own programs do not
    come up: `detect-secrets scan` always says 0, and `detect-secrets-hook` writes into the baseline (code 3).
    """
    done = run_tool(context, check, [*command, *(f"./{file}" if file.startswith("-") else file for file in files)])
    if done.exit_code == driver.UNKNOWN:
        raise CannotRun(check, "this detect-secrets has not the interface of 1.5")
    if done.exit_code == driver.BAD_BASELINE:
        raise CannotRun(
            check, "detect-secrets cannot read the baseline", hint="detect-secrets scan --no-verify makes it"
        )
    if done.exit_code:
        raise CannotRun(
            check, f"detect-secrets crashed: exit code {done.exit_code}", hint=f"its error: {_kind_of(done.stderr)}"
        )
    return _understood(check, done.stdout, files)


def _kind_of(stderr: bytes) -> str:
    """The class of the exception that a traceback ends with, and nothing that it says."""
    last = stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
    match = re.match(r"([A-Za-z_][\w.]{0,80})(:|$)", last[0])
    return match[1] if match else "not known"


def _understood(check: str, said: bytes, files: list[str]) -> Answer:
    found: dict[str, list[Foreign]] = {}
    try:
        *secrets, end = map(json.loads, said.splitlines())
        if end["looked_at"] != len(files):
            raise ValueError("it stopped early")
        for number, line, start, stop, kind, accepted in secrets:
            found.setdefault(files[number], []).append(
                Foreign(str(kind), int(line), int(start), int(stop), bool(accepted))
            )
        return found, str(end["version"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CannotRun(check, "what detect-secrets says cannot be read") from error
