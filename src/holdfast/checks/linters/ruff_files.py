"""Which files ruff is called on."""

from __future__ import annotations

from collections.abc import Callable

from holdfast.checks.interface import Context
from holdfast.checks.linters.call import Call, limited
from holdfast.checks.linters.ruff_config import EVERYTHING, PYTHON, SELECTED, files_read
from holdfast.checks.patterns import matching
from holdfast.checks.tools import Tool, relative, run_tool


def call_on(context: Context, check: str, tool: Tool, kinds: tuple[str, ...] = SELECTED) -> Call:
    """The user's arguments with the files in scope, and how many that is; all Python files where there is no scope.

    Raises CannotRun, unaffected, where none of its files is in scope.
    """
    whole = Call(context.args, context.python_files)
    if context.scope is None:
        return whole
    widened = files_read(context) == EVERYTHING
    globs = EVERYTHING if widened else kinds
    certain = set() if widened else set(matching(context.files, (*PYTHON, "pyproject.toml")))
    ask = not certain.issuperset(context.matching(*globs))
    return (
        limited(context, check, globs, opaque=(), left_out=_left_out(context, check, tool) if ask else _none) or whole
    )


def _none(_file: str) -> bool:
    return False


def _left_out(context: Context, check: str, tool: Tool) -> Callable[[str], bool] | None:
    """Asks ruff which files it would look at: by its version, and by the configuration, it may be of any kind."""
    shown = _shown(context, check, tool)
    return None if shown is None else lambda file: file not in shown


def found_by(context: Context, check: str, tool: Tool) -> int:
    """How many files of code ruff finds itself; configuration, which it looks at too, is none."""
    shown = _shown(context, check, tool)
    return context.python_files if shown is None else sum(not file.endswith(".toml") for file in shown)


def _shown(context: Context, check: str, tool: Tool) -> set[str] | None:
    argv = [tool.path, "check", "--show-files", "--force-exclude", *context.args]
    done = run_tool(context, check, argv, {"RUFF_CACHE_DIR": str(context.scratch / "ruff")})
    if done.exit_code != 0:
        return None  # it will say why when it is run
    lines = done.stdout.decode("utf-8", "surrogateescape").splitlines()
    return {relative(context, line) for line in lines if line}
