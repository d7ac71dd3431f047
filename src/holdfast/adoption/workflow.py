"""The text of `.github/workflows/holdfast.yml` for a repository: push, pull request and nightly.

It gives each job the least that it needs: only the upload may write code scanning results, and only the tracker may
write issues; neither runs anything of the project. What a repository brings in, names of files and branches, cannot
leave its place in the YAML, in the shell or in an expression.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast import __version__
from holdfast.adoption.facts import PYTHONS, WORKFLOW, Facts
from holdfast.adoption.parts import Part, Wish, nothing_else

CHECKOUT = "actions/checkout@v6"
SETUP_PYTHON = "actions/setup-python@v6"
UPLOAD = "actions/upload-artifact@v6"
DOWNLOAD = "actions/download-artifact@v6"
UPLOAD_SARIF = "github/codeql-action/upload-sarif@v4"

TOOLS = '"$RUNNER_TEMP/tools/bin/{}"'


class Install(NamedTuple):
    """How a job gets the project's environment, and how one gets holdfast."""

    project: Sequence[str]
    """Lines of a shell script that make `.venv`."""
    variables: tuple[tuple[str, str], ...] = ()
    """Environment variables for them, values as YAML."""
    tools: Sequence[str] = ()
    """Packages that they need beside holdfast."""


def workflow(facts: Facts) -> str:
    """The workflow for a repository. Where it allows no Python that Holdfast runs on, all of those are tried."""
    install = {"poetry": _poetry, "uv": _uv, "pip": _pip}[facts.manager](facts)
    pythons = facts.pythons or PYTHONS
    variables = "".join(f"\n          {name}: {value}" for name, value in install.variables)
    tools = " ".join(['"$HOLDFAST"', *install.tools])
    return _TEMPLATE.format(
        branch=json.dumps(re.sub(r"([+!\\])", r"\\\1", facts.default_branch)),
        holdfast=f"holdfast=={__version__}",
        matrix=", ".join(f'"{python}"' for python in pythons),
        newest=pythons[-1],
        install_env=f"\n        env:{variables}" if variables else "",
        tools=_script([*_tools(tools), *install.project]),
        tracker_tools=_script(_tools('"$HOLDFAST"')),
        checkout=CHECKOUT,
        setup_python=SETUP_PYTHON,
        upload=UPLOAD,
        download=DOWNLOAD,
        upload_sarif=UPLOAD_SARIF,
    )


def _tools(packages: str) -> list[str]:
    pip = TOOLS.format("python")
    return ['python -m venv "$RUNNER_TEMP/tools"', f"{pip} -m pip install --quiet {packages}"]


def _script(lines: Sequence[str]) -> str:
    return "\n".join(f"          {line}" for line in lines)


def _poetry(facts: Facts) -> Install:
    words = [TOOLS.format("poetry"), "install", "--no-interaction", *_options(facts, "--with", "--extras")]
    return Install([" ".join(words)], (("POETRY_VIRTUALENVS_IN_PROJECT", '"true"'),), ["poetry"])


def _uv(facts: Facts) -> Install:
    locked = ["--locked"] if facts.lock == "uv.lock" else []
    words = [TOOLS.format("uv"), "sync", *locked, *_options(facts, "--group", "--extra")]
    return Install([" ".join(words)], (("UV_PYTHON", "${{ matrix.python }}"),), ["uv"])


def _pip(facts: Facts) -> Install:
    pip = ".venv/bin/python -m pip install --quiet"
    if facts.lock == "pylock.toml":
        own = [f"{pip} --no-deps --editable ."] if facts.package else []
        return Install(
            ["python -m venv .venv", f"{TOOLS.format('uv')} pip sync --python .venv pylock.toml", *own], tools=["uv"]
        )
    files = " ".join(f"--requirement {_quoted(name)}" for name in facts.requirements if name.isprintable())
    extras = ",".join(facts.extras)
    own = [f"--editable {_quoted(f'.[{extras}]' if extras else '.')}"] if facts.package else []
    own += [f"--group {name}" for name in facts.groups]
    newer = [f"{pip} --upgrade pip"] if facts.groups else []  # --group came with pip 25.1
    # Two commands: where the files have hashes, pip takes nothing without one.
    wanted = [f"{pip} {each}" for each in (files, " ".join(own)) if each]
    return Install(["python -m venv .venv", *newer, *wanted])


