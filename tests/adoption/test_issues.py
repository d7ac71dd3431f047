from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from holdfast.adoption.issues import TRIES, Issues, Refused
from holdfast.core.errors import HoldfastError
from tests.fakes.github import REPOSITORY, TOKEN, GitHub, Said, github

MARKER = "<!-- marker -->"


@pytest.fixture
def server() -> Iterator[GitHub]:
    with github() as there:
        yield there


class Patience:
    """Notes how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
def patience() -> Patience:
    return Patience()


@pytest.fixture
def issues(server: GitHub, patience: Patience) -> Issues:
    return Issues(server.url, REPOSITORY, TOKEN, sleep=patience)


def test_marked_issues_are_found_on_every_page_the_oldest_first(server: GitHub, issues: Issues) -> None:
    server.per_page = 2
    for number in range(7):
        server.add(MARKER if number in (1, 6) else None)
    assert [issue.number for issue in issues.marked(MARKER)] == [2, 7]
    assert len(server.asked) == 4


def test_closed_issues_and_pull_requests_are_not_found(server: GitHub, issues: Issues) -> None:
    server.add(MARKER, state="closed")
    server.add(MARKER, pull_request={"url": "x"})
    assert issues.marked(MARKER) == []


@pytest.mark.parametrize(("association", "found"), [("NONE", 0), ("CONTRIBUTOR", 0), ("OWNER", 1), ("MEMBER", 1)])
def test_an_outsider_cannot_have_an_issue_taken_for_the_tracker(
    server: GitHub, issues: Issues, association: str, found: int
) -> None:
    server.add(MARKER, user={"login": "x", "type": "User"}, author_association=association)
    server.add(MARKER, user=None)
    assert len(issues.marked(MARKER)) == found


def test_an_issue_is_opened_and_changed_with_the_token_in_a_header_alone(server: GitHub, issues: Issues) -> None:
    made = issues.create("title", "body")
    issues.change(made.number, state="closed", state_reason="completed")
    assert server.issues[0]["state"] == "closed"
    assert server.issues[0]["title"] == "title"
    for request in server.asked:
        assert request.headers["x-github-api-version"]
        assert TOKEN not in request.path + str(request.fields)


@pytest.mark.parametrize(
    ("status", "hint"), [(401, "github.token"), (403, "issues: write"), (404, "name right"), (410, "turn issues on")]
)
def test_a_refusal_says_what_to_do_and_is_not_asked_again(
    server: GitHub, issues: Issues, status: int, hint: str
) -> None:
    server.next.append(Said(status, {"message": f"no, {TOKEN}"}))
    with pytest.raises(Refused) as refused:
        issues.marked(MARKER)
    assert f"HTTP {status}: no, ***" in refused.value.message
    assert hint in (refused.value.hint or "")
    assert TOKEN not in refused.value.message
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_in_trouble_is_asked_again_after_a_while(
    server: GitHub, issues: Issues, patience: Patience, status: int
) -> None:
    server.next += [Said(status, raw=b"<html>"), Said(status, {"other": 1})]
    assert issues.marked(MARKER) == []
    assert patience.waits == [1.0, 2.0]


def test_it_is_not_asked_for_ever(server: GitHub, issues: Issues) -> None:
    server.next += [Said(503)] * 9
    with pytest.raises(Refused, match="HTTP 503"):
        issues.change(1, state="closed")
    assert len(server.asked) == TRIES


def test_an_issue_is_not_opened_twice_because_an_answer_was_lost(server: GitHub, issues: Issues) -> None:
    server.next.append(Said(502))
    with pytest.raises(Refused, match="HTTP 502"):
        issues.create("title", "body")
    assert server.changes == ["POST"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "7"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) - 60)},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"},
    ],
    ids=["named", "over", "odd"],
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_short_rate_limit_is_waited_for_even_to_open_an_issue(
    server: GitHub, issues: Issues, patience: Patience, headers: dict[str, str], status: int
) -> None:
    server.next.append(Said(status, {"message": "slow down"}, headers))
    assert issues.create("title", "body").number == 1
    assert len(patience.waits) == 1
    assert patience.waits[0] <= 60


def test_a_long_rate_limit_is_not_waited_for(server: GitHub, issues: Issues, patience: Patience) -> None:
    server.next.append(Said(403, {}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 3000)}))
    with pytest.raises(Refused, match=r"a rate limit, for (29|30)\d\ds more") as refused:
        issues.marked(MARKER)
    assert patience.waits == []
    assert refused.value.hint == "the next run tries again"


def test_a_redirect_does_not_get_the_token(server: GitHub, issues: Issues) -> None:
    with github() as other:
        server.next.append(Said(301, {"message": "Moved"}, {"Location": f"{other.url}/repositories/1/issues"}))
        with pytest.raises(Refused, match="HTTP 301: Moved"):
            issues.marked(MARKER)
        assert other.asked == []


@pytest.mark.parametrize("answer", [{"message": "hm"}, "text", None], ids=str)
def test_an_answer_of_another_kind_is_refused(server: GitHub, issues: Issues, answer: object) -> None:
    server.next += [Said(200, answer), Said(200, answer)]
    with pytest.raises(Refused, match="no list"):
        issues.marked(MARKER)
    with pytest.raises(Refused, match="no issue"):
        issues.change(1, state="closed")


def test_an_answer_that_is_not_json_is_refused(server: GitHub, issues: Issues) -> None:
    server.next += [Said(200, raw=b"<html>")] * TRIES
    with pytest.raises(Refused, match="no JSON"):
        issues.marked(MARKER)


def test_nobody_there_is_said(patience: Patience) -> None:
    with github() as gone:
        url = gone.url
    with pytest.raises(Refused, match=f"/repos/{REPOSITORY}/issues: GitHub cannot be reached"):
        Issues(url, REPOSITORY, TOKEN, sleep=patience).marked(MARKER)


@pytest.mark.parametrize("api", ["http://api.github.invalid", "ftp://x", "api", "https://[", "https://u:p@host"])
def test_the_token_goes_to_no_url_that_is_not_safe(api: str) -> None:
    with pytest.raises(HoldfastError, match="https URL only"):
        Issues(api, REPOSITORY, TOKEN)


@pytest.mark.parametrize("repository", ["shop", "shop/", "a/b/c", "a/../b", "a/b?x", ""])
def test_a_repository_without_an_owner_and_a_name_is_refused(repository: str) -> None:
    with pytest.raises(HoldfastError, match="OWNER/NAME"):
        Issues("https://api.github.invalid", repository, TOKEN)


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f"{TOKEN} x", f"{TOKEN}é"])
def test_a_token_that_is_none_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(HoldfastError, match="not a token") as refused:
        Issues("https://api.github.invalid", REPOSITORY, token)
    assert TOKEN not in refused.value.message
