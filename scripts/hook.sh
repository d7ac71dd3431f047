#!/bin/sh
# Runs a program of this checkout's own environment, for the hooks in .pre-commit-config.yaml: scripts/hook.sh NAME ARGS.
# Nothing has to be activated or on PATH. A worktree needs an environment of its own, as the one of another checkout
# would import the code of that checkout, and a hook that passes has to have judged this one.
set -eu
program=.venv/bin/$1
shift
if [ ! -x "$program" ]; then
    echo "$PWD has no $program: run \`make install\` here" >&2
    exit 1
fi
exec "$program" "$@"
