"""`holdfast init` as it is used: what it shows, what it asks, what it writes, and its exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adoption.repositories import repository, tree
from tests.conftest import Cli

PARTS = 9


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return repository(tmp_path / "shop")


def answered(project: Path, *arguments: str, answers: str) -> tuple[int, str]:
    """Runs `holdfast init` on a terminal where somebody types; returns its exit code and all that was shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "holdfast", "init", *arguments]
    with subprocess.Popen(
        command, cwd=project, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        os.write(ours, answers.encode())
        shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return process.returncode, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""


def test_it_is_put_in_checked_and_taken_out_to_the_byte(holdfast: Cli, shop: Path) -> None:
    before = tree(shop)
    put_in = holdfast("init", "--yes", cwd=shop)
    assert put_in.exit_code == 0
    assert put_in.stdout.endswith(f"{PARTS} files changed\n")
    assert "+[tool.holdfast]\n" in put_in.stdout
    adopted = tree(shop)
    again = holdfast("init", cwd=shop)
    assert (again.exit_code, again.stdout.splitlines()[-1], again.stderr) == (0, "nothing to change", "")
    checked = holdfast("init", "--check", cwd=shop)
    assert (checked.exit_code, checked.stdout) == (0, f"{PARTS} parts, nothing drifted\n")
    assert tree(shop) == adopted
    out = holdfast("init", "--remove", "--yes", cwd=shop)
    assert (out.exit_code, out.stdout.splitlines()[-1]) == (0, f"{PARTS} files changed")
    assert tree(shop) == before
    assert holdfast("init", "--remove", cwd=shop).stdout == "nothing to change\n"


def test_a_repository_that_took_it_in_can_be_validated_and_let_go(holdfast: Cli, shop: Path) -> None:
    before = tree(shop)
    holdfast("init", "--yes", cwd=shop)
    assert holdfast("config", "check", cwd=shop).exit_code == 0
    assert holdfast("validate-env", cwd=shop).exit_code in (1, 2)
    assert holdfast("task-log", "verify", cwd=shop).exit_code == 0
    assert (shop / ".holdfast").is_dir()
    said = holdfast("init", "--remove", "--yes", cwd=shop).stdout
    rows = [line for line in said.splitlines() if re.match("  (?:delete|restore|left alone) ", line)]
    assert rows[-1].endswith(".holdfast/: caches, and logs of runs")
    assert {row[13] for row in rows} == {" "}  # "left alone" is the widest
    assert " " not in {row[14] for row in rows}
    left = tree(shop)
    assert left.pop("task_registry.json")
    assert left == before


def test_without_a_terminal_or_yes_nothing_is_written(holdfast_process: Cli, shop: Path) -> None:
    before = tree(shop)
    said = holdfast_process("init", cwd=shop)
    assert said.exit_code == 2
    assert "create  AGENTS.md" in said.stdout
    assert said.stderr == "nothing was written: there is nobody to ask; --yes writes it\n"
    assert tree(shop) == before


def test_a_dry_run_shows_and_writes_nothing(holdfast: Cli, shop: Path) -> None:
    before = tree(shop)
    said = holdfast("init", "--dry-run", cwd=shop)
    assert (said.exit_code, said.stderr) == (0, "nothing was written (--dry-run)\n")
    assert "+++ b/AGENTS.md\n" in said.stdout
    assert tree(shop) == before


def test_what_is_shown_can_be_applied_with_patch(holdfast: Cli, tmp_path: Path) -> None:
    files = {"pyproject.toml": "[project]\nname = 'a'", "Makefile": "all:\n\t@true\n", ".gitignore": "a\n\n"}
    shop = repository(tmp_path / "shop", files)
    shown = holdfast("init", "--dry-run", "--skip", "registry", cwd=shop).stdout
    patched = repository(tmp_path / "patched", files)
    subprocess.run(["patch", "-p1", "-s"], cwd=patched, input=shown.encode(), check=True)
    holdfast("init", "--yes", "--skip", "registry", cwd=shop)
    assert tree(patched) == tree(shop)


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2)])
def test_on_a_terminal_it_asks(answer: str, code: int, shop: Path) -> None:
    before = tree(shop)
    done, shown = answered(shop, answers=f"{answer}\n")
    assert done == code
    assert f"Change {PARTS} files? [y/N]" in shown
    assert (tree(shop) == before) is (answer == "n")


