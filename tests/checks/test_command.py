from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from holdfast.checks.command import Command
from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Status

Make = Callable[..., Context]


def python(code: str, *globs: str) -> Command:
    return Command("own", "ours", (sys.executable, "-c", code), globs)


def test_exit_0_passes_and_counts_the_files_of_its_inputs(make_context: Make) -> None:
    result = python("", "*.py").run(make_context({"a.py": "", "b.txt": ""}))
    assert (result.status, str(result.checked)) == (Status.PASSED, "1 of 1 files")


def test_any_other_exit_is_a_finding_with_the_end_of_what_it_said(make_context: Make) -> None:
    result = python("print('line 3 is odd'); raise SystemExit(7)").run(make_context({"a.py": ""}))
    assert result.status is Status.FAILED
    assert result.findings[0].id == "own:failed"
    assert result.findings[0].message == "exit code 7\nline 3 is odd"


@pytest.mark.parametrize("code", [126, 127])
def test_the_exit_codes_of_shells_for_cannot_run_are_no_verdict(make_context: Make, code: int) -> None:
    with pytest.raises(CannotRun, match=f"exit code {code}"):
        python(f"raise SystemExit({code})").run(make_context({"a.py": ""}))


def test_inputs_that_match_no_file_are_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match=r"no file of the project matches its inputs \*\.rst"):
        python("", "*.rst").run(make_context({"a.py": ""}))


def test_a_program_that_is_not_there_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="no-such-program: not found"):
        Command("own", "ours", ("no-such-program",)).run(make_context({"a.py": ""}))
