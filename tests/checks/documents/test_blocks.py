from __future__ import annotations

import pytest

from holdfast.checks.documents.blocks import Fence, Heading, scan


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("# A\n## B ##\n###### F\n####### G\n#H\n", [(1, 1, "A"), (2, 2, "B"), (3, 6, "F")]),
        ("A\n===\n\nB\nC\n---\n", [(1, 1, "A"), (4, 2, "B C")]),
        ("- a\n---\n\n***\n", []),
        ("| a | b |\n---\n", []),
        ("---\ntitle: x\n---\n# A\n", [(4, 1, "A")]),
        ("+++\ntitle = 1\n+++\n# A\n", [(4, 1, "A")]),
        ("---\n# A\n", [(2, 1, "A")]),
        ("```\n# A\n```\n# B\n", [(4, 1, "B")]),
        ("```\n# A\n", []),
        ("~~~ sh\n```\n# A\n~~~~\n# B\n", [(5, 1, "B")]),
        ("> # A\n> ```\n> # B\n\n# C\n", [(1, 1, "A"), (5, 1, "C")]),
        ("- ```\n  # A\n  ```\n- # B\n", [(4, 1, "B")]),
        ("- ```\n  # A\n# B\n", [(3, 1, "B")]),
        ("1. a\n\n       # code\n\n   # B\n", [(5, 1, "B")]),
        ("text\n\n    # code\n    # code\n\n# B\n", [(6, 1, "B")]),
        ("<!--\n# A\n--> \n# B\n", [(4, 1, "B")]),
        ("a <!-- x --> b <!-- y\n# A\n--> c\n# B\n", [(4, 1, "B")]),
        ("a `<!--` b\n# B\n", [(2, 1, "B")]),
        ("a <!-- b\n# B\n", [(2, 1, "B")]),
        ("<!-- never closed\n# B\n", []),
        ("<pre>\n# A\n</pre>\n# B\n", [(4, 1, "B")]),
        ("<pre># A</pre>\n# B\n", [(2, 1, "B")]),
        ("# A\r\n# B\r\n", [(1, 1, "A"), (2, 1, "B")]),
        ("!!! note\n\n    # A\n", [(3, 1, "A")]),
        ("#\n# #\n", [(1, 1, ""), (2, 1, "")]),
        ("``` a`b\n# A\n", [(2, 1, "A")]),
        ("\t# code\n# A\n", [(2, 1, "A")]),
        ("", []),
    ],
)
def test_headings_are_those_that_commonmark_sees(text: str, headings: list[tuple[int, int, str]]) -> None:
    assert [tuple(each) for each in scan(text).headings] == [tuple(Heading(*each)) for each in headings]


def test_fences_have_their_line_what_they_say_and_their_lines_without_indentation() -> None:
    found = scan("- a\n\n  ```sh title=x\n  make\n\n    more\n  ```\n> ~~~\n> b\n> ~~~\n```py\nopen\n").fences
    assert found == (
        Fence(3, "sh title=x", ("make", "", "  more")),
        Fence(8, "", ("b",)),
        Fence(11, "py", ("open", "")),
    )


def test_prompts_in_a_fence_are_no_quotes() -> None:
    [fence] = scan("- a\n\n  ```pycon\n  >>> 1\n  1\n  ```\n").fences
    assert fence.lines == (">>> 1", "1")


def test_prose_keeps_its_lines() -> None:
    text = "---\na: 1\n---\n# A\n\n```\nx\n```\n<!-- y --> z\n\n    code\n> q\n"
    assert scan(text).prose.split("\n") == [
        "",
        "",
        "",
        "# A",
        "",
        "",
        "",
        "",
        "           z",
        "",
        "",
        "q",
        "",
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "](",
        "`",
        "` ",
        "<a ",
        "<!--",
        "> ",
        "- ",
        "[a]: b\n",
        "```\n",
        "a\n",
        "<pre>\n",
        "    ",
        "!!! x\n",
        "\\[",
        "<h1>",
    ],
)
def test_a_hundred_thousand_of_anything_is_taken_in_one_pass(piece: str) -> None:
    assert scan(piece * 100_000).prose is not None
