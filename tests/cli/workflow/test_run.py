"""`holdfast workflow run`, `resume`, `retry`, `restart` and `move`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.registry import Registry
from tests.conftest import Cli, Said

NIGHTLY = """
name: nightly
inputs:
  targets: {type: list, default: [a, b]}
  go: {type: boolean, default: true}
steps:
  - {id: build, run: 'echo "version=7" >> "$HOLDFAST_OUTPUT"; echo built >> did'}
  - id: fan
    needs: [build]
    for_each: inputs.targets
    run: [sh, -c, 'echo "$0 $1" >> did', "${item}", "${steps.build.outputs.version}"]
  - {id: ship, needs: [fan], if: inputs.go, run: "test -e there && echo shipped >> did"}
"""


def write(shop: Path, text: str = NIGHTLY, name: str = "nightly") -> None:
    (shop / "workflows").mkdir(exist_ok=True)
    (shop / "workflows" / f"{name}.yaml").write_text(text, "utf-8")


def report(said: Said) -> Any:
    return json.loads(said.stdout)


def statuses(said: Said) -> dict[str, str]:
    return {each["step"]: each["status"] for each in report(said)["steps"]}


def did(shop: Path) -> list[str]:
    return sorted((shop / "did").read_text("utf-8").split("\n")[:-1])


def test_a_run_goes_to_its_end_and_says_where_it_stands(shop: Path, holdfast: Cli) -> None:
    write(shop)
    (shop / "there").touch()
    said = holdfast("workflow", "run", "nightly", "--input", "targets=x,y", cwd=shop)
    assert said.exit_code == 0, said.stderr
    assert did(shop) == ["built", "shipped", "x 7", "y 7"]
    assert "succeeded: 3 succeeded of 3 steps" in said.stdout


def test_a_failed_run_ends_with_1_and_is_tried_again_where_it_failed(shop: Path, holdfast: Cli) -> None:
    write(shop)
    said = holdfast("workflow", "run", "nightly", "--format", "json", cwd=shop)
    assert (said.exit_code, statuses(said)["ship"]) == (1, "failed")
    (shop / "there").touch()
    said = holdfast("workflow", "retry", "last", "--format", "json", cwd=shop)
    assert (said.exit_code, statuses(said)["ship"]) == (0, "succeeded"), said.stderr
    assert did(shop) == ["a 7", "b 7", "built", "shipped"]
    again = holdfast("workflow", "retry", "last", cwd=shop)
    assert (again.exit_code, "nothing in it has failed" in again.stderr) == (2, True)


def test_a_restarted_run_does_again_what_comes_after_its_checkpoint_alone(shop: Path, holdfast: Cli) -> None:
    write(shop)
    (shop / "there").touch()
    first = report(holdfast("workflow", "run", "nightly", "--format", "json", cwd=shop))["id"]
    write(shop, "name: nightly\nsteps: [{id: other, run: ['false']}]\n")
    said = holdfast("workflow", "restart", "last", "--from", "ship", "--format", "json", cwd=shop)
    assert said.exit_code == 0, said.stderr
    assert report(said)["origin"] == f"{first}@ship"
    assert report(said)["id"] != first
    assert did(shop) == ["a 7", "b 7", "built", "shipped", "shipped"]


def test_a_changed_file_changes_no_run_in_flight_unless_it_is_moved(shop: Path, holdfast: Cli) -> None:
    waits = "name: w\nsteps:\n  - {id: a, run: ['true']}\n  - {id: q, approve: Go?}\n"
    write(shop, waits + "  - {id: z, needs: [q], run: 'echo old >> did'}\n", "w")
    assert holdfast("workflow", "run", "w", cwd=shop).exit_code == 1
    write(shop, waits + "  - {id: z, needs: [a], run: 'echo new >> did'}\n", "w")
    assert holdfast("workflow", "resume", cwd=shop).exit_code == 1
    assert not (shop / "did").exists()
    said = holdfast("workflow", "move", "last", "w", cwd=shop)
    assert (said.exit_code, "holdfast workflow resume" in said.stderr) == (0, True)
    assert holdfast("workflow", "resume", cwd=shop).exit_code == 1
    assert did(shop) == ["new"]
    write(shop, "name: w\nsteps: [{id: a, run: ['false']}]\n", "w")
    said = holdfast("workflow", "move", "last", "w", cwd=shop)
    assert (said.exit_code, "a differs in body" in said.stderr) == (2, True)


def test_a_plan_writes_nothing(shop: Path, holdfast: Cli) -> None:
    write(shop)
    before = sorted(shop.rglob("*"))
    said = holdfast("workflow", "run", "nightly", "--plan", "--input", "go=false", cwd=shop)
    assert (said.exit_code, "ship  run  (after fan)  skipped: if: inputs.go is false" in said.stdout) == (0, True)
    assert sorted(shop.rglob("*")) == before


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("run", "nightli"), "no workflow nightli"),
        (("run", "nightly", "--input", "goo=1"), "no input `goo`"),
        (("run", "nightly", "--only", "ships"), "ships: no such step"),
        (("run", "nightly", "--run-id", "x"), "--run-id x: not a ULID"),
        (("run", "nightly", "--run-id", "Z" * 26), "not a ULID"),
        (("run", "nightly", "--run-id", "\udcff" * 26), "not a ULID"),
        (("run", "nightly", "--parent", "../x"), "--parent ../x: not RUN/STEP"),
        (("run", "nightly", "--database", "sqlite:///\udcff.db"), "half of a surrogate pair"),
        (("status", "\udcff" * 4), "no such run"),
        (("history", "--limit", "9" * 30), "--limit"),
        (("resume", "01X"), "no run"),
        (("restart", "last"), "no run"),
        (("cancel", "last"), "no run"),
        (("done", "last", "a"), "no run"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_why(
    shop: Path, holdfast: Cli, args: tuple[str, ...], message: str
) -> None:
    write(shop)
    said = holdfast("workflow", *args, cwd=shop)
    assert (said.exit_code, message in said.stderr) == (2, True), said.stderr


def test_no_more_runs_at_once_than_files_may_be_open(shop: Path) -> None:
    step = f"{{id: fan, for_each: {list(range(80))}, run: [sleep, '0.01']}}"
    (shop / "wide.yaml").write_text(f"name: wide\nsteps:\n  - {step}\n", "utf-8")
    command = [sys.executable, "-m", "holdfast", "workflow", "run", "wide.yaml", "--jobs", "60", "--no-live"]
    limited = ["/bin/sh", "-c", 'ulimit -n 64; exec "$@"', "sh", *command]
    done = subprocess.run(limited, cwd=shop, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "--jobs 60: 10 at once" in done.stderr


def test_only_the_steps_that_are_named_run(shop: Path, holdfast: Cli) -> None:
    write(shop)
    (shop / "there").touch()
    said = holdfast("workflow", "run", "nightly", "--only", "ship", "--format", "json", cwd=shop)
    assert (said.exit_code, statuses(said)["build"], did(shop)) == (0, "skipped", ["shipped"])


def test_a_run_id_that_is_there_goes_on_in_place_of_a_new_run(shop: Path, holdfast: Cli) -> None:
    write(shop)
    (shop / "there").touch()
    for _ in range(2):
        said = holdfast("workflow", "run", "nightly", "--run-id", "0" * 26, cwd=shop)
        assert said.exit_code == 0, said.stderr
    assert did(shop) == ["a 7", "b 7", "built", "shipped"]


def test_the_registry_and_the_state_file_hear_of_a_run(shop: Path, holdfast: Cli) -> None:
    write(shop)
    with Registry(shop / "task_registry.json", project="shop") as registry:
        registry.append()
    (shop / "workflow_state.md").write_text("## State\n\n## Log\n", "utf-8")
    run_id = report(holdfast("workflow", "run", "nightly", "--format", "json", cwd=shop))["id"]
    events = json.loads((shop / "task_registry.json").read_text("utf-8"))["events"]
    assert len([each for each in events if each.get("run") == run_id]) == 2 + 2 * 4
    assert f"- Run: {run_id}\n- Workflow: nightly\n- RunStatus: failed\n" in (shop / "workflow_state.md").read_text()
    holdfast("workflow", "run", "nightly", "--no-log", cwd=shop)
    assert json.loads((shop / "task_registry.json").read_text("utf-8"))["events"] == events


def test_a_child_run_is_a_step_of_its_parent(shop: Path, holdfast: Cli) -> None:
    write(
        shop, "name: child\ninputs: {who: {default: you}}\nsteps: [{id: hi, run: [touch, '${inputs.who}']}]\n", "child"
    )
    write(shop, "name: top\nsteps:\n  - {id: c, workflow: {file: workflows/child.yaml, inputs: {who: me}}}\n", "top")
    said = holdfast("workflow", "run", "top", cwd=shop)
    assert said.exit_code == 0, said.stdout
    assert (shop / "me").exists()


def test_a_report_goes_to_a_file(shop: Path, holdfast: Cli) -> None:
    write(shop, "name: w\nsteps: [{id: a, run: ['true']}]\n", "w")
    said = holdfast("workflow", "run", "w", "--format", "junit", "--output", "out.xml", cwd=shop)
    assert (said.exit_code, "1 succeeded of 1 step" in said.stdout) == (0, True)
    assert "<testsuite" in (shop / "out.xml").read_text("utf-8")


def test_what_a_hand_claims_in_the_state_file_is_judged_by_the_rules_when_a_run_writes_it(
    shop: Path, holdfast: Cli
) -> None:
    write(shop, "name: w\nsteps: [{id: a, run: ['true']}]\n", "w")
    with Registry(shop / "task_registry.json", project="shop") as registry:
        registry.append()
    said = holdfast("workflow", "state", "init", cwd=shop)
    assert said.exit_code == 0, said.stderr
    assert holdfast("workflow", "run", "w", cwd=shop).exit_code == 0
    path = shop / "workflow_state.md"
    text = path.read_text("utf-8")
    assert "Phase: INIT\n- Status: READY" in text
    claimed = text.replace("Phase: INIT\n- Status: READY", "Phase: VALIDATE\n- Status: COMPLETED")
    path.write_text(claimed + "\nkept by hand\n", "utf-8")
    said = holdfast("workflow", "run", "w", cwd=shop)
    assert said.exit_code == 0, said.stderr
    assert "no move leads from INIT/READY to VALIDATE/COMPLETED" in said.stderr
    after = path.read_text("utf-8")
    assert "Phase: INIT\n- Status: READY" in after
    assert "kept by hand" in after


def test_a_step_that_is_to_run_where_nothing_runs_is_a_mistake_of_the_file(shop: Path, holdfast: Cli) -> None:
    write(shop, "name: w\nsteps:\n- {id: a, run: [x], uses: docker}\n- {id: b, run: [x], uses: locl}\n", "w")
    for command in ("validate", "run"):
        said = holdfast("workflow", command, "w", cwd=shop)
        assert said.exit_code == 2
        assert "workflows/w.yaml:3:21: a.uses: steps in containers are not there yet" in said.stdout + said.stderr
        assert "b.uses: there is no executor `locl`; did you mean `local`?" in said.stdout + said.stderr
