"""Projects in which unique secrets stand in files, names and the history, and what is written about them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.faults.secret_values import HEX, LETTERS, Draw, in_context, tokens


def git(project: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout


def commit(project: Path, message: str = "more") -> str:
    git(project, "add", "-A", "-f")
    git(project, "commit", "-q", "-m", message)
    return git(project, "rev-parse", "HEAD").strip()


def parts_of(value: str) -> list[str]:
    """What of a value must not be seen either: any sixteen characters of it."""
    return [value] if len(value) <= 16 else [value[at : at + 16] for at in range(0, len(value) - 15, 4)]


def plant_all(project: Path, seed: int = 11) -> list[str]:
    """Plants a secret of each kind, in a file of its own; returns the values."""
    draw = Draw(seed)
    values = []
    for kind, value in tokens(draw).items():
        (project / f"{kind}.py").write_text(f'x = "{value}"\n')
        values.append(value)
    for kind, (line, value) in in_context(draw).items():
        (project / f"{kind}.txt").write_text(f"{line}\n")
        values.append(value)
    key = draw.pem()
    (project / "server.pem").write_text(key)
    values += key.splitlines()[1:-1]
    (project / ".env").write_text(f"DB_PASSWORD={(password := draw.password())}\n")
    (project / f"notes-{(named := 'ghp_' + draw.of(LETTERS, 36))}.txt").write_text("x\n")
    (project / "artifactory.txt").write_text(f"use AKC{(artifactory := draw.of(LETTERS, 60))} here\n")
    (project / "latin.txt").write_bytes(f"caf\xe9 dop_v1_{(latin := draw.of(HEX, 64))}\n".encode("latin-1"))
    return [*values, password, named, artifactory, latin]


def written_below(*directories: Path) -> bytes:
    """Every byte of every file below the directories, and every name."""
    found = []
    for directory in directories:
        for path in directory.rglob("*"):
            found.append(str(path.relative_to(directory)).encode())
            if path.is_file():
                found.append(path.read_bytes())
    return b"\n".join(found)
