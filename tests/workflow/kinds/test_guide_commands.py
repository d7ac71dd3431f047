from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(tmp_path: Path, argument: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "holdfast.workflow.kinds.guide_commands", argument]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)


def test_all_commands_are_run_and_reported_even_after_one_failed(tmp_path: Path) -> None:
    commands = [
        ["sh", "-c", "echo out; echo err >&2"],
        "exit 3",
        ["no-such-program"],
        "kill -9 $$",
        ["touch", "last one"],
    ]
    done = run(tmp_path, json.dumps({"commands": commands}))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-6:] == [
        "passed: sh -c 'echo out; echo err >&2'",
        "failed: exit 3 (exit 3)",
        "failed: no-such-program (cannot be started: No such file or directory)",
        "failed: kill -9 $$ (signal 9)",
        "passed: touch 'last one'",
        "2 of 5 commands passed",
    ]
    assert done.stdout.splitlines()[:3] == ["$ sh -c 'echo out; echo err >&2'", "out", "err"]
    assert (tmp_path / "last one").exists()


def test_when_all_pass_it_passes(tmp_path: Path) -> None:
    done = run(tmp_path, '{"commands": ["true", ["true"]]}')
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 of 2 commands passed")


@pytest.mark.parametrize("argument", ["", "{}", "[]", '{"commands": []}', '{"commands": 3}'])
def test_nothing_to_run_is_never_a_pass(tmp_path: Path, argument: str) -> None:
    assert run(tmp_path, argument).returncode == 2
