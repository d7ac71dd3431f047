"""Extras and groups that exclude each other: how uv.lock writes in a marker which of them a need is for.

`extra == 'extra-4-shop-gpu'` stands for the extra gpu of shop, `group-4-shop-dev` for a group, `project-4-shop` for
the project itself; the number is the length of the package's name.

Source: uv's crates/uv-resolver/src/universal_marker.rs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ATOM = r"extra\s*(==|!=)\s*'(extra|group|project)-\d+-([^']*)'"
_TRUE, _FALSE = "python_version >= '0'", "python_version < '0'"


def settled(marker: str, extras: Iterable[str], groups: Iterable[str]) -> str:
    """The marker with what it says of chosen extras and groups replaced by what always or never holds."""
    if "'extra-" not in marker and "'group-" not in marker and "'project-" not in marker:
        return marker
    chosen = {"extra": tuple(extras), "group": tuple(groups)}

    def put(atom: re.Match[str]) -> str:
        names = chosen.get(atom[2])
        holds = names is None or any(atom[3].endswith(f"-{name}") for name in names)
        return _TRUE if holds == (atom[1] == "==") else _FALSE

    return re.sub(_ATOM, put, marker)
