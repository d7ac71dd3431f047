"""Secrets that were planted, and projects in which none are, though much in them looks so."""

from __future__ import annotations

import json

from tests.faults.model import Clean, Fault, Files
from tests.faults.secret_values import HEX, LETTERS, LOWER, Draw, in_context, tokens

DRAW = Draw()
PASSWORD = DRAW.password()
KEY = DRAW.pem()
SERVICE_ACCOUNT = json.dumps(
    {"type": "service_account", "private_key": DRAW.pem(""), "client_email": "a@b.test"}, indent=2
)
GITHUB = "ghp_" + DRAW.of(LETTERS, 36)
BEGIN = "-----BEGIN "


def fault(name: str, files: Files, id: str, place: str) -> Fault:  # noqa: A002 - as the model calls it
    return Fault(name, "secrets", files, id, place)


def _of_each_form() -> list[Fault]:
    places = ("src/shop/settings.py", "deploy/notes.md", "scripts/deploy.sh", "config.yaml", "web/app.js")
    found = []
    for number, (kind, value) in enumerate(tokens(DRAW).items()):
        path = places[number % len(places)]
        line = f'CLIENT = connect("{value}")' if path.endswith((".py", ".js")) else f"use: {value}"
        id = "SECRET002" if kind == "age-secret-key" else "SECRET001"  # noqa: A001 - as the model calls it
        found.append(fault(f"form-{kind}", {path: f"one\ntwo\n{line}\n"}, id, f"{path}:3"))
    return found


def _by_context() -> list[Fault]:
    ids = {"url-password", "bearer-token", "authorization-header", "assignment"}
    return [
        fault(
            f"context-{kind}",
            {"setup.txt": f"one\n{line}\n"},
            "SECRET003" if kind in ids else "SECRET001",
            "setup.txt:2",
        )
        for kind, (line, _) in in_context(DRAW).items()
    ]


def _named() -> list[Fault]:
    lines = {
        "python": ("src/a.py", f'db_password = "{PASSWORD}"'),
        "typed": ("src/a.py", f'API_KEY: str = "{PASSWORD}"'),
        "keyword-argument": ("src/a.py", f'connect(user="ana", password="{PASSWORD}")'),
        "default-of-getenv": ("src/a.py", f'os.getenv("SHOP_TOKEN", "{PASSWORD}")'),
        "item": ("src/a.py", f'os.environ["SHOP_TOKEN"] = "{PASSWORD}"'),
        "dict": ("src/a.py", f'{{"clientSecret": "{PASSWORD}"}}'),
        "yaml": ("deploy/values.yml", f"db_password: {PASSWORD}"),
        "ini": ("deploy/shop.ini", f"secret_key = {PASSWORD}"),
        "toml": ("deploy/shop.toml", f'signing_key = "{PASSWORD}"'),
        "docker": ("Dockerfile", f"ENV API_TOKEN={PASSWORD}"),
        "shell": ("scripts/run.sh", f"export DB_PASSWORD={PASSWORD}"),
        "xml": ("conf/settings.xml", f"<password>{PASSWORD}</password>"),
        "hex": ("src/a.py", f'SECRET_KEY = "{DRAW.of(HEX, 50)}"'),
        "javascript": ("web/a.js", f"const apiKey = '{PASSWORD}'"),
        "go": ("a.go", f'apiKey := "{PASSWORD}"'),
        "test-too": ("tests/test_a.py", f'TOKEN = "{PASSWORD}"'),
    }
    return [
        fault(f"named-{name}", {path: f"{line}\n"}, "SECRET003", f"{path}:1") for name, (path, line) in lines.items()
    ]


