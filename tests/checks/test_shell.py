from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.patterns import matching
from holdfast.checks.shell import CHECK, GENERATED
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Severity, Status

Make = Callable[..., Context]
BASH = "#!/usr/bin/env bash\n"
UNSET = BASH + 'echo "$nobody_sets_it"\n'


def looked_at(context: Context) -> int:
    checked = CHECK.run(context).checked
    return checked.done if checked else 0


@pytest.mark.parametrize("name", ["a.sh", "b/c.bash", "t.bats", "k.ksh", "d.dash"])
def test_a_script_is_known_by_its_ending(make_context: Make, name: str) -> None:
    context = make_context({name: "# shellcheck shell=sh\nls\n"})
    assert CHECK.wanted(context)
    assert looked_at(context) == 1


@pytest.mark.parametrize(
    "shebang",
    [
        "#!/bin/sh",
        "#! /bin/sh -e",
        "#!/usr/bin/env bash",
        "#!/usr/bin/env -S bash -e",
        "#!/usr/local/bin/bash",
        "#!/bin/dash",
    ],
)
def test_a_file_without_an_ending_is_known_by_its_first_line(make_context: Make, shebang: str) -> None:
    assert looked_at(make_context({"bin/run": f"{shebang}\nls\n"})) == 1


@pytest.mark.parametrize(
    "content",
    [
        "#!/usr/bin/env python3\n",
        "#!/usr/bin/env zsh\nls\n",
        "#!/usr/bin/fish\n",
        "",
        "ls\n",
        "\x00#!/bin/sh\n",
        "#!\n",
    ],
)
def test_another_file_without_an_ending_is_none(make_context: Make, content: str) -> None:
    with pytest.raises(CannotRun, match="the project has no shell scripts"):
        CHECK.run(make_context({"bin/run": content}))


@pytest.mark.parametrize("shell", ["zsh", "fish", "python3"])
def test_an_ending_is_not_believed_against_the_first_line(make_context: Make, shell: str) -> None:
    assert looked_at(make_context({"a.sh": f"#!/usr/bin/env {shell}\nif [\n", "b.sh": BASH})) == 1


def test_it_is_wanted_for_what_may_be_executed_without_opening_it(make_context: Make) -> None:
    context = make_context({"bin/run": BASH, "LICENSE": "", "data": ""})
    assert not CHECK.wanted(context)
    (context.project / "bin/run").chmod(0o755)
    assert CHECK.wanted(context)
    (context.project / "bin/run").unlink()
    (context.project / "bin/run").mkdir()
    assert not CHECK.wanted(context)
    assert not CHECK.wanted(context._replace(files=("nul\0",)))


def test_what_build_tools_write_is_passed_over(make_context: Make) -> None:
    assert looked_at(make_context({**dict.fromkeys(GENERATED, UNSET), "a.sh": BASH})) == 1


def test_levels_become_severities_and_a_warning_fails_nothing(make_context: Make) -> None:
    result = CHECK.run(make_context({"a.sh": UNSET + "echo $1\n"}))
    assert result.status is Status.PASSED
    assert {each.id: each.severity for each in result.findings} == {
        "shellcheck:SC2154": Severity.WARNING,
        "shellcheck:SC2086": Severity.INFO,
    }


def test_an_error_fails_at_its_place(make_context: Make) -> None:
    result = CHECK.run(make_context({"a.sh": BASH + "if true; then\n"}))
    assert result.status is Status.FAILED
    assert ("shellcheck:SC1073", "a.sh:2:10") in [(each.id, str(each.location)) for each in result.findings]


def test_what_it_can_mend_has_the_command(make_context: Make) -> None:
    (finding,) = CHECK.run(make_context({"a b.sh": BASH + "echo $1\n"})).findings
    assert (finding.fix or "").endswith("shellcheck --format diff -x 'a b.sh' | git apply")
    assert all(each.fix is None for each in CHECK.run(make_context({"a b.sh": UNSET})).findings)


def test_the_project_s_own_configuration_counts(make_context: Make) -> None:
    assert CHECK.run(make_context({"a.sh": UNSET, ".shellcheckrc": "disable=SC2154\n"})).findings == ()


def test_sourced_files_are_found_beside_the_script(make_context: Make) -> None:
    files = {
        "bin/a.sh": BASH + '. ./lib.sh\necho "$nobody_sets_it"\n',
        "bin/lib.sh": BASH + "export nobody_sets_it=1\n",
    }
    assert CHECK.run(make_context(files)).findings == ()


def test_other_letters_are_no_trouble_in_a_plain_locale(make_context: Make) -> None:
    context = make_context({"a.sh": BASH + 'x="\u00e9\u4e2d\U0001f600" \u2019\n'})
    result = CHECK.run(context._replace(child_env={**context.child_env, "LC_ALL": "C", "LANG": "C"}))
    assert result.findings


def test_its_inputs_are_scripts_and_what_may_be_one(make_context: Make) -> None:
    inputs = CHECK.inputs(make_context({"a.sh": "", "bin/run": "", "LICENSE": "", "b.py": ""}))
    files = ["a.sh", "bin/run", ".shellcheckrc", "conf/x.env", "b.py", "LICENSE", "README.md"]
    assert matching(files, inputs.files) == files[:4]


@pytest.mark.parametrize("files", [dict.fromkeys(["a[b"], ""), dict.fromkeys((f"f{n}" for n in range(600)), "")])
def test_names_that_make_no_pattern_or_too_many_make_every_file_an_input(
    make_context: Make, files: dict[str, str]
) -> None:
    assert CHECK.inputs(make_context(files)).files == ("**",)
