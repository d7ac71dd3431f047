"""Versions against spans and lists, and records that tell of the same vulnerability."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from holdfast.checks.dependencies.advisories.cvss import base_score, severity_of
from holdfast.checks.dependencies.advisories.matching import affects, fixes, grouped, vulnerability
from holdfast.checks.dependencies.advisories.model import Advisory, Span
from holdfast.checks.dependencies.advisories.spans import Event, spans_of


def events(text: str) -> list[Event]:
    kinds = {"from": "introduced", "to": "fixed", "last": "last_affected", "limit": "limit"}
    words = text.split()
    return [Event(kinds[kind], version) for kind, version in zip(words[::2], words[1::2], strict=True)]


def advisory(text: str, **more: Any) -> Advisory:
    spans, unclear = spans_of(events(text))
    return Advisory("foo", "PYSEC-1", spans=spans, unclear=unclear)._replace(**more)


@pytest.mark.parametrize(
    ("text", "affected", "spared"),
    [
        ("from 0 to 2.0", "0.0.0.dev1 0 1.9 2.0rc1 2.0.dev3", "2.0 2.0.0 2.0.post1 3 1!0"),
        ("from 1.0 last 1.5", "1.0 1.5 1.5.0", "0.9 1.0rc1 1.5.1 1.5.post1 2"),
        ("from 1.0", "1 99 1!1", "0.9"),
        ("from 0 to 1.5 from 2.0 to 2.5", "1.4 2.0 2.4", "1.5 1.9 2.5"),
        ("to 2.5 from 2.0 to 1.5 from 0", "1.4 2.0 2.4", "1.5 1.9 2.5"),
        ("from 0 to 1.5 to 2.5", "1.4", "1.5 2.0"),
        ("last 1.0 from 1.0", "1.0", "0.9 1.1"),
        ("from 0 to 2.0 from 2.0 to 3.0", "1 2.0 2.5", "3.0"),
        ("from 1.0 from 1.2 to 1.5", "1.0 1.1 1.3", "1.5"),
        ("from 1!0 to 1!5", "1!0 1!4", "9 1!5"),
        ("from 0 limit 2.0", "1.9", "2.0 3"),
        ("from 0 to 1.0 limit 2.0", "0.9", "1.0 1.5 2.0"),
        ("from 0 to 5.0 limit 2.0 limit 3.0", "1 2.9", "3.0 4"),
        ("from 4.0 limit 2.0", "", "1 2 4 5"),
        ("from 0 limit *", "1 99", ""),
    ],
)
def test_spans_are_those_of_the_osv_schemas_algorithm(text: str, affected: str, spared: str) -> None:
    one = advisory(text)
    assert {version: affects(one, version) for version in affected.split()} == dict.fromkeys(affected.split(), True)
    assert {version: affects(one, version) for version in spared.split()} == dict.fromkeys(spared.split(), False)


VERSIONS = ["1.0", "1.1", "1.2rc1", "2.0", "2.0.1", "3.0"]


@given(
    st.lists(
        st.builds(Event, st.sampled_from(["introduced", "fixed", "last_affected"]), st.sampled_from(["0", *VERSIONS])),
        max_size=6,
        unique_by=lambda event: event.version,
    ).filter(lambda found: ("introduced" in [event.kind for event in found]) and ("fixed", "0") not in found),
    st.sampled_from(["0.5", "1.0.5", "1.2", "9", *VERSIONS]),
)
def test_spans_agree_with_the_schemas_own_pseudo_code(found: list[Event], version: str) -> None:
    found = [event for event in found if event.kind == "introduced" or event.version != "0"]
    asked, vulnerable = Version(version), False
    for kind, bound in sorted(found, key=lambda event: Version("0.dev0" if event.version == "0" else event.version)):
        at = Version("0.dev0" if bound == "0" else bound)
        if kind == "introduced" and asked >= at:
            vulnerable = True
        elif (kind == "fixed" and asked >= at) or (kind == "last_affected" and asked > at):
            vulnerable = False
    spans, _ = spans_of(found)
    assert affects(Advisory("foo", "A", spans=spans), version) is vulnerable


def test_a_local_build_is_as_affected_as_what_it_was_built_from() -> None:
    assert affects(advisory("from 0 last 2.0"), "2.0+cu118") is True
    assert affects(advisory("from 0 to 2.0"), "2.0+cu118") is False
    assert affects(advisory("from 0", spans=(), versions=("2.0",)), "2.0+cu118") is True
    assert affects(advisory("from 0 to 2.0+fixed.1"), "2.0+fixed.1") is False


def test_a_version_is_found_in_the_list_however_it_is_written() -> None:
    one = Advisory("foo", "A", versions=("1.0", "2009r"))
    assert [affects(one, version) for version in ("1.0", "1.0.0", "v1", "2009r", "1.1")] == [*[True] * 4, False]


def test_what_is_no_version_cannot_be_told() -> None:
    assert affects(advisory("from 0 to 2.0"), "2009-banana") is None
    assert affects(advisory("from 0 to 2019-09-12"), "1.0") is None
    assert affects(advisory("from 0 to 2019-09-12", versions=("1.0",)), "1.0") is True
    assert affects(advisory("from 0 to 2.0"), "9" * 10_000) is None
    assert fixes(advisory("from 0 to 2.0"), "2009-banana") == set()


def test_the_fix_is_the_end_of_the_span_that_a_version_lies_in() -> None:
    one = advisory("from 0 to 1.5 from 2.0 to 2.5 from 3.0 last 3.1")
    assert [fixes(one, version) for version in ("1.0", "2.1", "3.0", "9")] == [{"1.5"}, {"2.5"}, set(), set()]
    assert fixes(advisory("from 0 limit 2.0"), "1.0") == set()


def test_records_that_share_a_name_are_one_vulnerability_whatever_their_order() -> None:
    records = [
        Advisory("foo", "PYSEC-1", ("CVE-1",), "long summary", "low", (Span("", "1.10", "fixed"),)),
        Advisory("foo", "GHSA-1", ("cve-1", "CVE-2"), "short", "high", (Span("", "1.9", "fixed"),)),
        Advisory("foo", "OTHER-1", ("CVE-2",)),
        Advisory("foo", "PYSEC-2", ("CVE-3",)),
    ]
    for order in itertools.permutations(records):
        groups = grouped(order)
        assert {frozenset(one.id for one in group) for group in groups} == {
            frozenset({"PYSEC-1", "GHSA-1", "OTHER-1"}),
            frozenset({"PYSEC-2"}),
        }
        told = next(vulnerability(group, ["1.0"]) for group in groups if len(group) == 3)
        assert told.ids == ("PYSEC-1", "GHSA-1", "OTHER-1", "CVE-1", "CVE-2", "cve-1")
        assert (told.summary, told.severity, told.fixed) == ("short", "high", ("1.9", "1.10"))


@pytest.mark.parametrize(
    ("vector", "score", "severity"),
    [  # the scores that NVD's calculator gives
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, "critical"),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:N", 6.1, "moderate"),
        ("CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 5.4, "moderate"),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:P", 7.8, "high"),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.6, "low"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, ""),
        ("CVSS:3.1/AV:N/AC:L", None, ""),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", None, ""),
        ("", None, ""),
    ],
)
def test_a_cvss_3_vector_has_the_score_of_its_specification(vector: str, score: float | None, severity: str) -> None:
    assert (base_score(vector), severity_of(vector)) == (score, severity)
