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
    form: bool = True
    """Whether the issuer gave it a form that is known by itself; else what stands around it tells."""


class Secret(NamedTuple):
    """Where a secret stands in a text, and which detector found it."""

    detector: str
    start: int
    end: int


_VALUE = r"(?:\"(?P<double>[^\"\n]+)\"|'(?P<single>[^'\n]+)'|(?P<secret>[^\s\"'&;,)}\]]+))"

DETECTORS = (
    Detector(
        "private-key",
        ("private key",),
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?P<secret>(?:[^-]|-(?!----)){0,20000})",
    ),
    Detector("putty-private-key", ("private-lines",), r"Private-Lines: \d+\s+(?P<secret>[A-Za-z0-9+/=\s]{16,20000})"),
    Detector("age-secret-key", ("age-secret-key",), r"(?P<secret>AGE-SECRET-KEY-1[0-9A-Z]{58})"),
    Detector("github-token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\b(?P<secret>gh[oprsu]_[A-Za-z0-9]{30,})"),
    Detector("github-fine-grained-token", ("github_pat_",), r"\b(?P<secret>github_pat_\w{22,})"),
    Detector(
        "gitlab-token",
        ("glpat-", "gldt-", "glrt-", "glptt-", "glsoat-", "glft-", "gloas-"),
        r"\b(?P<secret>gl(?:pat|dt|rt|ptt|soat|ft|oas)-[\w-]{20,})",
    ),
    Detector("anthropic-key", ("sk-ant-",), r"\b(?P<secret>sk-ant-[\w-]{20,})"),
    Detector("llm-api-key", ("sk-",), r"\b(?P<secret>sk-(?!ant-)(?=[\w-]*\d)[\w-]{20,})"),
    Detector("groq-key", ("gsk_",), r"\b(?P<secret>gsk_[A-Za-z0-9]{40,})"),
    Detector("stripe-key", ("k_live_", "k_test_"), r"\b(?P<secret>[rs]k_(?:live|test)_[A-Za-z0-9]{16,})"),
    Detector("stripe-webhook-secret", ("whsec_",), r"\b(?P<secret>whsec_[A-Za-z0-9+/=]{24,})"),
    Detector("slack-token", ("xox",), r"\b(?P<secret>xox[abeoprs]-[\w-]{10,})"),
    Detector("slack-app-token", ("xapp-",), r"\b(?P<secret>xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]{20,})"),
    Detector("slack-webhook", ("hooks.slack.com",), r"hooks\.slack\.com/(?:services|workflows)/(?P<secret>[\w/]+)"),
    Detector("aws-access-key", ("akia", "asia"), r"\b(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{16})\b"),
    Detector(
        "aws-secret-key",
        ("aws", "secret_access_key", "secretaccesskey"),
        r"(?i:aws|secret_?access_?key)[^\n=:]{0,40}[\"']?\s{0,8}[=:,]\s{0,8}[\"']?"
        r"(?P<secret>(?=[^\s\"']{0,39}[A-Z])(?=[^\s\"']{0,39}[a-z])[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    ),
    Detector("google-api-key", ("aiza",), r"\b(?P<secret>AIza[\w-]{35})"),
    Detector("google-oauth-secret", ("gocspx-",), r"\b(?P<secret>GOCSPX-[\w-]{28})"),
    Detector("npm-token", ("npm_",), r"\b(?P<secret>npm_[A-Za-z0-9]{36})"),
    Detector("npm-auth-token", ("_authtoken",), r"_authToken\s*=\s*[\"']?(?P<secret>[^\s\"'$]{16,})"),
    Detector("pypi-token", ("pypi-age",), r"\b(?P<secret>pypi-AgE[\w-]{50,})"),
    Detector("rubygems-key", ("rubygems_",), r"\b(?P<secret>rubygems_[a-f0-9]{48})"),
    Detector("hugging-face-token", ("hf_",), r"\b(?P<secret>hf_[A-Za-z0-9]{30,})"),
    Detector("twilio-key", ("sk", "twilio"), r"\b(?P<secret>SK[0-9a-f]{32})\b"),
    Detector(
        "twilio-auth-token",
        ("twilio",),
        r"(?i:twilio)[^\n=:]{0,30}[\"']?\s{0,8}[=:,]\s{0,8}[\"']?(?P<secret>[0-9a-f]{32})\b",
    ),
    Detector("sendgrid-key", ("sg.",), r"\b(?P<secret>SG\.[\w-]{22}\.[\w-]{43})"),
    Detector("mailgun-key", ("key-",), r"(?<![\w-])(?P<secret>key-[0-9a-f]{32})\b"),
    Detector("mailchimp-key", ("-us",), r"(?<![\w-])(?P<secret>[0-9a-f]{32}-us\d{1,2})\b"),
    Detector("azure-storage-key", ("accountkey=",), r"(?i:AccountKey)=(?P<secret>[A-Za-z0-9+/]{86}==)"),
    Detector(
        "discord-token",
        (".",),
        r"(?<![\w.-])(?P<secret>(?:M[Tjz]|N[DTjz]|O[DT])[\w-]{22,24}\.[\w-]{6}\.[\w-]{27,38})(?![\w.-])",
    ),
    Detector(
        "discord-webhook", ("/api/webhooks/",), r"discord(?:app)?\.com/api/webhooks/(?P<secret>\d{15,}/[\w-]{40,})"
    ),
    Detector("telegram-bot-token", (":aa",), r"(?<![\w:])(?P<secret>\d{8,10}:AA[\w-]{33})(?![\w-])"),
    Detector("digitalocean-token", ("o_v1_", "r_v1_", "p_v1_"), r"\b(?P<secret>do[opr]_v1_[a-f0-9]{64})"),
    Detector("databricks-token", ("dapi",), r"\b(?P<secret>dapi[a-f0-9]{32}(?:-\d)?)\b"),
    Detector(
        "shopify-token", ("shpat_", "shpss_", "shpca_", "shppa_"), r"\b(?P<secret>shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32})"
    ),
    Detector("square-token", ("sq0", "eaaa"), r"\b(?P<secret>sq0(?:csp|atp)-[\w-]{22,43}|EAAA[\w-]{60})"),
    Detector("docker-token", ("dckr_pat_",), r"\b(?P<secret>dckr_pat_[\w-]{20,})"),
    Detector(
        "grafana-token",
        ("glsa_", "glc_"),
        r"\b(?P<secret>glsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}|glc_[A-Za-z0-9+/]{32,}=*)",
    ),
    Detector("vault-token", ("hvs.", "hvb."), r"\b(?P<secret>hv[sb]\.[\w-]{24,})"),
    Detector("terraform-token", (".atlasv1.",), r"\b(?P<secret>[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,})"),
    Detector("atlassian-token", ("atatt3",), r"\b(?P<secret>ATATT3[\w=-]{50,})"),
    Detector("linear-key", ("lin_api_",), r"\b(?P<secret>lin_api_[A-Za-z0-9]{40})"),
    Detector("new-relic-key", ("nrak-",), r"\b(?P<secret>NRAK-[A-Z0-9]{27})"),
    Detector("postman-key", ("pmak-",), r"\b(?P<secret>PMAK-[a-f0-9]{24}-[a-f0-9]{34})"),
    Detector("sentry-token", ("sntrys_", "sntryu_"), r"\b(?P<secret>sntry[su]_[\w+/=]{40,})"),
    Detector("supabase-token", ("sbp_",), r"\b(?P<secret>sbp_[a-f0-9]{40})"),
    Detector("jwt", ("eyj",), r"\b(?P<secret>eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"),
    Detector(
        "authorization-header",
        ("authorization",),
        r"(?i:authorization)[\"']?\s*[:=]\s*[\"']?(?:(?i:bearer|basic|token|digest)\s+)?(?P<secret>[^\s\"']+)",
        form=False,
    ),
    Detector("bearer-token", ("bearer",), r"(?i:\bbearer)\s+(?P<secret>(?=\S*\d)[\w.~+/=-]{8,})", form=False),
    Detector("url-password", ("://",), r"://[^/\s:@\"']*:(?P<secret>[^/\s\"']+)@", form=False),
    Detector("url-token", ("://",), r"://(?P<secret>(?=[^/\s@]*\d)[\w~.-]{16,})@", form=False),
    Detector(
        "curl-user",
        ("curl",),
        r"\bcurl\b[^\n]{0,400}?\s(?:-[uU]|--user|--proxy-user)[ \t=]?[\"']?[^\s:\"'$]{1,100}:(?P<secret>[^\s\"']+)",
        form=False,
    ),
    Detector("assignment", ("=",), r"(?<![\w.-])-{0,2}(?P<name>[A-Za-z_][\w.-]*)=" + _VALUE, form=False),
    Detector("quoted-assignment", (":",), r"[\"'](?P<name>[A-Za-z_][\w.-]*)[\"']\s*:\s*" + _VALUE, form=False),
    Detector("header", (":",), r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]*):\s*(?=[\"']?[^\s\"']*\d)" + _VALUE, form=False),
    Detector("option", ("--",), r"(?<![\w-])--(?P<name>[A-Za-z][\w-]*)[ \t]+(?!-)" + _VALUE, form=False),
)

