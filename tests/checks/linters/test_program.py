"""A linter that a project need not have; and what all of them make of an answer that is none."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.checks.programs import arguments_kept, with_program
from tests.conftest import Cli

from holdfast.checks import dockerfile, makefile, markdown, shell, workflows, zizmor
from holdfast.checks.interface import Check, Context
from holdfast.checks.linters import program
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Location, Severity, Status

Make = Callable[..., Context]
ROOT = Path(__file__).parents[3]
CHECKS: list[Check] = [workflows.CHECK, zizmor.CHECK, makefile.CHECK, dockerfile.CHECK, shell.CHECK]
WORKFLOW = "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ls\n"
FILES = {
    ".github/workflows/a.yml": WORKFLOW,
    "Dockerfile": "FROM scratch\n",
    "a.sh": "#!/bin/sh\nls\n",
    "Makefile": "a:\n",
}
WRAPPED: list[tuple[Check, str]] = [
    (workflows.CHECK, "check-jsonschema"),
    (zizmor.CHECK, "zizmor"),
    (dockerfile.CHECK, "hadolint"),
    (shell.CHECK, "shellcheck"),
]
NAMES = [name for _, name in WRAPPED]
CLEAN = {
    "check-jsonschema": '{"status": "ok", "errors": []}',
    "zizmor": "[]",
    "hadolint": "[]",
    "shellcheck": '{"comments": []}',
}


def finding(name: str, file: str) -> str:
    """An answer with one finding in a file, as each of the tools would give it."""
    symbolic = {"kind": "Primary", "key": {"Local": {"verbatim_path": file}}, "annotation": "bad"}
    concrete = {"location": {"start_point": {"row": 2, "column": 4}}}
    spot = {"symbolic": symbolic, "concrete": concrete}
    level = {"severity": "High"}
    audit = {"ident": "x", "desc": "d", "ignored": False, "determinations": level, "locations": [spot]}
    plain = {"file": file, "line": 3, "column": 5, "level": "error", "code": 1, "message": "bad"}
    error = {"filename": file, "path": "$.jobs", "message": "bad"}
    answers = {
        "check-jsonschema": {"status": "fail", "errors": [error]},
        "zizmor": [audit],
        "hadolint": [plain],
        "shellcheck": {"comments": [plain]},
    }
    return json.dumps(answers[name])


FOUND = {"zizmor": 14}
HOSTILE = {
    "no JSON": "Traceback (most recent call last):\n",
    "nothing": "",
    "JSON of another kind": "7",
    "a list of other things": '[1, null, {"a": []}]',
    "an object of other things": '{"comments": [null], "errors": 5, "status": []}',
    "JSON nested too deeply": "[" * 100_000,
    "no UTF-8": "\x00\x01",
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_is_wanted_where_its_files_are(make_context: Make, check: Check) -> None:
    assert not check.wanted(make_context({"a.py": "", "action.txt": "", "docs/a.md": ""}))
    assert check.wanted(make_context(FILES))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_without_its_files_is_skipped_and_says_so(make_context: Make, check: Check) -> None:
    with pytest.raises(CannotRun, match="the project has no") as stopped:
        check.run(make_context({"a.py": ""}))
    assert stopped.value.result.status is Status.SKIPPED
    assert not stopped.value.result.unaffected


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_that_no_changed_file_concerns_says_so(make_context: Make, check: Check) -> None:
    with pytest.raises(CannotRun) as stopped:
        check.run(make_context(FILES)._replace(scope=frozenset({"a.py"})))
    assert stopped.value.result.unaffected


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_names_its_inputs(make_context: Make, check: Check) -> None:
    inputs = check.inputs(make_context(FILES))
    assert inputs is not None
    assert inputs.by_file
    assert "**" not in inputs.files


@pytest.mark.parametrize(("check", "name"), WRAPPED[1:], ids=NAMES[1:])
def test_a_linter_that_is_not_installed_is_a_skip_with_the_command_that_installs_it(
    make_context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, check: Check, name: str
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(CannotRun, match=f"not installed: {name}") as stopped:
        check.run(make_context(FILES, tools=False))
    assert stopped.value.result.status is Status.SKIPPED
    assert "install" in (stopped.value.result.hint or "")


@pytest.mark.parametrize(("check", "name"), WRAPPED, ids=NAMES)
def test_the_linter_beside_holdfast_serves_where_the_project_has_none(
    make_context: Make, check: Check, name: str
) -> None:
    result = check.run(make_context(FILES, tools=False))
    assert result.status is Status.PASSED
    assert re.fullmatch(rf"{name} \d+\.\d+.*", result.tool or "")
    assert not result.findings


@pytest.mark.parametrize(("check", "name"), WRAPPED, ids=NAMES)
@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("code", [0, 1])
def test_an_answer_that_is_none_is_could_not_run(
    make_context: Make, check: Check, name: str, said: str, code: int
) -> None:
    with pytest.raises(CannotRun, match="could not check") as stopped:
        check.run(with_program(make_context(FILES), name, said, code=code))
    assert stopped.value.result.status is Status.ERROR


@pytest.mark.parametrize(("check", "name"), WRAPPED, ids=NAMES)
@pytest.mark.parametrize("code", [2, 3, 4, 10, 15, 101, 127])
def test_every_exit_code_that_is_no_answer_is_could_not_run(
    make_context: Make, check: Check, name: str, code: int
) -> None:
    with pytest.raises(CannotRun, match=f"exit code {code}"):
        check.run(with_program(make_context(FILES), name, CLEAN[name], code=code))


@pytest.mark.parametrize(("check", "name"), WRAPPED, ids=NAMES)
@pytest.mark.parametrize("file", ["/etc/passwd", "../other", "a/../../b"])
def test_a_place_outside_the_project_is_could_not_run(make_context: Make, check: Check, name: str, file: str) -> None:
    said = finding(name, file)
    with pytest.raises(CannotRun, match="could not check"):
        check.run(with_program(make_context(FILES), name, said, code=FOUND.get(name, 1)))


@pytest.mark.parametrize(("check", "name"), WRAPPED, ids=NAMES)
def test_a_finding_has_its_place_and_the_result_the_tool_s_version(make_context: Make, check: Check, name: str) -> None:
    file = ".github/workflows/a.yml"
    result = check.run(with_program(make_context(FILES), name, finding(name, file), code=FOUND.get(name, 1)))
    (found,) = result.findings
    assert (result.status, result.tool) == (Status.FAILED, f"{name} 1.2.3")
    assert found.location in (Location(file, 3, 5), Location(file, 3))


@pytest.mark.parametrize(("check", "name"), WRAPPED, ids=NAMES)
def test_a_linter_that_never_ends_is_could_not_run(make_context: Make, check: Check, name: str) -> None:
    context = with_program(make_context(FILES), name, also="sleep 60")._replace(timeout_s=0.3)
    with pytest.raises(CannotRun, match="timed out"):
        check.run(context)


@pytest.mark.parametrize(("check", "name"), WRAPPED, ids=NAMES)
def test_a_file_whose_name_looks_like_an_option_is_none(make_context: Make, check: Check, name: str) -> None:
    context = make_context(FILES)
    kept, keep = arguments_kept(context, name)
    check.run(with_program(context, name, CLEAN[name], also=keep))
    assert "--" in kept.read_text().splitlines()


@pytest.mark.parametrize(("check", "name"), WRAPPED[1:], ids=NAMES[1:])
def test_what_the_configuration_adds_reaches_the_linter(make_context: Make, check: Check, name: str) -> None:
    context = make_context(FILES, args=("--more",))
    kept, keep = arguments_kept(context, name)
    check.run(with_program(context, name, CLEAN[name], also=keep))
    given = kept.read_text().splitlines()
    assert given.index("--more") < given.index("--")


def test_many_files_are_given_in_bounded_portions() -> None:
    files = [str(number) for number in range(250)]
    portions = list(program.batches(files))
    assert [len(portion) for portion in portions] == [100, 100, 50]
    assert [file for portion in portions for file in portion] == files


def test_links_templates_and_what_is_gone_are_not_looked_at(make_context: Make) -> None:
    context = make_context({"a.sh": "", "{{name}}/b.sh": ""})
    (context.project / "link.sh").symlink_to("/etc/passwd")
    os.mkfifo(context.project / "pipe.sh")
    names = ["a.sh", "{{name}}/b.sh", "link.sh", "pipe.sh", "gone.sh", "nul\0.sh"]
    assert program.given(context, "shell", names, "scripts") == ["a.sh"]


def test_a_linter_is_asked_for_its_version_where_no_package_tells(make_context: Make) -> None:
    context = with_program(make_context({}), "hadolint")
    assert str(program.find_linter(context, "dockerfile", "hadolint", package="x")) == "hadolint 1.2.3"


def test_this_repository_passes_all_of_them(holdfast_process: Cli) -> None:
    only = ",".join(check.name for check in CHECKS)
    said = holdfast_process("validate-env", "--strict", "--no-log", "--no-cache", "--only", only, "-C", ROOT, cwd=ROOT)
    assert said.exit_code == 0, said.stdout


@pytest.mark.parametrize(
    ("check", "large", "small"),
    [
        (shell.CHECK, "big.sh", {"a.sh": "#!/bin/sh\ntrue\n"}),
        (dockerfile.CHECK, "big.Dockerfile", {"Dockerfile": "FROM scratch\n"}),
    ],
    ids=["shell", "dockerfile"],
)
def test_a_file_too_large_for_a_linter_is_told_and_not_given_to_it(
    make_context: Make, check: Check, large: str, small: dict[str, str]
) -> None:
    result = check.run(make_context({**small, large: "FROM scratch\n# " + "a" * program.LARGEST}))
    assert result.checked is not None
    assert (result.checked.done, result.checked.total) == (1, 2)
    [finding] = [each for each in result.findings if each.id == f"{check.name}:too-large"]
    assert (finding.severity, finding.location) == (Severity.WARNING, Location(large))
    with pytest.raises(CannotRun):
        check.run(make_context({})._replace(files=(large,)))


@pytest.mark.parametrize(
    ("check", "name", "code", "said"),
    [
        (zizmor.CHECK, "zizmor", 14, "[]"),
        (zizmor.CHECK, "zizmor", 11, "{}"),
        (shell.CHECK, "shellcheck", 1, CLEAN["shellcheck"]),
        (dockerfile.CHECK, "hadolint", 1, "[]"),
        (workflows.CHECK, "check-jsonschema", 1, '{"status": "fail", "errors": [], "parse_errors": []}'),
        (markdown.CHECK, "rumdl", 1, "[]"),
        (markdown.CHECK, "rumdl", 0, ""),
    ],
)
def test_an_exit_code_that_the_answer_does_not_bear_out_is_no_pass(
    make_context: Make, check: Check, name: str, code: int, said: str
) -> None:
    with pytest.raises(CannotRun, match=f"could not check: exit code {code}"):
        check.run(with_program(make_context({**FILES, "README.md": "# A\n"}), name, said, code=code))
