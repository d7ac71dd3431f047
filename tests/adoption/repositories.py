"""Small repositories to adopt, and what a tree is to the byte."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from holdfast.adoption import facts
from holdfast.adoption.apply import apply
from holdfast.adoption.facts import Facts
from holdfast.adoption.parts import Wish, all_parts, removable
from holdfast.adoption.plan import Change, removal, wanted

AT = "2026-11-20T05:00:00.000Z"
PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\n'


def repository(root: Path, files: Mapping[str, str | bytes] | None = None, *, git: bool = True) -> Path:
    """A directory with those files; with a pyproject.toml where none is given. In git nothing is committed."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in (files if files is not None else {"pyproject.toml": PYPROJECT}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if git:
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    return root


def tree(root: Path) -> dict[str, tuple[int, bytes | str | None]]:
    """Every name below a directory with its mode and its content, links and directories among them; git's apart."""
    found: dict[str, tuple[int, bytes | str | None]] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name == ".git" or name.startswith(".git/"):
            continue
        content: bytes | str | None = None
        if path.is_symlink():
            content = str(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        found[name] = (path.lstat().st_mode, content)
    return found


def planned(root: Path, *skip: str, known: Facts | None = None) -> dict[str, Change]:
    """What adopting would change, by the part's name."""
    wish = Wish(known or facts.look(root), skip)
    return {change.part: change for change in wanted(root, all_parts(wish), wish, at=AT)}


def adopt(root: Path, *skip: str, known: Facts | None = None) -> list[Change]:
    """Adopts; what cannot be done is left out."""
    return apply(root, planned(root, *skip, known=known).values())


def remove(root: Path, *, force: bool = False) -> list[Change]:
    """Un-adopts."""
    return apply(root, removal(root, removable(), force=force))