def test_an_edit_between_the_marks_is_asked_about_and_never_overwritten_by_yes(holdfast: Cli, shop: Path) -> None:
    holdfast("init", "--yes", cwd=shop)
    wanted = (shop / "AGENTS.md").read_text("utf-8")
    edited = wanted.replace("For coding agents", "For agents")
    (shop / "AGENTS.md").write_text(edited, "utf-8")
    checked = holdfast("init", "--check", cwd=shop)
    assert checked.exit_code == 1
    assert "-# For agents\n+# For coding agents\n" in checked.stdout
    assert "edited     AGENTS.md: changed between the marks\n" in checked.stdout
    assert checked.stdout.endswith(f"1 of {PARTS} parts drifted\n")
    kept = holdfast("init", "--yes", cwd=shop)
    assert kept.exit_code == 1
    assert kept.stderr == "AGENTS.md is left as it was edited; --force overwrites it\n"
    assert (shop / "AGENTS.md").read_text("utf-8") == edited
    assert answered(shop, answers="n\n")[0] == 1
    assert (shop / "AGENTS.md").read_text("utf-8") == edited
    assert answered(shop, answers="y\n")[0] == 0
    assert (shop / "AGENTS.md").read_text("utf-8") == wanted


def test_edits_are_thrown_away_with_force_alone(holdfast: Cli, shop: Path) -> None:
    before = tree(shop)
    holdfast("init", "--yes", cwd=shop)
    path = shop / ".gitignore"
    path.write_text(path.read_text("utf-8").replace(".holdfast/", ".holdfast/\nmine/"), "utf-8")
    refused = holdfast("init", "--remove", "--yes", cwd=shop)
    assert refused.exit_code == 2
    assert "  .gitignore: changed between the marks; --force throws that away\n" in refused.stderr
    assert (shop / "AGENTS.md").exists()
    assert holdfast("init", "--yes", "--force", cwd=shop).exit_code == 0
    assert "mine/" not in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(".holdfast/", ".holdfast/\nmine/"), "utf-8")
    assert holdfast("init", "--remove", "--yes", "--force", cwd=shop).exit_code == 0
    assert tree(shop) == before


def test_what_cannot_be_done_is_all_said_and_nothing_is_written(holdfast: Cli, shop: Path) -> None:
    (shop / "AGENTS.md").mkdir()
    (shop / "holdfast.mk").write_text("mine:\n", "utf-8")
    before = tree(shop)
    said = holdfast("init", "--yes", cwd=shop)
    assert said.exit_code == 2
    assert said.stderr == (
        "holdfast: this cannot be done:\n"
        "  holdfast.mk: there is one that holdfast did not write\n"
        "  AGENTS.md: a directory\n"
        "hint: leave it out with --skip rules,agents, or mend it; nothing was written\n"
    )
    assert tree(shop) == before
    assert holdfast("init", "--check", cwd=shop).exit_code == 2


def test_what_is_skipped_is_remembered_in_the_settings(holdfast: Cli, shop: Path) -> None:
    (shop / "AGENTS.md").mkdir()
    assert holdfast("init", "--yes", "--skip", "agents", "--skip", "registry,hooks", cwd=shop).exit_code == 0
    assert holdfast("init", "--check", cwd=shop).exit_code == 0
    assert holdfast("init", cwd=shop).stdout.endswith("nothing to change\n")
    assert not (shop / "task_registry.json").exists()
    assert "agents" in holdfast("config", "show", cwd=shop).stdout


