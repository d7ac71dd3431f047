#!/usr/bin/env bash
# Shows the main job on a real project that is not ours: the source distribution of cleo, a Poetry project,
# unpacked into .holdfast/demo and given an environment of its own. Idempotent; a second run sets up nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
holdfast=$PWD/.venv/bin/holdfast
demo=$PWD/.holdfast/demo
sample=$demo/cleo

if [ ! -f "$sample/.venv/.ready" ]; then
    rm -rf "$demo"
    mkdir -p "$sample"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --no-build-isolation \
        --require-hashes --requirement requirements/demo-sdist.txt --dest "$demo"
    tar -xzf "$demo"/cleo-*.tar.gz -C "$sample" --strip-components=1
    git init --quiet "$sample" # as a checkout has it: else it would be an ignored part of this repository
    echo .venv >>"$sample/.git/info/exclude"
    "$python" -m venv "$sample/.venv"
    "$sample/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        --requirement requirements/demo.txt
    "$sample/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --editable "$sample"
    touch "$sample/.venv/.ready"
fi

printf '\n== This repository ==\n\n'
"$holdfast" validate-env --project .
printf '\n== cleo 2.1.0, a real Poetry project, as its source distribution has it ==\n\n'
code=0
PATH="$PWD/.venv/bin:$PATH" "$holdfast" validate-env --project "$sample" || code=$? # with our own Poetry on PATH
printf '\nvalidate-env said exit code %s of cleo: ' "$code"
case $code in
    1) printf 'findings, as expected of the published source.\n' ;;
    *) printf 'findings (1) were expected.\n' && exit 1 ;;
esac
