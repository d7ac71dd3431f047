"""Faults in workflows, Makefiles, Dockerfiles and shell scripts, and rich ones without any."""

from __future__ import annotations

from textwrap import dedent

from tests.faults.model import Clean, Fault, Files

CI = ".github/workflows/ci.yml"
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

RICH_WORKFLOW = """\
name: tests
on:
  push:
    branches: [main, "release/**"]
    tags: ["v*"]
  pull_request:
    paths-ignore: ["docs/**"]
  workflow_dispatch:
    inputs:
      level: {description: how much, type: choice, options: [some, all], default: some}
  schedule:
    - cron: "17 3 * * 1-5"
permissions:
  contents: read
concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: ${{ github.event_name == 'pull_request' }}
env:
  FORCE_COLOR: "1"
defaults:
  run:
    shell: bash
jobs:
  changes:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    outputs:
      docs: ${{ steps.filter.outputs.docs }}
      matrix: ${{ steps.filter.outputs.matrix }}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with: {persist-credentials: false}
      - id: filter
        run: |
          ./scripts/changes.sh >> "$GITHUB_OUTPUT"
          python scripts/matrix.py --level "${LEVEL:-some}" >> "$GITHUB_OUTPUT"
        env:
          LEVEL: ${{ inputs.level }}
  test:
    name: ${{ matrix.python }} on ${{ matrix.os }}${{ matrix.extra && format(' with {0}', matrix.extra) || '' }}
    needs: changes
    if: needs.changes.outputs.docs != 'true'
    runs-on: ${{ matrix.os }}
    strategy:
      fail-fast: false
      matrix:
        python: ["3.11", "3.14"]
        os: &systems [ubuntu-latest, macos-latest]
        database: [{name: postgres, port: 5432}]
        include:
          - {python: "3.12", os: windows-latest, extra: speedups, database: {name: none, port: 0}}
        exclude:
          - {python: "3.11", os: macos-latest}
    services:
      postgres:
        image: postgres:17
        env: {POSTGRES_HOST_AUTH_METHOD: trust}
        ports: ["5432:5432"]
        options: >-
          --health-cmd pg_isready
          --health-interval 10s
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with: {persist-credentials: false}
      - uses: ./.github/actions/setup
        with:
          python-version: ${{ matrix.python }}
      - name: build the pages
        working-directory: web
        run: npm ci && npm run build
      - if: ${{ matrix.extra }}
        run: echo "${EXTRA}" "$DATABASE"
        env:
          EXTRA: ${{ matrix.extra }}
          DATABASE: ${{ matrix.database.name }}:${{ matrix.database.port || matrix.nothing || 1 }}
      - run: mkdir -p made/here && cp scripts/changes.sh made/here/copy.sh
      - run: bash made/here/copy.sh
        working-directory: .
      - run: ls
        working-directory: made/here
      - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
        if: ${{ !cancelled() && steps.nothing.outcome != 'x' || true }}
        id: nothing
        with: {name: "report-${{ matrix.python }}", path: report.xml}
  lint:
    uses: ./.github/workflows/reusable.yml
    needs: [changes, test]
    with: {what: "${{ needs.changes.outputs.matrix }}"}
  each:
    needs: changes
    runs-on: ubuntu-latest
    strategy:
      matrix: ${{ fromJSON(needs.changes.outputs.matrix) }}
    steps:
      - run: echo "$WHAT"
        env: {WHAT: "${{ matrix.whatever }} ${{ matrix['more'] }}"}
  done:
    if: always()
    needs: [test, lint, each]
    runs-on: [self-hosted, "${{ 'linux' }}"]
    steps:
      - run: exit 1
        if: contains(needs.*.result, 'failure')
"""
REUSABLE = """\
on:
  workflow_call:
    inputs: {what: {type: string, required: true}}
    secrets: {token: {required: false}}
permissions: {}
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with: {persist-credentials: false, repository: acme/other, path: other}
      - run: ./other/build.sh && bash other/scripts/thing.sh
      - uses: ./other/action
      - name: in Python
        shell: python
        run: |
          print("scripts/not-there.py", "${{ inputs.what == 'x' && 'a' || 'b' }}")
"""
SETUP = """\
name: setup
description: Python and what the tests need
inputs:
  python-version: {description: which, required: true}
outputs:
  where: {description: its place, value: "${{ steps.python.outputs.python-path }}"}
runs:
  using: composite
  steps:
    - id: python
      uses: actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c # v6.0.0
      with: {python-version: "${{ inputs.python-version }}"}
    - run: python -m pip install .
      shell: bash
"""
DEPENDABOT = """\
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule: {interval: weekly}
    cooldown: {default-days: 7}
"""
CHANGES = """\
#!/usr/bin/env bash
# What changed since the main branch, as outputs of a step.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ./scripts/lib.bash
declare -A kinds=([docs]='^docs/' [code]='^src/')
changed=$(git diff --name-only "${BASE:-origin/main}"...HEAD)
for kind in "${!kinds[@]}"; do
    if grep -qE -- "${kinds[$kind]}" <<<"$changed"; then
        say "$kind" true
    else
        say "$kind" false
    fi
done
while IFS=$'\\t' read -r status file _; do
    [[ $status == D* ]] || printf '%s\\n' "$file"
done < <(git diff --name-status HEAD~1)
trap 'rm -rf -- "${work:-}"' EXIT
work=$(mktemp -d)
cat <<EOF >"$work/note"
${changed//$'\\n'/, }
EOF
"""
LIB = '# shellcheck shell=bash\n\nsay() {\n    local key=$1 value=$2\n    printf \'%s=%s\\n\' "$key" "$value"\n}\n'
POSIX = (
    '#!/bin/sh -eu\ncase ${1:-} in\n-h | --help) echo "usage: run [FILE]" ;;\n*) exec python3 -m shop "$@" ;;\nesac\n'
)
PYTHON = "#!/usr/bin/env python3\nprint('no shell script')\n"
FISH = "#!/usr/bin/env fish\nset -x A b; and echo $A\n"

