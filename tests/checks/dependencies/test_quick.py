from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from holdfast.checks.dependencies.quick import as_packaging_writes, quick_allows, quick_holds, simple
from holdfast.checks.dependencies.requirement import need_of
from holdfast.checks.dependencies.target import target_of

RELEASES = st.lists(st.integers(0, 12), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
CLAUSES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "~="]),
    st.sampled_from(["", " "]),
    RELEASES,
    st.sampled_from(["", "", "", ".*"]),
)
VARIABLES = dict(target_of(None).variables)
TERMS = st.one_of(
    st.builds('python_version {} "{}"'.format, st.sampled_from(["<", ">=", "==", "!=", ">", "<=", "~="]), RELEASES),
    st.builds("python_full_version {} '{}'".format, st.sampled_from(["<", ">=", "=="]), RELEASES),
    st.builds(
        "{} {} '{}'".format,
        st.sampled_from(["sys_platform", "os_name", "platform_system", "extra", "implementation_name"]),
        st.sampled_from(["==", "!="]),
        st.sampled_from(["linux", "win32", "posix", "Linux", "big_one", "cpython"]),
    ),
)
MARKERS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner), inner.map("({})".format)
    ),
    max_leaves=4,
)


def by_packaging(constraint: str, version: str) -> bool | None:
    try:
        return SpecifierSet(constraint).contains(version, prereleases=True)
    except InvalidSpecifier:
        return None


@given(st.lists(CLAUSES, min_size=1, max_size=3).map(",".join), RELEASES)
def test_constraints_are_answered_as_packaging_answers(constraint: str, version: str) -> None:
    said = quick_allows(constraint, version)
    assert said == by_packaging(constraint, version)


@pytest.mark.parametrize(
    ("constraint", "version"),
    [
        (">=1", "1.0rc1"),
        (">=1", "1!1.0"),
        (">=1", "1.0+local"),
        (">=1rc1", "1.0"),
        ("===1", "1"),
        (">=1||<0", "1"),
        (">=1.*", "1"),
        ("~=1", "1"),
        ("1", "1"),
        (">=", "1"),
        (",", "1"),
        (">=1", ""),
        (">=1," * 400 + ">=1", "1"),
    ],
)
def test_what_is_not_usual_is_left_to_packaging(constraint: str, version: str) -> None:
    assert quick_allows(constraint, version) is None


@given(MARKERS, st.sampled_from(["", "big-one", "linux"]))
def test_markers_are_answered_as_packaging_answers(marker: str, extra: str) -> None:
    usual = simple(marker)
    assert usual is not None or "~=" in marker or "platform" in marker or "version" in marker
    if usual is not None:
        assert quick_holds(usual, VARIABLES, extra) is Marker(marker).evaluate({**VARIABLES, "extra": extra})


@given(MARKERS)
def test_markers_are_written_as_packaging_writes_them(marker: str) -> None:
    written = as_packaging_writes(marker)
    assert written in (None, str(Marker(marker)))
    assert (written is None) is (simple(marker) is None or "(" in marker)


@pytest.mark.parametrize(
    "text", ["a>=1 ; python_version<'3.8'", "a[x] ;extra == 'Big_One' or os_name=='nt'", "a (>1) ; os_name == 'nt'"]
)
def test_a_requirement_with_a_usual_marker_is_read_as_packaging_reads_it(text: str) -> None:
    read = Requirement(text)
    need = need_of(text)
    assert (need.name, need.constraint, need.marker) == (read.name, str(read.specifier), str(read.marker))
    assert set(need.extras) == read.extras


@pytest.mark.parametrize(
    "marker",
    [
        "python_version<'3.8'",
        "sys_platform == 'win32'",
        "(python_version >= \"3.8\") and extra == 'x_y'",
        "(python_version >= '3' and extra == 'x')",
        "extra == 'a' or extra == 'b'",
        "os_name == 'nt' and extra == 'x' or extra == 'y'",
        "os_name == 'a' and (os_name == 'b' or (extra == 'c' and os_name == 'd'))",
    ],
)
def test_usual_markers_are_taken_apart(marker: str) -> None:
    assert simple(marker) is not None


@pytest.mark.parametrize(
    "marker",
    [
        "'3' < python_version",
        "python_version in '3.8 3.9'",
        "platform_release >= '4'",
        "sys_platform == '3'",
        "sys_platform < 'x'",
        "python_version < '3.x'",
        "nonsense == 'x'",
        "(os_name == 'nt'",
        ")os_name == 'nt'(",
        "os_name == 'nt') and (os_name == 'nt'",
        "os_name == 'nt' and",
        "and os_name == 'nt'",
        "os_name == 'nt' os_name == 'nt'",
        "os_name == 'nt' nor os_name == 'nt'",
        "",
        "()",
        "(" * 30 + "os_name == 'nt'" + ")" * 30,
        "os_name == 'a(b'",
        "os_name == 'nt' " + "and os_name == 'nt' " * 100,
    ],
)
def test_unusual_markers_are_left_to_packaging(marker: str) -> None:
    assert simple(marker) is None


def test_a_python_whose_version_is_not_usual_is_left_to_packaging() -> None:
    usual = simple("python_full_version >= '3.8'")
    assert usual is not None
    assert quick_holds(usual, {"python_full_version": "3.15.0a1"}, "") is None
