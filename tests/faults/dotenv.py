"""Faults in files of environment variables, and projects in which they are as they should be."""

from __future__ import annotations

from tests.faults.model import Clean, Fault

IGNORED = ".env\n.env.local\n"
APP = """\
import os

URL = os.environ["DATABASE_URL"]
PORT = int(os.getenv("PORT", "8000"))
"""
EXAMPLE = """\
# Where the data is
# type: url, required
DATABASE_URL=postgres://localhost/shop

# type: port
PORT=8000
"""
GOOD = "DATABASE_URL=postgres://db/shop\nPORT=80\n"
SETTINGS = """\
from typing import Literal

from pydantic import AliasChoices, AnyUrl, BaseModel, EmailStr, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    host: str
    port: int = 5432


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__", env_file=".env")

    admin: EmailStr
    secret: SecretStr
    level: Literal["debug", "info"] = "info"
    database: Database
    api: AnyUrl = Field(validation_alias=AliasChoices("SHOP_API", "API_URL"))
    hosts: list[str] = []
    workers: int = 2
"""
SHOP = "SHOP_ADMIN=ana@example.invalid\nSHOP_SECRET=x\nSHOP_DATABASE__HOST=db\nAPI_URL=https://api.invalid/v1\n"


def files(env: str | None = GOOD, example: str | None = EXAMPLE, app: str = APP, **more: str) -> dict[str, str]:
    """A project with an ignored .env, an example and a program; None where there is no such file."""
    found = {".gitignore": IGNORED, "shop/__init__.py": "", "shop/app.py": app}
    found |= {".env!": env} if env is not None else {}
    found |= {".env.example": example} if example is not None else {}
    return found | more


def fault(name: str, id: str, place: str | None, **given: str | None) -> Fault:  # noqa: A002 - a finding's id
    return Fault(name, "dotenv", files(**given), id, place)  # type: ignore[arg-type]  # None leaves a file out


def settings(name: str, id: str, place: str | None, env: str) -> Fault:  # noqa: A002 - a finding's id
    return Fault(name, "dotenv", files(env, None, SETTINGS), id, place)


def good(line: str) -> str:
    return GOOD + line + "\n"


