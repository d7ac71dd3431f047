"""What `ruff format --diff` says: a patch, for versions of ruff whose formatter has no JSON yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_FILE = re.compile(r"^--- (.+)\n\+\+\+ .+\n@@ -([0-9]+)", re.MULTILINE)
_UNPARSED = re.compile(r"^error: Failed to parse (.+?):([0-9]+):([0-9]+): (.+)$", re.MULTILINE)


def lacks_json(stderr: bytes) -> bool:
    """Whether ruff does not know the option that asks for JSON."""
    return b"unexpected argument '--output-format'" in stderr


def items(patch: bytes, said: bytes) -> Iterator[dict[str, Any]]:
    """The files of a patch and those that did not parse, as ruff's JSON has them."""
    for match in _FILE.finditer(patch.decode("utf-8", "replace")):
        place = {"row": max(int(match[2]), 1), "column": 1}
        yield {"filename": match[1], "code": "unformatted", "location": place, "message": ""}
    for match in _UNPARSED.finditer(said.decode("utf-8", "replace")):
        place = {"row": int(match[2]), "column": int(match[3])}
        yield {"filename": match[1], "code": None, "location": place, "message": match[4]}
