"""Poetry's constraints as PEP 440 specifiers, held to what Poetry itself makes of them."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from holdfast.checks.dependencies.constraints import (
    Unclear,
    both,
    either,
    platform_marker,
    python_marker,
    specifiers,
)
from holdfast.checks.dependencies.target import Target
from holdfast.checks.dependencies.versions import allows

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from poetry.core.constraints.version import Version as PoetryVersion
    from poetry.core.constraints.version import parse_constraint
    from poetry.core.constraints.version.exceptions import ParseConstraintError


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("*", ""),
        ("", ""),
        ("x.x", ""),
        ("1.2", "==1.2"),
        ("=1.2", "==1.2"),
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("^1.0b2", ">=1.0b2,<2"),
        ("^ 1!2.3", ">=1!2.3,<1!3"),
        ("~1", ">=1,<2"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~=1.2.3", ">=1.2.3,<1.3"),
        ("~=1.2", ">=1.2,<2"),
        ("1.2.*", "==1.2.*"),
        ("!=1.2.*", "!=1.2.*"),
        ("1.*.*", "==1.*"),
        (">=1.2 <2", ">=1.2,<2"),
        (">= 1.2 , < 2,", ">=1.2,<2"),
        (">=1.2,<2", ">=1.2,<2"),
        ("^1.2 | ^2.0", ">=1.2,<2||>=2.0,<3"),
        ("^1.2 || *", ""),
        ("1.2+cpu", "==1.2+cpu"),
        (">1.2+cpu", ">=1.2"),
        ("<1.2+cpu", "<=1.2"),
    ],
)
def test_a_constraint_becomes_specifiers(constraint: str, expected: str) -> None:
    assert specifiers(constraint) == expected


@pytest.mark.parametrize("text", ["^^1", "abc", "1.2.3.", ">=", "^1.*", "1.0b1.*", ">=1 && <2", "1" * 3000, "1" * 1000])
def test_what_is_no_constraint_is_refused(text: str) -> None:
    with pytest.raises(Unclear):
        specifiers(text)


release = st.lists(st.integers(0, 3), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
tags = st.sampled_from(["", "", "", "a1", "b2", "rc1", ".dev1", ".post1", "rc1.dev2", ".post1.dev0", "-1", "-beta.1"])
local = st.sampled_from(["", "", "", "", "+cpu", "+1.2"])
epoch = st.sampled_from(["", "", "", "", "1!"])
version = st.builds("{}{}{}{}".format, epoch, release, tags, local)
operator = st.sampled_from(["^", "~", "~=", ">=", "<", ">", "<=", "==", "!=", "=", "", ">= ", "^ "])
single = st.one_of(
    st.builds("{}{}".format, operator, version),
    st.builds("{}{}.*".format, st.sampled_from(["", "==", "!="]), release),
    st.just("*"),
)
conjunction = st.lists(single, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from([",", ", ", " "]).map(lambda glue: glue.join(parts))
)
constraint = st.lists(conjunction, min_size=1, max_size=2).flatmap(
    lambda parts: st.sampled_from([" || ", "|", " | "]).map(lambda glue: glue.join(parts))
)


@settings(max_examples=1000)
@given(constraint, version)
def test_it_allows_what_poetry_allows(text: str, asked: str) -> None:
    # Poetry takes the union of two `!=` for everything where one of them has a local version, and forgets both.
    assume(not ("|" in text and "+" in text and text.count("!=") > 1))
    try:
        theirs = bool(parse_constraint(text).allows(PoetryVersion.parse(asked)))
    except (ParseConstraintError, ValueError):
        assume(False)  # noqa: FBT003 - hypothesis has no other word for it
    ours = allows(specifiers(text), asked)
    if LOCAL_BOUND.search(text) or JOINED_EXCLUSION.search(text):
        assert ours or not theirs, (text, asked)
    else:
        assert ours == theirs, (text, asked)


# Where the two differ, ours allows more, so that nothing is called wrong which Poetry would call right.
# PEP 440 knows no local version as the bound of a range; Poetry orders by it.
LOCAL_BOUND = re.compile(r"(?:[\^~<>]=?|~=) *[^,| ]*\+")
# Poetry makes `!=1` joined with another constraint into ranges below and above 1, and so drops 1.post1 and 1+local,
# which `!=1` by itself allows there too, and PEP 440 in any company.
JOINED_EXCLUSION = re.compile(r"!=.*[,| ]|[,| ] *!=")


@pytest.mark.parametrize(
    ("constraint", "holds", "does_not"),
    [
        ("^3.8", ["3.8.0", "3.12.1"], ["3.7.9", "4.0.0"]),
        ("<3.8 || >=3.10", ["3.7.1", "3.10.0"], ["3.8.0", "3.9.9"]),
        ("3.8", ["3.8.0", "3.8.9"], ["3.9.0"]),
        ("3.8.*", ["3.8.0", "3.8.9"], ["3.9.0"]),
        (">3.8", ["3.8.1", "3.9.0"], ["3.8.0"]),
        ("<=3.8", ["3.8.0", "3.7.9"], ["3.8.1"]),
        ("!=3.9.0,>=3.8.1", ["3.9.1"], ["3.9.0", "3.8.0"]),
        ("*", ["2.7.1"], []),
    ],
)
def test_a_python_constraint_becomes_a_marker(constraint: str, holds: list[str], does_not: list[str]) -> None:
    marker = python_marker(constraint)
    assert [on(python).holds(marker) for python in holds + does_not] == [python in holds for python in holds + does_not]


def on(python: str) -> Target:
    return Target((("python_full_version", python), ("python_version", python.rpartition(".")[0])))


def test_a_platform_becomes_a_marker() -> None:
    assert platform_marker("linux") == 'sys_platform == "linux"'
    assert platform_marker("!=win32, !=cygwin") == 'sys_platform != "win32" and sys_platform != "cygwin"'
    assert platform_marker("linux || darwin") == 'sys_platform == "linux" or sys_platform == "darwin"'
    assert platform_marker("*") == ""


def test_markers_are_joined_with_what_parentheses_they_need() -> None:
    assert both("a or b", "", "c", "c") == "(a or b) and c"
    assert both("a or b") == "a or b"
    assert either(["a and b", "c"]) == "(a and b) or c"
    assert either(["a", ""]) == ""
