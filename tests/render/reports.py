"""Reports that the tests of every format share."""

from __future__ import annotations

from holdfast.core.findings import Checked, Finding, Location, Remembered, Report, Result, Severity, Status

HOSTILE = (
    "evil \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202egnp.exe ]]> <b> | `x`\n"
    "::set-output name=x::y\r\n##[add-path]z \ufffe"
)
NAMELESS = Location("a\udcff,b:c%\n.py", 1)

UNUSED = Finding(
    "F401", Severity.ERROR, "`os` imported but unused", Location("src/basket.py", 3, 8), "ruff check --fix"
)
LONG_LINE = Finding("E501", Severity.WARNING, "Line too long (141 > 120)", Location("src/naïve café/日本.py", 141))
EVIL = Finding("X1", Severity.INFO, HOSTILE, NAMELESS)
PLACELESS = Finding("VENV003", Severity.ERROR, "Python 3.8 is outside >=3.11", None, "python3.11 -m venv .venv")

PASSED = Result("black", Status.PASSED, checked=Checked(120, 120, "files"), duration_s=0.5)
UNCHANGED = PASSED._replace(check="venv", remembered=Remembered("2026-11-19T22:10:00.000Z", "01JD0"))
FAILED = Result("ruff", Status.FAILED, (LONG_LINE, UNUSED, EVIL), checked=Checked(9, 9, "files"), duration_s=0.12)
UNEXPLAINED = Result("own-tool", Status.FAILED, reason="exit code 1", hint="see its output", output="line 1\nline 2\n")
BROKEN = Result(
    "pytest", Status.ERROR, reason="exit code 4", hint="run it by hand", output="usage:\n::error::injected\n"
)
SKIPPED = Result("poetry-lock", Status.SKIPPED, reason="no poetry.lock")
ALL = (
    PASSED,
    UNCHANGED,
    FAILED,
    FAILED._replace(check="venv-check", findings=(PLACELESS,)),
    UNEXPLAINED,
    BROKEN,
    SKIPPED,
)


def report(*results: Result, interrupted: bool = False) -> Report:
    """A report of these results."""
    return Report("validate-env", "shop", "01JD3Q8ZK7", "2026-11-20T05:00:00.000Z", 12.345, results, interrupted)


def many(count: int, *, last: Finding) -> Result:
    """A failed result with so many warnings and then one finding more."""
    warnings = tuple(Finding("W1", Severity.WARNING, f"number {n}", Location(f"f{n}.py", 1)) for n in range(count))
    return Result("ruff", Status.FAILED, (*warnings, last), checked=Checked(1, 1, "files"))
