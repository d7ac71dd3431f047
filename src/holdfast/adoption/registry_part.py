"""The task registry: offered as a part, and never taken away once anything was logged in it."""

from __future__ import annotations

from holdfast.core.registry_format import CLOSER, decode, header_line

NAME = "registry"
BY = "holdfast init"


def new_registry(project: str, at: str) -> bytes:
    """An empty registry, which says that `init` made it."""
    return header_line(project, at, by=BY) + CLOSER


def kept_because(content: bytes) -> str | None:
    """Why a registry stays when the rest is taken out; None where it is as `init` made it."""
    try:
        document = decode(content)
        events = document["events"] if isinstance(document, dict) else []
        first = events[0]
        ours = isinstance(first, dict) and first.get("by") == BY
    except (ValueError, KeyError, IndexError, TypeError):
        return "it is not as holdfast init made it"
    if not ours:
        return "holdfast init did not make it"
    logged = len(events) - 1
    return f"{logged} event{'s were' if logged > 1 else ' was'} logged in it since" if logged else None
