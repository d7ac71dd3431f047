"""Reading and writing section State in every style that people write it in."""

from __future__ import annotations

import pytest

from holdfast.workflow.state_file.document import parse

STYLES = {
    "lines": ("Phase: INIT\nStatus: READY\n", "Phase: ANALYZE\nStatus: READY\nCurrentItem: 7\n"),
    "hard breaks": ("Phase: INIT  \nStatus: READY  \n", "Phase: ANALYZE  \nStatus: READY  \nCurrentItem: 7  \n"),
    "bullets": ("- Phase: INIT\n- Status: READY\n", "- Phase: ANALYZE\n- Status: READY\n- CurrentItem: 7\n"),
    "bold with the colon": (
        "- **Phase:** INIT\n- **Status:** READY\n",
        "- **Phase:** ANALYZE\n- **Status:** READY\n- **CurrentItem:** 7\n",
    ),
    "bold without the colon": (
        "**Phase**: INIT\n\n**Status**: READY\n",
        "**Phase**: ANALYZE\n\n**Status**: READY\n**CurrentItem**: 7\n",
    ),
    "values in code": (
        "* Phase: `INIT`\n* Status: `READY`\n",
        "* Phase: `ANALYZE`\n* Status: `READY`\n* CurrentItem: `7`\n",
    ),
    "equals": ("Phase = INIT\nStatus = READY\n", "Phase = ANALYZE\nStatus = READY\nCurrentItem = 7\n"),
    "bars": ("Phase: INIT | Status: READY\n", "Phase: ANALYZE | Status: READY | CurrentItem: 7\n"),
    "bold bars": (
        "**Phase:** INIT | **Status:** READY\n",
        "**Phase:** ANALYZE | **Status:** READY | **CurrentItem:** 7\n",
    ),
    "commas": ("Phase: INIT, Status: READY\n", "Phase: ANALYZE, Status: READY, CurrentItem: 7\n"),
    "yaml": (
        "```yaml\nphase: INIT\nstatus: READY # so far\n```\n",
        '```yaml\nphase: ANALYZE\nstatus: READY # so far\nCurrentItem: 7\n```\n',
    ),
    "a comment after it": (
        "Phase: INIT <!-- set by the engine -->\nStatus: READY\n",
        "Phase: ANALYZE <!-- set by the engine -->\nStatus: READY\nCurrentItem: 7\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_value_is_replaced_and_a_missing_one_is_added_in_the_style_that_is_there(style: str, end: str) -> None:
    before, after = (f"# Work\n\n## State\n\n{part}\n## Plan\n".replace("\n", end).encode() for part in STYLES[style])
    document = parse(before)
    assert dict(document.state) == {"Phase": "INIT", "Status": "READY"}
    changed = document.with_state("Phase", "ANALYZE").with_state("current_item", "7")
    assert bytes(changed) == after
    assert changed.state["CurrentItem"] == "7"
