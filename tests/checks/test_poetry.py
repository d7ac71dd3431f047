from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

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


@pytest.mark.parametrize("beside", [True, False])
def test_poetry_is_found_beside_holdfast_and_in_the_users_own_programs_where_path_has_none(
    make_context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, beside: bool
) -> None:
    context = make_context(locked("0" * 64), tools=False)._replace(env={"HOME": str(tmp_path)})
    directory = tmp_path / ("tools/bin" if beside else ".local/bin")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "tools"))
    with pytest.raises(CannotRun, match="poetry is not installed"):
        CHECK.run(context)
    before = CHECK.inputs(context).programs
    directory.mkdir(parents=True)
    (directory / "poetry").write_text("#!/bin/sh\necho 'Error: no lock'\nexit 1\n", "utf-8")
    (directory / "poetry").chmod(0o755)
    result = CHECK.run(context)
    assert [(finding.id, finding.message) for finding in result.findings] == [("poetry:error", "no lock")]
    assert str(directory / "poetry") in before


def test_poetry_apart_from_the_project_is_as_it_should_be(make_context: Make, tmp_path: Path) -> None:
    context = make_context(locked(MADE_FROM_IT))
    assert context.environment is not None
    apart = context._replace(environment=context.environment._replace(bin=tmp_path / "empty"))
    path = f"{context.environment.bin}:{context.child_env['PATH']}"
    result = CHECK.run(apart._replace(child_env={**context.child_env, "PATH": path}))
    assert (result.status, result.findings) == (Status.PASSED, ())


def test_it_is_wanted_where_there_is_a_lock_or_a_poetry_table(make_context: Make) -> None:
    assert not CHECK.wanted(make_context({}))
    assert CHECK.wanted(make_context({"poetry.lock": ""}))
    assert CHECK.wanted(make_context({"pyproject.toml": "[tool.poetry]\n"}))
