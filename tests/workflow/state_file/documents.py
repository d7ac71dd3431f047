"""State files as people, agents and editors leave them, and what is in each: its sections, its State, its items.

Written for these tests, in the shapes that were seen in the wild: see docs/adr/0015-state-file.md.
"""

from __future__ import annotations

from typing import NamedTuple

ALL = ("State", "Plan", "Rules", "Items", "Log", "ArchiveLog")


class Case(NamedTuple):
    """A document and what is read from it."""

    content: bytes
    sections: tuple[str, ...] = ()
    state: dict[str, str] = {}  # noqa: RUF012 - never changed
    items: tuple[str, ...] = ()


FULL = """# Workflow State

<!-- the engine writes State, Items and Log -->

## State

Phase: CONSTRUCT
Status: RUNNING
CurrentItem: 2

## Plan

1. Read the parser
2. Write the test\x20\x20
3. Make it pass

## Rules

> INIT: take the first row

## Items

| ID | Description          | Status    |
|----|----------------------|-----------|
| 1  | Read the parser      | completed |
| 2  | Split `a\\|b` in cells | pending   |

## Log

- began
- read 3 files

## ArchiveLog

### 2026-11-01

- nothing
"""
RUNNING = {"Phase": "CONSTRUCT", "Status": "RUNNING", "CurrentItem": "2"}
INIT = {"Phase": "INIT"}
READY = {"Phase": "INIT", "Status": "READY"}
SHORT = "## State\n\nPhase: INIT\nStatus: READY\n\n## Log\n\n- began\n"


def _case(text: str, sections: str = "", state: dict[str, str] | None = None, items: str = "") -> Case:
    return Case(text.encode(), tuple(sections.split()), state or {}, tuple(items.split()))


def _table(text: str, items: str) -> Case:
    return _case(f"## Items\n\n{text}", "Items", None, items)


