"""The secrets in a text: those of a known form, passwords in URLs, and random values given to a secret's name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from holdfast.checks.secret_scan import judge
from holdfast.core.masking import DETECTORS, Detector, compiled, is_secret_name

PRIVATE_KEYS = ("private-key", "putty-private-key", "age-secret-key")
NAMED = "assignment"
"""The kind of what only its name makes a secret."""
COMMAND_LINES = ("assignment", "quoted-assignment", "header", "option", "url-token")
"""Detectors that ask too little for code, in which most of what is called a password is none."""
LINE = 2000
RANDOM = ("authorization-header", "bearer-token", "npm-auth-token")

_WORDS = (
    *("password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "apikey", "api_key", "api-key"),
    *("accesskey", "access_key", "access-key", "authkey", "auth_key", "auth-key", "privatekey", "private_key"),
    *("encryption_key", "encryptionkey", "signing_key", "signingkey", "key_base", "keybase", "bearer"),
)
"""Without one of these in it, a line names no secret."""
_NAME = r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,100})"
_VALUE = r"[rbfu]{0,2}(?P<quote>[\"'`])(?P<value>[^\"'`\s]{8,512})(?P=quote)"
_BETWEEN = (
    r"(?:[\"']?\]?\s{0,40}(?::\s{0,4}[\w\[\], |.]{1,40}?\s{0,4}=|=>|:=|={1,3}|!=|:)"  # name: type = value
    r"|[\"']\s{0,4},|>)\s{0,40}"  # get("name", "value")
)
QUOTED = re.compile(_NAME + _BETWEEN + _VALUE)
PLAIN = re.compile(
    r"^\s*(?:export\s+|ENV\s+|ARG\s+|set\s+|-\s+)?[\"']?(?P<name>[A-Za-z_][\w.-]{0,100})[\"']?\s*[:=]\s*"
    r"(?P<value>[^\s\"'#;]{8,512})\s*(?:[#;].*)?$"
)
TAGGED = re.compile(r"<(?P<name>[A-Za-z_][\w.-]{0,100})>(?P<value>[^<\s]{8,512})</")
UNQUOTED = re.compile(
    r"(?i)(^|/)(\.env[^/]*|dockerfile[^/]*|credentials|\.(netrc|pypirc|npmrc|envrc|s3cfg|pgpass|my\.cnf)"
    r"|[^/]*\.(env|ini|cfg|conf|config|properties|ya?ml|sh|bash|zsh|tfvars|service|dockerfile))$"
)
LOCKS = re.compile(
    r"(^|/)([^/]*\.(lock|sum)|package-lock\.json|pnpm-lock\.yaml|Package\.resolved|pylock\.[^/]*toml"
    r"|\.secrets\.baseline)$"
)
"""Files of digests that tools write: a value beside a name says nothing there."""


CURSOR = re.compile(r"(?i)(next|continuation|page|pagination|output|input|cursor|resume|sync)[_-]?token$")
"""Tokens that say where to go on."""


class Find(NamedTuple):
    """A secret in a text: of which kind, in which line, and from where to where it reaches."""

    kind: str
    line: int
    start: int
    end: int
    value_start: int
    value_end: int


def finds_in(text: str, path: str) -> list[Find]:
    """The secrets in the text of a file, one for each place, of the most specific kind."""
    found = sorted(_all(text, path), key=lambda find: (find.start, _rank(find.kind)))
    lines = _line_starts(text) if found else []
    return [
        find._replace(line=bisect_right(lines, find.value_start if find.kind not in PRIVATE_KEYS else find.start))
        for find in _apart(found)
    ]


def _apart(found: list[Find]) -> list[Find]:
    """Of finds that overlap, the one of the most specific kind."""
    kept: list[Find] = []
    for find in sorted(found, key=lambda find: (_rank(find.kind), find.start)):
        if all(find.value_end <= other.value_start or other.value_end <= find.value_start for other in kept):
            kept.append(find)
    return sorted(kept, key=lambda find: find.start)


@cache
def _ranks() -> dict[str, int]:
    return {detector.name: place for place, detector in enumerate(DETECTORS)}


def _rank(kind: str) -> int:
    return _ranks().get(kind, len(DETECTORS))


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _all(text: str, path: str) -> Iterator[Find]:
    lowered = text.lower()
    for detector in DETECTORS:
        if detector.name not in COMMAND_LINES and any(hint in lowered for hint in detector.hints):
            yield from _known(detector, text)
    if not LOCKS.search(path):
        patterns = (QUOTED, TAGGED, PLAIN) if UNQUOTED.search(path) else (QUOTED, TAGGED)
        for start, end in _lines_with_words(text, lowered):
            yield from _named(text[start:end], start, patterns)


def _known(detector: Detector, text: str) -> Iterator[Find]:
    for match in compiled(detector.pattern).finditer(text):
        if _counts(detector, match):
            yield Find(detector.name, 0, match.start(), match.end(), *match.span("secret"))


def _counts(detector: Detector, match: re.Match[str]) -> bool:
    value = match["secret"]
    if detector.name in ("private-key", "putty-private-key"):
        return judge.is_key_body(value)
    if detector.name == "url-password":
        return _in_a_url(match)
    if detector.name == "authorization-header" and re.search(r"(?i)basic\s+$", match[0][: -len(value)]):
        return judge.is_basic(value)
    if detector.name in RANDOM:
        return judge.looks_random(value)
    if detector.name == "jwt":
        return _is_jwt(value)
    return not judge.is_stand_in(value)


def _in_a_url(match: re.Match[str]) -> bool:
    around = re.match(r"[^\s\"'/?#]*", match.string[match.end() : match.end() + 253])
    user = match[0].removeprefix("://").partition(":")[0]
    scheme = re.search(r"[A-Za-z][\w+.-]*$", match.string[max(0, match.start() - 20) : match.start()])
    host = around[0] if around else ""
    return bool(scheme and host) and judge.is_url_password(user, match["secret"], host)


def _is_jwt(value: str) -> bool:
    """Whether it is a token with a signature (RFC 7519), and not the one that every documentation shows."""
    import base64
    import binascii

    header, payload, signature = value.split(".", 2)
    try:
        said = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (header, payload)]
    except (binascii.Error, ValueError):
        return False
    return b'"alg"' in said[0] and len(signature) >= 16 and not judge.is_tried(said[1].decode("latin-1"))


def _lines_with_words(text: str, lowered: str) -> list[tuple[int, int]]:
    """Where the lines are that could name a secret; a line longer than LINE is cut around the word."""
    if len(lowered) != len(text):  # a few letters are longer in lower case
        lowered = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    places: set[tuple[int, int]] = set()
    for word in _WORDS:
        at = lowered.find(word)
        while at >= 0:
            start = max(text.rfind("\n", 0, at) + 1, at - LINE)
            end = text.find("\n", at)
            end = min(len(text) if end < 0 else end, at + LINE)
            places.add((start, end))
            at = lowered.find(word, end)
    return sorted(places)


def _named(line: str, at: int, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Find]:
    """What a name says is a secret, and its own look does not deny."""
    for match in (match for pattern in patterns for match in pattern.finditer(line)):
        if is_secret_name(match["name"]) and not CURSOR.search(match["name"]) and judge.looks_random(match["value"]):
            start, end = match.span("value")
            yield Find(NAMED, 0, at + match.start(), at + match.end(), at + start, at + end)
