"""Identifiers that sort by time and are unique across machines: ULIDs (github.com/ulid/spec)."""

from __future__ import annotations

import os

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
LENGTH = 26


def new_id(milliseconds: int) -> str:
    """A ULID for a moment given in milliseconds since 1970: 48 bits of time, then 80 random bits."""
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
