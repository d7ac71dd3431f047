"""The issues of a GitHub repository, over the REST API, with the standard library.

Sources: docs.github.com/rest/issues/issues, and "Rate limits for the REST API" and "Best practices" there.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from holdfast import __version__
from holdfast.core.errors import HoldfastError

API_VERSION = "2022-11-28"
TRIES = 3
PATIENCE_S = 60.0
"""How long is waited, at most, for a rate limit to pass."""
TIMEOUT_S = 30.0
ANSWER_LIMIT = 32 * 2**20
PAGE = 100
INSIDERS = ("OWNER", "MEMBER", "COLLABORATOR")

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_REMEDY = {
    401: "give the step the token that the job has: GITHUB_TOKEN: ${{ github.token }}",
    403: "give the job `permissions: issues: write`",
    404: "is the name right, and may the token read the issues of a private repository?",
    410: "turn issues on in the repository's settings",
}


class Issue(NamedTuple):
    """An open issue."""

    number: int
    url: str
    body: str


class Refused(HoldfastError):
    """GitHub did not do what it was asked."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the standard library would take the token along to another host."""

    def redirect_request(self, *_request: Any) -> None:
        return None


class Issues:
    """The issues of one repository. Every method raises Refused where GitHub cannot be reached or says no."""

    def __init__(self, api: str, repository: str, token: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        _require_safe(api)
        _require_sound(repository, token)
        self._issues = f"{api.rstrip('/')}/repos/{repository}/issues"
        self._repository, self._token, self._sleep = repository, token, sleep
        self._open = urllib.request.build_opener(_NoRedirect()).open

    def marked(self, marker: str) -> list[Issue]:
        """The open issues whose body has the marker, the oldest first; not those that an outsider has written.

        Anybody may open an issue and put anything into it; only a bot that the repository let in, or somebody who
        works on it, can have one taken for its tracker.
        """
        found, page, more = [], 1, True
        while more:
            query = f"?state=open&sort=updated&direction=desc&per_page={PAGE}&page={page}"
            answer, headers = self._ask("GET", self._issues + query)
            if not isinstance(answer, list):
                raise Refused(f"the issues of {self._repository} came as no list")
            found += [_issue(each) for each in answer if _trusted(each) and marker in (each.get("body") or "")]
            page, more = page + 1, 'rel="next"' in (headers.get("Link") or "")
        return sorted(found)

    def create(self, title: str, body: str) -> Issue:
        """Opens an issue. It is asked once: where the answer is lost, nobody knows whether there is one now."""
        return _issue(self._ask("POST", self._issues, {"title": title, "body": body}, tries=1)[0])

    def change(self, number: int, **fields: str) -> Issue:
        """Changes the title, body, state or state_reason of an issue."""
        return _issue(self._ask("PATCH", f"{self._issues}/{number}", fields)[0])

    def _ask(self, method: str, url: str, data: Mapping[str, str] | None = None, tries: int = TRIES) -> tuple[Any, Any]:
        waited = 0.0
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(method, url, data)
            except _Again as error:
                wait = error.after if error.after is not None else float(2 ** (attempt - 1))
                may = TRIES if error.limited else tries  # a request that met a limit did nothing
                if attempt >= may or waited + wait > PATIENCE_S:
                    raise Refused(f"{method} {self._place(url)}: {error}", hint=error.hint) from error
                waited += wait
                self._sleep(wait)
        raise AssertionError

    def _once(self, method: str, url: str, data: Mapping[str, str] | None) -> tuple[Any, Any]:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "User-Agent": f"holdfast/{__version__}",
            "X-GitHub-Api-Version": API_VERSION,
            **({"Content-Type": "application/json"} if data else {}),
        }
        body = json.dumps(data).encode() if data else None
        request = urllib.request.Request(  # noqa: S310 - _require_safe saw the URL
            url, data=body, headers=headers, method=method
        )
        try:
            with self._open(request, timeout=TIMEOUT_S) as answer:
                return json.loads(answer.read(ANSWER_LIMIT)), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(method, url, error) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise _Again(f"GitHub cannot be reached: {reason or type(error).__name__}") from error
        except ValueError as error:
            raise _Again("the answer is no JSON; is GITHUB_API_URL that of an API?") from error

    def _refusal(self, method: str, url: str, error: urllib.error.HTTPError) -> Exception:
        said = f"HTTP {error.code}{self._words(error)}"
        if limited := _limit(error):
            return limited
        if error.code >= 500:
            return _Again(said)
        return Refused(f"{method} {self._place(url)}: {said}", hint=_REMEDY.get(error.code))

    def _words(self, error: urllib.error.HTTPError) -> str:
        """What GitHub says of its refusal, without the token should a proxy have put it there."""
        try:
            message = json.loads(error.read(2**16))["message"]
        except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
            return ""
        return f": {str(message)[:300].replace(self._token, '***')}"

    def _place(self, url: str) -> str:
        return urlsplit(url).path


class _Again(Exception):
    """Another try may succeed, after so many seconds where the other side named a time."""

    def __init__(self, why: str, *, after: float | None = None, limited: bool = False, hint: str | None = None) -> None:
        super().__init__(why)
        self.after, self.limited, self.hint = after, limited, hint


def _limit(error: urllib.error.HTTPError) -> _Again | None:
    """What to do about a rate limit: GitHub answers 403 or 429 and says when it ends, in one of two ways."""
    if error.code not in (403, 429):
        return None
    after, left = error.headers.get("Retry-After"), error.headers.get("X-RateLimit-Remaining")
    if after is None and left == "0":
        reset = error.headers.get("X-RateLimit-Reset", "")
        after = str(max(0, int(reset) - int(time.time()) + 1)) if reset.isascii() and reset.isdigit() else "60"
    if after is None and error.code != 429:
        return None
    seconds = float(after) if after is not None and after.isascii() and after.isdigit() else 60.0
    hint = "the next run tries again"
    return _Again(f"HTTP {error.code}: a rate limit, for {seconds:.0f}s more", after=seconds, limited=True, hint=hint)


def _require_safe(api: str) -> None:
    try:
        parts = urlsplit(api)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)) or "@" in api:
        raise HoldfastError(
            "GITHUB_API_URL: the token goes to an https URL only", hint="such as https://api.github.com"
        )


def _require_sound(repository: str, token: str) -> None:
    owner, _, name = repository.partition("/")
    if not all(part and all(char.isalnum() or char in "-_." for char in part) for part in (owner, name)):
        raise HoldfastError(f"GITHUB_REPOSITORY: {repository!r} is no OWNER/NAME")
    if not token.isascii() or not token.isprintable() or " " in token:  # and it is not shown, whatever it is
        raise HoldfastError("GITHUB_TOKEN: not a token: it has a space, a line end or a character that is not ASCII")


def _trusted(issue: Any) -> bool:
    if not isinstance(issue, dict) or "pull_request" in issue:
        return False
    user = issue.get("user")
    bot = isinstance(user, dict) and user.get("type") == "Bot"
    return bot or issue.get("author_association") in INSIDERS


def _issue(answer: Any) -> Issue:
    try:
        return Issue(int(answer["number"]), str(answer["html_url"]), str(answer.get("body") or ""))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused("GitHub answers with something that is no issue") from error
