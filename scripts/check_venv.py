#!/usr/bin/env python3
"""Checks a project's environment with any bare Python from 3.8: no Holdfast and no environment needed.

python3 scripts/check_venv.py [--project DIR] [--python PATH] [--json]
exits with 0 (whole), 1 (errors found) or 2 (could not be judged), and writes nothing.
"""

import importlib.util
import os
import sys
from pathlib import Path

PROBE = Path(__file__).resolve().parent.parent / "src" / "holdfast" / "checks" / "venv_probe"


def load_probe() -> None:
    """Makes the probe importable as `venv_probe`, from its path and without the package around it."""
    spec = importlib.util.spec_from_file_location(
        "venv_probe", str(PROBE / "__init__.py"), submodule_search_locations=[str(PROBE)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {PROBE}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["venv_probe"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    if sys.version_info < (3, 8):  # noqa: UP036 - this file is for any Python that a machine happens to have
        print("check_venv.py: needs Python 3.8 or newer\nhint: try another python3 on this machine", file=sys.stderr)
        sys.exit(2)
    sys.dont_write_bytecode = True  # reading never writes, not even __pycache__ beside the probe
    load_probe()
    script = importlib.import_module("venv_probe.script")
    sys.exit(script.main(sys.argv[1:], os.environ))
