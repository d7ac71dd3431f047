"""Merge conflict markers, told from the underlines of headings and from quoted mail."""

from __future__ import annotations

import re

LARGEST = 32 * 2**20
"""Files of more bytes are not searched: no merge leaves markers in them."""
HINTS = (b"<<<<<<< ", b">>>>>>> ")
MARKER = re.compile(rb"^(?:(<{7}) |(\|{7})(?: |\r?$)|(={7})\r?$|(>{7}) )", re.MULTILINE)
START, BASE, MIDDLE, END = 1, 2, 3, 4


def first_marker(content: bytes) -> int | None:
    """The line of the first marker, from 1, where two or more stand in the order in which git writes them.

    Git writes `<<<<<<<`, with diff3 `|||||||`, `=======` and `>>>>>>>`. One alone is no conflict, as a line of `=`
    under a heading; two, where somebody took away the third, are.
    """
    if not any(hint in content for hint in HINTS):
        return None
    before: re.Match[bytes] | None = None
    for match in MARKER.finditer(content):
        kind = match.lastindex or 0
        if before is not None and kind > (before.lastindex or 0):
            return content.count(b"\n", 0, before.start()) + 1
        before = match
    return None
