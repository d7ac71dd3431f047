from __future__ import annotations

from holdfast.checks.lockstep.ini import Line, read_ini


def test_values_have_the_lines_that_they_stand_in() -> None:
    text = "[A]\nx = 1 ; one\ny =\n  2\n  # no\n\n  3\n[b]\nZ: 4\n"
    assert read_ini(text) == {
        "a": {"x": [Line("1", 2)], "y": [Line("2", 4), Line("3", 7)]},
        "b": {"z": [Line("4", 9)]},
    }


def test_what_is_no_ini_is_passed_over() -> None:
    assert read_ini("x = 1\n   y\nnothing at all\n") == {}
