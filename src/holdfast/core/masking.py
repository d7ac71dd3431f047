"""Finding secrets in text, and masking them before anything is stored or shown.

DETECTORS is the one table of what a secret looks like. Tokens whose makers gave them a recognisable form are found
anywhere; other secrets by the name that stands before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

MASK = "***"


class Detector(NamedTuple):
    """What one kind of secret looks like. Only the group `secret` of the pattern is masked.

    A text without any of `hints` (in lower case) cannot match: looking for them first spares compiling the pattern.
    Where the pattern has a group `name`, the match counts only if that is the name of a secret.
    """

    name: str
    hints: tuple[str, ...]
    pattern: str


class Secret(NamedTuple):
    """Where a secret stands in a text, and which detector found it."""

    detector: str
    start: int
    end: int


_VALUE = r"(?:\"(?P<double>[^\"\n]+)\"|'(?P<single>[^'\n]+)'|(?P<secret>[^\s\"'&;,)}\]]+))"

DETECTORS = (
    Detector("private-key", ("private key",), r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<secret>[^-]*)"),
    Detector("github-token", ("gh",), r"\b(?P<secret>gh[oprsu]_[A-Za-z0-9]{30,})"),
    Detector("github-fine-grained-token", ("github_pat_",), r"\b(?P<secret>github_pat_\w{22,})"),
    Detector("gitlab-token", ("glpat-",), r"\b(?P<secret>glpat-[\w-]{20,})"),
    Detector("llm-api-key", ("sk-",), r"\b(?P<secret>sk-(?=[\w-]*\d)[\w-]{20,})"),
    Detector("stripe-key", ("k_live_", "k_test_"), r"\b(?P<secret>[rs]k_(?:live|test)_[A-Za-z0-9]{16,})"),
    Detector("slack-token", ("xox",), r"\b(?P<secret>xox[abeoprs]-[\w-]{10,})"),
    Detector("slack-webhook", ("hooks.slack.com",), r"hooks\.slack\.com/services/(?P<secret>[\w/]+)"),
    Detector("aws-access-key", ("akia", "asia"), r"\b(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{16})\b"),
    Detector("google-api-key", ("aiza",), r"\b(?P<secret>AIza[\w-]{35})"),
    Detector("npm-token", ("npm_",), r"\b(?P<secret>npm_[A-Za-z0-9]{36})"),
    Detector("pypi-token", ("pypi-age",), r"\b(?P<secret>pypi-AgE[\w-]{50,})"),
    Detector("hugging-face-token", ("hf_",), r"\b(?P<secret>hf_[A-Za-z0-9]{30,})"),
    Detector("jwt", ("eyj",), r"\b(?P<secret>eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"),
    Detector(
        "authorization-header",
        ("authorization",),
        r"(?i:authorization)[\"']?\s*[:=]\s*[\"']?(?:(?i:bearer|basic|token|digest)\s+)?(?P<secret>[^\s\"']+)",
    ),
    Detector("bearer-token", ("bearer",), r"(?i:\bbearer)\s+(?P<secret>(?=\S*\d)[\w.~+/=-]{8,})"),
    Detector("url-password", ("://",), r"://[^/\s:@\"']*:(?P<secret>[^/\s\"']+)@"),
    Detector("url-token", ("://",), r"://(?P<secret>(?=[^/\s@]*\d)[\w~.-]{16,})@"),
    Detector("assignment", ("=",), r"(?<![\w.-])-{0,2}(?P<name>[A-Za-z_][\w.-]*)=" + _VALUE),
    Detector("quoted-assignment", (":",), r"[\"'](?P<name>[A-Za-z_][\w.-]*)[\"']\s*:\s*" + _VALUE),
    Detector("header", (":",), r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]*):\s*(?=[^\s\"']*\d)" + _VALUE),
    Detector("option", ("--",), r"(?<![\w-])--(?P<name>[A-Za-z][\w-]*)[ \t]+(?!-)" + _VALUE),
)

SECRET_WORDS = frozenset(
    ("apikey", "authtoken", "bearer", "credential", "credentials", "passphrase", "passwd", "password", "pwd", "secret")
) | {"token"}
SECRET_PAIRS = frozenset(("access key", "api key", "auth key", "encryption key", "key base", "private key")) | {
    "secret key",
    "signing key",
}
NO_SECRET = re.compile(r"(?i)(true|false|yes|no|on|off|none|null|\d|prompt|ask|stdin|\*+|[$<%@{].*|)")
"""Values that stand where a secret could and are none: switches, references to variables and files, placeholders."""

SECRET_ENDINGS = ("password", "passwd", "passphrase", "apikey")
"""PGPASSWORD and its like are one word."""

CURL_USER = ("-u", "--user", "-U", "--proxy-user")
PASSWORD_AFTER_P = {"sshpass": (), "docker": ("login",), "podman": ("login",), "helm": ("login",)}
"""Programs whose `-p` is a password, and the subcommand that it is one for."""
PASSWORD_WITHIN_P = ("mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin", "mariadb-dump", "sshpass")
"""Programs that take the password in the same word: -pSECRET."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def is_secret_name(name: str) -> bool:
    """Whether a variable, option or key of this name holds a secret: DB_PASSWORD and apiKey do, max-tokens does not."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-_.]+", " ", name)
    words = [word.rstrip("0123456789").lower() for word in spaced.split()]
    if not words or words[0] in ("no", "without"):
        return False
    return words[-1] in SECRET_WORDS or words[-1].endswith(SECRET_ENDINGS) or " ".join(words[-2:]) in SECRET_PAIRS


def find_secrets(text: str) -> Iterator[Secret]:
    """What in a text looks like a secret, detector by detector; finds may overlap."""
    lowered = text.lower()
    for detector in DETECTORS:
        if any(hint in lowered for hint in detector.hints):
            yield from _found(detector, text)


def _found(detector: Detector, text: str) -> Iterator[Secret]:
    for match in _compiled(detector.pattern).finditer(text):
        groups = match.groupdict()
        if "name" in groups and not is_secret_name(groups["name"]):
            continue
        group = next(name for name in ("secret", "double", "single") if groups.get(name) is not None)
        if groups[group] and NO_SECRET.fullmatch(groups[group]) is None:
            yield Secret(detector.name, match.start(group), match.end(group))


def mask_text(text: str) -> str:
    """The text with each secret in it replaced by MASK."""
    spans = sorted((secret.start, secret.end) for secret in find_secrets(text))
    pieces, at = [], 0
    for start, end in spans:
        if start >= at:
            pieces += [text[at:start], MASK]
        at = max(at, end)
    return "".join([*pieces, text[at:]])


def mask_argv(argv: Sequence[str]) -> list[str]:
    """A command line with each secret in it replaced by MASK; an option keeps its name: `--password ***`."""
    masked: list[str] = []
    seen: set[str] = set()
    secret_next = False
    for argument in argv:
        secret = secret_next and not argument.startswith("--")
        if secret:
            masked.append(argument if NO_SECRET.fullmatch(argument) else MASK)
        elif masked and masked[-1] == "-c":  # a script: one value does not reach to its end
            masked.append(mask_text(argument))
        else:
            masked.append(_mask_known(argument, masked[-1] if masked else "", seen) or _mask_argument(argument))
        named = argument.startswith("-") and "=" not in argument and is_secret_name(argument)
        secret_next = not secret and (named or (argument == "-p" and _takes_password(seen)))
        seen.add(argument.rpartition("/")[2])
    return masked


def _takes_password(seen: set[str]) -> bool:
    """Whether `-p` after these words is followed by a password."""
    return any(name in seen and seen.issuperset(words) for name, words in PASSWORD_AFTER_P.items())


def _mask_known(argument: str, before: str, seen: set[str]) -> str | None:
    """The argument masked where a program among the words `seen` before it is known for it; else None."""
    if "curl" in seen:
        user, colon, _ = argument.partition(":")
        attached = argument.startswith(("-u", "-U")) and not argument.startswith("--")
        if colon and (before in CURL_USER or attached):
            return f"{user}:{MASK}"
    if argument.startswith("-p") and len(argument) > 2 and not seen.isdisjoint(PASSWORD_WITHIN_P):
        return f"-p{MASK}"
    return None


def _mask_argument(argument: str) -> str:
    name, equals, value = argument.partition("=")
    if equals and re.fullmatch(r"[\w.-]+", name) and is_secret_name(name) and NO_SECRET.fullmatch(value) is None:
        return f"{name}={MASK}"  # the whole value, whatever white space and quotes are in it
    return mask_text(argument)