FORMS = tuple(detector for detector in DETECTORS if detector.form)
"""What is known by itself, and no question of what stands around it."""

SECRET_WORDS = frozenset(
    ("apikey", "authtoken", "bearer", "credential", "credentials", "passphrase", "passwd", "password", "pwd", "secret")
) | {"token"}
SECRET_PAIRS = frozenset(("access key", "api key", "auth key", "encryption key", "key base", "private key")) | {
    "secret key",
    "signing key",
}
_PLACEHOLDER = r"(?i)(true|false|yes|no|on|off|none|null|\d|prompt|ask|stdin|\*+|[$<%@{].*|)"
"""Values that stand where a secret could and are none: switches, references to variables and files, placeholders."""

SECRET_ENDINGS = ("password", "passwd", "passphrase", "apikey")
"""PGPASSWORD and its like are one word."""

CURL_USER = ("-u", "--user", "-U", "--proxy-user")
PASSWORD_AFTER_P = {"sshpass": (), "docker": ("login",), "podman": ("login",), "helm": ("login",)}
"""Programs whose `-p` is a password, and the subcommand that it is one for."""
PASSWORD_WITHIN_P = ("mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin", "mariadb-dump", "sshpass")
"""Programs that take the password in the same word: -pSECRET."""


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern of a detector, compiled once."""
    return re.compile(pattern)


def _is_placeholder(value: str) -> bool:
    return compiled(_PLACEHOLDER).fullmatch(value) is not None


def is_secret_name(name: str) -> bool:
    """Whether a variable, option or key of this name holds a secret: DB_PASSWORD and apiKey do, max-tokens does not."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-_.]+", " ", name)
    words = [word.rstrip("0123456789").lower() for word in spaced.split()]
    if not words or words[0] in ("no", "without"):
        return False
    return words[-1] in SECRET_WORDS or words[-1].endswith(SECRET_ENDINGS) or " ".join(words[-2:]) in SECRET_PAIRS


