from __future__ import annotations

import pytest

from holdfast.checks.documents.blocks import scan
from holdfast.checks.documents.links import inlines


def targets(text: str) -> list[str]:
    return [link.target for link in inlines(scan(text).prose).links]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](b.md)", ["b.md"]),
        ("[a](<b c.md>)", ["b c.md"]),
        ("[a](b.md 'c')", ["b.md"]),
        ('[a]( b.md\n"c d" )', ["b.md"]),
        ("[a](b(c).md) [d](e(f(g)).md)", ["b(c).md", "e(f(g)).md"]),
        ("[a]()", [""]),
        ("![a](b.png)", ["b.png"]),
        ("[![a](b.png)](c.md)", ["b.png", "c.md"]),
        ("[a\nb](c.md)", ["c.md"]),
        ("[a\n\nb](c.md)", []),
        ("a](b.md)", []),
        (r"\[a](b.md) [c\](d.md)", []),
        (r"[a](b\(c.md)", ["b(c.md"]),
        ("`[a](b.md)` ``c ` [d](e.md)`` [f](g.md)", ["g.md"]),
        ("`a\nb` [c](d.md) `", ["d.md"]),
        ("`open [a](b.md)", ["b.md"]),
        ("[a](b&amp;c.md)", ["b&c.md"]),
        ("[a][b]\n\n[b]: c.md\n[d]: <e f.md> (g)\n[^1]: no.md", ["c.md", "e f.md"]),
        ("[b]:\n  c.md", ["c.md"]),
        ("[b]: c.md more", []),
        ('<a title=x href="b.md">', ["b.md"]),
        ("<img\n src='b.png' alt=x/>", ["b.png"]),
        ("<A HREF=b.md>", ["b.md"]),
        ("<a data-href='b.md'>", []),
        ("<source src=a.mp4><p src=no>", ["a.mp4"]),
        ("- [x] [a](b.md)\n- [ ] c](d.md)", ["b.md"]),
        ("text[0](call)", ["call"]),
        ("<https://a.invalid>", []),
    ],
)
def test_links_are_those_that_commonmark_sees(text: str, found: list[str]) -> None:
    assert targets(text) == found


def test_links_have_the_lines_that_they_end_their_text_in() -> None:
    links = inlines(scan("a\n\n[b\nc](d.md)\n\n[e]: f.md\n<a href=g>\n").prose).links
    assert [(link.line, link.target) for link in links] == [(4, "d.md"), (6, "f.md"), (7, "g")]


def test_a_target_with_a_space_is_told_from_a_link() -> None:
    [link] = inlines("[a](b c.md)").links
    assert (link.target, link.spaced) == ("b c.md", True)


def test_names_titles_and_labels_are_told() -> None:
    found = inlines('<a name="x"></a><p id=y>\n<h2 id="z">A <b>b</b></h2>\n<h3>open\n[La  Bel]: c\n')
    assert found.names == {"x", "y", "z"}
    assert found.titles == ((2, "A <b>b</b>"),)
    assert found.labels == {"la bel"}
