"""Where an installed project's code comes from: direct_url.json, .pth files and setuptools' editable finders.

Sources: packaging.python.org/en/latest/specifications/direct-url, PEP 660, setuptools/command/editable_wheel.py.
"""

from __future__ import annotations

import os
import re
from typing import Iterator, NamedTuple

from .disk import inside, loose_text, names
from .values import shown

_NAME = re.compile(r"(.+?)-([^-]+)\.(dist-info|egg-info)|(.+)\.(egg-link|egg-info)")
_MAPPING = r"(?m)^MAPPING(?::[^=\n]*)? = (\{.*\})[ \t]*$"


class Origin(NamedTuple):
    """One installation of a distribution: its name and version, whether it is editable, and the paths it leads to.

    No paths: it was installed from a wheel or an index, and its code is in site-packages.
    """

    label: str
    editable: bool
    paths: tuple[str, ...]


def normalized(name: str) -> str:
    """A distribution's name as PyPA compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def origins(site_packages: str, name: str) -> Iterator[Origin]:
    """Every installation of a distribution in a site-packages directory; more than one is a mistake, but happens."""
    wanted = normalized(name)
    for entry in names(site_packages):
        match = _NAME.fullmatch(entry)
        if match and normalized(match.group(1) or match.group(4)) == wanted:
            yield origin(site_packages, entry, " ".join(part for part in (name, match.group(2)) if part))


def origin(site_packages: str, entry: str, label: str) -> Origin:
    metadata = os.path.join(site_packages, entry)
    if entry.endswith(".egg-link"):
        lines = loose_text(metadata).splitlines()
        return Origin(label, editable=True, paths=tuple(line for line in lines[:1] if line))
    linked = [found for file in _linking(metadata) for found in _links(os.path.join(site_packages, file))]
    if linked:
        return Origin(label, editable=True, paths=tuple(linked))
    path, editable = _direct_url(os.path.join(metadata, "direct_url.json"))
    return Origin(label, editable=editable, paths=(path,) if path else ())


def _direct_url(file: str) -> tuple[str | None, bool]:
    """The local path that a distribution was installed from, and whether it was to stay editable."""
    import json
    from urllib.parse import unquote, urlsplit

    try:
        said = json.loads(loose_text(file) or "{}")
        url = urlsplit(said["url"])
        editable = said.get("dir_info", {}).get("editable") is True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, False
    return (unquote(url.path).replace("\0", "") if url.scheme == "file" else None), editable


def _linking(metadata: str) -> list[str]:
    """The files of a distribution that lead elsewhere. One with many files is no editable installation."""
    record = loose_text(os.path.join(metadata, "RECORD"), 2**16)
    files = [line.split(",")[0].strip('"') for line in record.splitlines()]
    return [file for file in files if "/" not in file and (file.endswith(".pth") or "__editable__" in file)]


def _links(file: str) -> list[str]:
    text = loose_text(file, 2**18)
    if file.endswith(".pth"):
        return [line.strip() for line in text.splitlines() if line.startswith("/")]
    found = re.search(_MAPPING, text)
    return _mapped(found.group(1)) if found else []


def _mapped(literal: str) -> list[str]:
    import ast

    try:
        mapping = ast.literal_eval(literal)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return []
    return [_module(path) if isinstance(path, str) else shown(path) for path in mapping.values()]


def _module(path: str) -> str:
    """The file of a module that is no package: the finder of setuptools names it without its suffix."""
    directory, name = os.path.split(path)
    if os.path.exists(path) or not os.path.isabs(path):
        return path
    return next((os.path.join(directory, file) for file in names(directory) if file.startswith(f"{name}.")), path)


def other_checkout(path: str, root: str) -> bool:
    """Whether a path is outside the project, or in another git checkout within it, such as a worktree."""
    if not inside(path, root):
        return True
    while path != root:
        if os.path.lexists(os.path.join(path, ".git")):
            return True
        path = os.path.dirname(path)
    return False
