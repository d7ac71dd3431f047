"""The workflow that an adopted repository gets: for each manager, and whatever its files and branches are called."""

from __future__ import annotations

import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from holdfast import __version__
from holdfast.adoption.facts import PYTHONS, WORKFLOW, Facts
from holdfast.adoption.workflow import workflow
from tests.workflows.tools import act, actionlint, repository_with, zizmor

PLAIN = Facts("poetry", "poetry.lock", (), PYTHONS, "main", package=True)
ODD = "odd ${{ github.actor }}'s `id` requirements.txt"
KINDS = {
    "poetry": PLAIN,
    "poetry-groups": PLAIN._replace(groups=("dev", "lint"), extras=("test",), pythons=("3.12",)),
    "uv": PLAIN._replace(manager="uv", lock="uv.lock"),
    "uv-unlocked": PLAIN._replace(manager="uv", lock=None, groups=("dev",), extras=("typing",)),
    "pip": PLAIN._replace(manager="pip", lock=None, requirements=("requirements.txt", "requirements/dev.txt")),
    "pip-groups": PLAIN._replace(manager="pip", lock=None, groups=("dev",), extras=("dev", "test")),
    "pylock": PLAIN._replace(manager="pip", lock="pylock.toml"),
    "pylock-alone": PLAIN._replace(manager="pip", lock="pylock.toml", package=False),
    "bare": PLAIN._replace(manager="pip", lock=None, package=False, pythons=()),
    "odd": PLAIN._replace(manager="pip", lock=None, requirements=(ODD,), default_branch="we\"+ird!/#x'y"),
}


def read(facts: Facts) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe").load(StringIO(workflow(facts)))
    return document


def steps(document: dict[str, Any], job: str) -> dict[str, Any]:
    """The steps of a job by name, or by action."""
    return {step.get("name") or step["uses"].partition("@")[0]: step for step in document["jobs"][job]["steps"]}


def install(facts: Facts) -> list[str]:
    script: str = steps(read(facts), "validate")["Install"]["run"]
    return script.splitlines()


@pytest.fixture(scope="module")
def all_kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("kinds") / ".github" / "workflows"
    directory.mkdir(parents=True)
    for name, facts in KINDS.items():
        (directory / f"{name}.yml").write_text(workflow(facts), "utf-8")
    return directory.parents[1]


def test_actionlint_is_content_with_every_kind(all_kinds: Path) -> None:
    said = actionlint(all_kinds)
    assert said.returncode == 0, said.stdout + said.stderr
    assert f"Checking {len(KINDS)} workflow file(s)" in said.stdout


def test_actionlint_would_have_said_what_is_wrong(tmp_path: Path) -> None:
    repository_with(
        tmp_path / "shop", **{WORKFLOW: workflow(PLAIN).replace("needs.validate.result", "needs.other.result")}
    )
    said = actionlint(tmp_path / "shop")
    assert said.returncode == 1
    assert "other" in said.stdout + said.stderr


def test_zizmor_is_content_with_every_kind_without_a_configuration(all_kinds: Path) -> None:
    said = zizmor(all_kinds)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "No findings to report" in said.stdout


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("        with:\n          persist-credentials: false\n", "", "artipacked"),
        ('"$OUTCOME"', '"${{ github.head_ref }}"', "template-injection"),
        (" # zizmor: ignore[unpinned-uses]", "", "unpinned-uses"),
        ("contents: read", "write-all: x", ""),
    ],
)
def test_zizmor_would_have_said_what_is_wrong(tmp_path: Path, old: str, new: str, finding: str) -> None:
    repository_with(tmp_path / "shop", **{WORKFLOW: workflow(PLAIN).replace(old, new)})
    said = zizmor(tmp_path / "shop")
    assert said.returncode != 0
    assert finding in said.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_act_takes_every_kind(all_kinds: Path, kind: str) -> None:
    said = act(all_kinds, "--validate", "--strict", f"-W=.github/workflows/{kind}.yml")
    assert said.returncode == 0, said.stdout + said.stderr


