#!/usr/bin/env bash
# Makes poetry.lock anew from pyproject.toml, and the hashed requirements that `make` installs from it.
# Usage: scripts/lock.sh [--export-only]. Needs Poetry with its plugins, which `make install` brings.
# Behind a mirror of the package index set POETRY_PYPI_MIRROR_URL.
set -euo pipefail
cd "$(dirname "$0")/.."
poetry=${POETRY:-.venv/bin/poetry}
if [ "${1:-}" != --export-only ]; then
    "$poetry" lock --no-interaction
    # A package's description may name the index's host, and the lock is to name none.
    host=$(.venv/bin/python -c 'from pip._internal.models.index import PyPI; print(PyPI.netloc)')
    sed -i "s/ (${host//./\\.})//; s/${host//./\\.}/the index/" poetry.lock
    LC_ALL=C sed -i 's/ *\xf0[\x80-\xbf]\{3\}//g' poetry.lock # an emoji in a description: no file here holds one
fi
for group in main dev demo; do
    case $group in
        main) options=() ;;
        dev) options=(--with dev) ;;
        demo) options=(--only demo) ;;
    esac
    "$poetry" export --no-interaction --format requirements.txt "${options[@]}" --output "requirements/$group.txt"
done
