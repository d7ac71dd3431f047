"""This repository's own workflows, without a git host."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from holdfast.adoption.facts import WORKFLOW, look
from holdfast.adoption.workflow import workflow
from tests.workflows.tools import ROOT, STUBS, act, actionlint, zizmor

OWN = ROOT / WORKFLOW


def read(text: str) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="rt").load(StringIO(text))
    return document


def test_actionlint_is_content() -> None:
    said = actionlint(ROOT)
    assert said.returncode == 0, said.stdout + said.stderr


def test_zizmor_is_content() -> None:
    said = zizmor(ROOT / ".github")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "No findings to report" in said.stdout


def test_act_is_content() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        said = act(ROOT, "--validate", "--strict", f"-W={path}")
        assert said.returncode == 0, said.stdout + said.stderr


def test_the_nightly_workflow_is_that_of_every_repository_but_for_where_holdfast_comes_from() -> None:
    own, written = read(OWN.read_text("utf-8")), read(workflow(look(ROOT)._replace(default_branch="main")))
    written.pop("env")
    own["jobs"]["tracker"]["permissions"].pop("contents")
    tracker = own["jobs"]["tracker"]["steps"]
    assert tracker.pop(0)["with"] == {"persist-credentials": False}
    for document in (own, written):
        for job in document["jobs"].values():
            for step in job["steps"]:
                if step.get("name") == "Install":
                    step.pop("run")
                    step.pop("env", None)
                elif "run" in step:
                    step["run"] = step["run"].replace('"$RUNNER_TEMP/tools/bin/holdfast"', ".venv/bin/holdfast")
    assert own == written


def test_every_action_but_checkout_has_a_stub() -> None:
    used = {
        re.sub(r"^([^/]+/[^/@]+)[^@]*", r"\1", action)
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for action in re.findall(r"uses: (\S+)", path.read_text("utf-8"))
    }
    assert used == {*STUBS, "actions/checkout@v6"}


def test_no_committed_file_of_the_tools_names_a_registry() -> None:
    lock = (ROOT / "tests" / "workflows" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity": "sha512-') == lock.count('"node_modules/')
