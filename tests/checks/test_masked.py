from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context, Inputs
from holdfast.checks.masked import masked, may_be_kept
from holdfast.checks.runner import Job, run_one
from holdfast.checks.tools import OUTPUT_TAIL, CannotRun, tail_of
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status, Suppressed
from tests.faults.secret_values import LETTERS, Draw

DRAW = Draw(9)
TOKEN = "ghp_" + DRAW.of(LETTERS, 36)


class Quotes:
    """A check that quotes a secret wherever it can."""

    name = "quotes"
    summary = ""

    def __init__(self, *, raises: bool = False) -> None:
        self._raises = raises

    def wanted(self, _context: Context) -> bool:
        return True

    def inputs(self, _context: Context) -> Inputs | None:
        return None

    def run(self, _context: Context) -> Result:
        if self._raises:
            raise CannotRun("quotes", f"cannot read {TOKEN}", hint=f"try {TOKEN}", output=f"x {TOKEN}\n")
        place = Location(f"tests/{TOKEN}.py", 3, 4)
        finding = Finding("X1", Severity.ERROR, f"x = '{TOKEN}'", place, f"mend --token {TOKEN}")
        quoted = (Suppressed(finding, "ignore", "known"),)
        return Result("quotes", Status.FAILED, (finding,), TOKEN, TOKEN, output=f"a\n{TOKEN}\n", suppressed=quoted)


@pytest.mark.parametrize("raises", [False, True])
def test_no_result_carries_what_a_check_quotes(make_context: Callable[..., Context], *, raises: bool) -> None:
    result = run_one(Job(Quotes(raises=raises), make_context({})), strict=False)
    said = json.dumps(result.as_json())
    assert "***" in said
    assert TOKEN[4:] not in said
    assert all(each.location == Location("tests/***.py", 3, 4) for each in result.findings)


def test_a_result_without_a_secret_is_the_same() -> None:
    finding = Finding(
        "mypy:arg-type", Severity.ERROR, 'password: "str" expected, token has no len()', Location("a=b.py", 1)
    )
    result = Result("x", Status.FAILED, (finding,), "exit code 1", checked=Checked(1, 1, "files"))
    assert masked(result) is result
    clean = Result("x", Status.PASSED, checked=Checked(1, 1, "files"), tool="ruff 0.17.5")
    assert masked(clean) is clean


def test_in_the_name_of_a_file_only_a_known_form_is_masked() -> None:
    finding = Finding("X", Severity.ERROR, "password=hunter2", Location("config/password=hunter2.txt"))
    (said,) = masked(Result("x", Status.FAILED, (finding,))).findings
    assert (said.message, str(said.location)) == ("password=***", "config/password=hunter2.txt")


@pytest.mark.parametrize("at", range(0, 60, 7))
def test_half_a_secret_is_not_what_is_left_of_a_long_output(at: int) -> None:
    output = "start\n" * 20_000 + f"x {TOKEN}" + "y" * (OUTPUT_TAIL - at) + "\n" + DRAW.pem() + "end " * 20
    kept = tail_of(output)
    assert len(kept) <= OUTPUT_TAIL
    assert kept.endswith("end ")
    assert not any(TOKEN[start : start + 8] in kept for start in range(4, len(TOKEN) - 8))
    assert "MII" not in kept


def test_the_tail_of_a_command_that_prints_a_key_does_not_start_within_it(make_context: Callable[..., Context]) -> None:
    from holdfast.checks.command import Command

    key = DRAW.pem()
    context = make_context({"key.txt": key})
    argv = (sys.executable, "-c", "print(open('key.txt').read()); raise SystemExit(1)")
    (finding,) = run_one(Job(Command("own", "", argv), context), strict=False).findings
    assert not any(line in finding.message for line in key.splitlines()[1:-1])


def test_what_holds_a_secret_is_kept_in_no_cache() -> None:
    assert may_be_kept('{"file": {"a.py": "1"}}', ("-m", "not real"), ())
    assert not may_be_kept(f'{{"file": {{"{TOKEN}.py": "1"}}}}')
    assert not may_be_kept("{}", ("--password", "hunter2"))
