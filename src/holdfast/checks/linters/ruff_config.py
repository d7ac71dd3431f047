"""Which files ruff depends on (docs.astral.sh/ruff/configuration); asked at every start, so nothing is parsed.

Ruff looks at the files that its `include` selects: from version to version some more kinds. Its configuration may
name another one (`extend`), and may select any other file.
"""

from __future__ import annotations

import posixpath
import re

from holdfast.checks import facts
from holdfast.checks.interface import Context

CONFIG = ("ruff.toml", ".ruff.toml", "pyproject.toml")
HOME = tuple(f".config/ruff/{name}" for name in CONFIG)
PYTHON = ("*.py", "*.pyi", "*.pyw", "*.ipynb")
SELECTED = (*PYTHON, "*.md", *CONFIG)
"""What it looks at by default."""
EVERYTHING = ("**",)
_DEEPEST = 10
_KEY = rb"""(?m)^[ \t]*["']?(extend|include|extend-include)["']?[ \t]*=[ \t]*(?:["']([^"'\n]*)["'])?"""


def files_read(context: Context) -> tuple[str, ...]:
    """Globs of all that its result depends on."""
    if not _configured(context) and _configured_above(context):
        return EVERYTHING
    names = set()
    for file in _configurations(context):
        more = _extended(context, file)
        if more is None:
            return EVERYTHING
        names |= more
    return (*SELECTED, ".gitignore", ".ignore", *(re.sub(r"[*?[]", r"[\g<0>]", name) for name in sorted(names)))


def _configured(context: Context) -> bool:
    return "ruff" in facts.table(context.pyproject, "tool") or not set(CONFIG[:2]).isdisjoint(context.files)


def _configured_above(context: Context) -> bool:
    """Whether a directory above the project has what may be a configuration, which is then the project's too."""
    return any((directory / name).exists() for directory in context.project.parents for name in CONFIG)


def _configurations(context: Context) -> list[str]:
    return [file for file in context.files if file.rpartition("/")[2] in CONFIG]


def _extended(context: Context, file: str, depth: int = 0) -> set[str] | None:
    """The files that a configuration extends, and those that they do; None where that, or its files, is not known."""
    found: set[str] = set()
    for key, value in _keys(context, file):
        if key != "extend":
            return None
        target = posixpath.normpath(posixpath.join(posixpath.dirname(file), value))
        if target not in context.files or depth >= _DEEPEST:  # it may name a directory of the user's, or a variable
            return None
        more = _extended(context, target, depth + 1)
        if more is None:
            return None
        found |= {target, *more}
    return found


def _keys(context: Context, file: str) -> list[tuple[str, str]]:
    """The keys of a configuration that lead to other files, with their values."""
    if file == "pyproject.toml":  # in which other tools have such keys too
        own = facts.table(context.pyproject, "tool", "ruff")
        return [(key, str(own[key])) for key in ("include", "extend-include", "extend") if key in own]
    text = facts.start_of(context.project / file)
    if file.endswith("pyproject.toml") and b"ruff" not in text:
        return []
    return [(match[1].decode(), (match[2] or b"").decode("utf-8", "replace")) for match in re.finditer(_KEY, text)]