FAULTS = [
    fault("an unterminated quote", "DOTENV001", ".env:3", env=good('NAME="shop')),
    fault("text behind a closing quote", "DOTENV001", ".env:3", env=good('NAME="shop" and more')),
    fault("a line that is no assignment", "DOTENV001", ".env:3", env=good("this is prose")),
    fault("an unterminated quote in the example", "DOTENV001", ".env.example:7", example=EXAMPLE + "NAME='shop\n"),
    Fault("bytes that are not UTF-8", "dotenv", {**files(), ".env!": b"PORT=80\nNAME=\xff\n"}, "DOTENV001", ".env:2"),
    fault("a name with a dash", "DOTENV002", ".env:3", env=good("d-e=1")),
    fault("a name that begins with a digit", "DOTENV002", ".env:3", env=good("1ST=1")),
    fault("a variable twice", "DOTENV003", ".env:3", env=good("PORT=81")),
    fault("a required variable is missing", "DOTENV004", ".env", env="PORT=80\n"),
    fault("a variable that only the example requires", "DOTENV004", ".env", example=EXAMPLE + "# required\nNAME=\n"),
    fault("a variable of the example is missing", "DOTENV005", ".env", example=EXAMPLE + "REGION=eu\n"),
    fault("a required variable is empty", "DOTENV006", ".env:1", env="DATABASE_URL=\nPORT=80\n"),
    fault("a number is empty", "DOTENV006", ".env:2", env="DATABASE_URL=x://y\nPORT=\n", example=None),
    fault("an unknown variable", "DOTENV007", ".env:3", env=good("SHOE_SIZE=42")),
    fault("a mistyped name", "DOTENV007", ".env:1", env="DATABSE_URL=x://y\n", example=None),
    fault("a URL without a scheme", "DOTENV008", ".env:1", env="DATABASE_URL=localhost/shop\nPORT=80\n"),
    fault("a port out of range", "DOTENV008", ".env:2", env="DATABASE_URL=x://y\nPORT=80000\n"),
    fault("a number that the code casts", "DOTENV008", ".env:2", env="DATABASE_URL=x://y\nPORT=eighty\n", example=None),
    fault(
        "a value of the example is of the wrong type", "DOTENV008", ".env.example:2", example="# type: bool\nPORT=80\n"
    ),
    *(
        fault(
            f"a wrong {kind}", "DOTENV008", ".env:3", env=good(f"X={value}"), example=f"{EXAMPLE}# type: {kind}\nX=\n"
        )
        for kind, value in {
            "int": "1.5",
            "float": "1,5",
            "bool": "maybe",
            "email": "ana",
            "json": "{",
            "list[int]": "1,b",
            "choice(debug|info)": "loud",
            "duration": "soon",
            "path": "https://x.invalid",
        }.items()
    ),
    Fault("a .env that git tracks", "dotenv", {**files(None), ".env": GOOD}, "DOTENV009", ".env"),
    Fault("a .env.local that git tracks", "dotenv", {**files(), ".env.local": "A=1\n"}, "DOTENV009", ".env.local"),
    Fault("a copy of .env that git tracks", "dotenv", {**files(), ".env.bak": GOOD}, "DOTENV009", ".env.bak"),
    Fault("a .env in a directory that git tracks", "dotenv", {**files(), "api/.env": "A=1\n"}, "DOTENV009", "api/.env"),
    Fault("a .env that is not ignored", "dotenv", {**files(), ".gitignore": "x\n"}, "DOTENV010", ".env"),
    Fault("values of production in git", "dotenv", {**files(), ".env.prod": "A=1\n"}, "DOTENV010", ".env.prod"),
    fault("white space beside the equals sign", "DOTENV011", ".env:2", env="DATABASE_URL=x://y\nPORT = 80\n"),
    fault("an unquoted value with a space", "DOTENV011", ".env:1", env="DATABASE_URL=x://y z\nPORT=80\n"),
    fault("an unquoted value with a number sign", "DOTENV011", ".env:1", env="DATABASE_URL=x://y#z\nPORT=80\n"),
    fault("a value that ends in a comment", "DOTENV011", ".env:1", env="DATABASE_URL=x://y #1z\nPORT=80\n"),
    fault("a quote that stands alone", "DOTENV011", ".env:1", env='DATABASE_URL=x://y"\nPORT=80\n'),
    fault("typographic quotes", "DOTENV011", ".env:1", env="DATABASE_URL=\u201cx://y\u201d\nPORT=80\n"),
    fault("a name without an equals sign", "DOTENV011", ".env:3", env=good("VERBOSE")),
    fault("a value that swallows the next line", "DOTENV011", ".env:1", env='DATABASE_URL="x://y\nPORT=80\nA="\n'),
    fault("a byte order mark", "DOTENV011", ".env:1", env="\ufeff" + GOOD),
    fault("the example lacks what is required", "DOTENV012", "shop/app.py:3", example="PORT=80\n"),
    fault("a type that there is not", "DOTENV013", ".env.example:1", example="# type: prt\nPORT=80\n"),
    fault("a word that there is not", "DOTENV013", ".env.example:1", example="# type: port, requird\nPORT=80\n"),
    settings("a required field", "DOTENV004", ".env", SHOP.replace("SHOP_SECRET=x\n", "")),
    settings("a nested field", "DOTENV004", ".env", SHOP.replace("SHOP_DATABASE__HOST=db\n", "")),
    settings("a field with aliases", "DOTENV004", ".env", SHOP.replace("API_URL=https://api.invalid/v1\n", "")),
    settings("a field that is no address", "DOTENV008", ".env:1", SHOP.replace("ana@example.invalid", "ana")),
    settings("a field that is no number", "DOTENV008", ".env:5", SHOP + "SHOP_WORKERS=two\n"),
    settings("a field that is none of the choices", "DOTENV008", ".env:5", SHOP + "SHOP_LEVEL=loud\n"),
    settings("a list that is no JSON", "DOTENV008", ".env:5", SHOP + "SHOP_HOSTS=a,b\n"),
]

