"""The difference between two contents of a file, as people and `patch` read it."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.adoption.plan import Change
from holdfast.core.masking import mask_text

_NO_END = "\\ No newline at end of file"


def diff(change: Change) -> list[str]:
    """The lines of a change's unified diff, without line ends. Secrets in the lines around it are masked."""
    from difflib import unified_diff

    old, new = _lines(change.before), _lines(change.after)
    names = [f"{side}/{change.file}" if there is not None else "/dev/null" for side, there in _sides(change)]
    return [text for line in unified_diff(old, new, names[0], names[1], lineterm="\n") for text in _shown(line)]


def _sides(change: Change) -> tuple[tuple[str, bytes | None], tuple[str, bytes | None]]:
    return ("a", change.before), ("b", change.after)


def _lines(content: bytes | None) -> list[str]:
    text = (content or b"").decode("utf-8", "surrogateescape")
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + [part for part in parts[-1:] if part]


def _shown(line: str) -> Iterator[str]:
    yield mask_text(line.removesuffix("\n"))
    if not line.endswith("\n"):
        yield _NO_END
