"""A repository with workflows and scripts as real ones have them, and nothing wrong."""

from __future__ import annotations

CI = ".github/workflows/ci.yml"
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
