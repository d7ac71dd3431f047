from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from holdfast.checks.lockstep.pythons import Supported, is_trap, target, written
from holdfast.core.findings import Location


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3.11", ((3, 11), None, False)),
        ("3.11.4", ((3, 11), 4, False)),
        ("python3.11", ((3, 11), None, False)),
        ("pypy-3.10", ((3, 10), None, False)),
        ("pypy3.10-7.3.17", ((3, 10), None, False)),
        ("pypy-3.10-v7.3.17", ((3, 10), None, False)),
        ("3.15-dev", ((3, 15), None, True)),
        ("3.14.0rc1", ((3, 14), 0, True)),
        ("3.13t", ((3, 13), None, False)),
        ("3", None),
        ("3.x", None),
        (">=3.9", None),
        ("3.15.0-alpha - 3.15", None),
        ("graalpy-24.1", None),
        ("${{ matrix.x }}", None),
        ("ubuntu-22.04", None),
        ("22.04", None),
    ],
)
def test_versions_are_read_as_their_tools_write_them(text: str, meant: tuple[object, ...] | None) -> None:
    assert written(text) == meant


def test_targets_and_traps() -> None:
    assert (target("py39"), target("py310"), target("py3")) == ((3, 9), (3, 10), None)
    assert [text for text in ("3.1", "3.10", "3.0", "3.9", "3.20") if is_trap(text)] == ["3.10", "3.20"]


RANGES = st.lists(
    st.tuples(st.sampled_from([">=", "<", "<=", "!=", "~=", "=="]), st.integers(2, 3), st.integers(0, 15)), max_size=3
)


@given(RANGES)
def test_the_oldest_python_is_the_first_of_which_a_release_is_allowed(parts: list[tuple[str, int, int]]) -> None:
    constraint = ",".join(f"{sign}{major}.{minor}" for sign, major, minor in parts)
    supported = Supported("requires-python", constraint, constraint, Location("pyproject.toml", 1))
    specifiers = SpecifierSet(constraint)
    for minor in supported.minors:
        assert any(f"{minor[0]}.{minor[1]}.{patch}" in specifiers for patch in range(41))
    if supported.lowest:
        assert supported.lowest == min(supported.minors)
        assert not any(f"2.6.{patch}" in specifiers for patch in range(41))
