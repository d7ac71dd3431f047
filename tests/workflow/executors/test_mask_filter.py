"""Masking while output passes by, in pieces of any size."""

from __future__ import annotations

import os
import threading

from hypothesis import given
from hypothesis import strategies as st

from holdfast.workflow.executors.mask_filter import copy, held_back, masked


def passed(pieces: list[bytes], secrets: list[bytes]) -> bytes:
    """What comes out where these pieces go in."""
    in_reading, in_writing = os.pipe()
    out_reading, out_writing = os.pipe()

    def feed() -> None:
        for piece in pieces:
            os.write(in_writing, piece)
        os.close(in_writing)

    feeder = threading.Thread(target=feed)
    feeder.start()
    copy(in_reading, out_writing, secrets)
    feeder.join()
    os.close(out_writing)
    with os.fdopen(out_reading, "rb") as out:
        found = out.read()
    os.close(in_reading)
    return found


@given(st.lists(st.text("abx", min_size=1, max_size=4), max_size=8), st.sets(st.text("ab", min_size=1, max_size=4)))
def test_whatever_the_pieces_no_secret_comes_through(pieces: list[str], values: set[str]) -> None:
    secrets = sorted((value.encode() for value in values), key=len, reverse=True)
    out = passed([piece.encode() for piece in pieces], secrets)
    assert not any(secret in out for secret in secrets)
    assert values or out == "".join(pieces).encode()


def test_only_what_may_be_a_secret_is_held_back() -> None:
    assert held_back(b"hello", [b"secret"]) == 0
    assert held_back(b"hello s", [b"secret"]) == 1
    assert held_back(b"hello secre", [b"secret", b"other"]) == 5
    assert held_back(b"", [b"secret"]) == 0


def test_a_secret_that_begins_with_another_is_masked_whole() -> None:
    assert passed([b"ab", b"cd ab", b"x"], [b"abcd", b"ab"]) == b"*** ***x"


def test_the_longest_is_masked_first() -> None:
    assert masked(b"abcd ab", [b"abcd", b"ab"]) == b"*** ***"


def test_output_that_cannot_be_written_is_read_to_its_end() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"x" * 1000)
    os.close(writing)
    full = os.open("/dev/full", os.O_WRONLY)
    copy(reading, full, [])
    assert os.read(reading, 1) == b""
    os.close(full)
    os.close(reading)
