"""Records docs/terminal.svg: what `holdfast validate-env` shows of a small project with one mistake in it.

    python scripts/picture.py

The project is made anew in a temporary directory, and the commands are run for real in a terminal of their own; only
times and the name of the directory are theirs and change from one recording to the next.
"""

from __future__ import annotations

import io
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
COLUMNS = 100
FILES = {
    "pyproject.toml": "[tool.ruff]\n\n[tool.mypy]\nstrict = true\n\n"
    '[tool.pytest.ini_options]\naddopts = "-p no:cacheprovider"\n',
    "shop.py": "import os\n\n\ndef total(prices: list[float]) -> float:\n    return sum(prices)\n",
    "test_shop.py": "import shop\n\n\ndef test_total() -> None:\n    assert shop.total([1.5, 2]) == 3.5\n",
    ".gitignore": ".venv/\n",
}
COMMANDS = (
    "holdfast validate-env",
    "ruff check --quiet --fix shop.py",
    "holdfast validate-env",
    "holdfast validate-env",
    "holdfast task-log list --last 3",
)
# rich's own frame asks a font server for its font; this one does not.
SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px;
  line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def make_project(directory: Path) -> None:
    """The project, in git, with an environment whose tools are this one's."""
    for name, content in FILES.items():
        (directory / name).write_text(content, "utf-8")
    python = Path(sys.executable)
    subprocess.run([python, "-m", "venv", "--without-pip", directory / ".venv"], check=True)
    site = next((directory / ".venv" / "lib").glob("python*")) / "site-packages"
    packages = next(python.parent.parent.glob("lib/python*/site-packages"))
    for entry in packages.iterdir():
        if not entry.name.startswith("holdfast"):
            (site / entry.name).symlink_to(entry)
    for tool in ("ruff", "mypy", "pytest"):
        script = directory / ".venv" / "bin" / tool
        if tool == "ruff":
            shutil.copy(BIN / tool, script)
        else:
            script.write_text(f"#!{directory}/.venv/bin/python\nimport sys\nfrom {ENTRY[tool]}\nsys.exit(main())\n")
        script.chmod(0o755)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=directory, check=True)
    subprocess.run([BIN / "holdfast", "task-log", "run", "--task", "hello", "--", "true"], cwd=directory, check=True)


ENTRY = {"mypy": "mypy.__main__ import console_entry as main", "pytest": "pytest import console_main as main"}


def said(command: str, directory: Path) -> str:
    """What a command shows on a terminal, with its colours."""
    main, other = pty.openpty()
    env = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "HOLDFAST_AGENT": "you"}
    env["PATH"] = f"{directory}/.venv/bin:{BIN}:{env['PATH']}"
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=directory,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=other,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(other)
        chunks = []
        while True:
            try:
                chunk = os.read(main, 4096)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            chunks.append(chunk)
        process.communicate()
    os.close(main)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def main() -> None:
    """Writes the picture."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "shop"
        directory.mkdir()
        make_project(directory)
        for command in COMMANDS:
            shown = said(command, directory)
            console.print(Text.from_ansi(f"\033[1;32m$\033[0m \033[1m{command}\033[0m"))
            if shown:
                console.print(Text.from_ansi(shown.replace(str(directory), "shop").rstrip()))
            console.print()
    svg = console.export_svg(title="holdfast", code_format=SVG, unique_id="holdfast")
    (ROOT / "docs" / "terminal.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
