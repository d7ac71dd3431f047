"""The command that a lock's first lines say made it, as pip-compile and uv write it there."""

from __future__ import annotations

import re
import shlex
from functools import lru_cache

_MAKERS = r"(?:pip-compile|uv pip compile|uv export|poetry export|pdm export|pip lock)"
_LINES = 12


@lru_cache(maxsize=8)
def command_in(text: str) -> str:
    """The command, or nothing. It is a stranger's: quoted so that a shell sees one program, and without credentials."""
    for line in text[:4096].split("\n")[:_LINES]:
        found = re.fullmatch(rf"#\s+({_MAKERS}(?: .*)?)", line.rstrip())
        if found and found[1].isprintable():
            return _safe(found[1])
    return ""


def _safe(command: str) -> str:
    from holdfast.core.masking import mask_argv

    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    return shlex.join(mask_argv(words))