REPOSITORY = {
    CI: RICH_WORKFLOW,
    ".github/workflows/reusable.yml": REUSABLE,
    ".github/actions/setup/action.yml": SETUP,
    ".github/dependabot.yml": DEPENDABOT,
    "deploy/action.yml": "hosts: all\ntasks: []\n",  # of another program
    "{{cookiecutter.name}}/action.yml": "runs: {{ x }}\n",
    "scripts/changes.sh*": CHANGES,
    "scripts/lib.bash": LIB,
    "scripts/matrix.py": PYTHON,
    "web/package.json": "{}\n",
}
SHELL_FILES = {
    **REPOSITORY,
    "bin/run*": POSIX,
    "bin/tool*": PYTHON,
    "bin/prompt*": FISH,
    "completions/shop.zsh": "#compdef shop\n_arguments -C '*:: :->x'\n",
    "LICENSE": "if you [ may\n",
    "{{cookiecutter.name}}/run.sh": "{% if x %}\nif [\n",
}

RICH_MAKEFILE = """\
# Everything that is done here; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
PYTHON ?= python3
VERSION != git describe --tags  # since GNU make 4
SOURCES := $(shell find src -name '*.py') \\
           setup.cfg
OBJECTS = $(patsubst %.c,%.o,$(wildcard native/*.c))
URL := https://example.org/a:b\\#fragment
TARGETS := alpha beta
export PATH := $(CURDIR)/bin:$(PATH)
unexport PYTHONPATH
override CFLAGS += -O2
empty :=
space := $(empty) $(empty)

define HELP
Usage: make [TARGET]
    test   run the tests
\tall: everything
ifdef not a condition
endef
export HELP

define compile =
$(1)/%.o: $(1)/%.c
\t$$(CC) -c $$< -o $$@
endef

ifeq ($(OS),Windows_NT)
  RM = del
  open:
\tstart .
else ifneq (,$(findstring Darwin,$(shell uname)))
  open:
\topen .
else
  open:
\txdg-open .
endif
    ifdef DEBUG
    CFLAGS += -g
    endif

.DEFAULT_GOAL := help
.PHONY: help test all clean FORCE \\
        $(TARGETS) release-% open

help: ; @echo "$$HELP"  # with a recipe on its own line

all: $(TARGETS) | build/
all: build/app.tar.gz

$(TARGETS): %: src/shop/%.py
\t@echo $@ from $<
    # a comment with spaces
\t@for f in $^; do \\
\t    echo "$$f: ok"; \\
    done

test: export FORCE_COLOR = 1
test: PYTEST_ARGS ?= -q
test:: .venv/ready FORCE
\t.venv/bin/pytest $(PYTEST_ARGS)

test::
ifdef COVERAGE
\tcoverage report
endif

.venv/ready: pyproject.toml requirements.txt
\t$(PYTHON) -m venv .venv
\ttouch $@

build/:
\tmkdir -p $@

build/%.tar.gz: $(SOURCES) build/list
\ttar czf $@ $(SOURCES)

build/list build/index &: pyproject.toml
\ttouch build/list build/index

native/%.o: native/%.c native/%.h
\t$(CC) $(CFLAGS) -c $< -o $@

lib.a: lib.a(one.o two.o) generated.h
\tranlib $@

stamp: gen.py
\tpython gen.py > generated.h
.INTERMEDIATE: stamp

print-%: ; @echo $* = $($*)

release: release-major
release-%: all
\tbump $*

local.env: ; cp example.env $@
clean:
\t-rm -rf build $(OBJECTS)
$(info building $(VERSION): $(words $(SOURCES)) files)
FORCE:
-include local.mk .env
include mk/docs.mk
"""
MAKE_PART = "docs: mk/conf.py\n\tsphinx-build docs build/docs\nconf: undefined-here\n\tls\n.PHONY: docs serve\n"
MAKEFILES = {
    "Makefile": RICH_MAKEFILE,
    "mk/docs.mk": MAKE_PART,
    "mk/conf.py": "",
    "requirements.txt": "",
    "src/shop/alpha.py": "",
    "src/shop/beta.py": "",
    "setup.cfg": "",
    "gen.py": "",
    "bsd/Makefile": '.include "common.mk"\n.if defined(A)\nall:\n.endif\n',
    "win/Makefile.vc": "!include <win32.mak>\n",
    "Makefile.am": "bin_PROGRAMS = a\nif X\nendif\n",
    "prefix/Makefile": ".RECIPEPREFIX = >\nall: sub\n> echo a\n> echo b\nsub:\n>ls\n",
    "open/Makefile": "$(foreach t,a b,$(eval $(call rule,$(t))))\nall: a b c\n.PHONY: a d\n",
    "docs/Makefile": dedent("""\
        SPHINXOPTS    ?=
        SPHINXBUILD   ?= sphinx-build
        SOURCEDIR     = .

        # Put it first so that "make" without argument is like "make help".
        help:
        \t@$(SPHINXBUILD) -M help "$(SOURCEDIR)" "build" $(SPHINXOPTS) $(O)

        .PHONY: help Makefile

        # Catch-all target: route all unknown targets to Sphinx using the new
        # "make mode" option.  $(O) is meant as a shortcut for $(SPHINXOPTS).
        %: Makefile
        \t@$(SPHINXBUILD) -M $@ "$(SOURCEDIR)" "build" $(SPHINXOPTS) $(O)
        """),
}
DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.12
FROM python:${PYTHON}-slim AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN <<EOF
python -m compileall src
EOF

FROM python:${PYTHON}-slim
COPY --from=build --chown=10001:10001 /app /app
USER 10001
HEALTHCHECK CMD ["python", "-c", "import shop"]
ENTRYPOINT ["python", "-m", "shop"]
"""
DOCKER = {
    "Dockerfile": DOCKERFILE,
    "docker/Containerfile": "FROM scratch\nCOPY app /app\n",
    "Dockerfile.j2": "FROM {{ base }}\n{% if x %}\n",
    "Dockerfile.dockerignore": "*.pyc\n",
    "docs/Dockerfile.md": "# Our Dockerfile\n",
}
CLEAN: list[Clean] = [
    Clean("a repository with rich workflows", "workflows", REPOSITORY),
    Clean("a repository with rich workflows", "zizmor", REPOSITORY),
    Clean("scripts in several shells", "shell", SHELL_FILES),
    Clean("rich Makefiles", "makefile", MAKEFILES),
    Clean("Dockerfiles and their templates", "dockerfile", DOCKER),
]
