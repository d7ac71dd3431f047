"""`AGENTS.md`: which command answers which question, for coding agents."""

from __future__ import annotations

from holdfast.adoption.blocks import MARKDOWN
from holdfast.adoption.parts import Part, Wish

ROUTES = {
    "check everything before a commit": ("holdfast validate-env --format json", "`results[].findings[]`, `exit_code`"),
    "check one thing": ("holdfast validate-env --only NAME", "the exit code; `--list` names the checks"),
    "know whether the environment is right": ("holdfast venv-check --format json", "`results[].findings[].fix`"),
    "know whether what is installed is what is locked": ("holdfast check-deps --format json", "`results[].findings[]`"),
    "know why a package is there": ("holdfast check-deps --explain NAME", "the lines"),
    "run any command so that it leaves a trace": ("holdfast task-log run --task NAME -- CMD", "CMD's own exit code"),
    "see what ran here": ("holdfast task-log list --format json", "`tasks[].state`"),
    "see the settings and where they come from": ("holdfast config show --origin", "the lines"),
}
NOTES = """\
- What is true here is what ran. Do not report "done" or "passed": run the command, and let its exit code say so.
- Exit code 0: all passed; 1: findings; 2: it could not be done, and nothing was verified: that is no pass.
- Do not look at an environment with `poetry run`, `poetry show` or `uv run`: they may recreate or empty it. A finding's
  `fix` is the command that mends it, or the line to write at its place.
- Set `HOLDFAST_AGENT` to your name, so that the log says who did it.
"""


def _body(_wish: Wish, kind: str) -> str:
    title = "# For coding agents" if kind == "created" else "## Checks and tasks: holdfast"
    return f"\n{title}\n\n{_table()}\n\n{NOTES}\n"


def _table() -> str:
    """With columns of one width, as formatters of Markdown leave them."""
    rows = [("you want to", "run", "read"), *((what, f"`{run}`", read) for what, (run, read) in ROUTES.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in rows]
    return "\n".join([lines[0], f"| {' | '.join('-' * width for width in widths)} |", *lines[1:]])


PART = Part("agents", ("AGENTS.md",), _body, MARKDOWN)
