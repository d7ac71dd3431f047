from __future__ import annotations

import pytest

from holdfast.checks.lockstep.pins import Kind, named
from holdfast.checks.lockstep.releases import release, repository_of
from holdfast.core.findings import Location


def pinned(text: str) -> list[tuple[str, str]]:
    return [(pin.tool, pin.version) for pin in named(text, Kind.COMMAND, Location("Makefile", 1))]


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        ("pip install ruff==0.1.2 black==24.1", [("ruff", "0.1.2"), ("black", "24.1")]),
        ('pip install "black[d,jupyter]==24.1.0"', [("black", "24.1.0")]),
        ("Detect_Secrets === 1.5", [("detect-secrets", "1.5")]),
        ("uvx ruff@0.1.2 check", [("ruff", "0.1.2")]),
        ("uv tool run --with x mypy@v1.2", [("mypy", "1.2")]),
        ("uses: psf/black@24.1", []),
        ("mail black@24.1", []),
        ("ruff==0.1.*", []),
        ("ruff==$VERSION", []),
        ("ruff>=0.1", []),
        ("ruff-lsp==1.0 my-ruff==2 x.ruff==3 a/ruff==4", []),
        ("mypy-extensions==1.0", []),
    ],
)
def test_only_exact_pins_of_the_tools_themselves_count(text: str, pins: list[tuple[str, str]]) -> None:
    assert pinned(text) == pins


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/PyCQA/flake8", "pycqa/flake8"),
        ("https://github.com/PyCQA/flake8.git", "pycqa/flake8"),
        ("git@github.com:psf/black.git", "psf/black"),
        ("ssh://git@github.com/psf/black/", "psf/black"),
        ("git://github.com/psf/black", "psf/black"),
        ("local", "local"),
    ],
)
def test_a_repository_has_one_name_however_it_is_fetched(url: str, name: str) -> None:
    assert repository_of(url) == name


def test_a_release_is_a_version_and_nothing_else() -> None:
    texts = ("v1.2", "1.2.3", "24.1b2", "v0.10.0.1", "24", "main", "stable", "0123abc", ">=1.2", "1.x", "")
    assert [release(text) for text in texts] == ["1.2", "1.2.3", "24.1b2", "0.10.0.1", *[None] * 7]
