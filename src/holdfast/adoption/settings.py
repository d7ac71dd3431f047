"""`[tool.holdfast]` in pyproject.toml; in a project without that file, holdfast.yaml.

No pyproject.toml is made where there is none: its presence alone changes how pip builds the project and what other
tools take for its root. See docs/adr/0008.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from holdfast.adoption.parts import Part, Unfit, Wish

OWN = ("holdfast.yaml", "holdfast.json")
_HEADER = "[tool.holdfast]"


def part(*, pyproject: bool) -> Part:
    """The settings' part, in pyproject.toml where there is one."""
    if pyproject:
        return Part("settings", ("pyproject.toml",), _toml, there=_there, sound=_sound, behind=_behind)
    return Part("settings", ("holdfast.yaml",), _yaml, there=lambda _text, _project: "it has your settings")


def _toml(wish: Wish, _kind: str) -> str:
    skipped = ["[tool.holdfast.init]", f"skip = {json.dumps(wish.skip)}", ""] if wish.skip else []
    said = "# Every setting has a default: `holdfast config show --origin`. Yours go below the mark."
    return "\n".join([*skipped, said, _HEADER, ""])


def _yaml(wish: Wish, _kind: str) -> str:
    said = "# Every setting has a default: `holdfast config show --origin`. Yours go below the mark."
    return f"{said}\n" + (f"init:\n  skip: {json.dumps(wish.skip)}\n" if wish.skip else "")


def _there(text: str, project: Path) -> str | None:
    other = next((name for name in OWN if (project / name).exists()), None)
    if other:
        return f"the settings are in {other}"
    tool = _parsed(text).get("tool")
    return "it has [tool.holdfast] already" if isinstance(tool, dict) and "holdfast" in tool else None


def _sound(before: str, after: str) -> None:
    if repr(_without_ours(before)) != repr(_without_ours(after)):  # as texts: not a number is not itself
        raise Unfit("[tool.holdfast] cannot be put at its end: it would change another table")


def _without_ours(text: str) -> dict[str, Any]:
    """The document without our table, and without the one around it where that is empty."""
    document = _parsed(text)
    tool = document.get("tool")
    if isinstance(tool, dict):
        tool.pop("holdfast", None)
        if not tool:
            del document["tool"]
    return document


def _parsed(text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unfit(f"not TOML: {error}") from error


def _behind(before: str, after: str) -> str:
    """The header stays where settings follow it: without it they would be those of the table before."""
    try:
        same = repr(_without_ours(before)) == repr(_without_ours(after))
    except Unfit:  # keys that the table before has too, or no TOML any more: the header does no harm
        same = False
    return "" if same else _needed(before)


def _needed(before: str) -> str:
    return f"{_HEADER}\n" if re.search(r"(?m)^\[tool\.holdfast\]", before) else ""
