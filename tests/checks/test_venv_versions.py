from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from poetry.core.constraints.version import Version, parse_constraint

from holdfast.checks.venv_probe.versions import allows, leading_version

NUMBERS = st.tuples(st.integers(2, 4), st.integers(0, 13), st.integers(0, 12))
RELEASES = st.builds(lambda parts, length: ".".join(map(str, parts[:length])), NUMBERS, st.integers(1, 3))
SUFFIXES = st.sampled_from(["", "", "", "rc1", "a0", ".dev0", ".post1"])


def compared(operators: list[str]) -> st.SearchStrategy[str]:
    clause = st.builds(
        lambda operator, release, suffix: operator + release + suffix, st.sampled_from(operators), RELEASES, SUFFIXES
    )
    return st.lists(clause, min_size=1, max_size=3).map(",".join)


@given(compared([">=", "<=", ">", "<", "==", "!="]), NUMBERS)
def test_specifiers_mean_what_packaging_says(spec: str, version: tuple[int, int, int]) -> None:
    assert allows(spec, version) is SpecifierSet(spec).contains(".".join(map(str, version)), prereleases=True)


@given(st.sampled_from(["==", "!="]), RELEASES, NUMBERS)
def test_wildcards_mean_what_packaging_says(operator: str, release: str, version: tuple[int, int, int]) -> None:
    spec = f"{operator}{release}.*"
    assert allows(spec, version) is SpecifierSet(spec).contains(".".join(map(str, version)))


@given(
    st.sampled_from(["^", "~", "", ">=", "<", "=="]), RELEASES, RELEASES, NUMBERS, st.sampled_from([" || ", ",", " "])
)
def test_constraints_mean_what_poetry_says(
    operator: str, first: str, second: str, version: tuple[int, int, int], between: str
) -> None:
    constraint = f"{operator}{first}{between}>={second}"
    expected = parse_constraint(constraint).allows(Version.parse(".".join(map(str, version))))
    assert allows(constraint, version) is expected


@given(RELEASES.filter(lambda release: "." in release), NUMBERS)
def test_compatible_releases_mean_what_packaging_says(release: str, version: tuple[int, int, int]) -> None:
    assert allows(f"~={release}", version) is SpecifierSet(f"~={release}").contains(".".join(map(str, version)))


@pytest.mark.parametrize(
    ("spec", "version", "expected"),
    [
        ("*", (3, 11, 7), True),
        ("3.*", (3, 11, 7), True),
        ("^3.11", (3, 11, 7), True),
        ("^3.11", (4, 0, 0), False),
        ("^0.3", (0, 4, 0), False),
        ("~3.11", (3, 12, 0), False),
        ("~3", (3, 12, 0), True),
        (">=3.8,<3.9 || >=3.11", (3, 10, 1), False),
        (">=3.8, !=3.9.*, <4", (3, 9, 1), False),
        ("===3.11.7", (3, 11, 7), True),
        (">= 3.11 , < 4", (3, 11, 0), True),
    ],
)
def test_constraints_of_every_form_are_understood(spec: str, version: tuple[int, ...], expected: bool) -> None:
    assert allows(spec, version) is expected


def test_an_unknown_patch_level_leaves_open_only_what_turns_on_it() -> None:
    assert allows(">=3.11", (3, 11)) is True
    assert allows(">=3.12", (3, 11)) is False
    assert allows(">=3.11.4", (3, 11)) is None
    assert allows("!=3.11.4", (3, 11)) is None


@pytest.mark.parametrize("spec", ["", " ", "banana", ">=", ">=3.11,,<4", "~=3", ">=3.x", "3.11; 4"])
def test_what_is_no_specifier_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="not a version specifier"):
        allows(spec, (3, 11, 7))


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(text: str) -> None:
    said: object
    try:
        said = allows(text, (3, 11, 7))
    except ValueError as error:
        said = str(error).split(":")[0]
    assert said in (True, False, "not a version specifier")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.11.7.final.0", (3, 11, 7)),
        ("3.14.0rc1", (3, 14, 0)),
        ("cpython-3.11", (3, 11)),
        ("python3.12", (3, 12)),
        ("3.12-dev", (3, 12)),
        ("3.11.7/envs/shop", (3, 11, 7)),
        ("system", ()),
        ("shop-env", ()),
        ("pypy3.9-7.3", ()),
    ],
)
def test_a_version_is_read_from_the_start_of_a_text(text: str, expected: tuple[int, ...]) -> None:
    assert leading_version(text) == expected
