"""Known projects whose source distributions are on the package index, each with what is broken in it for a test."""

from __future__ import annotations

import hashlib
import html
import io
import re
import ssl
import tarfile
import urllib.parse
import urllib.request
from functools import cache
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple

Edit = tuple[str, str]


class Real(NamedTuple):
    """A project as its authors published it."""

    name: str
    version: str
    sha256: str
    """Of the source distribution."""
    change: Edit
    """What is replaced in pyproject.toml, and by what, so that a requirement asks for something else."""
    changed: str
    """The requirement that `change` changes."""
    looks: Edit
    """What is replaced, and by what, so that pyproject.toml looks different and means the same."""
    gone: str
    """A package to uninstall. Others need it, so that it is a conflict too."""
    older: str
    """A package to replace with the version before the locked one."""
    optional: str = ""
    """A package to install that the lock knows for an optional group or an extra."""
    foreign: str = "toolz"
    """A package to install that the lock does not know."""

    @property
    def file(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}.tar.gz"


def index() -> str:
    """The address of the package index, as pip knows it: it is written nowhere here."""
    from pip._internal.models.index import PyPI

    return str(PyPI.simple_url)


def unreachable() -> str:
    """Why the index cannot be used, or nothing."""
    try:
        _get(f"{index()}/toolz/")
    except OSError as error:
        return f"the package index cannot be reached: {error}"
    return ""


@cache
def speaks_json() -> bool:
    """Whether the index answers as Poetry asks; some mirrors know HTML alone."""
    kind = "application/vnd.pypi.simple.v1+json"
    with _open(f"{index()}/toolz/", accept=kind) as answer:
        return str(answer.headers.get_content_type()) == kind


def unpack(real: Real, directory: Path) -> Path:
    """Downloads and unpacks a source distribution, runs nothing of it; returns its root. Raises AssertionError."""
    page = f"{index()}/{real.name}/"
    links = (html.unescape(link) for link in re.findall(r'href="([^"]+)"', _get(page).decode()))
    address = next(link for link in links if urllib.parse.urlsplit(link).path.endswith(f"/{real.file}"))
    content = _get(urllib.parse.urljoin(page, address).partition("#")[0])
    assert hashlib.sha256(content).hexdigest() == real.sha256, f"{real.file} is not the file that was looked at"
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(directory, filter="data")
        else:  # Python before 3.11.4; the file is the one that was looked at
            archive.extractall(directory)  # noqa: S202 - as said above
    return directory / real.file.removesuffix(".tar.gz")


def _get(address: str) -> bytes:
    with _open(address) as answer:
        body: bytes = answer.read()
    return body


def _open(address: str, accept: str = "*/*") -> HTTPResponse:
    assert address.startswith("https://")
    asked = urllib.request.Request(address, headers={"Accept": accept})  # noqa: S310 - pip's index
    trusted = ssl.create_default_context()
    answer: HTTPResponse = urllib.request.urlopen(asked, timeout=30, context=trusted)  # noqa: S310 - the same
    return answer


POETRY = (
    Real(
        "poetry",
        "2.5.1",
        "19fbd566efced512be58989a756aa1333cdc9b6aabb4fc84fd1ec9d29ee74874",
        change=('"requests (>=2.26,<3.0)"', '"requests (>=2.27,<3.0)"'),
        changed="requests",
        looks=('"shellingham (>=1.5,<2.0)"', '"shellingham (>=1.5, <2.0)"'),
        gone="urllib3",
        older="poetry-core",
        optional="pytest-github-actions-annotate-failures",
    ),
    Real(
        "poetry-plugin-export",
        "1.10.1",
        "b1429306da4eb0fd5c3b52a3bf37a5dfcdac96c6ddcfd08f6385be4aa11932d3",
        change=('"tomlkit (>=0.11.4,<1.0.0)"', '"tomlkit (>=0.12,<1.0.0)"'),
        changed="tomlkit",
        looks=('"poetry (>=2.1.0,<3.0.0)",\n    "poetry-core', '"Poetry (>=2.1.0,<3.0.0)",\n    "poetry-core'),
        gone="crashtest",
        older="virtualenv",
    ),
    Real(
        "zeroconf",
        "0.154.0",
        "830315497af9bbd75924c2218cd3b64f0bde0e808ee316aabb5d9288836c0c43",
        change=('ifaddr = ">=0.1.7"', 'ifaddr = ">=0.1.8"'),
        changed="ifaddr",
        looks=('"^7.4.7 || ^8.1.3"', '"^7.4.7||^8.1.3"'),
        gone="pluggy",
        older="docutils",
    ),
    Real(
        "tomlkit",
        "0.15.2",
        "83e32755ba1d20d9340bd069ee97e9f6232ba2346b63ffcba425de01f7e327a6",
        change=('"PyYAML~=6.0"', '"PyYAML~=6.0.1"'),
        changed="pyyaml",
        looks=('"pre-commit~=2.20"', '"pre_commit ~= 2.20"'),
        gone="soupsieve",
        older="pytest",
    ),
    Real(
        "jsonschema-path",
        "0.5.0",
        "493b156ba895c97602655b620a8456caa2ce08c1aa389f5a7addec065e6e855c",
        change=('attrs = ">=22.2.0"', 'attrs = ">=23.1.0"'),
        changed="attrs",
        looks=('deptry = ">=0.19.1,<0.26.0"', 'deptry = ">=0.19.1, <0.26.0"'),
        gone="rpds-py",
        older="black",
    ),
    Real(
        "questionary",
        "2.1.1",
        "3d7e980292bb0107abaa79c68dd3eee3c561b83a0f89ae482860b181c8bd412d",
        change=('prompt_toolkit = ">=2.0,<4.0"', 'prompt_toolkit = ">=3.0,<4.0"'),
        changed="prompt-toolkit",
        looks=('pytest = ">=7.0.1,<9.0.0"', 'pytest = ">=7.0.1, <9.0.0"'),
        gone="wcwidth",
        older="pytest",
        optional="sphinx-copybutton",
    ),
    Real(
        "backoff",
        "2.2.1",
        "03f829f5bb1923180821643f8753b0502c3b682293992485b0eef2807afa5cba",
        change=('requests = "^2.26.0"', 'requests = "^2.27.0"'),
        changed="requests",
        looks=('flake8 = "^4.0.1"', 'flake8 = "^ 4.0.1"'),
        gone="mccabe",
        older="pyflakes",
    ),
    Real(
        "rich",
        "15.0.0",
        "edd07a4824c6b40189fb7ac9bc4c52536e9780fbbfbddf6f1e2502c31b068c36",
        change=('pygments = "^2.13.0"', 'pygments = "^2.14.0"'),
        changed="pygments",
        looks=('typing-extensions = ">=4.0.0, <5.0"', 'typing-extensions = ">=4.0.0,<5.0"'),
        gone="mdurl",
        older="click",
        optional="comm",
    ),
    Real(
        "ulid-transform",
        "2.2.9",
        "6a8b573de0158ab4bd0424f26ed4d1cef42f15afaa718c924a8427fe24a3838f",
        change=('pytest-cov = ">=3,<8"', 'pytest-cov = ">=4,<8"'),
        changed="pytest-cov",
        looks=('pytest = ">=9.0.3,<10"', 'pytest = ">=9.0.3, <10"'),
        gone="pluggy",
        older="coverage",
    ),
)
"""Projects that are locked with Poetry: PEP 621 and Poetry's own tables, groups, extras, dev-dependencies of old."""