def test_where_the_settings_are_the_users_it_says_where_a_skip_goes(holdfast: Cli, tmp_path: Path) -> None:
    shop = repository(tmp_path / "shop", {"pyproject.toml": "[tool.holdfast]\n"})
    said = holdfast("init", "--yes", "--skip", "agents", cwd=shop)
    assert said.exit_code == 0
    assert "left alone  pyproject.toml: it has [tool.holdfast] already" in said.stdout
    assert said.stderr == 'for the next time: skip = ["agents"] in [tool.holdfast.init]\n'


def test_a_part_that_there_is_not_is_refused(holdfast: Cli, shop: Path) -> None:
    said = holdfast("init", "--skip", "nothing", cwd=shop)
    assert said.exit_code == 2
    assert said.stderr.startswith("holdfast: 'nothing' is no part of init\nhint: one of settings, gitignore")


def test_a_directory_in_no_repository_is_refused(holdfast: Cli, tmp_path: Path) -> None:
    shop = repository(tmp_path / "shop", git=False)
    said = holdfast("init", "--yes", cwd=shop)
    assert said.exit_code == 2
    assert "is in no git repository" in said.stderr
    assert "git init" in said.stderr


def test_options_that_contradict_each_other_are_refused(holdfast: Cli, shop: Path) -> None:
    assert holdfast("init", "--check", "--remove", cwd=shop).exit_code == 2
    assert holdfast("init", "--remove", "--dry-run", cwd=shop).exit_code == 0


def test_it_can_be_taken_out_where_the_settings_are_broken_by_now(holdfast: Cli, shop: Path) -> None:
    holdfast("init", "--yes", cwd=shop)
    with (shop / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("this is no TOML\n")
    assert holdfast("init", "--check", cwd=shop).exit_code == 2
    assert holdfast("init", "--remove", "--yes", cwd=shop).exit_code == 0
    assert not (shop / "AGENTS.md").exists()
    assert (shop / "pyproject.toml").read_text("utf-8").endswith("this is no TOML\n")


def test_the_answer_for_programs_is_one_document(holdfast: Cli, shop: Path) -> None:
    dry = json.loads(holdfast("init", "--dry-run", "--format", "json", cwd=shop).stdout)
    assert (dry["schema"], dry["command"], dry["exit_code"]) == ("holdfast/init/1", "init", 0)
    assert {part["written"] for part in dry["parts"]} == {False}
    refused = holdfast("init", "--format", "json", cwd=shop)
    assert (refused.exit_code, json.loads(refused.stdout)["exit_code"]) == (2, 2)
    done = json.loads(holdfast("init", "--yes", "--format", "json", cwd=shop).stdout)
    assert {(part["state"], part["written"]) for part in done["parts"]} == {("missing", True)}
    assert [part["action"] for part in done["parts"] if part["file"] == "pyproject.toml"] == ["extend"]
    (shop / "AGENTS.md").unlink()
    checked = holdfast("init", "--check", "--format", "json", cwd=shop)
    agents = next(part for part in json.loads(checked.stdout)["parts"] if part["part"] == "agents")
    assert checked.exit_code == 1
    assert (agents["state"], agents["action"]) == ("missing", "create")
    assert agents["diff"].startswith("--- /dev/null\n+++ b/AGENTS.md\n")
    out = json.loads(holdfast("init", "--remove", "--yes", "--format", "json", cwd=shop).stdout)
    assert {part["action"] for part in out["parts"]} == {"delete", "restore"}


def test_secrets_around_what_changes_are_not_shown(holdfast: Cli, tmp_path: Path) -> None:
    token = "ghp_" + "a1" * 18
    shop = repository(tmp_path / "shop", {"setup.py": "", "Makefile": f"all:\n\tTOKEN={token} ./run\n"})
    for form in ("text", "json"):
        said = holdfast("init", "--dry-run", "--format", form, cwd=shop)
        assert token not in said.stdout
        assert "./run" in said.stdout


def test_the_diff_is_in_colour_where_that_is_wanted(holdfast: Cli, shop: Path) -> None:
    said = holdfast("init", "--dry-run", cwd=shop, env={"FORCE_COLOR": "1"})
    assert "\x1b[32m+[tool.holdfast]\x1b[0m\n" in said.stdout
