"""Identifiers, moments and errors: values that every feature shares."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core import clock, ids
from holdfast.core.errors import ExitCode, HoldfastError

MILLISECONDS = st.integers(0, 2**48 - 1)


@given(MILLISECONDS)
def test_an_id_is_26_letters_that_hold_its_moment(milliseconds: int) -> None:
    made = ids.new_id(milliseconds)
    assert len(made) == ids.LENGTH
    value = 0
    for letter in made:
        value = value * 32 + ids.ALPHABET.index(letter)
    assert value >> 80 == milliseconds


@given(MILLISECONDS, MILLISECONDS)
def test_ids_sort_as_their_moments_do(first: int, second: int) -> None:
    if first < second:
        assert ids.new_id(first) < ids.new_id(second)


def test_ids_of_the_same_moment_differ() -> None:
    assert len({ids.new_id(0) for _ in range(1000)}) == 1000


def test_a_known_moment_has_the_known_beginning() -> None:
    """The example of the specification at github.com/ulid/spec."""
    assert ids.new_id(1469918176385).startswith("01ARYZ6S41")


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_150_800_007, "2026-11-20T05:00:00.007Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_milliseconds(milliseconds: int, text: str) -> None:
    assert clock.iso(milliseconds) == text


@given(st.integers(0, 4_102_444_800_000))
def test_a_moment_comes_back_from_its_text(milliseconds: int) -> None:
    back = clock.parse_iso(clock.iso(milliseconds))
    assert back == datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def test_the_zone_of_this_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert clock.iso(0) == "1970-01-01T00:00:00.000Z"
        assert clock.parse_iso("2026-11-20") == datetime(2026, 11, 20, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_text_with_a_zone_keeps_it() -> None:
    assert clock.parse_iso("2026-11-20T05:00+02:00") == datetime(2026, 11, 20, 5, tzinfo=timezone(timedelta(hours=2)))


def test_what_is_no_moment_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        clock.parse_iso("yesterday")


def test_now_is_between_before_and_after() -> None:
    before = time.time_ns() // 1_000_000
    assert before <= clock.now_ms() <= time.time_ns() // 1_000_000


def test_an_error_has_a_message_a_hint_and_exit_code_2() -> None:
    error = HoldfastError("x: not found", hint="install it")
    assert (str(error), error.message, error.hint) == ("x: not found", "x: not found", "install it")
    assert error.exit_code is ExitCode.UNUSABLE
    assert HoldfastError("x").hint is None


def test_the_exit_codes_are_the_five_that_are_documented() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0, "FINDINGS": 1, "UNUSABLE": 2, "BUG": 3, "INTERRUPTED": 130
    }  # fmt: skip
