"""Where an attempt is performed: on this machine, and later in a container."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from holdfast.core.errors import HoldfastError
from holdfast.workflow.executors.interface import Executor

EXECUTORS = {"local": "holdfast.workflow.executors.local:LocalExecutor"}
"""What `uses:` may say, and the class behind it, imported when a step wants it."""

PLANNED = {"docker": "steps in containers are not there yet"}


def find_executor(uses: str) -> Executor:
    """The executor that `uses:` names. Raises HoldfastError, which says what there is."""
    if uses not in EXECUTORS:
        reason = PLANNED.get(uses, f"there is no executor {uses!r}")
        raise HoldfastError(f"uses: {uses}: {reason}", hint=f"there is: {', '.join(EXECUTORS)}")
    module, _, name = EXECUTORS[uses].partition(":")
    return cast("Executor", getattr(import_module(module), name)())
