from __future__ import annotations

import pytest

from holdfast.checks.repository.markers import first_marker

A, B, C, D = "<" * 7 + " x", "|" * 7, "=" * 7, ">" * 7 + " y"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ((A, "a", C, "b", D), 1),
        (("x", A, "a", B, "o", C, "b", D), 2),
        ((A, "a", D), 1),
        ((C, "b", D), 1),
        ((A, "a", C), 1),
        ((C, "x", A, "a", C, "b", D), 3),
        ((A, "text"), None),
        ((D, "text", A), None),
        (("Heading", C, "text", D), 2),
        (("Heading", C, "text", C), None),
        ((A + "\r", C + "\r", D + "\r"), 1),
        (("<" * 8 + " x", "=" * 8, ">" * 8 + " y"), None),
        ((" " + A, " " + C, " " + D), None),
    ],
)
def test_two_markers_in_their_order_are_a_conflict(lines: tuple[str, ...], line: int | None) -> None:
    assert first_marker("\n".join(lines).encode()) == line
