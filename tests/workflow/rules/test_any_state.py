"""Whatever the files hold: a tick is refused with a reason or done, a second one changes nothing, no text is lost."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.contract import Contract
from holdfast.workflow.rules.graph_file import builtin
from holdfast.workflow.rules.ledger import Ledger, Run
from holdfast.workflow.rules.project_config import ProjectConfig
from holdfast.workflow.rules.tick import Given, Ticked, tick
from holdfast.workflow.state_file.document import Document, parse
from tests.workflow.rules.desks import NOW

PHASES, STATUSES = [*builtin().phases, "Init", "nonsense", ""], [*builtin().statuses, "completed", "nonsense", ""]
PLACES = st.one_of(
    *[st.just(("VALIDATE", "COMPLETED"))] * 4,
    st.just(("INIT", "READY")),
    st.tuples(st.sampled_from(PHASES), st.sampled_from(STATUSES)),
)
TEXTS = st.text(alphabet=st.sampled_from("ab 1|\\`#*_<>!-~\u2028é\t"), max_size=12)
BLOCKS = st.sampled_from(
    [
        "",
        "\n",
        "text  \n",
        "```\n## State\n```\n",
        "<!-- ## Log -->\n",
        "> quoted\n",
        "### deeper\n",
        "- error: x\n" * 3,
    ]
)
ROWS = st.tuples(
    st.one_of(st.sampled_from("123456789"), st.sampled_from("123456789"), TEXTS),
    TEXTS,
    st.sampled_from(["pending", "completed", "done", "", "skipped"]),
)


def cell(text: str) -> str:
    return re.sub(r"[\n\u2028]", " ", text).replace("|", "\\|")


@st.composite
def documents(draw: Any) -> bytes:
    rows = "".join(f"| {cell(a)} | {cell(b)} | {c} |\n" for a, b, c in draw(st.lists(ROWS, min_size=1, max_size=4)))
    phase, status = draw(PLACES)
    state = f"- Phase: {phase}\n- Status: {status}\n"
    parts = {
        "State": f"{state}- CurrentItem: {draw(st.sampled_from(['1', '2', 'none', '', 'Something else']))}\n",
        "Plan": draw(BLOCKS),
        "Items": f"| ID | Description | Status |\n|---|---|---|\n{rows}" if draw(st.integers(0, 4)) else draw(BLOCKS),
        "Log": draw(BLOCKS) + draw(st.sampled_from(["", "x" * 5001 + "\n", "- error: y\n" * 600])),
        "ArchiveLog": draw(BLOCKS),
        "Mine": draw(BLOCKS),
    }
    names = draw(st.permutations(list(parts)))
    kept = names if draw(st.booleans()) else names[: draw(st.integers(2, len(names)))]
    text = draw(BLOCKS) + "".join(f"## {name}\n\n{parts[name]}\n" for name in kept)
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    found: bytes = (("\ufeff" if draw(st.booleans()) else "") + text[: len(text) - draw(st.integers(0, 2))]).encode()
    return found


def given_by(config: str, *, proven: bool, task: str = "") -> Given:
    """The rules, and a registry that knows of every item that it is done, or of none."""

    def ledger(key: str) -> Ledger:
        evidence = {"kind": "move", "item": key, "to": "VALIDATE/COMPLETED", "commands": ["test"]}
        run = Run("01", "state", {"status": "succeeded", "evidence": evidence, "commit": "abcdef0123"})
        return Ledger(key, (run,) if proven else ())

    return Given(Contract(builtin(), ProjectConfig(config, "project_config.md")), ledger, NOW, None, task)


def ticked(document: Document, rules: Given) -> Ticked | None:
    try:
        return tick(document, rules)
    except HoldfastError:
        return None


def user_lines(document: Document) -> list[str]:
    """The lines that no rule may touch: all outside State, Items, Log and ArchiveLog."""
    own = [range(s.start, s.end) for s in document.sections if s.name in ("State", "Items", "Log", "ArchiveLog")]
    return [line for at, line in enumerate(document.lines) if line.strip() and not any(at in span for span in own)]


@given(
    documents(), st.sampled_from(["", "# x", "## Changelog\r\n- old\r\n"]), st.booleans(), st.sampled_from(["", "New"])
)
@settings(max_examples=150)
def test_a_tick_is_idempotent_and_loses_nothing(content: bytes, config: str, proven: bool, task: str) -> None:
    document = parse(content)
    first = ticked(document, given_by(config, proven=proven, task=task))
    if first is None:
        return
    again = ticked(first.document, given_by(first.config, proven=proven))
    assert again is not None
    assert bytes(again.document) == bytes(first.document)
    assert again.config == first.config
    assert again.kept == ()
    before, after = user_lines(document), iter([line.rstrip() for line in user_lines(first.document)])
    assert all(line.rstrip() in after for line in before)
    rest = iter(first.config)
    assert all(char in rest for char in config)


@given(documents(), st.booleans())
@settings(max_examples=100)
def test_every_row_and_every_line_of_a_log_is_kept_somewhere(content: bytes, proven: bool) -> None:
    document = parse(content)
    first = ticked(document, given_by("", proven=proven))
    if first is None:
        return
    kept = [dict(item.cells) for item in first.document.items]
    for item, now in zip(document.items, kept, strict=False):
        assert {**item.cells, "Status": ""} == {**now, "Status": ""} or "Status" not in item.cells
    everything = bytes(first.document).decode() + "".join(first.kept)
    assert all(line.strip() in everything for line in document.log_text.splitlines())
