"""OSV records become advisories; what is no record says why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checks.dependencies.advisories.model import Advisory, Record, Span
from holdfast.checks.dependencies.advisories.osv import SUMMARY, BadRecord, read_record
from tests.checks.dependencies.osv_records import REQUESTS, REQUESTS_GITHUB, record


def only(value: object) -> Advisory:
    (advisory,) = read_record(value).advisories
    return advisory


def test_a_record_of_pypas_database_is_read() -> None:
    assert only(REQUESTS) == Advisory(
        package="requests",
        id="PYSEC-2023-74",
        aliases=("CVE-2023-32681", "GHSA-j8r2-6x86-q33q"),
        summary="Requests is a HTTP library. Since Requests 2.3.0, Requests has been leaking Proxy-Authorization "
        "headers to destination servers when...",
        spans=(Span("2.3.0", "2.31.0", "fixed"),),
    )
    assert read_record(REQUESTS).modified_ms == 1685927580534


def test_a_record_of_githubs_database_is_read_with_its_summary_and_severity() -> None:
    advisory = only(REQUESTS_GITHUB)
    assert advisory.summary == "Unintended leak of Proxy-Authorization header in requests"
    assert advisory.severity == "moderate"


def test_names_are_normalised_and_parts_about_one_package_put_together() -> None:
    value = record("GHSA-1", "Foo.Bar_baz", {"introduced": "1.0"}, {"fixed": "1.5"})
    value["affected"].append(record("x", "foo-bar-baz", {"introduced": "2.0"}, {"fixed": "2.5"})["affected"][0])
    value["affected"].append(record("x", "other", {"introduced": "0"})["affected"][0])
    first, second = read_record(value).advisories
    assert (first.package, first.spans) == (
        "foo-bar-baz",
        (Span("1.0", "1.5", "fixed"), Span("2.0", "2.5", "fixed")),
    )
    assert (second.package, second.spans) == ("other", (Span(""),))


def test_a_withdrawn_record_says_nothing() -> None:
    found = read_record({**REQUESTS, "withdrawn": "2024-01-01T00:00:00Z"})
    assert (found.withdrawn, found.advisories) == (True, ())


def test_records_about_other_ecosystems_say_nothing() -> None:
    value = record("GHSA-1", "left-pad", {"introduced": "0"})
    value["affected"][0]["package"]["ecosystem"] = "npm"
    assert read_record(value).advisories == ()
    assert read_record({"id": "GHSA-2", "modified": "2026-01-01T00:00:00Z"}).advisories == ()


def test_only_versions_that_no_range_holds_are_kept_one_by_one() -> None:
    affected = {"versions": ["1.0", "1.1", "3.0", "not a version"]}
    advisory = only(record("PYSEC-1", "foo", {"introduced": "1.0"}, {"fixed": "2.0"}, affected=affected))
    assert advisory.versions == ("3.0", "not a version")


def test_bounds_that_are_no_versions_are_kept_as_unclear() -> None:
    advisory = only(record("PYSEC-2021-371", "binderhub", {"introduced": "0"}, {"fixed": "0.2.0-n653"}))
    assert (advisory.spans, advisory.unclear) == ((), ("0.2.0-n653",))


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({"database_specific": {"severity": "CRITICAL"}}, "critical"),
        ({"affected": {"ecosystem_specific": {"severity": "medium"}}}, "moderate"),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]}, "high"),
        ({"affected": {"severity": [{"score": "CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}]}}, "low"),
        ({"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}, {"score": 7}]}, ""),
        ({"database_specific": {"severity": "whatever"}}, ""),
    ],
)
def test_the_severity_is_what_the_database_says_else_what_the_vector_comes_to(
    more: dict[str, Any], severity: str
) -> None:
    assert only(record("GHSA-1", "foo", {"introduced": "0"}, **more)).severity == severity


@pytest.mark.parametrize(
    ("said", "summary"),
    [
        ({"summary": "Short"}, "Short"),
        ({"summary": "", "details": "# Impact\n\nIt leaks.\n\nMore."}, "It leaks"),
        ({"details": "An attacker\n  can\x1b[31m do \x00 things"}, "An attacker can[31m do things"),
        ({"details": "word " * 100}, ("word " * 27).strip() + "..."),
        ({"details": "x" * 59 + " is what it says. And then it goes on and on"}, "x" * 59 + " is what it says"),
        ({}, ""),
        ({"summary": ["no text"]}, ""),
    ],
)
def test_the_summary_is_one_short_line(said: dict[str, Any], summary: str) -> None:
    found = only(record("GHSA-1", "foo", {"introduced": "0"}, **said)).summary
    assert found == summary
    assert len(found) <= SUMMARY + 3


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([], "not a table"),
        ({}, "no id"),
        ({"id": "a b"}, "no id"),
        ({"id": 5}, "no id"),
        ({**REQUESTS, "modified": "yesterday"}, "modified is no date"),
        ({**REQUESTS, "modified": "2026-01-01T00:00:00+99:99"}, "modified is no date"),
        ({**REQUESTS, "affected": "all"}, "affected is no list"),
        ({**REQUESTS, "affected": ["all"]}, "affected is no list"),
        ({**REQUESTS, "aliases": [1]}, "aliases is no list"),
        (record("A", "../../etc", {"introduced": "0"}), "no name of a package"),
        (record("A", "foo", affected={"versions": ["1"] * 50_001}), "more than 50,000 versions"),
        (record("A", "foo", *[{"introduced": "0"}] * 1001), "more than 1,000 events"),
        (record("A", "foo", {"fixed": "1"}), "without an event that introduces"),
        (record("A", "foo", {"introduced": ""}), "introduced is no text"),
        (record("A", "foo", affected={"versions": [1.1]}), "versions is no list of texts"),
        (record("A", "foo", affected={"ranges": {}}) | {"severity": 5}, "severity is no list"),
    ],
)
def test_what_is_no_record_says_why(value: object, why: str) -> None:
    with pytest.raises(BadRecord, match=why):
        read_record(value)


def test_a_record_need_not_say_when_it_was_modified() -> None:
    assert read_record({"id": "A"}).modified_ms is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
EVENT = st.dictionaries(
    st.sampled_from(["introduced", "fixed", "last_affected", "limit"]),
    st.sampled_from(["0", "1.0", "1!2.0", "2.0rc1", "*", "2019-09-12", "9" * 5000]) | st.text(max_size=5) | JSON,
    max_size=2,
)
RECORD = st.fixed_dictionaries(
    {"id": st.just("PYSEC-1") | JSON},
    optional={
        "modified": st.just("2026-01-01T00:00:00Z") | JSON,
        "withdrawn": JSON,
        "aliases": st.lists(st.text(max_size=5)) | JSON,
        "summary": st.text() | JSON,
        "details": st.text() | JSON,
        "severity": st.lists(st.dictionaries(st.just("score"), st.text() | st.just("CVSS:3.1/AV:N"))) | JSON,
        "database_specific": JSON,
        "affected": JSON
        | st.lists(
            st.fixed_dictionaries(
                {"package": st.just({"name": "foo", "ecosystem": "PyPI"}) | JSON},
                optional={
                    "ranges": st.lists(
                        st.fixed_dictionaries(
                            {"type": st.just("ECOSYSTEM") | JSON, "events": st.lists(EVENT, max_size=5) | JSON}
                        ),
                        max_size=2,
                    ),
                    "versions": st.lists(st.text(max_size=5), max_size=4) | JSON,
                },
            ),
            max_size=3,
        ),
    },
)


@given(RECORD)
def test_whatever_a_document_holds_it_is_a_record_or_says_why_it_is_none(value: object) -> None:
    try:
        found = read_record(value)
    except BadRecord as error:
        found = Record(f"none: {error}", None, ())
    for advisory in found.advisories:
        assert json.dumps(advisory, ensure_ascii=False).encode()
        assert advisory.summary.isprintable()