def _keys() -> list[Fault]:
    kinds = ("RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ", "")
    quoted = "KEY = (\n" + "\n".join(f'    "{line}\\n"' for line in KEY.splitlines()) + "\n)\n"
    block = KEY.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK").replace(
        "-----\n", "-----\nVersion: GnuPG v2.2\n\n", 1
    )
    putty = f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{DRAW.base64(48)}\n"
    return [
        *(
            fault(f"key-{kind.strip().lower() or 'pkcs8'}", {"k.pem": DRAW.pem(kind)}, "SECRET002", "k.pem:1")
            for kind in kinds
        ),
        fault("key-in-code", {"src/a.py": quoted}, "SECRET002", "src/a.py:2"),
        fault("key-in-json", {"gcp.json": SERVICE_ACCOUNT}, "SECRET002", "gcp.json:3"),
        fault("key-of-pgp", {"release.asc": block}, "SECRET002", "release.asc:1"),
        fault("key-of-putty", {"a.ppk": putty}, "SECRET002", "a.ppk:2"),
        fault("key-of-ssh", {"deploy/id_ed25519": DRAW.pem("OPENSSH ")}, "SECRET002", "deploy/id_ed25519:1"),
        fault(
            "key-in-der",
            {"a.key": b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01" + b"\x07" * 64},
            "SECRET004",
            "a.key",
        ),
        fault("key-in-utf-16", {"k.txt": KEY.encode("utf-16")}, "SECRET002", "k.txt:1"),
        fault("key-after-a-certificate", {"c.pem": DRAW.certificate() + KEY}, "SECRET002", "c.pem:16"),
    ]


def _files() -> list[Fault]:
    store = b"\xfe\xed\xfe\xed\x00\x00\x00\x02" + b"\x07" * 64
    found: dict[str, str | bytes] = {
        ".env": f"DB_PASSWORD={PASSWORD}\n",
        "apps/api/.env.production": "API_TOKEN=hunter2\n",
        "prod.env": f"API_TOKEN={PASSWORD}\n",
        "certs/server.p12": b"\x30\x82\x09\x00\x02\x01\x03" + b"\x07" * 64,
        "server.pfx": b"\x30\x82\x09\x00\x02\x01\x03" + b"\x07" * 64,
        "android/release.jks": store,
        "release.keystore": store,
        "team.kdbx": b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5" + b"\x07" * 64,
        "home/.netrc": "machine api.shop.dev login ana password hunter2\n",
        ".pypirc": "[shop]\nusername = ana\npassword = hunter2\n",
        ".npmrc": "//npm.shop.dev/:_password=aHVudGVyMg\n",
        ".pgpass": "db:5432:shop:ana:hunter2\n",
        ".docker/config.json": '{"auths": {"shop.dev": {"auth": "YW5hOmh1bnRlcjI"}}}',
        "id_rsa": "U1NIIHByaXZhdGUga2V5\n",
    }
    return [
        *(fault(f"file-{path}", {path: content}, "SECRET004", path) for path, content in found.items()),
        fault(
            "git-credentials",
            {".git-credentials": f"https://ana:{PASSWORD}@git.shop.dev\n"},
            "SECRET003",
            ".git-credentials:1",
        ),
        fault("file-with-no-secret-yet", {".env": "PORT=8000\n"}, "SECRET004", ".env"),
        fault("file-that-git-does-not-ignore", {".env!": f"TOKEN={PASSWORD}\n"}, "SECRET004", ".env"),
        fault("file-with-a-token-in-its-name", {f"notes-{GITHUB}.txt": "x\n"}, "SECRET005", "notes-***.txt"),
    ]


def _only_detect_secrets() -> list[Fault]:
    return [
        fault("artifactory", {"a.txt": f"one\nuse AKC{DRAW.of(LETTERS, 60)} here\n"}, "SECRET006", "a.txt:2"),
        fault(
            "as-the-baseline-says",
            {"a.py": f'x = "{DRAW.of(LETTERS, 40)}"\n', ".secrets.baseline": BASELINE},
            "SECRET006",
            "a.py:1",
        ),
    ]


BASELINE = json.dumps(
    {
        "version": "1.5.0",
        "plugins_used": [{"name": "Base64HighEntropyString", "limit": 4.5}],
        "filters_used": [],
        "results": {},
    }
)

FAULTS: list[Fault] = [*_of_each_form(), *_by_context(), *_named(), *_keys(), *_files(), *_only_detect_secrets()]

CODE = '''
"""Settings: read from the environment, never written here."""
import os, secrets
from pydantic import SecretStr
password = os.environ["DB_PASSWORD"]
token: str = ""
api_key = get_api_key("primary")
secret = secrets.token_hex(32)
PASSWORD_FIELD = "password"
TOKEN_URL = "https://auth.shop.dev/oauth/token"
headers = {"Authorization": f"Bearer {token}", "X-Api-Key": api_key}
parser.add_argument("--password", default=None, help="the password, e.g. hunter2")
def login(user: str, password: str = "changeme", *, token: SecretStr | None = None) -> None: ...
assert login("ana", password="test") is None
csrf_token = "csrfmiddlewaretoken"
secret_name = "projects/shop/secrets/db-password/versions/3"
NEXT_TOKEN = "NextToken"
password_hash = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600_000)
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
url = "postgres://user:password@localhost:5432/shop"
other = f"https://{user}:{password}@{host}/"
raise ValueError("token: expected 3 parts, got 2")
MARKER = "-----BEGIN RSA PRIVATE KEY-----"
if key.startswith("-----BEGIN " + "PRIVATE KEY-----"): ...
token_pattern = r"gh[pousr]_[A-Za-z0-9]{36}"
aws_key = r"(?:AKIA|ASIA)[A-Z0-9]{16}"
'''
DOCS = f"""
# Shop

Set `API_TOKEN=<your-token>` or `API_TOKEN=${{TOKEN}}`, then `curl -H "Authorization: Bearer $TOKEN"`.

    export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
    export SHOP_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    GITHUB_TOKEN=ghp_abcdefghijklmnopqrstuvwxyz0123456789
    docker run -e DB_PASSWORD=secret postgres://user:pass@db/shop https://ana:password@example.com/

{BEGIN}RSA PRIVATE KEY-----
MIIEpAIBAAKCAQEA...
-----END RSA PRIVATE KEY-----

![logo](data:image/png;base64,{DRAW.base64(300)})
Commit {DRAW.of(HEX, 40)}, id 550e8400-e29b-41d4-a716-446655440000, slack `xoxb-your-token-here`, key `sk-...`.
"""
LOCK = "\n".join(
    f'[[package]]\nname = "p{n}"\nfiles = [{{file = "p{n}.whl", hash = "sha256:{DRAW.of(HEX, 64)}"}}]'
    for n in range(30)
)
WORKFLOW = """
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    env:
      TOKEN: ${{ secrets.GITHUB_TOKEN }}
      DB_PASSWORD: postgres
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
        with: {persist-credentials: false}
      - run: twine upload -u __token__ -p "$PYPI_TOKEN" dist/*
"""
COMPOSE = f"""
services:
  db:
    image: postgres:16@sha256:{DRAW.of(HEX, 64)}
    environment:
      POSTGRES_PASSWORD: postgres
      POSTGRES_USER: ${{POSTGRES_USER:-shop}}
      SECRET_KEY: "{{{{ vault_secret_key }}}}"
      API_TOKEN_FILE: /run/secrets/api_token
"""

CLEAN: list[Clean] = [
    Clean("code", "secrets", {"src/shop/settings.py": CODE, "tests/test_settings.py": CODE}),
    Clean("documents", "secrets", {"README.md": DOCS, "docs/setup.rst": DOCS}),
    Clean(
        "locks",
        "secrets",
        {
            "poetry.lock": LOCK,
            "package-lock.json": json.dumps({f"p{n}": {"integrity": f"sha512-{DRAW.base64(64)}"} for n in range(30)}),
            "requirements.txt": "\n".join(f"p{n}==1.0 --hash=sha256:{DRAW.of(HEX, 64)}" for n in range(30)),
        },
    ),
    Clean("configuration", "secrets", {".github/workflows/ci.yml": WORKFLOW, "compose.yaml": COMPOSE}),
    Clean(
        "files-with-names-of-secrets",
        "secrets",
        {
            ".env.example": "DB_PASSWORD=\nAPI_TOKEN=your-token\nPORT=8000\n",
            ".env.template": "API_TOKEN=${API_TOKEN}\n",
            ".env.ci": "API_TOKEN=dummy\nDEBUG=true\n",
            ".npmrc": "//npm.shop.dev/:_authToken=${NPM_TOKEN}\nregistry=https://npm.shop.dev/\n",
            ".netrc": "machine api.shop.dev login ana password <password>\n",
            "certs/ca.pem": DRAW.certificate(),
            "certs/server.key.pub": f"ssh-ed25519 AAAAC3{DRAW.base64(40)} ana@shop\n",
            "certs/public.pem": DRAW.pem().replace("RSA PRIVATE", "PUBLIC"),
            "id_rsa.pub": f"ssh-rsa AAAAB3{DRAW.base64(200)} ana@shop\n",
            "i18n/en.key": "title = Shop\n",
            "store.keystore": "# how to make the keystore\n",
        },
    ),
    Clean(
        "data",
        "secrets",
        {
            "data/ids.csv": "\n".join(
                f"{DRAW.of(HEX, 32)},{DRAW.of(LOWER, 8)},{DRAW.of(LETTERS, 22)}" for _ in range(200)
            ),
            "tests/data/response.json": json.dumps(
                [{"etag": DRAW.of(HEX, 32), "sha": DRAW.of(HEX, 40)} for _ in range(50)]
            ),
            "logo.png": b"\x89PNG\r\n\x1a\n\x00" + DRAW.base64(400).encode(),
            "web/app.min.js": ";".join(f'e.{DRAW.of(LOWER, 3)}="{DRAW.of(LETTERS, 12)}"' for _ in range(400)),
        },
    ),
    Clean(
        "what-is-allowed",
        "secrets",
        {
            "tests/test_a.py": f'TOKEN = "{GITHUB}"  # pragma: allowlist secret - revoked, shows the form\n',
            "tests/test_b.py": f'# pragma: allowlist nextline secret\nPASSWORD = "{PASSWORD}"\n',
            "tests/data/test.pem": "# pragma: allowlist nextline secret\n" + DRAW.pem(),
        },
    ),
]
