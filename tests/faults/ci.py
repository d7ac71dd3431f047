"""Faults in workflows, Makefiles, Dockerfiles and shell scripts, and rich ones without any."""

from __future__ import annotations

from tests.faults.ci_make import DOCKER, MAKEFILES
from tests.faults.ci_workflows import CI, REPOSITORY, SHELL_FILES
from tests.faults.model import Clean, Fault, Files

HEAD = "name: ci\non: push\npermissions: {}\njobs:\n"
JOB = HEAD + "  test:\n    runs-on: ubuntu-latest\n"


def workflow(text: str, **more: str) -> Files:
    return {CI: text, **more}


def steps(text: str) -> Files:
    """A workflow of one job with these steps; the first of them is on line 8."""
    return {CI: JOB + "    steps:\n" + "".join(f"      {line}\n" for line in text.splitlines())}


def action(text: str) -> Files:
    return {"action.yml": "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n" + text}


def make(text: str) -> Files:
    return {"Makefile": text}


MATRIX = JOB + "    strategy:\n      matrix:\n        python: ['3.11', '3.12']\n    steps:\n"
CYCLE = HEAD + """\
  a: {runs-on: ubuntu-latest, needs: c, steps: [{run: ls}]}
  b: {runs-on: ubuntu-latest, needs: a, steps: [{run: ls}]}
  c: {runs-on: ubuntu-latest, needs: b, steps: [{run: ls}]}
"""
WORKFLOW_FAULTS = [
    Fault("not YAML", "workflows", workflow("on: [push\njobs:\n"), "GHA001", CI),
    Fault("a tab for indentation", "workflows", workflow(HEAD + "\ttest:\n"), "GHA001", f"{CI}:5"),
    Fault("an empty file", "workflows", workflow(""), "GHA001", CI),
    Fault("a key twice", "workflows", steps("- run: ls\n  name: a\n  run: pwd"), "GHA002", f"{CI}:10"),
    Fault(
        "a job twice", "workflows", workflow(JOB + "    steps: [{run: ls}]\n" + JOB[len(HEAD) :]), "GHA002", f"{CI}:8"
    ),
    Fault("a misspelt event", "workflows", workflow("on: [push, pull_requests]\njobs: {}\n"), "GHA003", f"{CI}:1"),
    Fault("no event", "workflows", workflow("name: ci\njobs:\n  a:\n    runs-on: x\n"), "GHA003", f"{CI}:1"),
    Fault("nowhere to run", "workflows", workflow(HEAD + "  a:\n    steps: [{run: ls}]\n"), "GHA004", f"{CI}:5"),
    Fault(
        "a job that is not there",
        "workflows",
        workflow(JOB + "    needs: [build]\n    steps: [{run: ls}]\n"),
        "GHA005",
        f"{CI}:7",
    ),
    Fault("jobs that wait for each other", "workflows", workflow(CYCLE), "GHA006", f"{CI}:5"),
    Fault("a step that does nothing", "workflows", steps("- run: ls\n- name: publish"), "GHA007", f"{CI}:9"),
    Fault("a job without steps", "workflows", workflow(JOB), "GHA007", f"{CI}:5"),
    Fault(
        "a matrix key that is not there",
        "workflows",
        workflow(MATRIX + "      - run: echo ${{ matrix.pyton }}\n"),
        "GHA008",
        f"{CI}:11",
    ),
    Fault(
        "a matrix in a condition of a job without one",
        "workflows",
        steps("- run: ls\n  if: matrix.os == 'linux'"),
        "GHA008",
        f"{CI}:9",
    ),
    Fault("an action that is not there", "workflows", steps("- uses: ./.github/actions/setup"), "GHA009", f"{CI}:8"),
    Fault(
        "a reusable workflow that is not there",
        "workflows",
        workflow(HEAD + "  a:\n    uses: ./.github/workflows/tests.yml\n"),
        "GHA009",
        f"{CI}:6",
    ),
    Fault(
        "a directory that is not there",
        "workflows",
        steps("- run: make\n  working-directory: frontend"),
        "GHA010",
        f"{CI}:9",
    ),
    Fault(
        "a script that was renamed",
        "workflows",
        {**steps("- run: |\n    set -e\n    bash scripts/pulish.sh --all"), "scripts/publish.sh": "#!/bin/sh\ntrue\n"},
        "GHA011",
        f"{CI}:10",
    ),
    Fault("a composite step without a shell", "workflows", action("    - run: ls\n"), "GHA012", "action.yml:6"),
    Fault(
        "the output of a step that is not there",
        "workflows",
        steps("- run: ls\n  id: build\n- run: echo ${{ steps.biuld.outputs.path }}"),
        "GHA013",
        f"{CI}:10",
    ),
    Fault(
        "the output of a job that is not needed",
        "workflows",
        steps("- run: ls\n- if: ${{ needs.changes.outputs.docs == 'true' }}\n  run: pwd"),
        "GHA013",
        f"{CI}:9",
    ),
    Fault("an expression without its end", "workflows", steps("- run: echo ${{ github.sha }"), "GHA014", f"{CI}:8"),
    Fault("an id twice", "workflows", steps("- id: a\n  run: ls\n- id: a\n  run: ls"), "GHA015", f"{CI}:10"),
    Fault(
        "a schedule of four fields",
        "workflows",
        workflow("on:\n  schedule:\n    - cron: '0 4 * *'\n" + JOB[len("name: ci\non: push\n") :]),
        "GHA016",
        f"{CI}:3",
    ),
    Fault(
        "a key that no step has",
        "workflows",
        steps("- run: ls\n  working-dir: src"),
        "check-jsonschema:github-workflows",
        f"{CI}:8",
    ),
    Fault(
        "an ecosystem that Dependabot does not know",
        "workflows",
        {
            ".github/dependabot.yml": "version: 2\nupdates:\n  - package-ecosystem: pipp\n    directory: /\n"
            "    schedule:\n      interval: weekly\n"
        },
        "check-jsonschema:dependabot",
        ".github/dependabot.yml:3",
    ),
]
ZIZMOR_FAULTS = [
    Fault(
        "a title that becomes code",
        "zizmor",
        {CI: JOB.replace("push", "issues") + "    steps:\n      - run: echo '${{ github.event.issue.title }}'\n"},
        "zizmor:template-injection",
        f"{CI}:8",
    ),
    Fault("an action by its branch", "zizmor", steps("- uses: acme/tool@main"), "zizmor:unpinned-uses", f"{CI}:8"),
    Fault(
        "a file that it cannot read", "zizmor", {**steps("- run: ls"), CI[:-6] + "b.yml": "a: ["}, "zizmor:unreadable"
    ),
]
MAKE_FAULTS = [
    Fault("spaces for a tab", "makefile", make("all:\n    echo hello\n"), "MAKE001", "Makefile:2"),
    Fault("spaces before a colon", "makefile", make("all:\n    @echo 'a: b'\n"), "MAKE001", "Makefile:2"),
    Fault("a recipe without a rule", "makefile", make("X = 1\n\techo hello\n"), "MAKE002", "Makefile:2"),
    Fault(
        "a target twice",
        "makefile",
        make(".PHONY: test\ntest:\n\tpytest\n\nlint:\n\truff check\n\ntest:\n\ttox\n"),
        "MAKE003",
        "Makefile:8",
    ),
    Fault("a phony target without a rule", "makefile", make(".PHONY: all tset\nall:\n\tls\n"), "MAKE004", "Makefile:1"),
    Fault(
        "a condition without an end", "makefile", make("ifeq ($(A),1)\nB = 2\nall:\n\tls\n"), "MAKE005", "Makefile:1"
    ),
    Fault("an end without a condition", "makefile", make("all:\n\tls\nendif\n"), "MAKE005", "Makefile:3"),
    Fault("a define without an end", "makefile", make("define HELP\n  text\nall:\n\tls\n"), "MAKE005", "Makefile:1"),
    Fault(
        "a part that is not there", "makefile", make("include build/common.mk\nall:\n\tls\n"), "MAKE006", "Makefile:1"
    ),
    Fault("a file that is not there", "makefile", make("all: pyprojekt.toml\n\tls\n"), "MAKE007", "Makefile:1"),
    Fault("a rule without its colon", "makefile", make("all:\n\tls\n\ninstall deps\n\tls\n"), "MAKE008", "Makefile:4"),
    Fault("targets that need each other", "makefile", make("a: b\n\tls\nb: a\n\tls\n"), "MAKE009", "Makefile:1"),
]
SCRIPT = "#!/usr/bin/env bash\nset -euo pipefail\n"
OTHER_FAULTS = [
    Fault("a newest image", "dockerfile", {"Dockerfile": "FROM python:latest\n"}, "hadolint:DL3007", "Dockerfile:1"),
    Fault("no Dockerfile", "dockerfile", {"app.Dockerfile": "FROMM x\n"}, "hadolint:DL1000", "app.Dockerfile:1"),
    Fault(
        "a relative directory",
        "dockerfile",
        {"docker/Dockerfile.web": "FROM python:3.12-slim\nWORKDIR app\n"},
        "hadolint:DL3000",
        "docker/Dockerfile.web:2",
    ),
    Fault("an if without its fi", "shell", {"a.sh": SCRIPT + "if true; then\n  ls\n"}, "shellcheck:SC1046", "a.sh:3"),
    Fault("a variable nobody sets", "shell", {"a.bash": SCRIPT + 'echo "$nmae"\n'}, "shellcheck:SC2154", "a.bash:3"),
    Fault("cd that may fail", "shell", {"bin/run*": "#!/bin/sh\ncd src\nls\n"}, "shellcheck:SC2164", "bin/run:2"),
    Fault("a test with a typo", "shell", {"a.sh": "#!/bin/sh\n[ $1 = = x ]\n"}, "shellcheck:SC1073", "a.sh:2"),
]
FAULTS: list[Fault] = [*WORKFLOW_FAULTS, *ZIZMOR_FAULTS, *MAKE_FAULTS, *OTHER_FAULTS]
CLEAN: list[Clean] = [
    Clean("a repository with rich workflows", "workflows", REPOSITORY),
    Clean("a repository with rich workflows", "zizmor", REPOSITORY),
    Clean("scripts in several shells", "shell", SHELL_FILES),
    Clean("rich Makefiles", "makefile", MAKEFILES),
    Clean("Dockerfiles and their templates", "dockerfile", DOCKER),
]
