"""What flake8's configuration says of files (flake8/options/config.py, flake8/discover_files.py)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.facts import LIMIT, start_of
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
    found = [text for name in CONFIG if re.search(_SECTION, text := start_of(context.project / name))]
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
        return os.read(handle, LIMIT)
    except OSError:
        return b""
    finally:
        os.close(handle)


class Section(NamedTuple):
    """What the configuration says, with hyphens in its keys, and the directory that its paths are relative to."""

    options: dict[str, str]
    directory: Path

    def patterns(self, option: str) -> list[str]:
        """Patterns as flake8 reads them: one with a slash is a path."""
        found = [part.strip() for part in re.split(r"[,\s]", self.options.get(option, "")) if part.strip()]
        return [os.path.normpath(self.directory / part) if "/" in part else part for part in found]


def section(context: Context) -> Section | None:
    """The section of the nearest configuration, from the project upwards; None where it cannot be read."""
    from configparser import Error, RawConfigParser

    for directory in (context.project, *context.project.parents):
        for name in CONFIG:
            text = start_of(directory / name)
            if not re.search(_SECTION, text):
                continue
            parser = RawConfigParser()
            try:
                parser.read_string(text.decode())
            except (Error, UnicodeDecodeError):
                return None
            own = parser["flake8"].items() if "flake8" in parser else ()
            return Section({key.replace("_", "-"): value for key, value in own}, directory)
    return Section({}, context.project)


def left_out(context: Context) -> Callable[[str], bool] | None:
    """Whether the configuration leaves a file out; None where that is not known."""
    own = section(context)
    if own is None or "filename" in own.options:
        return None
    patterns = own.patterns("exclude") if "exclude" in own.options else list(EXCLUDED)
    patterns += own.patterns("extend-exclude")

    def answer(file: str) -> bool:
        parts = file.split("/")
        paths = ["/".join(parts[: length + 1]) for length in range(len(parts))]
        return any(_matches(context, path, pattern) for path in paths for pattern in patterns)

    return answer


def _matches(context: Context, path: str, pattern: str) -> bool:
    return fnmatch(path.rpartition("/")[2], pattern) or fnmatch(f"{context.project}/{path}", pattern)
