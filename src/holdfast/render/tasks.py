"""Tasks as text for a person: aligned columns and no more. Nothing in a registry can move the cursor or set colours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from holdfast.core.registry_format import Event

RED, GREEN, YELLOW, CYAN, DIM = "31", "32", "33", "36", "2"
STATE_COLOR = {"succeeded": GREEN, "failed": RED, "timed_out": RED, "running": CYAN}
BARS, ASCII_BARS = "▁▂▃▄▅▆▇█", "_.:-=+*#"

Document = dict[str, Any]


def printable(text: object) -> str:
    """Text without control characters: a registry is written by others, and a terminal obeys what it is sent."""
    plain = text if isinstance(text, str) else json.dumps(text)
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in plain)


def encodable(text: str, encoding: str | None) -> str:
    """Text that a stream of this encoding can print; the rest as escapes."""
    name = encoding or "ascii"
    return text.encode(name, "backslashreplace").decode(name)


def paint(text: str, code: str | None, color: bool) -> str:
    """Text in one of the colours above, if there is to be colour."""
    return f"\033[{code}m{text}\033[0m" if color and code else text


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], colors: Sequence[Sequence[str | None]], color: bool
) -> str:
    """Left-aligned columns under a head; `colors` has a code or None for each cell."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(head, widths, strict=True)).rstrip()]
    for row, codes in zip(rows, colors, strict=True):
        cells = [
            paint(cell, code, color) + " " * (width - len(cell))
            for cell, width, code in zip(row, widths, codes, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def state_words(task: Document) -> str:
    """A task's state, and whether it was typed in."""
    return f"{task['state']} (reported)" if task.get("reported") else str(task["state"])


def seconds(value: object) -> str:
    """A duration for a person: 0.11s, 5.2s, 3m07s, 2h05m; `-` where there is none."""
    if not isinstance(value, int | float) or not 0 <= value < 1e10:
        return "-"
    if value < 10:
        return f"{value:.2f}s"
    if value < 60:
        return f"{value:.1f}s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}m{rest:02d}s" if minutes < 60 else f"{minutes // 60}h{minutes % 60:02d}m"


def moment(value: object) -> str:
    """The date and time of an ISO moment, without its milliseconds."""
    return printable(value)[:19].replace("T", " ") if isinstance(value, str) else "-"


def commit(task: Document) -> str:
    """The commit, with a `+` where the tree differed from it; `-` where git had none."""
    name = task.get("commit")
    mark = "+" if task.get("dirty") else ""
    return printable(name)[:9] + mark if isinstance(name, str) else mark or "-"


def task_list(tasks: Iterable[Document], *, color: bool) -> str:
    """A line a task."""
    rows, colors = [], []
    for task in tasks:
        took = seconds(task.get("duration_s"))
        cells = (printable(task.get("task", "-")), state_words(task), took)
        who, at = printable(task.get("agent", "-")), moment(task.get("started_at"))
        rows.append((printable(task["id"]), at, *cells, commit(task), who))
        colors.append((DIM, None, None, STATE_COLOR.get(task["state"], YELLOW), None, None, None))
    if not rows:
        return "no tasks match\n"
    return table(("ID", "STARTED (UTC)", "TASK", "STATE", "TOOK", "COMMIT", "WHO"), rows, colors, color)


def task_details(task: Document, *, color: bool) -> str:
    """All that is known of one task, a line a fact."""
    rows = [(key.replace("_", " "), _value(value)) for key, value in task.items() if key not in ("notes", "state")]
    rows.insert(1, ("state", paint(state_words(task), STATE_COLOR.get(task["state"], YELLOW), color)))
    rows += [
        ("note", f"{moment(note['at'])}  {_value(note['agent'])}: {_value(note['text'])}")
        for note in task.get("notes", [])
    ]
    width = max(len(key) for key, _ in rows)
    return "".join(f"{key.ljust(width)}  {value}\n" for key, value in rows)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        import shlex

        return printable(shlex.join(value))
    return printable(value)


def task_stats(stats: Iterable[Document], trends: Sequence[str], *, color: bool) -> str:
    """A line a task: runs, success, how long, and a picture of the last durations."""
    rows, colors = [], []
    for one, trend in zip(stats, trends, strict=True):
        rate = one["success_rate"]
        good = "-" if rate is None else f"{rate:.0%}"
        code = None if rate is None else GREEN if rate == 1 else YELLOW if rate >= 0.5 else RED
        times = (seconds(one["p50_s"]), seconds(one["p95_s"]))
        rows.append((printable(one["task"]), str(one["runs"]), good, *times, moment(one["last_at"]), trend))
        colors.append((None, None, code, None, None, None, None))
    if not rows:
        return "no tasks yet\n"
    return table(("TASK", "RUNS", "SUCCESS", "P50", "P95", "LAST (UTC)", "TREND"), rows, colors, color)


def event_line(event: Event, *, color: bool) -> str:
    """One event on one line, as `task-log tail` prints it."""
    name = event.get("event")
    words = [moment(event.get("at")), printable(event.get("id", "-")), printable(name)]
    if name == "started":
        words += [printable(event.get("task", "-")), f"by {printable(event.get('agent', '-'))}"]
    elif name == "finished":
        status = printable(event.get("status", "-"))
        shown = f"{status} (reported)" if event.get("reported") else status
        words += [paint(shown, STATE_COLOR.get(status, YELLOW), color), seconds(event.get("duration_s"))]
        words += [f"exit {event['exit_code']}"] if isinstance(event.get("exit_code"), int) else []
    elif name == "note":
        words.append(printable(event.get("text", "")))
    return "  ".join(words)
