"""Files that are made to hold secrets, told by their names and, where that can lie, by what is in them."""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.checks.secret_scan import judge
from holdfast.core.masking import is_secret_name

_EXAMPLE = (
    "example|sample|template|tmpl|tpl|dist|defaults?|schema|in|j2|jinja2?"
    "|md|rst|py|enc|encrypted|gpg|age|vault|tests?"
)
ENVIRONMENT = re.compile(
    rf"(?i)(^|/)(\.env(?:\.(?!(?:[\w.-]+\.)?(?:{_EXAMPLE})$)[\w.-]+)?|(?!(?:{_EXAMPLE})\.)[\w-]+\.env)$"
)
PRODUCTION = re.compile(r"(?i)(^|/)\.env(\.(local|prod(uction)?|staging|live)|\.[\w-]+\.local)?$")
"""These are never committed, by convention; others, such as .env.ci, are where nothing in them is secret."""
STORE = re.compile(r"(?i)\.(p12|pfx|jks|jceks|bks|keystore|kdbx|kdb|ovpn-p12|pkcs12)$")
SSH_KEY = re.compile(r"(^|/)id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk)$")
KEY = re.compile(r"(?i)\.(key|der|ppk|pk8|p8)$")
CREDENTIALS = re.compile(
    r"(^|/)(\.netrc|_netrc|\.pypirc|\.npmrc|\.yarnrc|\.pgpass|\.git-credentials|\.htpasswd|\.dockercfg|\.s3cfg"
    r"|\.my\.cnf|\.aws/credentials|\.docker/config\.json|\.cargo/credentials(\.toml)?|\.gem/credentials|\.boto)$"
)
_ALL = (ENVIRONMENT, STORE, SSH_KEY, KEY, CREDENTIALS)
ANY = re.compile("|".join(f"(?:{each.pattern.replace('(?i)', '')})" for each in _ALL), re.IGNORECASE)
_SETTING = re.compile(r"(?m)^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=[ \t]*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s#]*))")
_CREDENTIAL = {
    "netrc": re.compile(r"(?m)\bpassword\s+(\S+)"),
    "npmrc": re.compile(r"(?mi)(?:_authToken|_password|_auth)\s*=\s*[\"']?([^\s\"']+)"),
    "yarnrc": re.compile(r"(?mi)(?:_authToken|npmAuthToken)[\"']?\s*[:=\s]\s*[\"']?([^\s\"']+)"),
    "pgpass": re.compile(r"(?m)^(?!\s*#)[^:\n]+:[^:\n]*:[^:\n]*:[^:\n]*:(.+)$"),
    "git-credentials": re.compile(r"://[^:\s]+:([^@\s]+)@"),
    "htpasswd": re.compile(r"(?m)^[^:#\s]+:(\S{6,})$"),
    "json": re.compile(r"\"(?:auth|identitytoken)\"\s*:\s*\"([^\"]+)\""),
    "dockercfg": re.compile(r"\"auth\"\s*:\s*\"([^\"]+)\""),
    "other": re.compile(
        r"(?mi)^\s*(?:aws_secret_access_key|secret_key|secret_access_key|gs_secret_access_key|password|token)"
        r"\s*[:=]\s*[\"']?([^\s\"']+)"
    ),
}
_PLAIN = ("true", "false", "yes", "no", "on", "off", "none", "null")


class Held(NamedTuple):
    """What a file is by its name, and whether it holds a secret for certain."""

    kind: str
    certain: bool


def held_by(path: str, head: bytes) -> Held | None:
    """What a file that is made to hold secrets is; None for any other, and where its content shows that it holds none.

    `head` is the file's content, or as much of it as is looked at.
    """
    if not ANY.search(path) or not head.strip():
        return None
    if STORE.search(path):
        return Held("keystore", certain=True) if _is_binary(head) else None
    if SSH_KEY.search(path):
        return None if b"PRIVATE KEY-----" in head or _is_public(head) else Held("ssh-key", certain=True)
    if KEY.search(path):  # what is text is told by what is in it
        return Held("private-key", certain=True) if _is_der_key(head) else None
    text = head.decode("utf-8", "replace")
    return _environment(path, text) if ENVIRONMENT.search(path) else _credentials(path, text)


def _is_binary(head: bytes) -> bool:
    return b"\0" in head or any(byte >= 0x80 for byte in head[:64])


def _is_public(head: bytes) -> bool:
    return head.startswith((b"ssh-", b"ecdsa-", b"-----BEGIN PUBLIC", b"-----BEGIN CERT"))


def _is_der_key(head: bytes) -> bool:
    """Whether it is a private key in DER: a sequence that begins with a version (RFC 5208, RFC 8017, RFC 5915)."""
    match = re.match(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..|\x83...)\x02\x01[\x00\x01]", head, re.DOTALL)
    return match is not None


def _environment(path: str, text: str) -> Held | None:
    """A file of environment variables: certain where a name that holds a secret has a value."""
    secret = any(_is_set(value) for name, *values in _SETTING.findall(text) if is_secret_name(name) for value in values)
    if secret and not PRODUCTION.search(path):
        secret = any(judge.looks_random(value) for _, *values in _SETTING.findall(text) for value in values)
        return Held("environment", certain=True) if secret else None
    return Held("environment", certain=secret) if PRODUCTION.search(path) else None


def _is_set(value: str) -> bool:
    return bool(value) and value.lower() not in _PLAIN and not value.isdigit() and not _stands_in(value)


def _stands_in(value: str) -> bool:
    return judge.STAND_IN.search(value) is not None or judge.REFERENCE.search(value) is not None


def _credentials(path: str, text: str) -> Held | None:
    ending = re.split(r"[./_]", path)[-1]
    pattern = _CREDENTIAL.get(ending, _CREDENTIAL["other"])
    certain = any(not _stands_in(match[1]) for match in pattern.finditer(text))
    return Held("credentials", certain=True) if certain else None
