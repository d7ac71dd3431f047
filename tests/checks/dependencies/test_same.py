"""Whether two requirements mean the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from holdfast.checks.dependencies.exclusive import settled
from holdfast.checks.dependencies.same import same_markers, same_pythons, same_specifiers

SPECIFIER = st.builds(
    lambda sign, major, minor: f"{sign}{major}.{minor}",
    st.sampled_from([">=", "<", "<=", ">", "==", "!=", "~="]),
    st.integers(0, 3),
    st.integers(0, 3),
)
SPECIFIERS = st.lists(SPECIFIER, max_size=3).map(",".join)
VERSION = st.builds(
    lambda major, minor, patch, end: f"{major}.{minor}{patch}{end}",
    st.integers(0, 4),
    st.integers(0, 4),
    st.sampled_from(["", ".0", ".1", ".7"]),
    st.sampled_from(["", "a1", "rc2", ".dev3", ".post1"]),
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (">=1.1", ">= 1.1.0", True),
        (">=1,<2", "<2, >=1", True),
        (">=1,>=0.5", ">=1", True),
        ("~=1.4", ">=1.4,==1.*", True),
        ("", ">=1", False),
        (">=1", ">1", False),
        ("==1.0", "==1.0.post1", False),
        ("===1.0", "==1.0", False),
        (">=1", "nonsense", False),
        ("==1!2.0", "==2.0", False),
    ],
)
def test_specifiers_are_compared_by_what_they_allow(one: str, other: str, same: bool) -> None:
    assert same_specifiers(one, other) is same


@given(SPECIFIERS, SPECIFIERS, VERSION)
def test_specifiers_that_are_the_same_allow_the_same(one: str, other: str, version: str) -> None:
    if same_specifiers(one, other):
        allowed = [SpecifierSet(each).contains(version, prereleases=True) for each in (one, other)]
        assert allowed[0] == allowed[1]


@pytest.mark.parametrize(
    ("one", "other", "pythons", "same"),
    [
        ("python_version >= '3.11'", 'python_full_version>="3.11"', "", True),
        ("python_version >= '3.11'", "", ">=3.11", True),
        ("python_version >= '3.12'", "", ">=3.11", False),
        ("python_version < '3.12'", "python_version <= '3.11'", "", True),
        ("sys_platform == 'win32'", "'win32' == sys_platform", "", True),
        ("sys_platform == 'win32'", "sys_platform != 'win32'", "", False),
        ("sys_platform == 'win32' or os_name == 'nt'", "os_name == 'nt' or sys_platform == 'win32'", "", True),
        ("sys_platform in 'linux darwin'", "sys_platform == 'linux' or sys_platform == 'darwin'", "", True),
        ("sys_platform == 'win32'", "sys_platform ==", "", False),
        ("platform_machine == 'x86_64' and extra == 'fast'", "platform_machine == 'x86_64'", "", True),
    ],
)
def test_markers_are_compared_by_where_they_hold(one: str, other: str, pythons: str, same: bool) -> None:
    assert same_markers(one, other, pythons, "fast") is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (">=3.11", ">=3.11.0", True),
        (">=3.11,>=3.9", ">=3.11", True),
        (">=3.11", ">=3.11,<4", False),
        (">=3.11.2", ">=3.11.3", False),
        (">=3.11", "three", False),
        ("three", "three", True),
    ],
)
def test_ranges_of_python_are_compared_by_the_releases_in_them(one: str, other: str, same: bool) -> None:
    assert same_pythons(one, other) is same


def test_a_marker_about_what_excludes_holds_by_what_was_chosen() -> None:
    marker = "extra == 'extra-4-shop-new' or extra != 'extra-4-shop-old'"
    true, false = "python_version >= '0'", "python_version < '0'"
    assert settled(marker, ["old"], []) == f"{false} or {false}"
    assert settled(marker, ["new"], []) == f"{true} or {true}"
    assert settled("extra == 'group-4-shop-dev'", ["dev"], []) == false
    assert settled("extra == 'group-4-shop-dev'", [], ["dev"]) == true
    assert settled("extra == 'project-4-shop'", [], []) == true
    assert settled("extra == 'fast'", ["fast"], []) == "extra == 'fast'"
