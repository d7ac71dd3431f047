from __future__ import annotations

import json
import os
from pathlib import Path

from holdfast.core.process_identity import identity
from holdfast.workflow.engines.interface import Owner
from tests.conftest import Cli
from tests.workflow.reports import real_runs as runs

WIDE = runs.flow(
    runs.sh("fan", 'echo "said $0"; exit 3', for_each="inputs.targets")._replace(
        body=["sh", "-c", 'echo "said $0"; test "$0" = a', "${item}"]
    ),
    runs.sh("alone", "exit 2"),
)
HOSTED = {"HOLDFAST_AGENT": "bea"}


def letters(holdfast: Cli, project: Path) -> list[str]:
    said = holdfast("workflow", "dead", "list", "--format", "json", cwd=project)
    return [each["step"] for each in json.loads(said.stdout)["letters"]]


def test_what_failed_for_good_is_listed_with_why(shop: Path, holdfast: Cli) -> None:
    run_id = runs.ran(shop, WIDE)
    assert letters(holdfast, shop) == ["fan[1]", "fan[2]", "alone"]
    said = holdfast("workflow", "dead", "list", run_id, cwd=shop).stdout.split("\n")
    assert said[3].split()[:3] == ["alone", "failed", "1"]
    assert said[3].endswith("exit code 2")


def test_one_is_shown_with_the_end_of_its_output(shop: Path, holdfast: Cli) -> None:
    run_id = runs.ran(shop, WIDE)
    said = holdfast("workflow", "dead", "show", run_id, "fan[1]", cwd=shop).stdout
    assert "why     exit code 1\n" in said
    assert said.endswith("  | said b\n")
    document = json.loads(holdfast("workflow", "dead", "show", run_id, "alone", "--format", "json", cwd=shop).stdout)
    assert document["letter"]["exit_code"] == 2
    both = holdfast("workflow", "dead", "show", run_id, "fan", cwd=shop)
    assert (both.exit_code, both.stderr) == (
        2, "holdfast: fan: 2 of its items failed\nhint: say which, as fan[1]\n",
    )  # fmt: skip


def test_a_retry_is_written_for_the_next_runner_and_says_how_to_go_on(shop: Path, holdfast: Cli) -> None:
    run_id = runs.ran(shop, WIDE)
    said = holdfast("workflow", "dead", "retry", run_id, "fan", "--why", "back again", cwd=shop, env=HOSTED)
    assert said.stdout == f"2 of 2 to be tried again\nholdfast workflow resume {run_id} goes on\n"
    told = {record.key: record.data for record in runs.written(shop, run_id) if "/again/" in record.key}
    assert told == {
        "step/fan[1]/again/1": {"by": "bea", "why": "back again"},
        "step/fan[2]/again/1": {"by": "bea", "why": "back again"},
    }
    assert letters(holdfast, shop) == ["alone"]
    state = runs.walk(shop, run_id)
    assert state.steps["fan[1]"].attempt == 2


def test_a_retry_of_a_run_that_somebody_runs_is_left_to_them(shop: Path, holdfast: Cli) -> None:
    run_id = runs.ran(shop, WIDE)
    with runs.engine_of(shop) as engine:
        lease = engine.claim(run_id, Owner("ana", identity(os.getpid())))
        said = holdfast("workflow", "dead", "retry", run_id, "--all", cwd=shop)
        engine.release(lease)
    assert said.stdout.startswith("3 of 3 to be tried again\nrun by ana, process ")


def test_what_is_given_up_stays_so_with_its_reason(shop: Path, holdfast: Cli) -> None:
    run_id = runs.ran(shop, WIDE)
    said = holdfast("workflow", "dead", "drop", run_id, "fan[1]", "--why", "the target is gone", cwd=shop, env=HOSTED)
    assert said.stdout == "1 of 1 given up\n"
    assert letters(holdfast, shop) == ["fan[2]", "alone"]
    told = {record.key: record.data for record in runs.written(shop, run_id)}
    assert told["step/fan[1]/dropped"] == {"by": "bea", "why": "the target is gone"}
    assert "given up" in holdfast("workflow", "status", run_id, "--all", cwd=shop).stdout
    holdfast("workflow", "dead", "drop", run_id, "--all", "--why", "enough", cwd=shop)
    assert holdfast("workflow", "dead", "list", run_id, cwd=shop).stdout == f"{run_id} has no dead letters\n"
    assert holdfast("workflow", "dead", "retry", run_id, "--all", cwd=shop).exit_code == 2


def test_what_was_skipped_for_a_dead_letter_has_its_turn_again_with_it(shop: Path, holdfast: Cli) -> None:
    flag = shop / "flag"
    run_id = runs.ran(shop, runs.flow(runs.sh("a", "test -e flag"), runs.sh("b", "true", "a")))
    flag.touch()
    said = holdfast("workflow", "dead", "retry", run_id, "a", cwd=shop).stdout
    assert said.startswith("1 of 1 to be tried again\n")
    state = runs.walk(shop, run_id)
    assert {step.instance: step.status for step in state.steps.values()} == {"a": "succeeded", "b": "succeeded"}
