"""Copies standard input to standard output with the values in $HOLDFAST_MASK (a JSON list) replaced by ***.

A program of its own, started by the shim with `python -I -S`: it imports nothing of Holdfast, and lives as long as
the step does, whatever becomes of the runner.
"""

from __future__ import annotations

import json
import os
import signal
import sys

MASK = b"***"
CHUNK = 2**16


def held_back(pending: bytes, secrets: list[bytes]) -> int:
    """How many of the last bytes may be the beginning of a secret, whose rest has not come yet."""
    longest = max(map(len, secrets), default=1) - 1
    for length in range(min(longest, len(pending)), 0, -1):
        end = pending[-length:]
        if any(secret.startswith(end) for secret in secrets):
            return length
    return 0


def masked(text: bytes, secrets: list[bytes]) -> bytes:
    """The text with each secret in it replaced; `secrets` has the longest first."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def copy(reading: int, writing: int, secrets: list[bytes]) -> None:
    """Copies to the end of the input. A full disk is no reason to block the program: the rest is read and dropped."""
    pending, room = b"", True
    while chunk := os.read(reading, CHUNK):
        pending = masked(pending + chunk, secrets)
        keep = held_back(pending, secrets)
        ready, pending = pending[: len(pending) - keep], pending[len(pending) - keep :]
        room = room and written(writing, ready)
    if room:
        written(writing, pending)


def written(handle: int, content: bytes) -> bool:
    """Writes all of it; False where that is not possible."""
    try:
        while content:
            content = content[os.write(handle, content) :]
    except OSError:
        return False
    return True


def main() -> None:
    """Ends with its input, not with the signals that end the program whose output it carries."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    values = {os.fsencode(value) for value in json.loads(os.environ.get("HOLDFAST_MASK", "[]"))}
    copy(sys.stdin.fileno(), sys.stdout.fileno(), sorted(values - {b""}, key=len, reverse=True))


if __name__ == "__main__":
    main()