def _options(facts: Facts, group: str, extra: str) -> Iterator[str]:
    for name in facts.groups:
        yield f"{group} {name}"
    for name in facts.extras:
        yield f"{extra} {name}"


def _quoted(name: str) -> str:
    """A word for the shell that GitHub leaves alone: an expression in it would be put in before the shell looks."""
    return shlex.quote(name).replace("${{", "$''{{")


_TEMPLATE = """\
# Written by `holdfast init`; `holdfast init --check` says whether it still is what was written.
# The actions are GitHub's own, by their major versions: they are trusted as the runners are, and need no upkeep here.
name: holdfast
on:
  push:
    branches: [{branch}]
  pull_request:
  schedule:
    - cron: "23 4 * * *"
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: holdfast-${{{{ github.event_name }}}}-${{{{ github.ref }}}}
  cancel-in-progress: ${{{{ github.event_name == 'pull_request' }}}}
env:
  HOLDFAST: {holdfast} # whatever pip can install
jobs:
  validate:
    name: Python ${{{{ matrix.python }}}}
    runs-on: ubuntu-latest
    timeout-minutes: 30
    strategy:
      fail-fast: false
      matrix:
        python: [{matrix}]
    steps:
      - uses: {checkout} # zizmor: ignore[unpinned-uses]
        with:
          persist-credentials: false
      - uses: {setup_python} # zizmor: ignore[unpinned-uses]
        with:
          python-version: ${{{{ matrix.python }}}}
      - name: Install{install_env}
        run: |
{tools}
      - name: Validate
        env:
          PYTHON: ${{{{ matrix.python }}}}
        run: |
          "$RUNNER_TEMP/tools/bin/holdfast" validate-env --no-log --format github \\
            --report "sarif=$RUNNER_TEMP/holdfast-$PYTHON.sarif" --report "json=$RUNNER_TEMP/holdfast-$PYTHON.json"
      - uses: {upload} # zizmor: ignore[unpinned-uses]
        if: ${{{{ !cancelled() }}}}
        with:
          name: holdfast-${{{{ matrix.python }}}}
          path: ${{{{ runner.temp }}}}/holdfast-${{{{ matrix.python }}}}.*
  # Code scanning takes one report of a kind: that of the newest Python. Where it is not enabled, as in a private
  # repository without it, set the repository's variable HOLDFAST_CODE_SCANNING to `off`.
  code-scanning:
    name: Code scanning
    if: ${{{{ !cancelled() && github.event_name != 'pull_request' && vars.HOLDFAST_CODE_SCANNING != 'off' }}}}
    needs: validate
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
      security-events: write # to upload the report
    steps:
      - uses: {download} # zizmor: ignore[unpinned-uses]
        with:
          name: holdfast-{newest}
          path: reports
      - uses: {upload_sarif} # zizmor: ignore[unpinned-uses]
        with:
          sarif_file: reports/holdfast-{newest}.sarif
  # One issue says that the nightly run fails: it is opened, brought up to date, and closed when the run passes.
  tracker:
    name: Tracker issue
    if: ${{{{ always() && github.event_name == 'schedule' }}}}
    needs: validate
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      issues: write # to open, update and close the issue
    steps:
      - uses: {setup_python} # zizmor: ignore[unpinned-uses]
        with:
          python-version: "{newest}"
      - name: Install
        run: |
{tracker_tools}
      - uses: {download} # zizmor: ignore[unpinned-uses]
        with:
          pattern: holdfast-*
          path: reports
          merge-multiple: true
      - name: Tracker issue
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
          OUTCOME: ${{{{ needs.validate.result }}}}
        run: '"$RUNNER_TEMP/tools/bin/holdfast" tracker-issue reports --outcome "$OUTCOME"'
"""


def _body(wish: Wish, _kind: str) -> str:
    return workflow(wish.facts)


PART = Part("workflow", (WORKFLOW,), _body, place=nothing_else, only_at_root=True)
