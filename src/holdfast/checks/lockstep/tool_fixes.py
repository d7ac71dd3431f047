"""What to write, or to run, so that a place says the version that the others do."""

from __future__ import annotations

import shlex

from holdfast.checks.dependencies.remedies import Remedies
from holdfast.checks.dependencies.subject import subject_of
from holdfast.checks.interface import Context
from holdfast.checks.lock import keeper_of
from holdfast.checks.lockstep.pins import Kind, Pin


def fix_of(context: Context, odd: Pin, followed: Pin) -> str | None:
    """The line to write in the odd place, or the command that mends it; None where neither is safe to give."""
    if odd.kind is Kind.ENVIRONMENT:
        return _install(context, followed)
    if odd.kind is Kind.LOCK:
        return _lock(context, followed)
    return odd.line.format(followed.version) or None


def _install(context: Context, followed: Pin) -> str | None:
    if followed.kind is Kind.LOCK:
        return Remedies(subject_of(context)).install or None
    if keeper_of(context) or context.environment is None:  # a keeper would have to change what it locks first
        return None
    python = str(context.environment.python)
    return shlex.join([python, "-m", "pip", "install", f"{followed.tool}=={followed.version}"])


def _lock(context: Context, followed: Pin) -> str | None:
    found = subject_of(context).found
    pinned = f"{followed.tool}=={followed.version}"
    commands = {"poetry": f"poetry add --group dev {pinned}", "uv": f"uv add --dev {pinned}"}
    return commands.get(found[0]) if found else None