def test_each_job_has_what_it_needs_and_no_more() -> None:
    document = read(PLAIN)
    assert document["permissions"] == {"contents": "read"}
    jobs = document["jobs"]
    assert "permissions" not in jobs["validate"]
    assert jobs["code-scanning"]["permissions"] == {"contents": "read", "security-events": "write"}
    assert jobs["tracker"]["permissions"] == {"issues": "write"}
    assert all(job["timeout-minutes"] <= 30 for job in jobs.values())
    assert not any("checkout" in str(step) for name in ("code-scanning", "tracker") for step in jobs[name]["steps"])


def test_the_token_is_given_to_one_step() -> None:
    text = workflow(PLAIN)
    assert text.count("github.token") == 1
    assert "GITHUB_TOKEN" in steps(read(PLAIN), "tracker")["Tracker issue"]["env"]


def test_it_runs_at_a_push_a_pull_request_and_every_night() -> None:
    document = YAML(typ="rt").load(StringIO(workflow(PLAIN._replace(default_branch="trunk"))))
    assert document["on"]["push"]["branches"] == ["trunk"]
    assert {"push", "pull_request", "schedule", "workflow_dispatch"} == set(document["on"])


def test_the_matrix_is_the_pythons_that_the_project_allows() -> None:
    document = read(PLAIN._replace(pythons=("3.12", "3.13")))
    assert document["jobs"]["validate"]["strategy"]["matrix"]["python"] == ["3.12", "3.13"]
    assert steps(document, "code-scanning")["actions/download-artifact"]["with"]["name"] == "holdfast-3.13"
    every = read(PLAIN._replace(pythons=()))["jobs"]["validate"]["strategy"]["matrix"]["python"]
    assert every == list(PYTHONS)


def test_it_takes_the_holdfast_that_wrote_it() -> None:
    assert read(PLAIN)["env"]["HOLDFAST"] == f"holdfast=={__version__}"


def test_each_manager_installs_in_its_own_way() -> None:
    tools = '"$RUNNER_TEMP/tools/bin/'
    assert install(KINDS["poetry-groups"])[2:] == [
        f'{tools}poetry" install --no-interaction --with dev --with lint --extras test'
    ]
    assert install(KINDS["uv"])[2:] == [f'{tools}uv" sync --locked']
    assert install(KINDS["uv-unlocked"])[2:] == [f'{tools}uv" sync --group dev --extra typing']
    assert install(KINDS["pip"])[2:] == [
        "python -m venv .venv",
        ".venv/bin/python -m pip install --quiet --requirement requirements.txt --requirement requirements/dev.txt",
        ".venv/bin/python -m pip install --quiet --editable .",
    ]
    assert install(KINDS["pip-groups"])[3:] == [
        ".venv/bin/python -m pip install --quiet --upgrade pip",
        ".venv/bin/python -m pip install --quiet --editable '.[dev,test]' --group dev",
    ]
    assert install(KINDS["pylock"])[3:] == [
        f'{tools}uv" pip sync --python .venv pylock.toml',
        ".venv/bin/python -m pip install --quiet --no-deps --editable .",
    ]
    assert install(KINDS["bare"])[2:] == ["python -m venv .venv"]


def test_the_managers_are_told_of_the_environment_and_the_python() -> None:
    assert steps(read(KINDS["poetry"]), "validate")["Install"]["env"] == {"POETRY_VIRTUALENVS_IN_PROJECT": "true"}
    assert steps(read(KINDS["uv"]), "validate")["Install"]["env"] == {"UV_PYTHON": "${{ matrix.python }}"}


def test_a_file_can_be_called_anything(tmp_path: Path) -> None:
    (line,) = [line for line in install(KINDS["odd"]) if "--requirement" in line]
    assert "${{" not in line
    script = f"printf %s {line.partition('--requirement ')[2]}"
    said = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert said.stdout == ODD


def test_a_name_that_ends_its_line_is_left_out() -> None:
    facts = KINDS["pip"]._replace(requirements=("a\n      - run: id\n.txt", "requirements.txt"))
    assert "id" not in workflow(facts).split()
    assert "--requirement requirements.txt" in workflow(facts)


def test_a_branch_can_be_called_anything() -> None:
    document = YAML(typ="rt").load(StringIO(workflow(KINDS["odd"])))
    assert document["on"]["push"]["branches"] == ["we\"\\+ird\\!/#x'y"]
