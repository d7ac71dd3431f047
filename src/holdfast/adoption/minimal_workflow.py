"""The least that a workflow has to be."""

from __future__ import annotations

import json

from holdfast.adoption.facts import Facts

_TEXT = """\
name: holdfast
on:
  push:
    branches: [@BRANCH@]
  pull_request:
  schedule:
    - cron: "17 3 * * *"
permissions:
  contents: read
jobs:
  validate:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    strategy:
      fail-fast: false
      matrix:
        python: @PYTHONS@
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python }}
      - run: python -m venv .venv && .venv/bin/python -m pip install @WHAT@
      - run: .venv/bin/holdfast validate-env --format github
"""


def workflow(facts: Facts) -> str:
    """The text of the workflow."""
    what = [f"--requirement {name}" for name in facts.requirements]
    what += [f"--editable .[{','.join(facts.extras)}]" if facts.extras else "--editable ."] if facts.package else []
    return (
        _TEXT.replace("@BRANCH@", json.dumps(facts.default_branch))
        .replace("@PYTHONS@", json.dumps(facts.pythons))
        .replace("@WHAT@", " ".join(["holdfast", *what]))
    )
