from __future__ import annotations

import pytest

from holdfast.checks.documents.anchors import anchors, shown, site_slug, slug

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("A Title", "a-title"),
        ("A  b -- c", "a--b----c"),
        ("What's new? (2.0)", "whats-new-20"),
        ("`get_all()` of x", "get_all-of-x"),
        ("`` a`b ``", "ab"),
        ("_emphasis_ and __strong__ snake_case __init__.py", "emphasis-and-strong-snake_case-initpy"),
        ("`__init__`", "__init__"),
        ("*a* **b** ~~c~~", "a-b-c"),
        ("[text](b.md) and ![image](c.png)", "text-and"),
        ("[`code`](b.md)", "code"),
        ("[![alt](x)](y) A", "a"),
        ("[text][ref] [other][none]", "text-othernone"),
        ("<b>a</b> &amp; b", "a--b"),
        ("<https://a.invalid>", "httpsainvalid"),
        (r"a \* b \_c\_", "a--b-_c_"),
        ("\U0001f680 Start", "-start"),
        ("\u26a0\ufe0f Care", "-care"),
        ("Caf\u00e9 \u65e5\u672c", "caf\u00e9-\u65e5\u672c"),
        (":rocket: Go", "rocket-go"),
        ("1.2.0 - 2026-01-31", "120---2026-01-31"),
        ("C#/F#", "cf"),
        ("a `open", "a-open"),
    ],
)
def test_a_heading_has_the_anchor_that_github_gives_it(heading: str, anchor: str) -> None:
    assert slug(shown(heading, frozenset({"ref"}))) == anchor


def test_the_second_of_a_name_has_a_number() -> None:
    assert anchors(["A", "a", "A!"], NONE, site=False) == {"a", "a-1", "a-2"}


def test_a_site_has_anchors_of_its_own() -> None:
    found = anchors(["W\u00f6rter & mehr", "W\u00f6rter & mehr", "B {#own}"], NONE, site=True)
    assert {"w\u00f6rter--mehr", "w\u00f6rter-mehr", "worter-mehr", "worter-mehr_1", "own", "b"} <= found
    assert site_slug(" a  b ") == "a-b"
    assert "b-own" in anchors(["B {#own}"], NONE, site=False)
