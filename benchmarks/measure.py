"""Timing whole commands with hyperfine, and rows of the table."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
README = ROOT / "benchmarks" / "README.md"
ROUNDS = 5
HEAD = "| what | ours | beside | ratio | target | met |\n|---|---|---|---|---|---|"

MEGABYTE = 1024
"""In kibibytes, as Linux counts memory."""

PEAK = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
print(used.ru_maxrss)
"""
"""Started from a process larger than the command, its peak would be that process's: so a small one starts it."""

Command = tuple[str | Path, ...]


@dataclass(frozen=True)
class Row:
    """One line of the table: a measured ratio beside its target."""

    what: str
    ours: str
    theirs: str
    ratio: float
    target: str
    met: bool

    def __str__(self) -> str:
        verdict = "yes" if self.met else "**no**"
        return f"| {self.what} | {self.ours} | {self.theirs} | {self.ratio:.2f} | {self.target} | {verdict} |"


def at_most(what: str, ours: tuple[float, str], theirs: tuple[float, str], limit: float) -> Row:
    """A row for times in seconds, of which ours may be `limit` times theirs."""
    ratio = ours[0] / theirs[0]
    return Row(
        what, f"{milli(ours[0])} {ours[1]}", f"{milli(theirs[0])} {theirs[1]}", ratio, f"<= {limit}", ratio <= limit
    )


def beside(what: str, ours: float, theirs: float, name: str) -> Row:
    """A row that has no target."""
    row = at_most(what, (ours, ""), (theirs, name), float("inf"))
    return Row(row.what, row.ours, row.theirs, row.ratio, "none", met=True)


def milli(seconds: float) -> str:
    """A time as people read it."""
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds * 1000:.1f} ms"


def medians(
    commands: Sequence[Sequence[str | Path]], *, cwd: Path = ROOT, runs: int = 12, before: Sequence[str | Path] = ()
) -> list[float]:
    """The median seconds of each command, in rounds that take turns, so that all meet the same machine.

    `before` is run before each run, and not timed.
    """
    if shutil.which("hyperfine") is None:
        sys.exit("hyperfine is not installed\nhint: apt-get install hyperfine, or brew install hyperfine")
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(ROUNDS):
        for taken, run in zip(times, _hyperfine(commands, cwd, runs, before), strict=True):
            taken.extend(run)
    return [sorted(taken)[len(taken) // 2] for taken in times]


def _hyperfine(
    commands: Sequence[Sequence[str | Path]], cwd: Path, runs: int, before: Sequence[str | Path]
) -> list[list[float]]:
    lines = [" ".join(str(part) for part in command) for command in commands]
    prepare = ["--prepare", " ".join(str(part) for part in before)] if before else []
    warmup = "2" if runs > 4 else "0"
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        options = ["-N", "--ignore-failure", "--style", "none", "--warmup", warmup, "--runs", str(runs), *prepare]
        subprocess.run(["hyperfine", *options, "--export-json", out.name, *lines], cwd=cwd, check=True)
        results = json.loads(Path(out.name).read_bytes())["results"]
    return [result["times"] for result in results]


def peak(command: Command, project: Path, runs: int = 5) -> float:
    """The most memory that a command held, in megabytes: the median of so many runs. It has to succeed."""
    small: Command = (BIN / "python", "-I", "-S", "-c", PEAK)
    peaks = [subprocess.run([*small, *command], cwd=project, check=True, stdout=subprocess.PIPE) for _ in range(runs)]
    return sorted(int(each.stdout) for each in peaks)[runs // 2] / MEGABYTE


def machine() -> str:
    """What this was measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _cpuinfo().splitlines() if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{cores} cores of {model}, {system}, Python {platform.python_version()}"


def _cpuinfo() -> str:
    try:
        return Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return ""


def publish(marks: tuple[str, str], rows: Iterable[object]) -> None:
    """Shows rows as they are measured, and writes them as a table between the marks."""
    done = []
    for row in rows:
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
        done.append(row)
    write_table(marks, f"Measured on {time.strftime('%Y-%m-%d')}, on {machine()}.", HEAD, done)


def write_table(marks: tuple[str, str], measured: str, head: str, rows: Sequence[object]) -> None:
    """Puts a table between its marks in benchmarks/README.md, below a line that says what was measured on."""
    text = README.read_text("utf-8")
    before, rest = text.split(marks[0])
    after = rest.split(marks[1])[1]
    table = "\n".join([head, *map(str, rows)])
    README.write_text(f"{before}{marks[0]}\n{measured}\n\n{table}\n{marks[1]}{after}", "utf-8")
