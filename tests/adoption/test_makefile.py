"""With real make: every target of a Makefile's own does as before, and ours work whatever it sets."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from holdfast.adoption.makefile import TARGETS
from holdfast.adoption.plan import State
from holdfast.checks.makefiles.targets import targets
from tests.adoption.repositories import adopt, planned, remove, repository
from tests.conftest import Cli

HELP = (
    "help: ## this\n\t@grep -E '^[a-z-]+:.*?## .*$$' $(MAKEFILE_LIST) | sort | "
    'awk \'BEGIN {FS = ":.*?## "}; {printf "%-10s %s\\n", $$1, $$2}\'\n'
)
MAKEFILES = {
    "plain": "all: a b\n\t@echo $@\na b: ; @echo $@\n",
    "no final newline": "all:\n\t@echo all",
    "Windows line ends": "all:\r\n\t@echo all\r\n",
    "variables alone": "NAME := shop\n",
    "empty": "",
    "its own help": HELP + "build: ## make it\n\t@echo build\n",
    "a catch-all": "help:\n\t@echo help $(O)\n.PHONY: help Makefile\n%: Makefile\n\t@echo build $@ $(O)\n",
    "a default rule": "all: ; @echo all\n.DEFAULT:\n\t@echo no $@\n",
    "another prefix of recipes": ".RECIPEPREFIX = >\nall:\n> @echo all\n",
    "one shell": ".ONESHELL:\nall:\n\t@x=1\n\techo $$x\n",
    "another shell": "SHELL := python3\n.SHELLFLAGS := -c\nall:\n\t@print('all')\n",
    "warnings": "MAKEFLAGS += --warn-undefined-variables -rR\nall: ; @echo all\n",
    "exports": "export\nall: ; @env | grep -i holdfast || echo none\n",
    "a goal of its own": ".DEFAULT_GOAL := second\nfirst: ; @echo first\nsecond: ; @echo second\n",
    "all of *.mk": "include $(wildcard *.mk)\nall: ; @echo all $(words $(MAKEFILE_LIST))\n",
    "second expansion": ".SECONDEXPANSION:\nall: $$(PARTS)\nPARTS = a\na: ; @echo $@\n",
    "silent and exact": ".SILENT:\n.DELETE_ON_ERROR:\n.SUFFIXES:\nall: ; echo $(firstword $(MAKEFILE_LIST))\n",
    "static patterns": "all: x.out y.out\nx.out y.out: %.out: ; @echo $*\nholdfast%: ; @echo theirs $@\n",
}
GOALS = ("", "all", "help", "build", "a", "b", "first", "second", "nothing-of-the-kind", "x.out", "NAME")


def make(project: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["make", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", MAKEFILES)
def test_every_goal_says_and_does_what_it_did(name: str, tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"setup.py": "", "Makefile": MAKEFILES[name]})
    goals = [goal.split() for goal in GOALS]
    before = [(make(project, "-n", *goal), make(project, *goal)) for goal in goals]
    adopt(project)
    assert "holdfast.mk" in (project / "Makefile").read_text("utf-8")
    assert [(make(project, "-n", *goal), make(project, *goal)) for goal in goals] == before
    (project / "holdfast.mk").unlink()
    assert [(make(project, "-n", *goal), make(project, *goal)) for goal in goals] == before


@pytest.mark.parametrize("name", MAKEFILES)
@pytest.mark.parametrize("place", [".venv", "venv", "elsewhere", "PATH"])
def test_our_targets_run_the_projects_own_holdfast(
    name: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = repository(tmp_path / "shop", {"setup.py": "", "Makefile": MAKEFILES[name]})
    adopt(project)
    program = project / place / "bin" / "holdfast"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\necho {place} "$@"\n', "utf-8")
    program.chmod(0o755)
    if place == "elsewhere":
        monkeypatch.setenv("UV_PROJECT_ENVIRONMENT", "elsewhere")
    if place == "PATH":
        monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    else:
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
    code, said, complaint = make(project, "holdfast-validate")
    assert (code, said.splitlines()[-1], complaint) == (0, f"{place} validate-env", "")


def test_a_project_without_holdfast_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = repository(tmp_path / "shop")
    adopt(project)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    code, _, complaint = make(project, "holdfast-validate")
    assert code == 2
    assert "holdfast: not installed" in complaint


def test_poetrys_own_environment_is_asked_for_where_there_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = repository(tmp_path / "shop", {"pyproject.toml": "", "poetry.lock": ""})
    adopt(project)
    for path, says in (("bin/poetry", f"echo {tmp_path}/virtualenv"), ("virtualenv/bin/holdfast", 'echo its "$@"')):
        program = tmp_path / path
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\n{says}\n", "utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    assert make(project, "holdfast-deps")[:2] == (0, "its check-deps\n")


def test_what_is_added_keeps_nobody_from_telling_which_targets_there_are(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"Makefile": "test: ; @true\n"})
    adopt(project)
    found = targets(project, frozenset({"Makefile", "holdfast.mk"}), ["Makefile"])
    assert all(found.has(name) for name in ("test", *TARGETS))
    assert not found.has("tset")


def test_what_is_added_hides_no_fault_of_the_makefile(tmp_path: Path, holdfast: Cli) -> None:
    text = ".PHONY: gone\ntest: needed.txt ; @true\n"
    project = repository(tmp_path / "shop", {"Makefile": text, "pyproject.toml": ""})
    adopt(project)
    said = holdfast("validate-env", "--no-log", "--only", "makefile", cwd=project).stdout
    assert "Makefile:2: error MAKE007: needs needed.txt" in said
    assert "Makefile:1: warning MAKE004: .PHONY names gone" in said
    assert "holdfast.mk" not in said


def test_a_makefile_of_ours_alone_lists_its_targets(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    adopt(project)
    code, said, complaint = make(project)
    assert (code, complaint) == (0, "")
    assert [line.split()[0] for line in said.splitlines()] == list(TARGETS)


@pytest.mark.parametrize("name", ["GNUmakefile", "makefile"])
def test_the_makefile_that_make_reads_is_the_one_that_is_extended(name: str, tmp_path: Path) -> None:
    project = repository(
        tmp_path / "shop", {"setup.py": "", name: "all: ; @echo all\n", "Makefile": "no: ; @echo no\n"}
    )
    adopt(project)
    assert "holdfast.mk" in (project / name).read_text("utf-8")
    assert (project / "Makefile").read_text("utf-8") == "no: ; @echo no\n"
    remove(project)
    assert (project / name).read_text("utf-8") == "all: ; @echo all\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("all:\n\t@echo a \\", "its last line goes on"),
        ("all:\n\t@echo a \\\n\n", "its last line goes on"),
        ("holdfast-validate : ; @echo mine\n", "it has a target holdfast-validate of its own"),
    ],
)
def test_a_makefile_that_cannot_be_extended_is_said(text: str, says: str, tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"setup.py": "", "Makefile": text})
    change = planned(project)["makefile"]
    assert change.state is State.BLOCKED
    assert says in change.note