def find_secrets(text: str, detectors: Sequence[Detector] = DETECTORS) -> Iterator[Secret]:
    """What in a text looks like a secret, detector by detector; finds may overlap."""
    lowered = text.lower()
    for detector in detectors:
        for hint in detector.hints:  # any() with a generator takes twice as long, and most texts hold nothing
            if hint in lowered:
                yield from _found(detector, text)
                break


def _found(detector: Detector, text: str) -> Iterator[Secret]:
    for match in compiled(detector.pattern).finditer(text):
        groups = match.groupdict()
        if "name" in groups and not is_secret_name(groups["name"]):
            continue
        group = next(name for name in ("secret", "double", "single") if groups.get(name) is not None)
        if groups[group] and not _is_placeholder(groups[group]):
            yield Secret(detector.name, match.start(group), match.end(group))


def mask_text(text: str, detectors: Sequence[Detector] = DETECTORS) -> str:
    """The text with each secret in it replaced by MASK."""
    if not text:
        return text
    spans = sorted((secret.start, secret.end) for secret in find_secrets(text, detectors))
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
            masked.append(argument if _is_placeholder(argument) else MASK)
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
    if equals and re.fullmatch(r"[\w.-]+", name) and is_secret_name(name) and not _is_placeholder(value):
        return f"{name}={MASK}"  # the whole value, whatever white space and quotes are in it
    return mask_text(argument)
