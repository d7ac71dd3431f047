"""What a run would do, before anything has run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from holdfast.render.workflow_plan import render
from holdfast.workflow.engines.interface import Run
from holdfast.workflow.model import Step
from holdfast.workflow.runner.plan import Plan, make_plan
from holdfast.workflow.runner.work import workshop
from tests.workflow.runner.walking import RUN_ID, flow, kind, step


def plan(project: Path, *steps: Step, inputs: dict[str, Any] | None = None, **options: Any) -> Plan:
    run = Run(RUN_ID, "nightly", {}, inputs or {}, 1, "ana", facts={"commit": "c0ffee"}, options=options)
    return make_plan(workshop(project, {"PATH": "/bin"}, kind, "python"), flow(*steps), run)


def test_a_plan_tells_the_order_the_commands_and_what_is_not_known_yet(tmp_path: Path) -> None:
    ship = step("ship", "fan", kind="approve", body={"question": "Publish?"})
    made = plan(
        tmp_path,
        step("publish", "ship", condition="steps.ship.answer", body="make publish"),
        step("notify", "publish"),
        ship,
        step("fan", "a", for_each="inputs.of", body=["check", "${item}"]),
        step("a", body=["build", "${commit}"], env={"MODE": "${inputs.of}"}, secrets=("TOKEN",), on_failure="undo"),
        step("undo", when="never"),
        step("off", condition="inputs.no"),
        step("after", "off"),
        step("clean", when="always"),
        step("report", when="failure"),
        inputs={"of": [1, 2], "no": False},
    )
    assert render(made, "text").splitlines() == [
        "nightly (workflows/nightly.yaml): 4 run, 4 depend, 2 skipped",
        "1.",
        "   a  run",
        "      build c0ffee",
        "      with MODE, TOKEN",
        "   off  run  skipped: if: inputs.no is false",
        "2.",
        "   fan  run  (after a)",
        "      for each of inputs.of: 2 items",
        "      check ${item}",
        "   undo  run  depends: only where a fails",
        "      true",
        "   after  run  (after off)  skipped: off is skipped",
        "3.",
        "   ship  approve  (after fan)",
        '      {"question": "Publish?"}',
        "4.",
        "   publish  run  (after ship)  depends: if: steps.ship.answer",
        "      in a shell: make publish",
        "5.",
        "   notify  run  (after publish)  depends: on publish",
        "      true",
        "6.",
        "   clean  run",
        "      true",
        "   report  run  depends: only after a failure",
        "      true",
        "nothing was run and nothing was written",
    ]
    steps = json.loads(render(made, "json"))["steps"]
    assert [each["argv"] for each in steps if each["id"] == "a"] == [["build", "c0ffee"]]


def test_what_is_not_selected_is_skipped(tmp_path: Path) -> None:
    made = plan(tmp_path, step("a"), step("b", "a"), only=["b"])
    assert [(each.id, each.fate, each.reason) for each in made.steps] == [
        ("a", "skipped", "not selected"),
        ("b", "runs", ""),
    ]


def test_an_expression_that_is_wrong_is_told_where_it_stands(tmp_path: Path) -> None:
    made = plan(tmp_path, step("a", condition="inputs.lost"), step("b", for_each="inputs.lost"))
    assert "inputs has no lost" in made.steps[0].reason
    assert made.steps[1].items is None
