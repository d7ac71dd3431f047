"""Where an attempt is performed: on this machine, and later in a container."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from holdfast.core.errors import HoldfastError
from holdfast.workflow.executors.interface import Executor

EXECUTORS = {"local": "holdfast.workflow.executors.local:LocalExecutor"}
"""What `uses:` may say, and the class behind it, imported when a step wants it."""

PLANNED = {"docker": "steps in containers are not there yet"}


def unknown(uses: str) -> str | None:
    """Why a step cannot run where `uses:` says; None where it can."""
    if uses in EXECUTORS:
        return None
    if uses in PLANNED:
        return PLANNED[uses]
    from holdfast.core.config.mistakes import nearest

    near = nearest(uses, EXECUTORS)
    return f"there is no executor `{uses[:80]}`" + (f"; did you mean `{near}`?" if near else "")


def find_executor(uses: str) -> Executor:
    """The executor that `uses:` names. Raises HoldfastError, which says what there is."""
    why = unknown(uses)
    if why is not None:
        raise HoldfastError(f"uses: {uses}: {why}", hint=f"there is: {', '.join(EXECUTORS)}")
    module, _, name = EXECUTORS[uses].partition(":")
    return cast("Executor", getattr(import_module(module), name)())