CASES = {
    "whole": Case(FULL.encode(), ALL, RUNNING, ("1", "2")),
    "CRLF": Case(FULL.replace("\n", "\r\n").encode(), ALL, RUNNING, ("1", "2")),
    "lone CR": Case(FULL.replace("\n", "\r").encode(), ALL, RUNNING, ("1", "2")),
    "byte order mark": Case(b"\xef\xbb\xbf" + FULL.encode(), ALL, RUNNING, ("1", "2")),
    "mark and CRLF": Case(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode(), ALL, RUNNING, ("1", "2")),
    "mixed line ends": Case(
        FULL.replace("\n", "\r\n", 7).replace("- began\n", "- began\r").encode(), ALL, RUNNING, ("1", "2")
    ),
    "no final newline": Case(FULL.rstrip("\n").encode(), ALL, RUNNING, ("1", "2")),
    "many final newlines": Case(FULL.encode() + b"\n\n\n", ALL, RUNNING, ("1", "2")),
    "hard breaks": _case(SHORT.replace("INIT\n", "INIT  \n").replace("READY\n", "READY  \n"), "State Log", READY),
    "empty": Case(b""),
    "a newline": Case(b"\n"),
    "only a mark": Case(b"\xef\xbb\xbf"),
    "white space": Case(b"  \t \n\x0c\n   "),
    "no sections": _case("# Notes\n\nPhase: INIT\n"),
    "heading alone": _case("## State", "State"),
    "short": _case(SHORT, "State Log", READY),
    "lower case": _case(SHORT.lower(), "State Log", {"Phase": "init", "Status": "ready"}),
    "upper case": _case(SHORT.replace("State\n", "STATE\n").replace("Log", "LOG"), "State Log", READY),
    "emphasis and colon": _case("## **State**:\nPhase: INIT\n## Archive Log\n", "State ArchiveLog", INIT),
    "closed headings": _case("## State ##\nPhase: INIT\n## Log ######\n", "State Log", INIT),
    "indented headings": _case("   ## State\nPhase: INIT\n    ## Log\n", "State", INIT),
    "no space after the signs": _case("##State\nPhase: INIT\n"),
    "other sections": _case("## Goals\n\nx\n\n## State\nPhase: INIT\n## Risks\ny\n", "Goals State Risks", INIT),
    "duplicates": _case("## State\nPhase: INIT\n## State\nPhase: OTHER\n", "State State", INIT),
    "sections end at a title": _case("## State\n# Other\nPhase: INIT\n", "State"),
    "deeper headings belong to it": _case("## State\n### now\nPhase: INIT\n", "State", INIT),
    "underlined": _case("State\n-----\n\nPhase: INIT\n\nLog\n---\nx\n", "State Log", INIT),
    "a rule under values": _case("## State\nPhase: INIT\nStatus: READY\n---\n\n## Log\n", "State Log", READY),
    "a rule under one value": _case("## State\n\nPhase: INIT\n---\n\n## Log\n", "State Log", INIT),
    "underlined title": _case("## State\n\nOther\n=====\n\nPhase: INIT\n", "State"),
    "fence": _case("```\n## State\nPhase: X\n```\n## State\nPhase: INIT\n", "State", INIT),
    "tilde fence": _case("~~~ text\n## State\n```\n~~~\n## Log\n", "Log"),
    "longer closer": _case("````md\n```\n## State\n```\n## Plan\n``````\n## Log\n", "Log"),
    "info with backticks is none": _case("``` a`b\n## State\nPhase: INIT\n", "State", INIT),
    "closer with text is none": _case("```\n## State\n``` x\n## Log\n```\n## Plan\n", "Plan"),
    "fence never closed": _case("## State\nPhase: INIT\n```\n## Log\n", "State", INIT),
    "comment": _case("<!--\n## State\n-->\n## Log\n", "Log"),
    "comment in one line": _case("<!-- ## State -->\n## Log <!-- x -->\n", "Log<!--x-->".replace("<!--x-->", "")),
    "comment never closed": _case("## State\nPhase: INIT\n<!-- todo\n## Log\n", "State", INIT),
    "comment within text": _case("some <!-- open\n## State\nPhase: INIT\n-->\n", "State", INIT),
    "pre": _case("<pre>\n## State\n</pre>\n## Log\n", "Log"),
    "front matter": _case("---\ntitle: x\n## State: y\n---\n## State\nPhase: INIT\n", "State", INIT),
    "front matter never closed": _case("---\n## State\nPhase: INIT\n", "State", INIT),
    "indented code": _case("    ## State\n\tPhase: X\n## Log\n", "Log"),
    "quoted": _case("> ## State\n\n## Log\n", "Log"),
    "bars in one line": _case("## State\nPhase: INIT | Status: READY\n", "State", READY),
    "commas in one line": _case("## State\n**Phase**: INIT, **Status**: READY\n", "State", READY),
    "prose with commas": _case("## State\nNote: see a, b: c\n", "State", {"Note": "see a, b: c"}),
    "yaml": _case("## State\n```yaml\nphase: INIT\nstatus: 'READY' # now\n```\n", "State", READY),
    "other fences are no state": _case("## State\n```sh\nPhase: X\n```\n", "State"),
    "web address": _case("## State\nhttp://example.invalid\nPhase: INIT\n", "State", INIT),
    "check boxes": _case("## State\n- [x] Phase: INIT\n- [ ] Status: READY\n", "State", READY),
    "key with a space": _case("## State\nCurrent Item: 4\n", "State", {"CurrentItem": "4"}),
    "value with a comment": _case("## State\nPhase: INIT <!-- of INIT, ... -->\n", "State", INIT),
    "values in comments are none": _case("## State\n<!-- Phase: X -->\nPhase: INIT\n", "State", INIT),
    "no delimiter row": _table("| ID | Status |\n| 1 | pending |\n", "1"),
    "no outer bars": _table("ID | Status\n---|---\n1 | pending\n2 | done", "1 2"),
    "escaped bars": _table("|ID|Description|\n|-|-|\n|1|a\\|b `c\\|d`|\n", "1"),
    "alignment": _table("| # | Status |\n|:-:|------:|\n| 1 | pending |\n", "1"),
    "extra columns": _table("| Owner | ID | Status | ETA |\n|---|---|---|---|\n| ana | 7 | pending | |\n", "7"),
    "ragged rows": _table("| ID | Status |\n|---|---|\n| 1 |\n| 2 | done | x | y |\n", "1 2"),
    "two tables": _table("### Now\n| ID | Status |\n|---|---|\n| 1 | |\n\n### Later\n\n| ID |\n|---|\n| 2 |\n", "1 2"),
    "table in a fence": _table("```\n| ID | Status |\n|---|---|\n| 9 | x |\n```\n| ID |\n|---|\n| 1 |\n", "1"),
    "prose with a bar": _table("Use a | b to pipe.\n\n- x | y\n", ""),
    "empty table": _table("| ID | Status |\n|---|---|\n", ""),
    "null characters": Case(b"## State\nPhase: INIT\n\x00\x00\x00\n## Log\n", ("State", "Log"), INIT),
    "not UTF-8": Case(
        b"## State\nPhase: INIT\nNote: caf\xe9\n## Log\n\xff\xfe\n", ("State", "Log"), {**INIT, "Note": "caf\udce9"}
    ),
    "UTF-16": Case(FULL.encode("utf-16")),
    "form feeds": Case(
        b"## State\n\x0cPhase: X\x0b\nStatus: READY\n\x0c\n## Log\n", ("State", "Log"), {"Status": "READY"}
    ),
    "separators of Unicode": _case("## Log\n\n- a\u2028b\u0085c\u00a0d\n## Plan\n", "Log Plan"),
    "conflict": _case("## State\n<<<<<<< HEAD\nPhase: INIT\n=======\nPhase: X\n>>>>>>> b\n", "State", INIT),
    "emoji and wide signs": _case("## State\nPhase: INIT\n\n## Log\n- \u6f22\u5b57\n", "State Log", INIT),
    "only line ends": Case(b"\r\r\n\n\r"),
}

PARTS = (
    *("# Title", "## State", "## Items", "## Log", "## log", "## ArchiveLog", "## Other", "State", "Log", "---", "==="),
    *("", "```", "~~~", "````", "```yaml", "<!--", "-->", "<!-- x -->", "<pre>", "Phase: INIT", "- **Status:** READY"),
    *("phase: x", "Phase: A | Status: B", "**Phase**: A, Status: `B`", "| ID | Status | Note |", "|----|--------|---|"),
    *("| 1 | pending | a\\|b |", "| 2 |", "ID | Status", "1 | x", "- entry", "    ## State", "\t", "text  ", "\x00"),
    *("\x0c", "> q", "<<<<<<< a", " | x", "Phase:", "**Phase:**", "- [x] Status: READY \\", "caf\u00e9 `a|b`"),
)
"""Lines that mean something to a reader of state files, to put together at random."""
