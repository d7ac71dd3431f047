from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.pytest import CHECK
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Location, Status

Make = Callable[..., Context]
NO_CACHE = ("-p", "no:cacheprovider")


def test_passing_tests_pass_and_are_counted(make_context: Make) -> None:
    text = "import pytest\ndef test_a(): pass\n@pytest.mark.skip\ndef test_b(): pass\n"
    result = CHECK.run(make_context({"test_a.py": text}, args=NO_CACHE))
    assert (result.status, str(result.checked)) == (Status.PASSED, "1 of 2 tests")


def test_a_failed_test_has_place_reason_and_the_command_that_runs_it_again(make_context: Make) -> None:
    result = CHECK.run(make_context({"tests/test_a.py": "def test_a():\n    assert 1 == 2\n"}, args=NO_CACHE))
    (finding,) = result.findings
    assert (result.status, finding.id, finding.location) == (
        Status.FAILED,
        "pytest:failed",
        Location("tests/test_a.py", 1),
    )
    assert finding.message == "tests.test_a.test_a: assert 1 == 2"
    assert (finding.fix or "").endswith("pytest tests/test_a.py::test_a")


def test_a_broken_fixture_is_an_error_among_the_findings(make_context: Make) -> None:
    result = CHECK.run(make_context({"test_a.py": "def test_a(nothing): pass\n"}, args=NO_CACHE))
    assert [finding.id for finding in result.findings] == ["pytest:error"]


def test_no_tests_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="collected no tests"):
        CHECK.run(make_context({"a.py": ""}, args=NO_CACHE))


def test_all_tests_skipped_is_could_not_run(make_context: Make) -> None:
    text = "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n"
    with pytest.raises(CannotRun, match="all 1 tests were skipped"):
        CHECK.run(make_context({"test_a.py": text}, args=NO_CACHE))


def test_broken_collection_is_could_not_run_with_the_place(make_context: Make) -> None:
    result = CHECK.run(make_context({"test_a.py": "import nothing_of_the_kind\n"}, args=NO_CACHE))
    assert (result.status, result.reason) == (Status.ERROR, "the tests could not be collected")
    (finding,) = result.findings
    assert finding.message == "test_a: collection failure: ModuleNotFoundError: No module named 'nothing_of_the_kind'"


def test_a_wrong_call_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="exit code 4"):
        CHECK.run(make_context({"test_a.py": ""}, args=("--no-such-option",)))


def test_a_plugin_that_fails_the_run_is_reported_with_its_words(make_context: Make) -> None:
    conftest = (
        "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n"
        "def pytest_unconfigure():\n    print('coverage too low')\n"
    )
    files = {"conftest.py": conftest, "test_a.py": "def test_a(): pass\n"}
    result = CHECK.run(make_context(files, args=NO_CACHE))
    assert (result.status, result.findings, result.reason) == (Status.FAILED, (), "coverage too low")


def test_it_is_wanted_where_configured(make_context: Make) -> None:
    assert not CHECK.wanted(make_context({}))
    assert CHECK.wanted(make_context({"setup.cfg": "[tool:pytest]\n"}))
    assert CHECK.wanted(make_context({"tests/conftest.py": ""}))


COVERED = "def used():\n    return 1\n\n\ndef unused():\n    a = 1\n    b = 2\n    return a + b\n"
TEST = "import shop\n\n\ndef test_used():\n    assert shop.used() == 1\n"
ADDOPTS = "[tool.pytest.ini_options]\npythonpath = ['.']\naddopts = ['--cov=shop', '-p', 'no:cacheprovider']\n"


def test_too_little_coverage_is_a_finding_with_both_figures_and_the_place_of_the_limit(make_context: Make) -> None:
    pyproject = f"[project]\nname = 'shop'\n{ADDOPTS}[tool.coverage.report]\n# fail_under = 10\nfail_under = 90\n"
    context = make_context({"pyproject.toml": pyproject, "shop.py": COVERED, "test_a.py": TEST})
    result = CHECK.run(context)
    (finding,) = result.findings
    assert (result.status, result.reason, finding.id) == (Status.FAILED, None, "pytest:coverage")
    assert finding.message == "50.00 % of the code is covered by tests, and the limit is 90 %"
    assert finding.location == Location("pyproject.toml", 8)
    assert (finding.fix or "").endswith("pytest --cov-report=term-missing")
    assert not list(context.scratch.iterdir())


@pytest.mark.parametrize(
    ("files", "args", "place"),
    [
        ({"pytest.ini": "[pytest]\npythonpath = .\naddopts = --cov=shop --cov-fail-under=80\n"}, (), "pytest.ini:3"),
        (
            {".coveragerc": "[report]\nprecision = 1\nfail_under = 80\n", "pytest.ini": "[pytest]\npythonpath = .\n"},
            ("--cov=shop",),
            ".coveragerc:3",
        ),
        ({"pytest.ini": "[pytest]\npythonpath = .\n"}, ("--cov=shop", "--cov-fail-under", "80"), "None"),
    ],
)
def test_the_limit_is_found_wherever_it_is_set(
    make_context: Make, files: dict[str, str], args: tuple[str, ...], place: str
) -> None:
    context = make_context({"shop.py": COVERED, "test_a.py": TEST, **files}, args=(*args, *NO_CACHE))
    (finding,) = CHECK.run(context).findings
    assert (finding.id, str(finding.location)) == ("pytest:coverage", place)
    assert "50.00 %" in finding.message
    assert "80 %" in finding.message


def test_enough_coverage_passes_and_a_failed_test_is_told_beside_what_is_not_covered(make_context: Make) -> None:
    limit = ("--cov=shop", "-o", "pythonpath=.", *NO_CACHE)
    enough = CHECK.run(make_context({"shop.py": COVERED, "test_a.py": TEST}, args=(*limit, "--cov-fail-under=50")))
    assert (enough.status, enough.findings) == (Status.PASSED, ())
    failing = TEST.replace("== 1", "== 2")
    both = CHECK.run(make_context({"shop.py": COVERED, "test_a.py": failing}, args=(*limit, "--cov-fail-under=90")))
    assert [finding.id for finding in both.findings] == ["pytest:failed", "pytest:coverage"]


def test_a_project_that_turns_coverage_off_is_not_asked_for_it(make_context: Make) -> None:
    files = {"pytest.ini": "[pytest]\npythonpath = .\naddopts = --cov=shop --cov-fail-under=99\n"}
    context = make_context({"shop.py": COVERED, "test_a.py": TEST, **files}, args=("--no-cov", *NO_CACHE))
    assert CHECK.run(context).status is Status.PASSED
