from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun
from holdfast.checks.zizmor import CHECK
from holdfast.core.findings import Severity, Status

Make = Callable[..., Context]
FILE = ".github/workflows/a.yml"
HEAD = "on: issues\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
GOOD = HEAD + "      - run: ls\n"
INJECTED = HEAD + "      - run: echo '${{ github.event.issue.title }}'\n"
COOLDOWN = "version: 2\nupdates: [{package-ecosystem: pip, directory: /, schedule: {interval: weekly}}]\n"


def test_a_good_workflow_passes(make_context: Make) -> None:
    result = CHECK.run(make_context({FILE: GOOD}))
    assert (result.status, str(result.checked)) == (Status.PASSED, "1 of 1 workflows and actions")
    assert (result.tool or "").startswith("zizmor ")


def test_a_high_severity_is_an_error_at_its_place(make_context: Make) -> None:
    result = CHECK.run(make_context({FILE: INJECTED}))
    (finding,) = result.findings
    assert (result.status, finding.id, str(finding.location)) == (
        Status.FAILED,
        "zizmor:template-injection",
        f"{FILE}:7:24",
    )


def test_medium_is_a_warning_and_less_an_info(make_context: Make) -> None:
    action = "name: a\ndescription: b\nruns: {using: composite, steps: [{run: 'ls ${{ inputs.x }}', shell: sh}]}\n"
    result = CHECK.run(make_context({".github/dependabot.yml": COOLDOWN, "action.yml": action}))
    assert result.status is Status.PASSED
    assert sorted((each.id, each.severity) for each in result.findings) == [
        ("zizmor:dependabot-cooldown", Severity.WARNING),
        ("zizmor:template-injection", Severity.INFO),
    ]


def test_what_it_can_mend_safely_has_the_command(make_context: Make) -> None:
    (finding,) = CHECK.run(make_context({".github/dependabot.yml": COOLDOWN})).findings
    assert (finding.fix or "").endswith("zizmor --offline --fix=safe .github/dependabot.yml")


def test_ignores_on_the_line_and_in_its_configuration_count(make_context: Make) -> None:
    ignored = INJECTED.rstrip() + " # zizmor: ignore[template-injection]\n"
    assert CHECK.run(make_context({FILE: ignored})).findings == ()
    config = "rules: {template-injection: {disable: true}}\n"
    assert CHECK.run(make_context({FILE: INJECTED, ".github/zizmor.yml": config})).findings == ()


def test_a_file_that_it_cannot_read_keeps_no_other_from_being_looked_at(make_context: Make) -> None:
    result = CHECK.run(make_context({FILE: "a: [", ".github/workflows/b.yml": INJECTED}))
    assert (result.status, str(result.checked)) == (Status.FAILED, "1 of 2 workflows and actions")
    assert sorted(each.id for each in result.findings) == ["zizmor:template-injection", "zizmor:unreadable"]


@pytest.mark.parametrize("files", [{FILE: "a: ["}, {FILE: GOOD, "zizmor.yml": "rules: ["}])
def test_where_it_can_look_at_nothing_it_is_could_not_run(make_context: Make, files: dict[str, str]) -> None:
    with pytest.raises(CannotRun, match="exit code 1") as stopped:
        CHECK.run(make_context(files))
    assert stopped.value.result.status is Status.ERROR


def test_nothing_is_written_but_in_the_scratch_directory(make_context: Make) -> None:
    context = make_context({FILE: INJECTED})
    before = sorted(context.project.rglob("*"))
    CHECK.run(context)
    assert sorted(context.project.rglob("*")) == before
