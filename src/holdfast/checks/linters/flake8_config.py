"""What flake8's configuration says of files (flake8/options/config.py, flake8/discover_files.py)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from fnmatch import fnmatch

from holdfast.checks.facts import INI_LIMIT, start_of
from holdfast.checks.interface import Context

CONFIG = ("setup.cfg", "tox.ini", ".flake8")
"""In the order in which it looks for a section of its own."""
EXCLUDED = (".svn", "CVS", ".bzr", ".hg", ".git", "__pycache__", ".tox", ".nox", ".eggs", "*.egg")
_SECTION = rb"(?m)^\[flake8(?::local-plugins)?\]"
_READS_MORE = rb"(?m)^\[flake8:local-plugins\]|^[ \t]*filename[ \t]*[:=]"
_OWN = ("flake8-", "mccabe-", "pycodestyle-", "pyflakes-")
"""What it consists of itself."""


def reads_more(context: Context) -> bool:
    """Whether it may read other files than Python's: as plugins may, and where the configuration says so."""
    environment = context.environment
    if environment is None or not (environment.bin / "flake8").exists():
        return True  # it stands in an environment of its own, with whatever is installed there
    found = [text for name in CONFIG if re.search(_SECTION, text := start_of(context.project / name, INI_LIMIT))]
    if any(re.search(_READS_MORE, text) for text in found):
        return True
    above = not found and any((up / name).exists() for up in context.project.parents for name in CONFIG)
    return above or any(_has_plugin(str(place)) for place in environment.site_packages)


def _has_plugin(site_packages: str) -> bool:
    """Whether a distribution has an entry point for flake8, apart from flake8 itself."""
    try:
        names = os.listdir(site_packages)  # noqa: PTH208 - names alone; pathlib makes an object of each
    except OSError:
        return True
    return any(
        b"[flake8." in _content(f"{site_packages}/{name}/entry_points.txt")
        for name in names
        if name.endswith((".dist-info", ".egg-info")) and not name.startswith(_OWN)
    ) or any(name.endswith(".egg-link") for name in names)


def _content(path: str) -> bytes:
    """The fewest system calls: there is a file a distribution, at every start."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        return os.read(handle, INI_LIMIT)
    except OSError:
        return b""
    finally:
        os.close(handle)


def left_out(context: Context) -> Callable[[str], bool] | None:
    """Whether the configuration leaves a file out; None where that is not known."""
    own = _section(context)
    if own is None or "filename" in own:
        return None
    patterns = _patterns(own["exclude"], context) if "exclude" in own else list(EXCLUDED)
    patterns += _patterns(own.get("extend-exclude", ""), context)

    def answer(file: str) -> bool:
        parts = file.split("/")
        paths = ["/".join(parts[: length + 1]) for length in range(len(parts))]
        return any(_matches(context, path, pattern) for path in paths for pattern in patterns)

    return answer


def _matches(context: Context, path: str, pattern: str) -> bool:
    return fnmatch(path.rpartition("/")[2], pattern) or fnmatch(f"{context.project}/{path}", pattern)


def _patterns(text: str, context: Context) -> list[str]:
    """Patterns as flake8 reads them: one with a slash is a path, relative to the configuration's directory."""
    found = [part.strip() for part in re.split(r"[,\s]", text) if part.strip()]
    root = str(context.project)
    return [os.path.normpath(part if part[0] == "/" else f"{root}/{part}") if "/" in part else part for part in found]


def _section(context: Context) -> dict[str, str] | None:
    """The options of its section, with hyphens; None where its configuration cannot be read, or lies elsewhere."""
    from configparser import Error, RawConfigParser

    for name in CONFIG:
        text = start_of(context.project / name, INI_LIMIT)
        if not re.search(_SECTION, text):
            continue
        parser = RawConfigParser()
        try:
            parser.read_string(text.decode())
        except (Error, UnicodeDecodeError):
            return None
        return {key.replace("_", "-"): value for key, value in parser["flake8"].items()} if "flake8" in parser else {}
    above = any((directory / name).exists() for directory in context.project.parents for name in CONFIG)
    return None if above else {}
