"""What a project without pyproject.toml says of itself in setup.py and setup.cfg, which are read and never run."""

from __future__ import annotations

from pathlib import Path


def python_requires(project: Path) -> str | None:
    """The `python_requires` of setup.cfg or, where it is written out, of setup.py."""
    return _of_config(project / "setup.cfg") or _of_script(project / "setup.py")


def _of_config(path: Path) -> str | None:
    from configparser import Error, RawConfigParser

    parser = RawConfigParser()
    try:
        parser.read_string(path.read_text("utf-8"))
    except (OSError, ValueError, Error):
        return None
    return parser.get("options", "python_requires", fallback=None)


def _of_script(path: Path) -> str | None:
    import ast

    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "python_requires" and isinstance(node.value, ast.Constant):
            return str(node.value.value)
    return None
