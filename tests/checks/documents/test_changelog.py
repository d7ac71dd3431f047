from __future__ import annotations

from typing import Any

import pytest

from holdfast.checks.documents.changelog import is_changelog, judge
from holdfast.checks.documents.library import Document

SAYS = "# Changelog\n\nThe format is that of [Keep a Changelog](https://keepachangelog.com).\n\n"
TOP = f"{SAYS}## [Unreleased]\n\n"
VERSION = {"project": {"version": "1.1.0"}}


def ids(text: str, pyproject: dict[str, Any] | None = None) -> list[str]:
    return [finding.id for finding in judge(Document("CHANGELOG.md", text, site=False), pyproject or {})]


@pytest.mark.parametrize(
    "heading",
    [
        "[1.1.0] - 2026-01-31",
        "1.1.0 - 2026-01-31",
        "[1.1.0] - 2026-01-31 [YANKED]",
        "[1.1.0](https://x.invalid/a) - 2026-01-31",
        "[1.1.0][link] - 2026-01-31",
        "[1.1.0] \u2013 2026-01-31",
        "[1.1.0-rc.1] - 2026-01-31",
        "[2026.1] - 2026-01-31",
    ],
)
def test_headings_of_the_form_are_right(heading: str) -> None:
    assert ids(f"{TOP}## {heading}\n\n### Added\n") == []


@pytest.mark.parametrize(
    ("heading", "id_"),
    [
        ("v1.1.0 - 2026-01-31", "DOC030"),
        ("[v1.1.0] - 2026-01-31", "DOC030"),
        ("1.1.0 (2026-01-31)", "DOC030"),
        ("1.1.0, 2026-01-31", "DOC030"),
        ("[1.1.0] 2026-01-31", "DOC030"),
        ("[1.1.0] -2026-01-31", "DOC030"),
        ("[1.1.0]", "DOC032"),
        ("[1.1.0] - 31.1.2026", "DOC032"),
        ("[1.1.0] - 2026-02-30", "DOC032"),
        ("[1.1.0] - TBD", "DOC032"),
    ],
)
def test_headings_of_another_form_are_found(heading: str, id_: str) -> None:
    assert ids(f"{TOP}## {heading}\n") == [id_]


def test_another_form_and_another_section_are_said_once() -> None:
    text = TOP + "".join(f"## v1.{n} (May)\n\n### Bugs\n\n" for n in range(3, 0, -1))
    assert ids(text) == ["DOC030", "DOC034"]


def test_old_releases_are_history() -> None:
    new = "".join(f"## [2.{n}] - 2026-01-0{n}\n\n" for n in range(5, 0, -1))
    old = "## 1.2\n\n### Bugs\n\n## v1.1 (May)\n\n## [1.0] - 2020-13-01\n"
    assert ids(TOP + new + old) == ["DOC032"]


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        (("[1.1] - 2026-02-01", "[1.0] - 2026-01-01"), []),
        (("[1.0.1] - 2026-03-01", "[1.1] - 2026-02-01", "[1.0] - 2026-01-01"), []),
        (("[1.1] - 2026-02-01", "[1.0.1] - 2026-03-01", "[1.0] - 2026-01-01"), []),
        (("[1.0] - 2026-01-01", "[1.1] - 2026-02-01"), ["DOC033"]),
        (("[1.0] - 2026-01-01", "[1.1] - 2026-01-01"), ["DOC033"]),
        (("[1.1] - 2026-02-01", "[1.1.0] - 2026-02-01"), ["DOC033"]),
        (("[1.next] - 2026-02-01", "[1.0] - 2026-01-01"), []),
    ],
)
def test_releases_stand_where_their_version_or_their_date_puts_them(
    headings: tuple[str, ...], found: list[str]
) -> None:
    assert ids(TOP + "".join(f"## {heading}\n\n" for heading in headings)) == found


def test_unreleased_is_on_top_unless_a_tool_writes_it_at_the_release() -> None:
    release = "## [1.0] - 2026-01-01\n\n"
    assert ids(SAYS + release) == ["DOC031"]
    assert ids(SAYS + release + "## [Unreleased]\n") == ["DOC031"]
    assert ids(SAYS + release, {"tool": {"towncrier": {}}}) == []
    assert ids(SAYS + "## Unreleased\n\n" + release) == []
    assert ids(SAYS) == []


def test_links_are_asked_for_where_some_have_one() -> None:
    text = TOP + "## [1.1] - 2026-02-01\n\n## [1.0] - 2026-01-01\n\n"
    assert ids(text) == []
    assert ids(text + "[1.1]: https://x.invalid\n") == ["DOC035"]
    assert ids(text + "[1.1]: https://x.invalid\n[1.0]: https://x.invalid\n") == []


@pytest.mark.parametrize(
    ("version", "found"),
    [("1.1.0", []), ("1.2", ["DOC036"]), ("1.2.dev0", []), ("1.2rc1", []), ("0.0.0", []), ("next", []), (3, [])],
)
def test_the_projects_own_version_is_there(version: object, found: list[str]) -> None:
    text = f"{TOP}## [1.1] - 2026-02-01\n"
    assert ids(text, {"project": {"version": version}}) == found
    assert ids(text, {"tool": {"poetry": {"version": version}}}) == found
    assert ids(TOP, {"project": {"version": version}}) == []


@pytest.mark.parametrize(
    ("path", "text", "follows"),
    [
        ("CHANGELOG.md", SAYS, True),
        ("changes.md", SAYS, True),
        ("docs/changelog.md", SAYS, True),
        ("README.md", SAYS, False),
        ("CHANGELOG.md", "# Changes\n\n## 1.0 (May)\n", False),
        ("CHANGELOG.md", "".join(f"## [1.{n}] - 2026-01-0{n}\n" for n in (3, 2, 1)), True),
        ("CHANGELOG.md", "".join(f"## [1.{n}] - 2026-01-0{n}\n" for n in (3, 2, 1)) + "## Older\n", False),
        ("CHANGELOG.md", "", False),
    ],
)
def test_only_a_changelog_that_follows_the_form_is_held_to_it(path: str, text: str, follows: bool) -> None:
    assert is_changelog(Document(path, text, site=False)) is follows
