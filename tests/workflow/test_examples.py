"""The examples do what they are there to show: the real commands, in a copy of the project, a git repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.who import who
from tests.conftest import ROOT, Cli, Said

COUNT = 200
Person = Callable[..., tuple[int, str]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of examples/shop with one commit; pytest, ruff and python3 are those that run this."""
    project = tmp_path / "shop"
    shutil.copytree(ROOT / "examples" / "shop", project, ignore=shutil.ignore_patterns(".*cache", "__pycache__"))
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "the shop"]):
        subprocess.run(["git", *command], cwd=project, check=True)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return project


@pytest.fixture
def person(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody who calls `holdfast workflow ARGS` at a terminal, and confirms what they are asked to."""
    monkeypatch.delenv("CI", raising=False)

    def call(*args: str) -> tuple[int, str]:
        ours, theirs = os.openpty()
        command = [sys.executable, "-m", "holdfast", "workflow", *args]
        with subprocess.Popen(command, cwd=shop, stdin=theirs, stdout=theirs, stderr=theirs) as process:
            os.close(theirs)
            said = b""
            while part := _read(ours):
                said += part
                if asked := re.search(rb"type the last 4 characters of the run, (\w{4}): ?$", said):
                    os.write(ours, asked[1] + b"\n")
            os.close(ours)
        return process.returncode, said.decode()

    return call


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # EIO: nobody holds the other end any more
        return b""


def steps(project: Path, holdfast_process: Cli) -> dict[str, dict[str, Any]]:
    """Where the last run stands: what its report says of each step."""
    said = holdfast_process("workflow", "report", "last", "--format", "json", cwd=project)
    return {step["step"]: step for step in json.loads(said.stdout)["steps"]}


def statuses(project: Path, holdfast_process: Cli) -> dict[str, str]:
    return {name: step["status"] for name, step in steps(project, holdfast_process).items()}


def run(project: Path, holdfast_process: Cli, *args: str) -> Said:
    return holdfast_process("workflow", *args, cwd=project, timeout=120)


def test_all_examples_are_without_mistakes(shop: Path, holdfast_process: Cli) -> None:
    said = run(shop, holdfast_process, "validate")
    assert said.exit_code == 0, said.stdout
    assert said.stdout.count("no mistakes") == 5


def test_nightly_passes_and_keeps_its_reports(shop: Path, holdfast_process: Cli) -> None:
    said = run(shop, holdfast_process, "run", "nightly")
    assert said.exit_code == 0, said.stdout
    assert set(statuses(shop, holdfast_process).values()) == {"succeeded"}
    assert "out/coverage.xml" in run(shop, holdfast_process, "artifacts", "last").stdout
    assert "tests succeeded, coverage succeeded" in run(shop, holdfast_process, "logs", "last", "report").stdout


def test_nightly_fails_at_the_gate_and_writes_its_report_all_the_same(shop: Path, holdfast_process: Cli) -> None:
    said = run(shop, holdfast_process, "run", "nightly", "--input", "least=101")
    assert said.exit_code == 1
    failed = {name for name, status in statuses(shop, holdfast_process).items() if status != "succeeded"}
    assert failed == {"coverage"}
    assert "coverage.line 100 >= 101: failed" in said.stdout
    assert "tests succeeded, coverage failed" in run(shop, holdfast_process, "logs", "last", "report").stdout


def test_release_stops_at_its_question_says_how_to_go_on_and_is_let_out_by_a_person(
    shop: Path, holdfast_process: Cli, person: Person
) -> None:
    said = run(shop, holdfast_process, "run", "release")
    assert said.exit_code == 1
    told = re.search(r"holdfast workflow (approve \w+ ship --answer publish)", said.stdout)
    on = re.search(r"holdfast workflow (resume \w+)", said.stdout)
    assert told is not None
    assert on is not None
    assert not (shop / "published").exists()
    code, talk = person(*told[1].split())
    assert code == 0, talk
    assert "Publish this build?" in talk
    assert run(shop, holdfast_process, *on[1].split()).exit_code == 0
    assert statuses(shop, holdfast_process)["rollback"] == "skipped"
    assert steps(shop, holdfast_process)["ship"]["answer"] == {"answer": "publish", "by": who(os.environ)}
    assert (shop / "published" / "shop.tar").read_bytes() == (shop / "dist" / "shop.tar").read_bytes()


def test_release_is_rolled_back_where_the_smoke_test_fails(shop: Path, holdfast_process: Cli, person: Person) -> None:
    (shop / "published").mkdir()
    (shop / "published" / "shop.tar").write_text("what customers have", "utf-8")
    run(shop, holdfast_process, "run", "release", "--input", "break_smoke=true")
    assert person("approve", "last", "ship", "--answer", "publish")[0] == 0
    said = run(shop, holdfast_process, "resume")
    assert said.exit_code == 1
    found = statuses(shop, holdfast_process)
    assert (found["publish"], found["smoke"], found["rollback"]) == ("succeeded", "failed", "succeeded")
    assert (shop / "published" / "shop.tar").read_text("utf-8") == "what customers have"


def test_release_that_is_held_publishes_nothing(shop: Path, holdfast_process: Cli, person: Person) -> None:
    run(shop, holdfast_process, "run", "release")
    assert person("approve", "last", "ship", "--answer", "hold")[0] == 0
    assert run(shop, holdfast_process, "resume").exit_code == 0
    assert statuses(shop, holdfast_process)["publish"] == "skipped"
    assert not (shop / "published").exists()


def test_an_agent_cannot_let_a_release_out_not_even_at_a_terminal(
    shop: Path, holdfast_process: Cli, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shop, holdfast_process, "run", "release")
    monkeypatch.setenv("CLAUDECODE", "1")
    code, talk = person("approve", "last", "ship", "--answer", "publish")
    assert code == 2
    assert "an approval is a person's, and claude-code is at work here" in talk
    assert run(shop, holdfast_process, "resume").exit_code == 1
    assert statuses(shop, holdfast_process)["ship"] == "asking"


def test_fan_out_looks_at_each_repository_once_and_a_broken_one_is_a_dead_letter_that_can_be_mended(
    shop: Path, holdfast_process: Cli
) -> None:
    repositories = shop / "out" / "repositories"
    broken = repositories / "service-017" / ".git"
    broken.parent.mkdir(parents=True)
    broken.write_text("gitdir: nowhere\n", "utf-8")
    said = run(shop, holdfast_process, "run", "fan-out")
    assert said.exit_code == 1
    assert f"{COUNT - 1} succeeded" in said.stdout
    items = steps(shop, holdfast_process)["look"]["items"]
    assert [item["step"] for item in items] == [f"look[{index}]" for index in range(COUNT)]
    assert [item["attempts"] for item in items] == [2 if index == 17 else 1 for index in range(COUNT)]
    dead = run(shop, holdfast_process, "dead", "list").stdout
    assert "look[17]" in dead
    assert "look[16]" not in dead
    broken.unlink()
    subprocess.run(["git", "init", "-q", broken.parent], check=True)
    assert run(shop, holdfast_process, "dead", "retry", "last", "look[17]", "--resume").exit_code == 0
    after = steps(shop, holdfast_process)["look"]["items"]
    assert {item["status"] for item in after} == {"succeeded"}
    assert [item["attempts"] for item in after] == [3 if index == 17 else 1 for index in range(COUNT)]


def test_a_feature_is_made_when_its_commands_pass_and_not_when_somebody_says_so(
    shop: Path, holdfast_process: Cli, person: Person
) -> None:
    said = run(shop, holdfast_process, "run", "feature", "--input", "title=gift wrapping")
    assert said.exit_code == 1
    assert "Write a test in tests/ that fails without: gift wrapping" in said.stdout
    assert "checked by: python3 -m compileall -q tests" in said.stdout
    test = shop / "tests" / "test_wrapping.py"
    test.write_text(
        "from shop.cart import wrapped\n\n\ndef test_it() -> None:\n    assert wrapped(1) == 101\n", "utf-8"
    )
    agent = {"CLAUDECODE": "1"}
    assert holdfast_process("workflow", "done", "last", "tests-first", cwd=shop, env=agent).exit_code == 0
    assert run(shop, holdfast_process, "resume").exit_code == 1
    assert statuses(shop, holdfast_process)["tests-first"] == "succeeded"
    assert holdfast_process("workflow", "done", "last", "make", cwd=shop, env=agent).exit_code == 0
    refused = run(shop, holdfast_process, "resume")
    assert refused.exit_code == 1
    assert "not done yet" in refused.stdout
    assert "cannot import name 'wrapped'" in refused.stdout
    assert statuses(shop, holdfast_process)["make"] == "asking"
    with (shop / "shop" / "cart.py").open("a", encoding="utf-8") as file:
        file.write('\n\ndef wrapped(price: int) -> int:\n    """With paper around it."""\n    return price + 100\n')
    assert holdfast_process("workflow", "done", "last", "make", cwd=shop, env=agent).exit_code == 0
    assert run(shop, holdfast_process, "resume").exit_code == 1
    found = statuses(shop, holdfast_process)
    assert (found["make"], found["review"]) == ("succeeded", "asking")
    assert person("approve", "last", "review", "--answer", "merge")[0] == 0
    assert run(shop, holdfast_process, "resume").exit_code == 0
    assert "the shop" in run(shop, holdfast_process, "logs", "last", "result").stdout


def test_an_incident_is_looked_at_decided_by_a_person_mended_and_written_down(
    shop: Path, holdfast_process: Cli, person: Person
) -> None:
    (shop / "published").mkdir()
    (shop / "published" / "shop.tar").write_text("new and broken", "utf-8")
    (shop / "published" / "shop.previous.tar").write_text("old and good", "utf-8")
    said = run(shop, holdfast_process, "run", "incident", "--input", "what=errors at the till")
    assert said.exit_code == 1
    assert "errors at the till. What now?" in said.stdout
    assert person("approve", "last", "decide", "--answer", "rollback")[0] == 0
    assert run(shop, holdfast_process, "resume").exit_code == 0
    assert (shop / "published" / "shop.tar").read_text("utf-8") == "old and good"
    note = (shop / "out" / "incidents.txt").read_text("utf-8")
    assert note.endswith(": errors at the till, rollback succeeded\n")
