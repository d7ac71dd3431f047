"""Tools and Pythons that are not the same everywhere, and formatters of which there are two."""

from __future__ import annotations

from tests.faults.model import Clean, Fault, Files

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


def tool(name: str, file: str, old: str, new: str, place: str, finding: str = "TOOL002") -> Fault:
    """The rich project with one text replaced."""
    return Fault(name, "tool-versions", _changed(file, old, new), finding, place)


def python(name: str, finding: str, place: str, files: Files) -> Fault:
    return Fault(name, "python-versions", {"pyproject.toml": PROJECT, **files}, finding, place)


def _changed(file: str, old: str, new: str) -> Files:
    text = BASE[file]
    assert isinstance(text, str)
    assert old in text
    return {**BASE, file: text.replace(old, new, 1)}


def project(requires: str = ">=3.11", more: str = "") -> Files:
    """A pyproject.toml without classifiers."""
    return {"pyproject.toml": f'[project]\nname = "shop"\nrequires-python = "{requires}"\n{more}'}


def workflow(versions: str, more: str = "") -> Files:
    matrix = f"strategy:\n      matrix:\n        python-version: {versions}\n"
    return {CI: f"on: push\njobs:\n  tests:\n    steps: []\n    {matrix}{more}"}


CI = ".github/workflows/ci.yml"
TESTS = ".github/workflows/tests.yml"
HOOKS_FILE = ".pre-commit-config.yaml"
FAULTS = [
    tool("hook-behind-the-lock", HOOKS_FILE, "rev: 5.13.2", "rev: 5.12.0", f"{HOOKS_FILE}:5"),
    tool("hook-before-the-lock", HOOKS_FILE, "rev: v2.4.1", "rev: v2.5.0", f"{HOOKS_FILE}:9"),
    tool("frozen-hook", HOOKS_FILE, "frozen: v1.35.1", "frozen: v1.37.0", f"{HOOKS_FILE}:14"),
    tool("additional-dependency", HOOKS_FILE, "pylint==3.3.1", "pylint==3.2.0", f"{HOOKS_FILE}:25"),
    tool("lock-behind-all-others", "uv.lock", "5.13.2", "5.12.0", "uv.lock:10"),
    tool("workflow-command", TESTS, "isort==5.13.2", "isort==6.0.0", f"{TESTS}:19"),
    tool("workflow-uvx", TESTS, "codespell@2.4.1", "codespell@2.3.0", f"{TESTS}:22"),
    tool("tox", "tox.ini", "isort == 5.13.2", "isort == 5.10", "tox.ini:6"),
    tool("requirements", "requirements/dev.txt", "yamllint==1.35.1", "yamllint==1.36", "requirements/dev.txt:2"),
    tool("makefile", "Makefile", "isort==5.13.2", "isort==5.13.1", "Makefile:2"),
    tool("pyproject-pin", "pyproject.toml", "pylint==3.3.1", "pylint==3.3.2", f"{HOOKS_FILE}:25"),
    tool("broken-hooks", HOOKS_FILE, "repos:", "repos: [", f"{HOOKS_FILE}:4", "TOOL005"),
    Fault(
        "hook-outside-the-range",
        "tool-versions",
        {
            "pyproject.toml": '[project]\nname = "shop"\n[dependency-groups]\ndev = ["isort>=6,<7"]\n',
            HOOKS_FILE: HOOKS,
        },
        "TOOL002",
        f"{HOOKS_FILE}:5",
    ),
    Fault(
        "action-input",
        "tool-versions",
        {
            "requirements-dev.txt": "isort==5.13.2\n",
            CI: "on: push\njobs:\n  lint:\n    steps:\n      - uses: isort/isort-action@v1\n"
            "        with:\n          isort-version: 5.12.0\n",
        },
        "TOOL002",
        f"{CI}:7",
    ),
    Fault(
        "environment",
        "tool-versions",
        {
            **BASE,
            ".gitignore": ".venv\n",
            ".venv/pyvenv.cfg!": "home = /usr/bin\nversion = 3.11.7\n",
            ".venv/bin/python*!": "#!/bin/sh\n",
            ".venv/lib/python3.11/site-packages/isort-6.0.1.dist-info/METADATA!": "Name: isort\nVersion: 6.0.1\n",
        },
        "TOOL002",
        "uv.lock:10",
    ),
    python("ruff-above-the-lowest", "PYTHON001", "ruff.toml:1", {"ruff.toml": 'target-version = "py312"\n'}),
    python(
        "black-above-the-lowest",
        "PYTHON001",
        "pyproject.toml:5",
        project(more='[tool.black]\ntarget-version = ["py313", "py312"]\n'),
    ),
    python("mypy-above-the-lowest", "PYTHON001", "mypy.ini:2", {"mypy.ini": "[mypy]\npython_version = 3.13\n"}),
    python(
        "pyright-above-the-lowest",
        "PYTHON001",
        "pyproject.toml:5",
        project(more='[tool.pyright]\npythonVersion = "3.13"\n'),
    ),
    python(
        "pyupgrade-above-the-lowest",
        "PYTHON001",
        f"{HOOKS_FILE}:5",
        {
            HOOKS_FILE: "repos:\n  - repo: https://github.com/asottile/pyupgrade\n    rev: v3.19.0\n    hooks:\n"
            "      - id: pyupgrade\n        args: [--py312-plus]\n"
        },
    ),
    python("ruff-below-the-lowest", "PYTHON002", "ruff.toml:1", {"ruff.toml": 'target-version = "py38"\n'}),
    python("mypy-below-the-lowest", "PYTHON002", "setup.cfg:2", {"setup.cfg": "[mypy]\npython_version = 3.9\n"}),
    python(
        "classifier-outside-the-range",
        "PYTHON003",
        "pyproject.toml:4",
        project(more='classifiers = ["Programming Language :: Python :: 3.10"]\n'),
    ),
    python(
        "classifier-beyond-the-range",
        "PYTHON003",
        "pyproject.toml:5",
        project(
            ">=3.11,<3.13",
            'classifiers = ["Programming Language :: Python :: 3.11",\n"Programming Language :: Python :: 3.13"]\n',
        ),
    ),
    python("classifier-missing-for-the-matrix", "PYTHON004", "pyproject.toml:7", workflow('["3.11", "3.14"]')),
    python(
        "classifier-missing-for-the-lowest",
        "PYTHON004",
        "pyproject.toml:4",
        project(more='classifiers = ["Programming Language :: Python :: 3.12"]\n'),
    ),
    python("matrix-outside-the-range", "PYTHON005", f"{CI}:7", workflow('["3.10", "3.11"]')),
    python(
        "include-outside-the-range",
        "PYTHON005",
        f"{CI}:9",
        workflow('["3.11"]', '        include:\n          - python-version: "3.9"\n'),
    ),
    python(
        "job-outside-the-range",
        "PYTHON005",
        f"{CI}:7",
        {
            CI: "on: push\njobs:\n  build:\n    steps:\n      - uses: actions/setup-python@v5\n        with:\n"
            "          python-version: '3.9'\n"
        },
    ),
    python("tox-outside-the-range", "PYTHON005", "tox.ini:2", {"tox.ini": "[tox]\nenvlist = py{39,311}-{a,b}\n"}),
    python(
        "nox-outside-the-range",
        "PYTHON005",
        "noxfile.py:2",
        {"noxfile.py": 'import nox\nPYTHONS = ["3.9", "3.11"]\n@nox.session(python=PYTHONS)\ndef t(s): pass\n'},
    ),
    python("image-outside-the-range", "PYTHON005", "Dockerfile:1", {"Dockerfile": "FROM python:3.9-slim AS build\n"}),
    python(
        "image-by-an-argument",
        "PYTHON005",
        "docker/Dockerfile:2",
        {"docker/Dockerfile": "ARG PYTHON=3.10\nFROM docker.io/library/python:${PYTHON}-alpine\n"},
    ),
    python("pin-outside-the-range", "PYTHON005", ".python-version:1", {".python-version": "3.10.4\n"}),
    python("asdf-outside-the-range", "PYTHON005", ".tool-versions:2", {".tool-versions": "node 20\npython 3.8.1\n"}),
    python("runtime-outside-the-range", "PYTHON005", "runtime.txt:1", {"runtime.txt": "python-3.10.4\n"}),
    python(
        "read-the-docs-outside-the-range",
        "PYTHON005",
        ".readthedocs.yaml:4",
        {".readthedocs.yaml": 'version: 2\nbuild:\n  tools:\n    python: "3.10"\n'},
    ),
    python("lowest-not-tested", "PYTHON006", f"{CI}:7", workflow('["3.12", "3.13"]')),
    python("float-trap-in-the-matrix", "PYTHON007", f"{CI}:7", {**project(">=3.10"), **workflow("[3.10, 3.11]")}),
    python(
        "float-trap-of-mypy",
        "PYTHON007",
        "pyproject.toml:5",
        project(">=3.10", "[tool.mypy]\npython_version = 3.10\n"),
    ),
    python(
        "setup-cfg-begins-elsewhere", "PYTHON008", "setup.cfg:2", {"setup.cfg": "[options]\npython_requires = >=3.9\n"}
    ),
    python("no-range", "PYTHON009", "setup.py:2", {"setup.py": "setup(\n    python_requires='3.11 or newer',\n)\n"}),
    python("broken-workflow", "PYTHON010", f"{CI}:2", {CI: "python: 'x\n"}),
    Fault(
        "two-formatters",
        "black",
        {"pyproject.toml": "[tool.black]\n[tool.ruff.format]\n", "a.py": "x = 1\n"},
        "FMT001",
        "pyproject.toml:1",
    ),
    Fault(
        "two-formatters-in-hooks",
        "ruff-format",
        {
            HOOKS_FILE: "repos:\n  - repo: https://github.com/psf/black\n    rev: 24.1.0\n"
            "    hooks:\n      - id: black\n"
            "  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.4.0\n"
            "    hooks:\n      - id: ruff-format\n",
            "a.py": "x = 1\n",
        },
        "FMT001",
        f"{HOOKS_FILE}:5",
    ),
    Fault(
        "layout",
        "ruff-format",
        {"pyproject.toml": "[tool.ruff.format]\n", "src/a.py": "x = 1\ny=2\n"},
        "ruff-format:reformat",
        "src/a.py:2",
    ),
]
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
CLEAN = [
    Clean("all-the-same", "tool-versions", BASE),
    Clean(
        "several-versions-on-purpose",
        "tool-versions",
        {
            **BASE,
            "tox.ini": "[testenv]\ndeps =\n    isort5: isort==5.0.0\n    isort6: isort==6.0.0\n",
            "docs/requirements.txt": "isort==4.0\n",
            "examples/Makefile": "x:\n\tpip install isort==4.0\n",
        },
    ),
    Clean(
        "names-that-only-begin-alike",
        "tool-versions",
        {
            **BASE,
            "requirements.txt": "isort-plugin==1.0\nmy.isort==2.0\npytest-isort==4.0\nyamllint>=1.30\npylint!=3.0\n",
        },
    ),
    Clean("all-agree", "python-versions", BASE),
    Clean(
        "poetry",
        "python-versions",
        {
            "pyproject.toml": POETRY,
            "noxfile.py": NOX,
            ".python-version": "3.12\n3.8\n",
            "Dockerfile": "FROM node:20 AS web\nFROM --platform=linux/amd64 python:3.12.1-slim\nFROM scratch\n",
            "runtime.txt": "python-3.11.9\n",
        },
    ),
    Clean("still-with-python-2", "python-versions", {"setup.cfg": SETUP_CFG, "pyproject.toml": "[build-system]\n"}),
    Clean(
        "matrices-of-all-shapes",
        "python-versions",
        {
            **project(">=3.9"),
            CI: """on: push
jobs:
  objects:
    strategy:
      matrix:
        python: [{name: a, version: "3.9"}, {name: b, version: pypy-3.10}]
        os: [ubuntu-latest, macos-13]
        exclude: [{python-version: "3.8"}]
        python-version: ["3.8", "3.9", "3.10", 3.11, "3.13t", "3.15.0-alpha - 3.15", "3.x", "graalpy-24.1"]
    steps:
      - uses: actions/setup-python@v5
        with: {python-version: "${{ matrix.python.version }}", allow-prereleases: true}
  several:
    steps:
      - uses: actions/setup-python@v5
        with:
          python-version: |
            3.9
            3.12
  elsewhere:
    defaults: {run: {working-directory: legacy}}
    strategy: {matrix: {python-version: ["3.6"]}}
    steps: []
  unknown:
    strategy: {matrix: "${{ fromJson(needs.plan.outputs.matrix) }}"}
    steps: []
""",
        },
    ),
    Clean(
        "another-workflow-tests", "python-versions", {**project(), **workflow('["3.12"]', "  more: {uses: ./x.yml}\n")}
    ),
    Clean(
        "black-alone",
        "black",
        {"pyproject.toml": '[tool.black]\n[tool.ruff]\n[tool.ruff.lint]\nselect = ["E"]\n', "a.py": "x = 1\n"},
    ),
    Clean(
        "ruff-alone",
        "ruff-format",
        {
            "pyproject.toml": '[dependency-groups]\ndev = ["black", "ruff"]\n[tool.ruff.format]\nquote-style = "double"\n',
            "a.py": "x = 1\n",
            HOOKS_FILE: "repos:\n  # - id: black\n  - repo: x\n    hooks: [{id: ruff-format, args: [--check]}]\n",
        },
    ),
]