UV = (
    Real(
        "flask",
        "3.1.3",
        "0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb",
        change=('"werkzeug>=3.1.0"', '"werkzeug>=3.1.1"'),
        changed="werkzeug",
        looks=('"jinja2>=3.1.2"', '"Jinja2 >= 3.1.2"'),
        gone="markupsafe",
        older="werkzeug",
        optional="snowballstemmer",
    ),
    Real(
        "click",
        "8.5.1",
        "9bbfada76703fd1d784b83eea012e3e8c6a001a876543ef104fa56aaaeb072b4",
        change=('"pytest-xdist"', '"pytest-xdist>=3"'),
        changed="pytest-xdist",
        looks=('"sphinx-tabs"', '"sphinx_tabs"'),
        gone="pluggy",
        older="mypy-extensions",
    ),
    Real(
        "attrs",
        "26.1.0",
        "d03ceb89cb322a8fd706d4fb91940737b6642aa36998fe130a9bc96c985eff32",
        change=('"hypothesis"', '"hypothesis>=6"'),
        changed="hypothesis",
        looks=('"cogapp",\n  "furo",', '"furo",\n  "cogapp",'),
        gone="sortedcontainers",
        older="pluggy",
    ),
    Real(
        "cruft",
        "2.16.0",
        "184662853fbc1c16c0137fe0e9444e0cbe95e40362f5ebb2d9fae33d9223e73f",
        change=('"gitpython>=3.0"', '"gitpython>=3.1"'),
        changed="gitpython",
        looks=('"cookiecutter>=1.7"', '"Cookiecutter >=1.7"'),
        gone="smmap",
        older="ruff",
    ),
    Real(
        "commitizen",
        "4.19.3",
        "db77b1d521b5b9a16231a4fd5093d09ca519c5f170938806a784309b81938419",
        change=('"packaging>=26"', '"packaging>=25"'),
        changed="packaging",
        looks=('"questionary (>=2.0,<3.0)"', '"questionary<3.0,>=2.0"'),
        gone="wcwidth",
        older="termcolor",
    ),
    Real(
        "structlog",
        "26.1.0",
        "f63a716cbd1b1291cf7661de7794b455acfa4c43c5bcf1630e6ad5ddc1adb3b7",
        change=('"pytest>=6.0"', '"pytest>=7.0"'),
        changed="pytest",
        looks=('"time-machine>=2.14.1"', '"time_machine >= 2.14.1"'),
        gone="constantly",
        older="rich",
    ),
    Real(
        "arq",
        "0.28.0",
        "a458188aefc2d7ee17d136f80d8fa8df1d6eba4ceebdead87e9f172d027dc311",
        change=("'click>=8.0'", "'click>=8.1'"),
        changed="click",
        looks=("'redis[hiredis]>=4.2.0,<6'", "'redis[hiredis] <6, >=4.2.0'"),
        gone="hiredis",
        older="redis",
        optional="watchfiles",
    ),
)
"""Projects that are locked with uv; those that publish a uv.lock keep it, as far as uv does."""
