"""Whether a value that stands where a secret could is one: placeholders, references and words are none."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import log2

STAND_IN = re.compile(
    r"(?i)example|dummy|placeholder|redacted|change_?me|insert|your|fake|sample|invalid|notreal|x{4}|\.{3}|\*{3}"
)
"""Words that whoever writes a stand-in puts into it, also where the rest has the form of a token."""
WORDS = re.compile(
    r"(?i)secret|password|passwd|passphrase|token|api_?key|test|mock|todo|default|hunter|foo|bar(?![a-z])|none|null"
    r"|qwerty|correct|horse|hello|world|monkey|letmein|admin|user"
)
REFERENCE = re.compile(r"\$[\w{(]|\{[\w.:!]*\}|\{\{|%[(s]|%\w+%|<[^<>]+>|\[[A-Z_ ]+\]|^@|\\\(|#\{|&\w+;|\(\)|^!\w+ ")
UUID = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLACE = re.compile(
    r"[~.]{0,2}/[\w./-]*|[\w+.-]+://\S*|[A-Za-z_]+\d{0,3}(\.[A-Za-z_]+\d{0,3})+(\(.*)?|[\w.+-]+@[\w-]+\.[\w.]+"
)
"""A path, a URL, a dotted name, an address."""
PARTS = re.compile(r"(?:[A-Za-z]+\d{0,5}|\d{1,8})(?:[_/.:-]+(?:[A-Za-z]+\d{0,5}|\d{1,8}))+")
"""Words and numbers with something between: FROM_FILE_2."""
CODE = re.compile(r"^eyJ|\\x[0-9a-f]{2}|\w\[-?\w*\]|AWS4-HMAC-SHA\d+")
"""JSON in base64, which is a token only with a signature; bytes, an index, a scheme of signing."""
NEIGHBOURS = 6
SHORT, LONG = 8, 512
KEY_BODY = 64


def is_stand_in(value: str) -> bool:
    """Whether a value of a known form is what documentation and tests put in a token's place."""
    if STAND_IN.search(value) or REFERENCE.search(value):
        return True
    body = re.sub(r"[^A-Za-z0-9]", "", value)
    return len(set(body[-32:])) < 6 or any(_in_a_row(part) for part in (body, body[::2], body[1::2]))


def _in_a_row(text: str) -> bool:
    """Whether so many characters follow each other as in the alphabet, or are the same."""
    codes = [ord(character) for character in text.lower()]
    steps = [after - before for before, after in pairwise(codes)]
    run, last = 0, None
    for step in steps:
        run = run + 1 if step == last else 1
        last = step
        if run >= NEIGHBOURS - 1 and step in (0, 1, -1):
            return True
    return False


def looks_random(value: str) -> bool:
    """Whether a value could only have been drawn at random, or was made to look so."""
    if not SHORT <= len(value) <= LONG or not value.isascii() or is_stand_in(value):
        return False
    if any(form.search(value) for form in (WORDS, CODE)) or any(form.fullmatch(value) for form in (UUID, PLACE, PARTS)):
        return False
    if not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    kinds = [_kind(character) for character in value]
    changes = sum(before != after for before, after in pairwise(kinds))
    if len(value) < 16:
        return len(set(kinds)) >= 3 and changes * 5 >= len(value) * 2
    return _bits(value) >= 3 and changes * 4 >= len(value)


def _kind(character: str) -> str:
    if character.isdigit():
        return "0"
    if character.isalpha():
        return "a" if character.islower() else "A"
    return "-"


def _bits(value: str) -> float:
    """The entropy of a value's characters, in bits a character (Shannon)."""
    return -sum(count / len(value) * log2(count / len(value)) for count in Counter(value).values())


LOCAL = re.compile(
    r"(?i)(localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\]|host|hostname|server|.*\.(test|local|invalid|example))\b|"
    r"(.*\.)?example\.\w+|(.*\.)?(my|your|foo|some)\w*"
)
WEAK = re.compile(
    r"(?i)(?:[a-z]{1,7}|[a-z_-]*(?:pass|pw|secret|token|key|user|postgres|root|admin|guest)[a-z_-]*\d{0,4}|\d{1,6})"
)


def is_url_password(user: str, password: str, host: str) -> bool:
    """Whether the password of a URL is one that anybody uses: not that of an example, a test or this machine."""
    if LOCAL.match(host) or REFERENCE.search(password) or REFERENCE.search(host) or is_stand_in(password + "zqjkvw"):
        return False
    plain = re.sub(r"%[0-9A-Fa-f]{2}", "-", password.partition("@")[0])
    if re.search(r"[][(){}<>|^]", plain) or not plain:
        return False
    return not WEAK.fullmatch(plain) and user.lower() != password.lower() and not STAND_IN.search(user)


def is_key_body(text: str) -> bool:
    """Whether what follows the first line of a private key is the key, and not talk of one."""
    lines = [
        line for line in re.split(r"\\r|\\n|[\s\"'`,;]", text) if re.fullmatch(r"[A-Za-z0-9+/]{4,}={0,2}\\?", line)
    ]
    body = "".join(line for line in lines if len(line) >= 16 or line == lines[-1])
    return len(body) >= KEY_BODY and looks_like_base64(body) and not STAND_IN.search(text)


def looks_like_base64(body: str) -> bool:
    """Whether a text has all that random bytes in base64 have: letters of both cases, digits, and none too often."""
    kinds = {_kind(character) for character in body}
    return {"a", "A", "0"} <= kinds and _bits(body) >= 4


TRIED = re.compile(r"(?i)\b(foo|bar|test\w*|some|payload|hello|world|john doe|123456\d*)\b")


def is_tried(payload: str) -> bool:
    """Whether what a signed token says is what somebody writes who tries tokens out."""
    return TRIED.search(payload) is not None or STAND_IN.search(payload) is not None


def is_basic(value: str) -> bool:
    """Whether the credentials of a Basic authorization are some that are used (RFC 7617)."""
    import base64
    import binascii

    try:
        user, colon, password = base64.b64decode(value + "=" * (-len(value) % 4)).decode().partition(":")
    except (binascii.Error, ValueError):
        return looks_random(value)
    return bool(colon) and is_url_password(user, password, "")
