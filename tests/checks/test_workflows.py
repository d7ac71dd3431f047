from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.patterns import matching
from holdfast.checks.workflows import CHECK
from holdfast.core.findings import Status

Make = Callable[..., Context]
FILE = ".github/workflows/a.yml"
GOOD = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ls\n"
BAD_KEY = GOOD + "        bogus: 1\n"


def test_a_good_workflow_passes_with_how_much_was_looked_at(make_context: Make) -> None:
    result = CHECK.run(make_context({FILE: GOOD}))
    assert (result.status, str(result.checked), result.reason) == (Status.PASSED, "1 of 1 workflow files", None)


def test_the_schema_finds_what_our_own_rules_do_not(make_context: Make) -> None:
    (finding,) = CHECK.run(make_context({FILE: BAD_KEY})).findings
    assert (finding.id, str(finding.location)) == ("check-jsonschema:github-workflows", f"{FILE}:6")
    assert "bogus" in finding.message


def test_what_our_own_rules_say_of_a_job_stands_alone(make_context: Make) -> None:
    bad = GOOD.replace("    runs-on: ubuntu-latest\n", "")
    other = "  b:\n    runs-on: ubuntu-latest\n    bogus: 1\n    steps: [{run: ls}]\n"
    result = CHECK.run(make_context({FILE: bad + other}))
    assert [each.id for each in result.findings] == ["GHA004", "check-jsonschema:github-workflows"]


def test_without_the_tool_our_own_rules_look_and_the_result_says_what_did_not(
    make_context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    result = CHECK.run(make_context({FILE: GOOD}, tools=False))
    assert result.status is Status.PASSED
    assert result.tool is None
    assert result.reason == "1 workflow files by our own rules; not against the schema: not installed: check-jsonschema"
    assert "install check-jsonschema" in (result.hint or "")
    failed = CHECK.run(make_context({FILE: GOOD.replace("push", "psh")}, tools=False))
    assert (failed.status, [each.id for each in failed.findings]) == (Status.FAILED, ["GHA003"])


def test_actions_and_dependabot_are_looked_at_by_their_own_schemas(make_context: Make) -> None:
    action = "name: a\ndescription: b\nruns: {using: composite, steps: [{run: ls, shell: bash, bogus: 1}]}\n"
    files = {FILE: GOOD, "tools/action.yaml": action, ".github/dependabot.yml": "version: 3\nupdates: []\n"}
    result = CHECK.run(make_context(files))
    assert str(result.checked) == "3 of 3 workflow files"
    assert {each.id.partition(":")[2] for each in result.findings} == {"github-actions", "dependabot"}


def test_another_program_s_action_yml_is_none(make_context: Make) -> None:
    result = CHECK.run(make_context({FILE: GOOD, "roles/action.yml": "hosts: all\nx: y\n"}))
    assert str(result.checked) == "1 of 1 workflow files"


def test_a_file_that_cannot_be_read_keeps_no_other_from_being_looked_at(make_context: Make) -> None:
    result = CHECK.run(make_context({FILE: "a: [", ".github/workflows/b.yml": BAD_KEY}))
    assert sorted(each.id for each in result.findings) == ["GHA001", "check-jsonschema:github-workflows"]


def test_only_changed_files_are_looked_at(make_context: Make) -> None:
    context = make_context({FILE: "a: [", ".github/workflows/b.yml": GOOD})
    result = CHECK.run(context._replace(scope=frozenset({".github/workflows/b.yml"})))
    assert (result.status, str(result.checked)) == (Status.PASSED, "1 of 1 workflow files")


def test_the_scripts_and_directories_that_steps_name_are_inputs_and_nothing_else(make_context: Make) -> None:
    text = GOOD + "      - run: bash tools/x.sh && python src/y.py\n        working-directory: 'web/app/'\n"
    text += "      - run: ls\n        working-directory: .\n"
    files = [FILE, "tools/x.sh", "src/y.py", "web/app/z.js", "a/action.yml", ".gitmodules"]
    others = ["other/a.py", "README.md", "web/app/zz.js", "tools/z.sh"]
    inputs = CHECK.inputs(make_context({**dict.fromkeys([*files, *others], ""), FILE: text}))
    assert matching([*files, *others], inputs.files) == files


def test_a_script_that_goes_away_is_found_where_the_workflow_stayed_the_same(make_context: Make) -> None:
    files = {FILE: GOOD + "      - run: bash tools/x.sh\n", "tools/x.sh": ""}
    assert CHECK.run(make_context(files)).status is Status.PASSED
    context = make_context(files)
    (context.project / "tools/x.sh").unlink()
    gone = context._replace(files=tuple(file for file in context.files if file != "tools/x.sh"))
    assert [each.id for each in CHECK.run(gone).findings] == ["GHA011"]