DJANGO = """\
import environ
from decouple import Csv, config

env = environ.Env(DEBUG=(bool, False))
DEBUG = env("DEBUG")
SECRET_KEY = env("SECRET_KEY")
DATABASES = {"default": env.db()}
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
HOSTS = config("ALLOWED_HOSTS", default="", cast=Csv())
"""
DJANGO_EXAMPLE = """\
# The shop. Copy to .env.

# --- Django
DEBUG=on
SECRET_KEY=change-me  # type: string, required - any long text
ALLOWED_HOSTS=localhost,127.0.0.1

# --- Services
# type: url, required
DATABASE_URL=postgres://shop:shop@localhost:5432/shop
# CACHE_URL=redis://localhost:6379/0
# optional
EMAIL_PORT=25

# read by compose.yaml alone
WEB_IMAGE=shop:latest
"""
DJANGO_ENV = """\
DEBUG=off
SECRET_KEY=k
ALLOWED_HOSTS=x
DATABASE_URL=psql://db/s
WEB_IMAGE=a:1
TEST_SERVER=x
"""
WORKER = """\
import os
from os import environ as env

import click

QUEUE = env.get("QUEUE_URL") or "redis://localhost"
BUCKET = env["BUCKET"] if "BUCKET" in env else None
os.environ.setdefault("WORKER_MODE", "fast")
MODE = os.environ["WORKER_MODE"]
HOME, TERM = os.environ["HOME"], os.environ.get("TERM")


def token() -> str:
    try:
        return os.environ["WORKER_TOKEN"]
    except KeyError:
        return ""


@click.command()
@click.option("--region", envvar="WORKER_REGION")
def main(region: str) -> None:
    os.environ["WORKER_REGION"] = region
"""
QUOTED = r"""# All the ways in which a value may be written
SINGLE='with spaces, # and "double" quotes'
DOUBLE="with 'single' quotes and an escape \"here\""
MULTILINE="-----BEGIN CERTIFICATE-----
MIIB+zCCAWSgAwIBAgIUQ2hl==
-----END CERTIFICATE-----"
JSON={"a": [1, 2], "b": "c d"}
LIST=["http://a.invalid", "http://b.invalid"]
EMPTY=
QUOTED_EMPTY=""
COMMENTED=value # what it is for
REFERENCE=${SINGLE}/path
EQUALS=a=b==
UNICODE=größe
lower_case=1
"""

CLEAN = [
    Clean("a plain project", "dotenv", files()),
    Clean("a fresh clone", "dotenv", files(None)),
    Clean(
        "a django project",
        "dotenv",
        {
            ".gitignore": "*.env\n.env*\n!.env.example\n!.env.test\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/__init__.py": "",
            "shop/settings.py": DJANGO,
            "tests/test_shop.py": "import os\nURL = os.environ['TEST_SERVER']\n",
            "compose.yaml": "services:\n  web:\n    image: ${WEB_IMAGE}\n    env_file: .env\n",
            ".env.example": DJANGO_EXAMPLE,
            ".env.test": "SECRET_KEY=test\nDATABASE_URL=sqlite:///test.db\n",
            ".env!": DJANGO_ENV,
            ".env.local!": "DEBUG=on\n",
        },
    ),
    Clean("settings of pydantic", "dotenv", files(SHOP + "shop_workers=4\nSHOP_HOSTS=[]\n", None, SETTINGS)),
    Clean("nested settings as JSON", "dotenv", files(SHOP.replace("__HOST=db", '={"host": "db"}'), None, SETTINGS)),
    Clean("a worker that can do without", "dotenv", files("QUEUE_URL=redis://q\n", None, WORKER)),
    Clean("every way of quoting", "dotenv", files(GOOD + QUOTED, EXAMPLE + QUOTED)),
    Clean(
        "a monorepo",
        "dotenv",
        {
            ".gitignore": IGNORED,
            "api/pyproject.toml": '[project]\nname = "api"\nversion = "1"\n',
            "api/app/main.py": APP,
            "api/.env.example": EXAMPLE,
            "api/.env!": GOOD,
            "web/src/main.ts": "export const url = import.meta.env.VITE_URL\n",
            "web/.env.example": "VITE_URL=http://localhost\n",
            "web/.env!": "VITE_URL=https://shop.invalid\n",
            "tests/fixtures/.env": "BROKEN='\n",
            "lib/x.py": "import os\nKEY = os.environ['NOT_THEIRS']\n",
        },
    ),
    Clean("line endings of Windows", "dotenv", files(example=EXAMPLE.replace("\n", "\r\n"))),
]
