"""Writing a step's outputs: what later steps read as `steps.ID.outputs.NAME`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex

VARIABLE = "HOLDFAST_OUTPUT"


def write_outputs(env: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Appends to the file that HOLDFAST_OUTPUT names, where there is one; a name that is no word is left out.

    A value with several lines is written as `name<<END`, with an END that no value can guess. Raises OSError.
    """
    if not env.get(VARIABLE):
        return
    lines = []
    for name, value in values.items():
        if re.fullmatch("[A-Za-z_][A-Za-z0-9_-]*", name):
            end = f"END_{token_hex(8)}"
            lines.append(f"{name}<<{end}\n{value}\n{end}\n" if re.search(r"[\r\n]", value) else f"{name}={value}\n")
    with Path(env[VARIABLE]).open("a", encoding="utf-8", errors="replace", newline="") as file:
        file.write("".join(lines))
        file.flush()
        os.fsync(file.fileno())
