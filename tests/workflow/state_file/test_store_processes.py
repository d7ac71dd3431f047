"""The state file under several writers, and under SIGKILL: nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.workflow.state_file.merging import Verdict
from holdfast.workflow.state_file.store import in_project

WRITER = Path(__file__).with_name("writer.py")
START = "# Work\n\n## State\n\n- Phase: CONSTRUCT\n\n## Log\n"
PROCESSES, ENTRIES = 8, 200
KILLS = int(os.environ.get("HOLDFAST_TEST_KILLS", "25"))


def writer(directory: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(directory), name, str(count)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def entries(directory: Path) -> list[str]:
    """The log entries that are in the file and in what was moved out of it."""
    files = [directory / "workflow_state.md", *sorted((directory / ".holdfast" / "workflow" / "log").glob("*.md"))]
    return [found for file in files for found in re.findall(r"(?m)^- entry (\S+ \d+):", file.read_text("utf-8"))]


def test_eight_processes_lose_no_entry_and_the_file_stays_small(tmp_path: Path) -> None:
    (tmp_path / "workflow_state.md").write_text(START, "utf-8")
    started = [writer(tmp_path, f"w{number}", ENTRIES) for number in range(PROCESSES)]
    for process in started:
        _, said = process.communicate()
        assert process.returncode == 0, said
    found = entries(tmp_path)
    assert len(found) == PROCESSES * ENTRIES
    assert set(found) == {f"w{number} {entry}" for number in range(PROCESSES) for entry in range(ENTRIES)}
    assert (tmp_path / "workflow_state.md").stat().st_size <= 32 * 1024
    assert list((tmp_path / ".holdfast" / "workflow" / "log").iterdir())


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_killed_writer_leaves_the_old_or_the_new_file_and_its_own_writes_are_known_as_such(
    tmp_path: Path, by_hand: bool
) -> None:
    path = tmp_path / "workflow_state.md"
    path.write_text(START, "utf-8")
    file = in_project(tmp_path, path)
    chance = random.Random(20261120)  # noqa: S311 - moments, not secrets
    acknowledged: set[str] = set()
    for kill in range(KILLS):
        process = writer(tmp_path, f"k{kill}", 10_000)
        assert process.stdout is not None
        seen = [process.stdout.readline() for _ in range(chance.randrange(1, 6))]
        for _ in range(chance.randrange(3000)):
            pass
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged |= {f"k{kill} {line.decode()}" for line in b"".join([*seen, rest]).split()}
        if by_hand:
            path.write_text(path.read_text("utf-8").replace("# Work", "# Work by hand", 1), "utf-8")
        text = path.read_text("utf-8")
        assert text.startswith(("# Work\n", "# Work by hand"))
        # an image that is not recognised would make the engine's own values claims of a hand
        settled = file.pending(lambda _: Verdict(accepted=False, reason="not mine"))
        assert [refusal.claim for refusal in settled.refused if not refusal.claim.first] == []
    found = entries(tmp_path)
    assert acknowledged <= set(found)
    assert len(found) == len(set(found))
    file.change(lambda document: document.with_log("after it all"))
    assert "- after it all" in file.read().log_text
    assert set(entries(tmp_path)) == set(found)
