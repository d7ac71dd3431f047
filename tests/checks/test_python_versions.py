from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context, Environment
from holdfast.checks.python_versions import CHECK
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Finding, Location, Status

Make = Callable[..., Context]
RANGE = '[project]\nname = "shop"\nrequires-python = ">=3.10"\n'
CI = ".github/workflows/ci.yml"
MATRIX = "on: push\njobs:\n  t:\n    strategy: {matrix: {python-version: %s}}\n    steps: []\n"


@pytest.fixture
def make(make_context: Make) -> Make:
    """A project without an environment."""

    def made(files: dict[str, str]) -> Context:
        return make_context({"pyproject.toml": RANGE, **files})._replace(environment=None)

    return made


def found(context: Context) -> list[Finding]:
    return list(CHECK.run(context).findings)


def test_a_finding_says_both_places_with_their_lines_and_what_to_change(make: Make) -> None:
    (finding,) = found(make({"pyproject.toml": RANGE + '[tool.ruff]\ntarget-version = "py312"\n'}))
    assert finding.message == (
        "ruff's target-version is py312, and requires-python >=3.10 (pyproject.toml:3) begins with 3.10:"
        " it may write what 3.10 cannot run; set it to py310"
    )
    assert (finding.location, finding.fix) == (Location("pyproject.toml", 5), 'target-version = "py310"')


def test_all_that_agrees_passes_and_is_counted(make: Make) -> None:
    result = CHECK.run(make({".python-version": "3.12\n", CI: MATRIX % '["3.10", "3.11"]'}))
    assert (result.status, result.findings, str(result.checked)) == (Status.PASSED, (), "4 of 4 places")


def test_the_environment_is_one_of_the_places(make: Make) -> None:
    context = make({})
    root = context.project / ".venv"
    site = root / "lib" / "python3.8" / "site-packages"
    context = context._replace(environment=Environment(root, root / "bin", root / "bin/python", (site,)))
    (finding,) = found(context)
    assert finding.message.startswith("the environment .venv is 3.8, which requires-python >=3.10 (pyproject.toml:3)")


def test_without_another_place_or_a_range_it_is_skipped(make: Make) -> None:
    with pytest.raises(CannotRun, match="nothing names a Python") as stopped:
        CHECK.run(make({}))
    assert stopped.value.result.status is Status.SKIPPED
    with pytest.raises(CannotRun):
        CHECK.run(make({"pyproject.toml": "[project]\n", ".python-version": "3.12\n"}))


def test_a_patch_level_counts_where_it_is_written(make: Make) -> None:
    exact = RANGE.replace(">=3.10", ">=3.10.4")
    assert [each.id for each in found(make({"pyproject.toml": exact, ".python-version": "3.10.2\n"}))] == ["PYTHON005"]
    assert found(make({"pyproject.toml": exact, ".python-version": "3.10\n"})) == []


def test_an_old_python_that_a_tool_cannot_name_is_not_asked_of_it(make: Make) -> None:
    old = RANGE.replace(">=3.10", ">=3.6") + '[tool.ruff]\ntarget-version = "py37"\n'
    assert found(make({"pyproject.toml": old})) == []


def test_a_range_without_a_lower_bound_has_no_oldest_python(make: Make) -> None:
    unbound = RANGE.replace(">=3.10", "<4") + '[tool.ruff]\ntarget-version = "py312"\n'
    assert found(make({"pyproject.toml": unbound, CI: MATRIX % '["3.12"]'})) == []


def test_a_pyupgrade_that_holds_back_is_no_mistake(make: Make) -> None:
    hooks = "repos:\n- repo: https://github.com/asottile/pyupgrade\n  hooks:\n  - {id: pyupgrade, args: [--py%s]}\n"
    assert found(make({".pre-commit-config.yaml": hooks % "38-plus"})) == []
    (finding,) = found(make({".pre-commit-config.yaml": hooks % "311-plus"}))
    assert (finding.id, finding.fix) == ("PYTHON001", "args: [--py310-plus]")


@pytest.mark.parametrize("text", ["3.10", "3.20", "3.100"])
def test_a_number_that_loses_its_last_digit_is_told_with_what_it_becomes(make: Make, text: str) -> None:
    files = {"pyproject.toml": RANGE.replace(">=3.10", ">=3"), CI: MATRIX % f"[{text}]"}
    assert [each.fix for each in found(make(files)) if each.id == "PYTHON007"] == [f'"{text}"']


