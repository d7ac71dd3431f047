"""`mypy`: static types."""

from __future__ import annotations

import json
from typing import Any

from holdfast.checks import facts
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import crashed, find_tool, outcome, relative, run_tool
from holdfast.core.findings import Finding, Location, Result, Severity

CONFIG = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")
SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}


class Mypy:
    name = "mypy"
    summary = "static types, by mypy"

    def wanted(self, context: Context) -> bool:
        configured = facts.configures(context, "mypy", files=CONFIG[:2], sections=("mypy",))
        return configured or facts.depends_on(context, "mypy")

    def inputs(self, context: Context) -> Inputs:
        """Where the configuration lists files by name, they need not end in .py, and any file counts."""
        home = (".config/mypy/config", ".mypy.ini")
        scripts = not set(_listed(context)).isdisjoint(context.files)
        files = ("**",) if scripts else ("*.py", "*.pyi", "py.typed", *CONFIG)
        return Inputs(files, ("mypy",), ("MYPY", "PYTHONPATH"), CONFIG, home)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean, 1 findings, 2 a syntax error in the code (findings) or a wrong call (could not run)."""
        tool = find_tool(context, self.name, "mypy", own_only=True)
        cache = {"MYPY_CACHE_DIR": str(context.scratch / "mypy")}
        argv = [tool.path, "-O", "json", *(context.args or _default_paths(context))]
        done = run_tool(context, self.name, argv, cache)
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        findings = [found for line in lines if (found := _finding(context, line))]
        if done.exit_code not in (0, 1, 2) or (done.exit_code and not findings):
            raise crashed(self.name, tool, done)
        looked_at = (context.python_files, "Python files")
        return outcome(self.name, tool, findings, looked_at=looked_at, failed=done.exit_code != 0)


def _listed(context: Context) -> list[str]:
    """What `files` in pyproject.toml names, apart from Python files."""
    files = facts.table(context.pyproject, "tool", "mypy").get("files", ())
    names = files.split(",") if isinstance(files, str) else files if isinstance(files, list) else ()
    texts = (name.strip().removeprefix("./") for name in names if isinstance(name, str))
    return [name for name in texts if not name.endswith((".py", ".pyi"))]


def _default_paths(context: Context) -> tuple[str, ...]:
    """Nothing where the configuration may name what to check; else src, or the whole project."""
    tool = facts.table(context.pyproject, "tool", "mypy")
    if {"files", "packages", "modules"} & tool.keys() or any((context.project / name).is_file() for name in CONFIG[:2]):
        return ()
    return ("src",) if (context.project / "src").is_dir() else (".",)


def _finding(context: Context, line: str) -> Finding | None:
    try:
        item: dict[str, Any] = json.loads(line)
        place = Location(relative(context, item["file"]), max(item["line"], 1), max(item["column"], 0) + 1)
        severity = SEVERITIES.get(item["severity"], Severity.INFO)
        hint = f" ({item['hint']})" if item.get("hint") else ""
        return Finding(f"mypy:{item['code'] or 'error'}", severity, f"{item['message']}{hint}", place)
    except (ValueError, KeyError, TypeError):
        return None


CHECK = Mypy()
