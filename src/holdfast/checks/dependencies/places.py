"""Where an environment's interpreter looks for installed packages, worked out from the disk, without running it.

Sources: docs.python.org/3/library/site.html, Lib/site.py, Debian's patch of it (dist-packages), PEP 405. The user's
own site-packages are left out: what lies there is no part of an environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks.interface import Environment
from holdfast.checks.venv_probe.disk import loose_text, names, real

_LIBRARY = r"(?:python|pypy)3\.[0-9]{1,3}t?"
PTH_LIMIT = 64 * 2**10
MOST_LINKED = 500
"""Directories that path files may add, before the rest is left out."""


class Place(NamedTuple):
    """A directory on the import path."""

    path: str
    base: bool = False
    """It is the base interpreter's, and visible because the environment lets it be."""
    linked: bool = False
    """A path file in another place adds it."""


def places_of(environment: Environment) -> tuple[Place, ...]:
    """The directories that hold installed packages, in the order in which they are searched."""
    found = [Place(path) for path in _own(environment)]
    if sees_base(environment):
        found += [Place(path, base=True) for path in _of_base(environment)]
    return tuple(found)


def sees_base(environment: Environment) -> bool:
    """Whether pyvenv.cfg lets the base interpreter's packages in; site.py does so too where it says nothing."""
    config = _config(environment)
    return config.get("include-system-site-packages", "true" if config else "").lower() == "true"


def _config(environment: Environment) -> dict[str, str]:
    text = loose_text(environment.root / "pyvenv.cfg", PTH_LIMIT)
    pairs = (line.partition("=") for line in text.splitlines())
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _own(environment: Environment) -> Iterator[str]:
    """The environment's site-packages; those of an interpreter that is in no environment."""
    root = os.fspath(environment.root)
    if not environment.site_packages:
        if not any(os.path.lexists(os.path.join(root, mark)) for mark in ("pyvenv.cfg", "conda-meta")):
            yield from _of_prefix(real(environment.python))
        return
    for path in map(os.fspath, environment.site_packages):
        yield path
        twin = os.path.join(root, "lib64", *path.split(os.sep)[-2:])
        if os.path.isdir(twin) and real(twin) != real(path):
            yield twin


def _of_base(environment: Environment) -> Iterator[str]:
    """The places of the interpreter that the environment was made with; of its `home`, else of where its link leads."""
    home = _config(environment).get("home", "").replace("\0", "")
    library = environment.site_packages[0].parent.name if environment.site_packages else ""
    told = os.path.join(home, library) if home and library else ""
    for python in (told, real(told) if told else "", real(environment.python)):
        found = list(_of_prefix(python)) if python else []
        if found:
            yield from found
            return


def _of_prefix(python: str) -> Iterator[str]:
    """The directories that an interpreter has by its own path: `PREFIX/bin/python3.11`."""
    prefix = os.path.dirname(os.path.dirname(python))
    library = os.path.basename(python)
    versions = [library] if re.fullmatch(_LIBRARY, library) else _libraries(prefix)
    major = "python3" if prefix == "/usr" else ""  # Debian shares one directory among all its Pythons
    for version in versions:
        candidates = [
            os.path.join(prefix, "lib", version, "site-packages"),
            os.path.join(prefix, "lib64", version, "site-packages"),
            os.path.join(prefix, "local", "lib", version, "dist-packages"),
            *([os.path.join(prefix, "lib", major, "dist-packages")] if major else []),
            *([] if version.startswith("pypy") else [os.path.join(prefix, "lib", version, "dist-packages")]),
        ]
        yield from {real(path): path for path in candidates if os.path.isdir(path)}.values()


def _libraries(prefix: str) -> list[str]:
    """The newest lib/pythonX.Y, for an interpreter whose name says no version and is no link."""
    found = [name for name in names(os.path.join(prefix, "lib")) if re.fullmatch(_LIBRARY, name)]
    return sorted(found, key=lambda name: [int(part) for part in re.findall("[0-9]+", name)])[-1:]


def linked_by(place: Place, path_files: list[str]) -> Iterator[Place]:
    """The directories that a place's `.pth` files add, as `site` adds them; their code lines are not looked at."""
    for file in sorted(path_files):
        for line in loose_text(os.path.join(place.path, file), PTH_LIMIT).splitlines()[:MOST_LINKED]:
            said = line.strip().replace("\0", "")
            if said and not line.startswith(("#", "import ", "import\t")):
                path = os.path.normpath(os.path.join(place.path, said))
                if os.path.isdir(path):
                    yield Place(path, place.base, linked=True)
