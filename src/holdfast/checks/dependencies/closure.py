"""What names take in that take in other names, such as groups that include groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MOST = 200_000


class TooMuch(ValueError):
    """So many names are taken in that nobody can have meant it."""


def closures(includes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """All that each name takes in, near or far, once and in order; a name in a cycle takes in itself.

    Raises TooMuch past MOST steps in all.
    """
    steps = 0
    found: dict[str, list[str]] = {}
    for name, own in includes.items():
        seen: dict[str, None] = {}
        waiting = list(reversed(own))
        while waiting:
            other = waiting.pop()
            if other in seen:
                continue
            seen[other] = None
            further = includes.get(other, ())
            steps += 1 + len(further)
            if steps > MOST:
                raise TooMuch(f"more than {MOST:,} inclusions to follow")
            waiting.extend(reversed(further))
        found[name] = list(seen)
    return found
