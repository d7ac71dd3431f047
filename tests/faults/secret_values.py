"""Values that look like secrets and are none, drawn anew from a fixed seed, so that no file holds one."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable

LOWER, UPPER, DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
LETTERS = LOWER + UPPER + DIGITS
HEX = DIGITS + "abcdef"


class Draw:
    """Random values of the forms that issuers use."""

    def __init__(self, seed: int = 4) -> None:
        self._random = random.Random(seed)  # noqa: S311 - nothing here is a secret

    def of(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choice(alphabet) for _ in range(length))

    def base64(self, size: int) -> str:
        return base64.b64encode(self._random.randbytes(size)).decode()

    def pem(self, kind: str = "RSA ") -> str:
        body = self.base64(600)
        lines = [body[at : at + 64] for at in range(0, len(body), 64)]
        return "\n".join([f"-----BEGIN {kind}PRIVATE KEY-----", *lines, f"-----END {kind}PRIVATE KEY-----", ""])

    def certificate(self) -> str:
        return self.pem().replace("RSA PRIVATE KEY", "CERTIFICATE")

    def password(self) -> str:
        """Mixed as a password generator mixes: never two of a kind in a row."""
        kinds = [LOWER, DIGITS, UPPER, "+-_."] * 5
        return "".join(self.of(kind, 1) for kind in kinds)

    def jwt(self) -> str:
        parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": self.of(LOWER, 9), "iat": self._random.randint(10**8, 10**9)})
        coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return ".".join([*coded, self.of(LETTERS, 43)])

    def discord(self) -> str:
        user = base64.b64encode(str(self._random.randint(10**17, 10**18 - 1)).encode()).decode().rstrip("=")
        return f"{user}.{self.of(LETTERS, 6)}.{self.of(LETTERS, 38)}"


def tokens(draw: Draw) -> dict[str, str]:
    """A value for each kind of token that has a form of its own, by the kind."""
    of = draw.of
    made: dict[str, Callable[[], str]] = {
        "github-token": lambda: "ghp_" + of(LETTERS, 36),
        "github-fine-grained-token": lambda: "github_pat_" + of(LETTERS, 22) + "_" + of(LETTERS, 59),
        "gitlab-token": lambda: "glpat-" + of(LETTERS, 20),
        "anthropic-key": lambda: "sk-ant-api03-" + of(LETTERS, 93),
        "llm-api-key": lambda: "sk-proj-" + of(LETTERS, 48),
        "groq-key": lambda: "gsk_" + of(LETTERS, 52),
        "stripe-key": lambda: "sk_" + "live_" + of(LETTERS, 24),
        "stripe-webhook-secret": lambda: "whsec_" + of(LETTERS, 32),
        "slack-token": lambda: "xoxb-" + of(DIGITS, 12) + "-" + of(DIGITS, 12) + "-" + of(LETTERS, 24),
        "slack-app-token": lambda: "xapp-1-A" + of(UPPER, 10) + "-" + of(DIGITS, 13) + "-" + of(HEX, 64),
        "aws-access-key": lambda: "AKIA" + of(UPPER + "234567", 16),
        "google-api-key": lambda: "AIza" + of(LETTERS, 35),
        "google-oauth-secret": lambda: "GOCSPX-" + of(LETTERS, 28),
        "npm-token": lambda: "npm_" + of(LETTERS, 36),
        "pypi-token": lambda: "pypi-AgEIcHlwaS5vcmc" + of(LETTERS, 80),
        "rubygems-key": lambda: "rubygems_" + of(HEX, 48),
        "hugging-face-token": lambda: "hf_" + of(LETTERS, 34),
        "twilio-key": lambda: "SK" + of(HEX, 32),
        "sendgrid-key": lambda: "SG." + of(LETTERS, 22) + "." + of(LETTERS, 43),
        "mailgun-key": lambda: "key-" + of(HEX, 32),
        "mailchimp-key": lambda: of(HEX, 32) + "-us12",
        "discord-token": draw.discord,
        "telegram-bot-token": lambda: of("123456789", 9) + ":AA" + of(LETTERS, 33),
        "digitalocean-token": lambda: "dop_v1_" + of(HEX, 64),
        "databricks-token": lambda: "dapi" + of(HEX, 32),
        "shopify-token": lambda: "shpat_" + of(HEX, 32),
        "square-token": lambda: "sq0csp-" + of(LETTERS, 43),
        "docker-token": lambda: "dckr_pat_" + of(LETTERS, 27),
        "grafana-token": lambda: "glsa_" + of(LETTERS, 32) + "_" + of(HEX, 8),
        "vault-token": lambda: "hvs." + of(LETTERS, 24),
        "terraform-token": lambda: of(LETTERS, 14) + ".atlasv1." + of(LETTERS, 67),
        "atlassian-token": lambda: "ATATT3" + of(LETTERS, 180),
        "linear-key": lambda: "lin_api_" + of(LETTERS, 40),
        "new-relic-key": lambda: "NRAK-" + of(UPPER + DIGITS, 27),
        "postman-key": lambda: "PMAK-" + of(HEX, 24) + "-" + of(HEX, 34),
        "sentry-token": lambda: "sntrys_" + of(LETTERS, 60),
        "supabase-token": lambda: "sbp_" + of(HEX, 40),
        "age-secret-key": lambda: "AGE-SECRET-KEY-1" + of(UPPER + DIGITS, 58),
        "jwt": draw.jwt,
    }
    return {kind: make() for kind, make in made.items()}


def in_context(draw: Draw) -> dict[str, tuple[str, str]]:
    """For each kind that is known by what stands around it: a line, and the value in it."""
    of = draw.of
    aws = "aB3" + of(LETTERS + "/+", 37)
    values = {
        "aws-secret-key": ("aws_secret_access_key = {}", aws),
        "twilio-auth-token": ("TWILIO_AUTH_TOKEN={}", of(HEX, 32)),
        "azure-storage-key": ("DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={}", draw.base64(64)),
        "slack-webhook": (
            "https://hooks.slack.com/services/{}",
            f"T{of(UPPER, 8)}/B{of(UPPER, 8)}/{of(LETTERS, 24)}",
        ),
        "discord-webhook": ("https://discord.com/api/webhooks/{}", of("123456789", 18) + "/" + of(LETTERS, 68)),
        "npm-auth-token": ("//npm.shop.test/:_authToken={}", draw.password()),
        "url-password": ("postgres://shop:{}@db.shop.dev:5432/shop", draw.password()),
        "bearer-token": ("curl -H 'Accept: */*' -H 'X: Bearer {}'", draw.password()),
        "authorization-header": ("Authorization: Basic {}", draw.base64(24).replace("=", "")),
        "assignment": ("password = '{}'", draw.password()),
    }
    return {kind: (line.format(value), value) for kind, (line, value) in values.items()}
