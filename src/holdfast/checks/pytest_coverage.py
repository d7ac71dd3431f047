"""How much of the code the tests cover, where the project measures it with pytest-cov and sets a limit.

Sources: pytest-cov.readthedocs.io/en/latest/config.html, coverage.readthedocs.io/en/latest/config.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.facts import table, text_of
from holdfast.checks.interface import Context
from holdfast.checks.tools import Tool, installed_version
from holdfast.core.findings import Finding, Location, Severity

PYTEST = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
COVERAGE = (".coveragerc", "setup.cfg", "tox.ini")
_OPTION = r"--cov-fail-under(?:=|\s+|[\"']\s*,\s*[\"'])([0-9.]+)"
_SETTING = r"(?ms)^\[(?:coverage:)?report\](?:(?!^\[).)*?^\s*fail_under\s*=\s*([0-9.]+)"


class Limit(NamedTuple):
    """The least coverage in percent, and where it is set."""

    percent: float
    place: Location | None


def is_measured(context: Context) -> bool:
    """Whether pytest-cov is installed, and asked to measure."""
    environment = context.environment
    if environment is None or installed_version(environment, "pytest_cov") is None:
        return False
    given = " ".join((*context.args, context.child_env.get("PYTEST_ADDOPTS", "")))
    if re.search(r"--no-cov(?!-)|-p\s*no:(?:pytest_)?cov", given):
        return False
    return re.search(r"--cov(?![\w-])", given) is not None or any(
        "--cov" in text for _, text in _texts(context, PYTEST)
    )


def below_limit(context: Context, tool: Tool, report: Path) -> Finding | None:
    """pytest:coverage, where the report says less than the limit; None where either is not known."""
    percent, limit = _percent(report), _limit(context)
    if percent is None or limit is None or percent >= limit.percent:
        return None
    message = f"{percent:.2f} % of the code is covered by tests, and the limit is {limit.percent:g} %"
    fix = tool.command(context.project, "--cov-report=term-missing")
    return Finding("pytest:coverage", Severity.ERROR, message, limit.place, fix)


def _percent(report: Path) -> float | None:
    try:
        return float(json.loads(report.read_bytes())["totals"]["percent_covered"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _limit(context: Context) -> Limit | None:
    """The option comes before the setting, as in pytest-cov."""
    if match := re.search(_OPTION, " ".join(context.args)):
        return Limit(float(match[1]), None)
    own = table(context.pyproject, "tool", "coverage", "report").get("fail_under")
    for file, text in _texts(context, PYTEST):
        if match := re.search(_OPTION, text):
            return _found(file, text, match)
    for file, text in _texts(context, COVERAGE):
        if match := re.search(_SETTING, text):
            return _found(file, text, match)
    if not isinstance(own, int | float):
        return None
    text = dict(_texts(context, ("pyproject.toml",))).get("pyproject.toml", "")
    match = re.search(r"(?m)^[^#\n]*fail_under\s*=\s*([0-9.]+)", text)
    line = text.count("\n", 0, match.start(1)) + 1 if match else None
    return Limit(float(own), Location("pyproject.toml", line))


def _found(file: str, text: str, match: re.Match[str]) -> Limit | None:
    try:
        return Limit(float(match[1]), Location(file, text.count("\n", 0, match.start(1)) + 1))
    except ValueError:  # 90.0.0
        return None


def _texts(context: Context, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The files that there are, without the comments that stand in lines of their own."""
    for name in names:
        text = text_of(context.project / name)
        if text:
            yield name, re.sub(r"(?m)^[ \t]*[#;].*$", "", text)
