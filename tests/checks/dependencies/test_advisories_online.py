"""The OSV service's whole answer counts, or none."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from holdfast.checks.dependencies.advisories import online
from holdfast.checks.dependencies.advisories.model import Advisory
from holdfast.checks.dependencies.advisories.online import ask
from holdfast.core.errors import HoldfastError
from tests.checks.dependencies.osv_records import REQUESTS, REQUESTS_GITHUB, record
from tests.checks.dependencies.servers import Answer, serving

KEYS = [("flask", "3.0.0"), ("requests", "2.30.0")]
RECORDS = {str(each["id"]): each for each in (REQUESTS, REQUESTS_GITHUB)}


def service(batch: Callable[[list[dict[str, Any]]], object], records: Mapping[str, object] = RECORDS) -> Any:
    """Answers as the service does: ids to a batch of questions, and records by their ids."""

    def answer(path: str, body: bytes) -> Answer:
        if path == "/v1/querybatch":
            return Answer(json.dumps(batch(json.loads(body)["queries"])).encode())
        found = records.get(path.removeprefix("/v1/vulns/"))
        return Answer(json.dumps(found).encode()) if found is not None else Answer(b'{"code":5}', 404)

    return answer


def vulns(*names: str) -> dict[str, Any]:
    return {"vulns": [{"id": name, "modified": "2024-01-01T00:00:00Z"} for name in names]} if names else {}


def always(answer: Answer) -> Callable[[str, bytes], Answer]:
    """What serves the same answer to all that is asked."""
    return lambda _path, _body: answer


def test_one_batch_asks_for_all_packages_and_the_records_are_looked_up() -> None:
    with serving(service(lambda _queries: {"results": [vulns(), vulns(*RECORDS)]})) as web:
        found = ask(web.url, KEYS, {})
    assert {key: [each.id for each in its] for key, its in found.items()} == {KEYS[1]: [*RECORDS]}
    assert found[KEYS[1]][1].severity == "moderate"
    assert json.loads(web.asked[0][3])["queries"] == [
        {"package": {"name": "flask", "ecosystem": "PyPI"}, "version": "3.0.0"},
        {"package": {"name": "requests", "ecosystem": "PyPI"}, "version": "2.30.0"},
    ]
    assert sorted(web.paths) == ["/v1/querybatch", "/v1/vulns/GHSA-j8r2-6x86-q33q", "/v1/vulns/PYSEC-2023-74"]


def test_further_pages_are_asked_for() -> None:
    def batch(queries: list[dict[str, Any]]) -> object:
        pages = [query.get("page_token") for query in queries]
        if pages == [None, None]:
            return {"results": [vulns(), {**vulns("PYSEC-2023-74"), "next_page_token": "p2"}]}
        assert pages == ["p2"]
        assert queries[0]["package"]["name"] == "requests"
        return {"results": [vulns("GHSA-j8r2-6x86-q33q")]}

    with serving(service(batch)) as web:
        assert [each.id for each in ask(web.url, KEYS, {})[KEYS[1]]] == [*RECORDS]


def test_more_packages_than_a_batch_holds_are_asked_for_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online, "BATCH", 2)
    keys = [(f"p{number}", "1.0") for number in range(5)]
    with serving(service(lambda queries: {"results": [{} for _ in queries]})) as web:
        assert ask(web.url, keys, {}) == {}
    assert len(web.asked) == 3


def test_a_record_that_does_not_name_the_package_is_believed_to_concern_it() -> None:
    records = {"OSV-1": record("OSV-1", "other", {"introduced": "0"}, summary="x"), "OSV-2": {"id": "OSV-2"}}
    with serving(service(lambda _queries: {"results": [vulns("OSV-1"), vulns("OSV-2")]}, records)) as web:
        found = ask(web.url, KEYS, {})
    assert found == {KEYS[0]: (Advisory("flask", "OSV-1", summary="x"),), KEYS[1]: (Advisory("requests", "OSV-2"),)}


@pytest.mark.parametrize(
    ("batch", "why"),
    [
        ({}, "did not answer each of 2 questions"),
        ({"results": [{}]}, "did not answer each of 2 questions"),
        ({"results": [{}, {}, {}]}, "did not answer each of 2 questions"),
        ({"results": [{}, []]}, "what it says of requests cannot be read"),
        ({"results": [{}, {"vulns": 5}]}, "what it says of requests cannot be read"),
        ({"results": [{}, {"vulns": [{}]}]}, "what it says of requests cannot be read"),
        ({"results": [{}, {"vulns": ["x"]}]}, "what it says of requests cannot be read"),
        ({"results": [{}, {"next_page_token": 5}]}, "what it says of requests cannot be read"),
        ({"results": [{}, vulns("PYSEC-0000-0")]}, "PYSEC-0000-0: HTTP 404"),
        ({"results": [{}, vulns("../../x")]}, "HTTP 404"),
        ({"results": [{}, vulns("OTHER")]}, "asked for OTHER, answered PYSEC-2023-74"),
        ({"results": [{}, vulns("BROKEN")]}, "what it says of BROKEN cannot be read"),
        ([1], "answered something else than a table"),
    ],
)
def test_an_answer_that_is_not_whole_is_none(batch: object, why: str) -> None:
    records = {**RECORDS, "OTHER": REQUESTS, "BROKEN": {"id": 5}}
    with serving(service(lambda _queries: batch, records)) as web, pytest.raises(HoldfastError, match=why):
        ask(web.url, KEYS, {})


def test_pages_without_an_end_and_vulnerabilities_without_number_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = service(lambda queries: {"results": [{"next_page_token": "again"} for _ in queries]})
    with serving(endless) as web, pytest.raises(HoldfastError, match="the answer has no end"):
        ask(web.url, KEYS, {})
    monkeypatch.setattr(online, "DETAILS", 1)
    many = service(lambda _queries: {"results": [vulns("A"), vulns("B")]})
    with serving(many) as web, pytest.raises(HoldfastError, match="2 vulnerabilities, too many"):
        ask(web.url, KEYS, {})


def test_a_service_that_is_busy_is_asked_again_and_one_that_refuses_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online, "_PAUSE_S", 0.001)
    tries: list[int] = []

    def busy(_path: str, _body: bytes) -> Answer:
        tries.append(1)
        return Answer(status=503) if len(tries) < 3 else Answer(b'{"results": [{}, {}]}')

    with serving(busy) as web:
        assert ask(web.url, KEYS, {}) == {}
        assert len(tries) == 3
    for status, count in ((503, 3), (403, 1)):
        with (
            serving(always(Answer(status=status))) as web,
            pytest.raises(HoldfastError, match=f"HTTP {status}"),
        ):
            ask(web.url, KEYS, {})
        assert len(web.asked) == count


def test_what_is_not_json_is_no_answer() -> None:
    with serving(lambda _path, _body: Answer(b"<html>")) as web, pytest.raises(HoldfastError, match="not JSON"):
        ask(web.url, KEYS, {})


def test_a_service_that_takes_too_long_is_no_answer() -> None:
    done = threading.Event()

    def slow(_path: str, _body: bytes) -> Answer:
        done.wait(20)
        return Answer(b"{}")

    with serving(slow) as web:
        with pytest.raises(HoldfastError, match=r"did not answer"):
            ask(web.url, KEYS, {}, total_s=0.1)
        stopped = threading.Event()
        stopped.set()
        with pytest.raises(HoldfastError, match="did not answer all questions"):
            ask(web.url, KEYS, {}, stop=stopped)
        done.set()


def test_a_service_that_is_not_safe_is_not_asked() -> None:
    with pytest.raises(HoldfastError, match="only https is fetched"):
        ask("http://example.invalid", KEYS, {})
