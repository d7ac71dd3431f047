"""check-deps beside what a user would run instead, on a project of the usual size and on a large one."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.commands import HELLO
from benchmarks.measure import BIN, ROOT, Command, Row, at_most, beside, medians, peak
from benchmarks.shop import enlarged, installed

CHECK: Command = (BIN / "holdfast", "check-deps", "--no-log", "--only")
OURS: Command = (*CHECK, "lock,installed,conflicts")
POETRY: Command = (BIN / "poetry", "check", "--lock")


def rows() -> Iterator[Row]:
    """Time against the commands that it replaces and against starting, then memory, then growth."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".holdfast") as name:
        project = installed(Path(name))
        count = _passed(project)
        yield from _times(project, f"{count} packages")
        yield _memory(project)
        large = enlarged(project, Path(name) / "large", 500)
        few, many = medians([(*OURS, "--project", each) for each in (project, large)])
        what = f"`check-deps`, {_passed(large)} packages"
        yield at_most(what, (many, ""), (few, f"with {count}"), 3.0)


def _times(project: Path, size: str) -> Iterator[Row]:
    python = project / ".venv" / "bin" / "python"
    commands: list[Command] = [
        HELLO,
        OURS,
        POETRY,
        (python, "-m", "pip", "check"),
        (BIN / "uv", "pip", "check", "--python", python),
        (*CHECK, "imports"),
        (BIN / "deptry", "."),
    ]
    hello, ours, poetry, pip, uv, imports, deptry = medians(commands, cwd=project)
    what = f"`check-deps --only lock,installed,conflicts`, {size}"
    yield at_most(what, (ours, ""), (poetry + pip, "`poetry check --lock` + `pip check`"), 0.125)
    yield at_most(what, (ours, ""), (hello, "bare Typer hello"), 2.5)
    yield beside(what, ours, uv, "`uv pip check`, which sees conflicts alone")
    yield beside("`check-deps --only imports`", imports, deptry, "`deptry .`")


def _passed(project: Path) -> int:
    """How many packages the lock holds, in a run in which every check passed."""
    command = [*OURS, "--format", "json"]
    done = subprocess.run(command, cwd=project, stdout=subprocess.PIPE, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["exit_code"] == 0, done.stdout
    return int(next(result["checked"]["total"] for result in report["results"] if result["check"] == "lock"))


def _memory(project: Path) -> Row:
    ours, theirs = (peak(command, project) for command in (OURS, POETRY))
    what = "`check-deps --only lock,installed,conflicts`, peak memory"
    return Row(what, f"{ours:.1f} MB", f"{theirs:.1f} MB `poetry check --lock`", ours / theirs, "<= 30 MB", ours <= 30)
