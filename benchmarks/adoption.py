"""Ten known projects take Holdfast in, are validated, and let it go again: `python -m benchmarks.adoption`.

Their source distributions come from the package index that pip uses. Each is made a git repository, and has an
environment outside its tree with its released wheel in it. Writes the table of benchmarks/README.md; stops where
something is not as it must be.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measure import BIN, write_table

PROJECTS = ("attrs", "black", "docopt", "flask", "poetry-core", "pydantic", "requests", "rich", "starlette", "tqdm")
MARKS = ("<!-- adoption: begin -->", "<!-- adoption: end -->")
HEAD = (
    "| project | shape | files made | files extended | what `validate-env` found | init | validate "
    "| as before, to the byte |\n"
    "|---|---|---|---|---|---|---|---|"
)


class Row(NamedTuple):
    """What became of one project."""

    name: str
    shape: str
    made: list[str]
    extended: list[str]
    found: str
    init_s: float
    validate_s: float
    identical: bool

    def __str__(self) -> str:
        made, extended = len(self.made), ", ".join(f"`{file}`" for file in self.extended) or "none"
        times = f"{self.init_s:.2f} s | {self.validate_s:.1f} s"
        same = "yes" if self.identical else "**no**"
        return f"| {self.name} | {self.shape} | {made} | {extended} | {self.found} | {times} | {same} |"


def run(command: list[str | Path], cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The finished command, whatever its exit code."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def must(command: list[str | Path], cwd: Path, code: int = 0, env: dict[str, str] | None = None) -> str:
    """What a command prints. Exits where its exit code is another."""
    done = run(command, cwd, env)
    if done.returncode != code:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def unpacked(name: str, work: Path) -> Path:
    """The tree of a project's source distribution, as a git repository with one commit."""
    must([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", work, name], work)
    with tarfile.open(next(work.glob("*.tar.gz"))) as archive:
        archive.extractall(work / "tree", filter="data")
    project = next((work / "tree").iterdir())
    git: list[str | Path] = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A", "-f"], ["commit", "-q", "-m", "as released"]):
        must([*git, *words], project)
    return project


def environment(name: str, project: Path, work: Path) -> Path:
    """An environment outside the tree, with the project's wheel of that version and what it needs."""
    version = project.name.rpartition("-")[2]
    must([BIN / "uv", "venv", "-q", "--python", sys.executable, work / "env"], work)
    must([BIN / "uv", "pip", "install", "-q", "--python", work / "env", f"{name}=={version}"], work)
    return work / "env"


def digest(root: Path) -> str:
    """Names, modes and bytes of everything below a directory, git's own files apart."""
    seen = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if ".git" in path.relative_to(root).parts:
            continue
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        seen.update(f"{path.relative_to(root)}\0{path.lstat().st_mode:o}\0{len(content)}\0".encode())
        seen.update(content)
    return seen.hexdigest()


def goals(project: Path) -> dict[str, tuple[int, str, str]]:
    """What `make -n` says of the default goal and of every target that the Makefile writes out.

    In a copy, always of the same name: what a recipe marks with `+` is run even so.
    """
    makefile = project / "Makefile"
    if not makefile.is_file():
        return {}
    names = re.findall(r"(?m)^([A-Za-z][\w.-]*)\s*:(?!=)", makefile.read_text("utf-8"))
    said = {}
    for name in ("", *dict.fromkeys(names)):
        copy = project.parent.parent / "copy"
        shutil.copytree(project, copy, symlinks=True)
        done = run(["make", "-n", *name.split()], copy)
        said[name] = (done.returncode, done.stdout, done.stderr)
        shutil.rmtree(copy)
    return said


def row(name: str, work: Path) -> Row:
    """Adopts one project, looks at it, and un-adopts it."""
    project = unpacked(name, work)
    env = {"VIRTUAL_ENV": str(environment(name, project, work)), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    before, shape, targets = digest(project), described(project), goals(project)
    init: list[str | Path] = [BIN / "holdfast", "init"]
    started = time.monotonic()
    parts = json.loads(must([*init, "--yes", "--format", "json"], project))["parts"]
    init_s = time.monotonic() - started
    if targets and goals(project) != targets:
        sys.exit(f"{name}: make does not do what it did")
    must([BIN / "pre-commit", "validate-config"], project)
    must([BIN / "prek", "validate-config"], project)
    started = time.monotonic()
    said = run([BIN / "holdfast", "validate-env", "--format", "json", "--no-log", "--skip", "pytest"], project, env)
    validate_s = time.monotonic() - started
    adopted = digest_without_scratch(project)
    must([*init, "--yes"], project)
    must([*init, "--check"], project)
    if digest_without_scratch(project) != adopted:
        sys.exit(f"{name}: the second init changed something")
    must([*init, "--remove", "--yes"], project)
    files = {action: [part["file"] for part in parts if part["action"] == action] for action in ("create", "extend")}
    identical = digest(project) == before
    return Row(name, shape, files["create"], files["extend"], found(said), init_s, validate_s, identical)


def digest_without_scratch(project: Path) -> str:
    """The digest with .holdfast, where validate-env keeps its cache, out of sight."""
    aside = project.parent.parent / "scratch"
    scratch = project / ".holdfast"
    if not scratch.exists():
        return digest(project)
    scratch.rename(aside)
    try:
        return digest(project)
    finally:
        aside.rename(scratch)


def described(project: Path) -> str:
    """How the project is laid out, built and locked."""
    layout = "src" if (project / "src").is_dir() else "flat"
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text("utf-8") if pyproject.is_file() else ""
    backend = re.search(r"(?m)^build-backend\s*=\s*[\"']([\w-]+)", text)
    built = backend[1] if backend else "setup.py alone" if not text else "setuptools by default"
    lock = next((name for name in ("poetry.lock", "uv.lock") if (project / name).is_file()), "no lock")
    return f"{layout}, {built}, {lock}"


def found(said: subprocess.CompletedProcess[str]) -> str:
    """Each check that had something to say, with how much; and how many passed."""
    if said.returncode not in (0, 1, 2):
        sys.exit(f"validate-env: exit code {said.returncode}\n{said.stderr}")
    results: list[dict[str, Any]] = json.loads(said.stdout)["results"]
    shown = [shown_result(each) for each in results if each["status"] in ("failed", "error") or each["findings"]]
    passed = sum(each["status"] == "passed" and not each["findings"] for each in results)
    return ", ".join([*shown, f"{passed} clean"])


def shown_result(result: dict[str, Any]) -> str:
    """`ruff 3`, `mypy could not run`."""
    if result["status"] == "error":
        return f"{result['check']} could not run"
    return f"{result['check']} {len(result['findings'])}"


def main() -> None:
    """All rows, shown as they come. Exit 1 where a tree is not what it was."""
    rows = []
    for name in PROJECTS:
        with tempfile.TemporaryDirectory() as work:
            rows.append(row(name, Path(work)))
        print(rows[-1], flush=True)
    write_table(MARKS, f"Measured on {time.strftime('%Y-%m-%d')}, Python {sys.version.split()[0]}.", HEAD, rows)
    if not all(each.identical for each in rows):
        sys.exit("not every tree is what it was")


if __name__ == "__main__":
    main()
