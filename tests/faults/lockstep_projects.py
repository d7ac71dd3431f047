"""Rich projects in which tools and Pythons are the same everywhere."""

from __future__ import annotations

from tests.faults.model import Files

PROJECT = """[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
classifiers = [
    "Programming Language :: Python :: 3 :: Only",
    "Programming Language :: Python :: 3.11",
    "Programming Language :: Python :: 3.12",
    "Programming Language :: Python :: 3.13",
]

[dependency-groups]
dev = ["isort>=5.13", "codespell>=2.3", "yamllint", "pylint==3.3.1"]

[tool.isort]
profile = "black"

[tool.codespell]

[tool.pylint.main]
py-version = "3.11"
"""
LOCK = """version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "codespell"
version = "2.4.1"
source = { registry = "https://example.org/simple" }

[[package]]
name = "isort"
version = "5.13.2"
source = { registry = "https://example.org/simple" }

[[package]]
name = "yamllint"
version = "1.35.1"
source = { registry = "https://example.org/simple" }
"""
HOOKS = """# the same tools as in uv.lock
default_install_hook_types: [pre-commit, commit-msg]
repos:
  - repo: https://github.com/PyCQA/isort
    rev: 5.13.2
    hooks:
      - id: isort
  - repo: https://github.com/codespell-project/codespell.git
    rev: v2.4.1
    hooks:
      - id: codespell
        additional_dependencies: &toml [tomli]
  - repo: https://github.com/adrienverge/yamllint
    rev: 81e9f98ffd059efe8aa9c1b1a42e5cce61b640c6  # frozen: v1.35.1
    hooks: [{id: yamllint, additional_dependencies: *toml}]
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: main
    hooks: [{id: end-of-file-fixer}]
  - repo: local
    hooks:
      - id: pylint
        name: pylint
        language: python
        entry: pylint
        additional_dependencies: ["pylint==3.3.1"]
"""
WORKFLOW = """name: tests
on: [push]
env:
  DOCS_PYTHON: "3.13"
jobs:
  tests:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python-version: ["3.11", "3.12", '3.13']
        include:
          - {python-version: "3.14-dev", experimental: true}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python-version }}
      - run: |
          pip install isort==5.13.2  # as in the lock
          # pip install isort==4.0
          isort --check .
          uvx codespell@2.4.1
  docs:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-python@v5
        with: {python-version: "${{ env.DOCS_PYTHON }}"}
"""
TOX = """[tox]
envlist = lint, py3{11,12,13}, docs

[testenv:lint]
deps =
    isort == 5.13.2
    ; isort==4.3
commands = isort --check .
"""
REQUIREMENTS = "codespell==2.4.1\nyamllint==1.35.1 ; python_version >= '3.11'\n"
MAKEFILE = "lint:\n\tpipx run isort==5.13.2 --check .\n"
BASE: Files = {
    "pyproject.toml": PROJECT,
    "uv.lock": LOCK,
    ".pre-commit-config.yaml": HOOKS,
    ".github/workflows/tests.yml": WORKFLOW,
    "tox.ini": TOX,
    "requirements/dev.txt": REQUIREMENTS,
    "Makefile": MAKEFILE,
}
POETRY = """[tool.poetry]
name = "shop"
version = "1.0"
description = ""
authors = []
classifiers = ["Programming Language :: Python :: 3.9", "Programming Language :: Python :: 3.10"]

[tool.poetry.dependencies]
python = "^3.9"

[tool.poetry.group.dev.dependencies]
isort = "^5.13"

[tool.black]
target-version = ["py310", "py39"]

[tool.ruff]
target-version = "py39"

[tool.mypy]
python_version = "3.9"

[tool.pyright]
pythonVersion = "3.9"
"""
SETUP_CFG = """[metadata]
name = shop
classifiers =
    Programming Language :: Python :: 2.7
    Programming Language :: Python :: 3.6
    Programming Language :: Python :: Implementation :: PyPy

[options]
python_requires = >=2.7, !=3.0.*, !=3.1.*, !=3.2.*, !=3.3.*, !=3.4.*, !=3.5.*

[mypy]
python_version = 2.7
"""
NOX = """import nox

PYTHONS = ["3.9", "3.10", "pypy3.10"]


@nox.session(python=PYTHONS)
def tests(session): ...


@nox.session(python="3.12")
def lint(session):
    session.install("isort==5.13.2")


@nox.session
def docs(session): ...
"""
