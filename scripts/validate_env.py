#!/usr/bin/env python3
"""Checks a project's environment variables: .env, its example, and what the code reads. Nothing else, and no more.

python3 scripts/validate_env.py [--project DIR] [--json]
exits with 0 (nothing wrong), 1 (errors found) or 2 (could not be judged), and writes nothing. The findings are those
of `holdfast validate-env --only dotenv`, whose code it runs: from the environment, or else from src/ beside it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"
OLDEST = (3, 11)


def missing() -> str:
    """What this script needs and does not find; empty where all is there."""
    from importlib.util import find_spec

    if find_spec("holdfast") is None and (SOURCE / "holdfast").is_dir():
        sys.path.insert(0, str(SOURCE))
    needed = {"holdfast": "holdfast", "dotenv": "python-dotenv"}
    return " ".join(distribution for module, distribution in needed.items() if find_spec(module) is None)


def report(directory: Path | None, *, as_json: bool) -> int:
    """Prints what the check says; returns the exit code. Raises HoldfastError for what the user must mend."""
    from holdfast.checks.dotenv import CHECK
    from holdfast.checks.inputs import list_files
    from holdfast.checks.runner import Job, run_one
    from holdfast.cli.context import make_context
    from holdfast.core.clock import iso, now_ms
    from holdfast.core.config import load_config
    from holdfast.core.findings import Report
    from holdfast.core.ids import new_id
    from holdfast.core.project import find_project
    from holdfast.render import render

    started_ms, started = now_ms(), time.monotonic()
    project = find_project(directory, os.environ)
    config = load_config(project, os.environ)
    context = make_context(project, config, os.environ, None)._replace(files=list_files(project))
    result = run_one(Job(CHECK, context), strict=config.strict)
    took = time.monotonic() - started
    made = Report("validate-env", project.name, new_id(started_ms), iso(started_ms), took, (result,))
    print(render(made, "json" if as_json else "text"), end="")
    return int(made.exit_code)


def main(argv: list[str]) -> int:
    """Runs the script; returns its exit code."""
    parser = argparse.ArgumentParser(prog="validate_env.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--project", "-C", type=Path, metavar="DIR", help="the project; by default the nearest upwards")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(argv)
    lacking = missing()
    if lacking:
        print(f"validate_env.py: not installed: {lacking}\nhint: python3 -m pip install {lacking}", file=sys.stderr)
        return 2
    from holdfast.core.errors import HoldfastError

    try:
        return report(options.project, as_json=options.json)
    except HoldfastError as error:
        hint = f"\nhint: {error.hint}" if error.hint else ""
        print(f"validate_env.py: {error.message}{hint}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        print("validate_env.py: needs Python 3.11 or newer\nhint: try another python3 on this machine", file=sys.stderr)
        sys.exit(2)
    sys.dont_write_bytecode = True  # reading never writes
    sys.exit(main(sys.argv[1:]))
