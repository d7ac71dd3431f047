"""Asking the OSV service (https://google.github.io/osv.dev/api/) which vulnerabilities packages have."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from holdfast.checks.dependencies.advisories.model import Advisory
from holdfast.checks.dependencies.advisories.osv import BadRecord, read_record
from holdfast.checks.dependencies.advisories.web import Limits, Unreachable, fetch, require_safe, shown
from holdfast.core.errors import HoldfastError

BATCH = 1000
"""How many packages one question may hold, by the service's rules."""
TOTAL_S = 20.0
TRIES = 3
DETAILS = 2000
"""How many vulnerabilities are looked up at most."""
AT_ONCE = 8
_PAUSE_S = 0.25
_PAGES = 50
_SIZE = 64 * 2**20

Key = tuple[str, str]
"""A package's name and version."""


class NoAnswer(HoldfastError):
    """The service did not answer, or not all of it."""


class Service(NamedTuple):
    """Where the service is, and until when it may answer."""

    url: str
    env: Mapping[str, str]
    deadline: float
    stop: threading.Event

    def json(self, path: str, question: object = None) -> dict[str, Any]:
        """What it answers. Raises NoAnswer after so many tries."""
        body = None if question is None else json.dumps(question).encode()
        for number in range(TRIES):
            try:
                return self._once(path, body)
            except Unreachable as error:
                pause_s = _PAUSE_S * 4**number
                if not error.again or number + 1 == TRIES or time.monotonic() + pause_s > self.deadline:
                    raise NoAnswer(error.message, hint=error.hint) from error
                self.stop.wait(pause_s)
        raise NoAnswer(f"{shown(self.url)}: no answer")

    def _once(self, path: str, body: bytes | None) -> dict[str, Any]:
        left_s = self.deadline - time.monotonic()
        if left_s <= 0 or self.stop.is_set():
            raise Unreachable(self.url, "did not answer in time")
        blocks: list[bytes] = []
        url = f"{self.url.rstrip('/')}{path}"
        fetch(url, self.env, Limits(_SIZE, left_s, left_s), blocks.append, body=body)
        try:
            answer = json.loads(b"".join(blocks))
        except (ValueError, RecursionError) as error:
            raise Unreachable(url, f"answered something that is not JSON: {error}") from error
        if not isinstance(answer, dict):
            raise Unreachable(url, "answered something else than a table")
        return answer


def ask(
    url: str,
    keys: Sequence[Key],
    env: Mapping[str, str],
    *,
    total_s: float = TOTAL_S,
    stop: threading.Event | None = None,
) -> dict[Key, tuple[Advisory, ...]]:
    """The advisories of each package that has any. Raises HoldfastError where not every question got its answer.

    In a thread that is left behind when the time is over: looking up a host name has no limit of its own.
    """
    require_safe(url)
    deadline = time.monotonic() + total_s
    service = Service(url, env, deadline, threading.Event())
    answer: list[dict[Key, tuple[Advisory, ...]]] = []
    failure: list[HoldfastError] = []

    def work() -> None:
        try:
            answer.append(_asked(service, keys))
        except HoldfastError as error:
            failure.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive() and time.monotonic() < deadline and not (stop and stop.is_set()):
        thread.join(0.05)
    service.stop.set()
    if failure:
        raise failure[0]
    if not answer:
        raise NoAnswer(f"{shown(url)}: did not answer all questions in {total_s:g}s")
    return answer[0]


def _asked(service: Service, keys: Sequence[Key]) -> dict[Key, tuple[Advisory, ...]]:
    ids: dict[Key, list[str]] = {}
    for start in range(0, len(keys), BATCH):
        _batch(service, [(key, "") for key in keys[start : start + BATCH]], ids)
    wanted = sorted({name for names in ids.values() for name in names})
    if len(wanted) > DETAILS:
        raise NoAnswer(f"{shown(service.url)}: names {len(wanted):,} vulnerabilities, too many to look up")
    details = _details(service, wanted)
    return {key: tuple(_about(key, details[name]) for name in names) for key, names in ids.items()}


def _batch(service: Service, questions: list[tuple[Key, str]], ids: dict[Key, list[str]]) -> None:
    """Asks, and asks on where the answer has further pages."""
    for _ in range(_PAGES):
        if not questions:
            return
        queries = [
            {
                "package": {"name": key[0], "ecosystem": "PyPI"},
                "version": key[1],
                **({"page_token": page} if page else {}),
            }
            for key, page in questions
        ]
        results = service.json("/v1/querybatch", {"queries": queries}).get("results")
        if not isinstance(results, list) or len(results) != len(questions):
            raise NoAnswer(f"{shown(service.url)}: did not answer each of {len(questions)} questions")
        pairs = zip(questions, results, strict=True)
        questions = [(key, page) for (key, _), result in pairs if (page := _noted(service, key, result, ids))]
    raise NoAnswer(f"{shown(service.url)}: the answer has no end")


def _noted(service: Service, key: Key, result: object, ids: dict[Key, list[str]]) -> str:
    """Notes the ids in one answer; returns the token of its next page, or nothing."""
    vulns = (result.get("vulns") or []) if isinstance(result, dict) else None
    page = (result.get("next_page_token") or "") if isinstance(result, dict) else ""
    if not isinstance(vulns, list) or not isinstance(page, str):
        raise NoAnswer(f"{shown(service.url)}: what it says of {key[0]} cannot be read")
    for each in vulns:
        name = each.get("id") if isinstance(each, dict) else None
        if not isinstance(name, str):
            raise NoAnswer(f"{shown(service.url)}: what it says of {key[0]} cannot be read")
        ids.setdefault(key, []).append(name)
    return page


def _details(service: Service, names: Sequence[str]) -> dict[str, tuple[Advisory, ...]]:
    """What each vulnerability is, several asked for at once; all or nothing.

    Threads of our own: those of a pool would be waited for when the process ends, however long a host is looked up.
    """
    found: dict[str, tuple[Advisory, ...]] = {}
    failure: list[HoldfastError] = []

    def work(mine: Sequence[str]) -> None:
        try:
            found.update((name, _detail(service, name)) for name in mine if not failure)
        except HoldfastError as error:
            failure.append(error)

    threads = [threading.Thread(target=work, args=(names[start::AT_ONCE],), daemon=True) for start in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failure:
        raise failure[0]
    return found


def _detail(service: Service, name: str) -> tuple[Advisory, ...]:
    answer = service.json(f"/v1/vulns/{quote(name, safe='')}")
    try:
        record = read_record(answer)
    except BadRecord as error:
        raise NoAnswer(f"{shown(service.url)}: what it says of {name} cannot be read: {error}") from error
    if record.id != name:
        raise NoAnswer(f"{shown(service.url)}: asked for {name}, answered {record.id}")
    return record.advisories or (Advisory("", name),)


def _about(key: Key, advisories: tuple[Advisory, ...]) -> Advisory:
    """What a record says of the package; the service has judged the version, so that only the words are taken."""
    fitting = [advisory for advisory in advisories if advisory.package == key[0]]
    return fitting[0] if fitting else advisories[0]._replace(package=key[0], spans=(), versions=())
