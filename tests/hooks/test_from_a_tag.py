"""The hooks that this repository ships, taken from a tag as their users do. Installing them needs the package index."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.conftest import MakeShop
from tests.hooks.shops import FAULT, KEY, MENDED, PYPROJECT, ROOT, RUNNERS, Runner, environment


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_manifest_is_one(runner: str, tmp_path: Path) -> None:
    said = Runner(runner, tmp_path / "runner")("validate-manifest", ".pre-commit-hooks.yaml", cwd=ROOT)
    assert said.exit_code == 0, said.stdout + said.stderr


@pytest.mark.real
def test_the_environment_of_the_hook_is_not_taken_for_that_of_the_project(tagged: MakeShop) -> None:
    shop = tagged("holdfast-validate", "holdfast-venv", tools=False)
    shop.write(f"{MENDED}# better\n")
    said = shop.refused("-a")
    assert said.count("VENV001") == 2
    assert "made for a hook" in said
    environment(shop.root)
    shop.taken("-a")


@pytest.mark.real
def test_the_environment_of_the_hook_is_nobodys_active_one_in_ci(tagged: MakeShop) -> None:
    shop = tagged("holdfast-venv")
    shop.write(f"{MENDED}# better\n")
    assert "VENV003" not in shop.taken("-a", env={"CI": "true"})


@pytest.mark.real
def test_a_broken_environment_is_refused_whatever_the_commit_is_of(tagged: MakeShop) -> None:
    shop = tagged("holdfast-venv")
    (shop.root / ".venv" / "bin" / "python").unlink()
    (shop.root / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    (shop.root / "notes.txt").write_text("x\n", "utf-8")
    shop.must("add", "-A")
    assert "VENV005" in shop.refused()


@pytest.mark.real
def test_what_is_installed_in_the_environment_of_the_project_is_judged(tagged: MakeShop) -> None:
    shop = tagged("holdfast-deps")
    (site,) = (shop.root / ".venv" / "lib").glob("python*/site-packages")
    (site / "till-1.0.dist-info").mkdir()
    metadata = site / "till-1.0.dist-info" / "METADATA"
    metadata.write_text("Metadata-Version: 2.1\nName: till\nVersion: 1.0\nRequires-Dist: drawer\n", "utf-8")
    (site / "till-1.0.dist-info" / "RECORD").write_text("", "utf-8")
    shop.write(f"{MENDED}# better\n")
    assert "drawer" in shop.refused("-a")
    metadata.write_text("Metadata-Version: 2.1\nName: till\nVersion: 1.0\n", "utf-8")
    shop.taken("-a")


@pytest.mark.real
def test_a_run_of_a_hook_is_not_logged_as_that_would_change_a_tracked_file(tagged: MakeShop) -> None:
    shop = tagged("holdfast-validate", "holdfast-venv", pyproject=PYPROJECT)
    registry = shop.root / "task_registry.json"
    registry.write_bytes((ROOT / "task_registry.json").read_bytes())
    before = registry.read_bytes()
    shop.must("add", "-A")
    shop.taken()
    assert registry.read_bytes() == before
    shop.write(FAULT)
    assert "F401" in shop.refused("-a")


@pytest.mark.real
def test_secrets_are_found_by_the_tool_that_the_hook_brings_and_never_shown(tagged: MakeShop) -> None:
    shop = tagged("holdfast-secrets")
    shop.write(f"import os\n\nkey = '{KEY}'\nprint(os.name, key)\n")
    said = shop.refused("-a")
    assert "käse laden.py:3" in said
    assert KEY not in said
    shop.write(f"{MENDED}# better\n")
    shop.taken("-a")


@pytest.mark.real
def test_arguments_of_the_user_go_before_the_files(tagged: MakeShop) -> None:
    shop = tagged("holdfast-validate")
    config = shop.root / ".pre-commit-config.yaml"
    config.write_text(config.read_text("utf-8").rstrip("\n") + "\n        args: [--only=venv, --]\n", "utf-8")
    shop.write(FAULT)
    shop.must("add", "-A")
    shop.taken()
