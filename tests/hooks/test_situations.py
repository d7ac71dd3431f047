"""Where git runs hooks from: each time with a bare PATH and nothing activated, in a path with a space and an accent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.shops import FAULT, MENDED, Shop, environment


def test_a_fault_is_refused_and_once_mended_is_taken(shop: Shop) -> None:
    shop.write(FAULT)
    shop.must("add", "-A")
    said = shop.refused()
    assert "käse laden.py:1:8: error ruff:F401" in said
    assert "started" not in said  # progress tells nothing once all is over
    shop.write(f"{MENDED}# better\n")
    shop.must("add", "-A")
    shop.taken()
    assert shop.must("rev-list", "--count", "HEAD") == "2\n"


def test_another_file_with_the_same_fault_does_not_count(shop: Shop) -> None:
    (shop.root / "old.py").write_text(FAULT, "utf-8")
    shop.must("add", "old.py")
    shop.must("commit", "-q", "--no-verify", "-m", "old fault")
    shop.write(f"{MENDED}# better\n")
    shop.taken("-a")


def test_commit_all_judges_what_it_takes_in(shop: Shop) -> None:
    shop.write(FAULT)
    assert "F401" in shop.refused("-a")
    shop.write(f"{MENDED}# better\n")
    shop.taken("-a")


def test_commit_of_one_file_judges_that_file_alone(shop: Shop) -> None:
    other = shop.root / "other.py"
    other.write_text(MENDED, "utf-8")
    shop.must("add", "other.py")
    shop.must("commit", "-q", "--no-verify", "-m", "other")
    shop.write(FAULT)
    shop.must("add", "-A")
    other.write_text(f"{MENDED}# better\n", "utf-8")
    shop.taken("-o", "other.py")
    assert shop.module.read_text("utf-8") == FAULT
    assert "F401" in shop.refused("-o", shop.module.name)


def test_of_a_file_that_is_staged_in_part_that_part_is_judged(shop: Shop) -> None:
    shop.write(f"{MENDED}# better\n")
    shop.must("add", "-A")
    shop.write(FAULT)
    shop.taken()
    assert shop.module.read_text("utf-8") == FAULT
    shop.must("add", "-A")
    shop.write(MENDED)
    assert "F401" in shop.refused()
    assert shop.module.read_text("utf-8") == MENDED


def test_a_worktree_is_judged_with_its_own_files_and_environment(shop: Shop, tmp_path: Path) -> None:
    there = tmp_path / "zweiter laden é"
    shop.must("worktree", "add", "-q", "-b", "other", there)
    environment(there)
    shop.write(FAULT)
    shop.write(f"{MENDED}# better\n", root=there)
    shop.taken("-a", cwd=there)
    shop.write(MENDED)
    shop.write(FAULT, root=there)
    assert "F401" in shop.refused("-a", cwd=there)


def test_a_worktree_without_an_environment_does_not_pass_with_that_of_another(shop: Shop, tmp_path: Path) -> None:
    there = tmp_path / "zweiter laden é"
    shop.must("worktree", "add", "-q", "-b", "other", there)
    shop.write(f"{MENDED}# better\n", root=there)
    said = shop.refused("-a", cwd=there)
    assert ".venv/bin/holdfast" in said or "VENV001: the project has no environment" in said.replace("\n", " ")


def test_a_submodule_is_a_project_of_its_own(shop: Shop, tmp_path: Path) -> None:
    outer = Shop(shop.runner, tmp_path / "outer", shop.config)
    outer.must("submodule", "--quiet", "add", str(shop.root), "part")
    inner = outer.root / "part"
    environment(inner)
    shop.runner("install", cwd=inner)
    shop.write(FAULT, root=inner)
    assert "F401" in shop.refused("-a", cwd=inner)
    shop.write(f"{MENDED}# better\n", root=inner)
    shop.taken("-a", cwd=inner)


def test_a_commit_from_a_subdirectory_judges_the_whole(shop: Shop) -> None:
    below = shop.root / "unter" / "wegs"
    below.mkdir(parents=True)
    shop.write(FAULT)
    assert "käse laden.py:1:8: error ruff:F401" in shop.refused("-a", cwd=below)
    said = shop.runner("run", "--all-files", cwd=below)
    assert "F401" in said.stdout
    shop.write(f"{MENDED}# better\n")
    shop.taken("-a", cwd=below)


def test_git_told_by_variables_where_the_repository_is_judges_that(shop: Shop, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    given = {
        "GIT_DIR": str(shop.root / ".git"),
        "GIT_WORK_TREE": str(shop.root),
        "GIT_INDEX_FILE": str(shop.root / ".git" / "index"),
    }
    shop.write(FAULT)
    shop.must("add", "-A")
    said = shop.commit(cwd=elsewhere, env=given)
    assert said.exit_code == 1
    assert "F401" in said.stdout + said.stderr
    shop.write(f"{MENDED}# better\n")
    shop.must("add", "-A")
    shop.taken(cwd=elsewhere, env=given)


def test_the_active_environment_of_another_project_is_not_used(shop: Shop, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "pyproject.toml").write_text("", "utf-8")
    place = environment(other)
    (place / "bin" / "ruff").unlink()
    (place / "bin" / "ruff").write_text("#!/bin/sh\necho '[]'\n", "utf-8")
    (place / "bin" / "ruff").chmod(0o755)
    active = {"VIRTUAL_ENV": str(place), "PATH": f"{place / 'bin'}:{shop.runner.env['PATH']}"}
    shop.write(FAULT)
    assert "F401" in shop.refused("-a", env=active)


@pytest.mark.parametrize("name", ["-o.py", "a'b\"c.py", "100%.py"])
def test_a_file_with_an_odd_name_is_judged(shop: Shop, name: str) -> None:
    (shop.root / name).write_text(FAULT, "utf-8")
    shop.must("add", "-A")
    assert "F401" in shop.refused()
