from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.poetry import CHECK
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Location, Severity, Status

Make = Callable[..., Context]
LOCK = 'package = []\n\n[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\ncontent-hash = "HASH"\n'
PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\ndescription = "x"\nrequires-python = ">=3.11"\n'


def locked(digest: str) -> dict[str, str]:
    return {"pyproject.toml": PYPROJECT, "poetry.lock": LOCK.replace("HASH", digest)}


MADE_FROM_IT = "dc7d249c43736b4dc5c67d29d4918f1ddf6778b40ca2b95bc8536b20175944eb"  # by poetry 2.5.1


def test_a_lock_made_from_this_pyproject_passes(make_context: Make) -> None:
    result = CHECK.run(make_context(locked(MADE_FROM_IT)))
    assert (result.status, str(result.checked)) == (Status.PASSED, "1 of 1 lock")


def test_a_lock_that_was_made_from_something_else_is_found_with_the_command(make_context: Make) -> None:
    result = CHECK.run(make_context(locked("0" * 64)))
    assert result.status is Status.FAILED
    finding = next(finding for finding in result.findings if finding.severity is Severity.ERROR)
    assert (finding.id, finding.location) == ("poetry:error", Location("poetry.lock"))
    assert (finding.fix or "").endswith("poetry lock")


def test_no_lock_is_found(make_context: Make) -> None:
    result = CHECK.run(make_context({"pyproject.toml": PYPROJECT + "[tool.poetry]\npackage-mode = false\n"}))
    assert (result.status, result.findings[0].location) == (Status.FAILED, Location("pyproject.toml"))


def test_a_broken_pyproject_is_could_not_run(make_context: Make) -> None:
    context = make_context(locked("0" * 64))
    (context.project / "pyproject.toml").write_text("[project\n")
    with pytest.raises(CannotRun):
        CHECK.run(context)


def test_it_is_wanted_where_there_is_a_lock_or_a_poetry_table(make_context: Make) -> None:
    assert not CHECK.wanted(make_context({}))
    assert CHECK.wanted(make_context({"poetry.lock": ""}))
    assert CHECK.wanted(make_context({"pyproject.toml": "[tool.poetry]\n"}))