@pytest.mark.parametrize("text", ["'3.10'", "3.11", "3.0", "3.10-dev", "pypy3.10"])
def test_other_versions_lose_nothing(make: Make, text: str) -> None:
    files = {"pyproject.toml": RANGE.replace(">=3.10", ">=3"), CI: MATRIX % f"[{text}]"}
    assert not [each for each in found(make(files)) if each.id == "PYTHON007"]


def test_the_newest_python_may_be_a_pre_release_where_the_action_takes_those(make: Make) -> None:
    classifiers = 'classifiers = ["Programming Language :: Python :: 3.10"]\n'
    steps = "steps: [{uses: actions/setup-python@v5, with: {allow-prereleases: true}}]"
    workflow = (MATRIX % '["3.10", "3.15"]').replace("steps: []", steps)
    assert found(make({"pyproject.toml": RANGE + classifiers, CI: workflow})) == []


def test_tox_in_pyproject_counts_in_both_its_forms(make: Make) -> None:
    legacy = RANGE + '[tool.tox]\nlegacy_tox_ini = """\n[tox]\nenvlist = py39,py310\n"""\n'
    native = RANGE + '[tool.tox]\nenv_list = ["3.9", "3.10", "lint"]\n'
    for text in (legacy, native):
        assert [each.id for each in found(make({"pyproject.toml": text}))] == ["PYTHON005"]


def test_a_range_of_numbers_in_tox_is_spread(make: Make) -> None:
    (finding,) = found(make({"tox.ini": "[tox]\nenv_list =\n    py3{9-12}-x\n    lint\n"}))
    assert (finding.id, finding.location) == ("PYTHON005", Location("tox.ini", 3))


def test_what_is_hidden_in_expressions_is_not_guessed(make: Make) -> None:
    nox = "A = [f'3.{n}' for n in (8, 9)]\n@nox.session(python=A)\ndef a(s): ...\n@session(py=x())\ndef b(s): ...\n"
    with pytest.raises(CannotRun):
        CHECK.run(make({"noxfile.py": nox, "Dockerfile": "FROM ${BASE}\nFROM python:latest\nFROM my-python:2.7\n"}))


@pytest.mark.parametrize(
    "files",
    [
        {"noxfile.py": "def (python\n"},
        {"tox.ini": "no section\n = x\n[tox\nenvlist = {{{\n"},
        {"setup.cfg": "[options]\npython_requires\n"},
        {"ruff.toml": "target-version = 3\n"},
        {"pyrightconfig.json": "// hello\n"},
        {CI: "python: [*x]\njobs: 3\n"},
        {CI: "jobs: {a: {strategy: {matrix: {python-version: {a: b}, include: 3}}, steps: [1, {with: []}]}}\n"},
        {".pre-commit-config.yaml": "# pyupgrade\nrepos: [1, {hooks: {a: b}}]\n"},
        {".readthedocs.yaml": "build: [python]\n"},
        {".python-version": "\n\nsystem\n"},
    ],
)
def test_files_of_any_shape_are_no_crash(make: Make, files: dict[str, str]) -> None:
    result = CHECK.run(make({"runtime.txt": "python-3.11.1\n", **files}))
    assert {each.id for each in result.findings} <= {"PYTHON010"}


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, False),
        ({".python-version": ""}, True),
        ({"docker/Dockerfile": ""}, True),
        ({"pyproject.toml": RANGE + "[tool.mypy]\n"}, True),
        ({"pyproject.toml": RANGE + "classifiers = []\n"}, True),
        ({"pyproject.toml": "[project]\n", ".python-version": ""}, False),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython = '^3.9'\n[tool.ruff]\n"}, True),
        ({"pyproject.toml": "[tool.flit.metadata]\nrequires-python = '>=3'\n[tool.ruff]\n"}, True),
        ({"pyproject.toml": "", "setup.cfg": "[options]\npython_requires = >=3.9\n"}, True),
    ],
)
def test_it_is_wanted_where_a_range_can_be_compared(make: Make, files: dict[str, str], wanted: bool) -> None:
    assert CHECK.wanted(make(files)) is wanted


def test_every_file_that_it_reads_is_an_input(make: Make) -> None:
    from holdfast.checks.patterns import matching

    inputs = CHECK.inputs(make({}))
    read = [
        "pyproject.toml",
        CI,
        "docker/app.Dockerfile",
        "Containerfile",
        ".readthedocs.yml",
        "noxfile.py",
        "setup.py",
    ]
    assert matching([*read, "src/a.py", "README.md"], inputs.files) == read
