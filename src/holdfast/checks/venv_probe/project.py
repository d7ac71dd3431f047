"""What a project says of the environment that it wants: its name, its Pythons, its tools."""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

from .disk import loose_text, text_of
from .toml import Keys, line_of, tables
from .values import Unusable, Version, cut
from .versions import allows, leading_version

PYPROJECT = "pyproject.toml"
MARKERS = (PYPROJECT, "setup.py", "setup.cfg", "requirements.txt")
KIND = {str: "a text", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a table"}
_SETUP_NAME = r"(?m)^\[metadata\][^\[]*?^name[ \t]*=[ \t]*(\S+)"


class Wish(NamedTuple):
    """A statement about Python: its text, what to call it, its file, and its key or line there."""

    spec: str
    label: str
    file: str
    key: Keys = ()
    line: int | None = None


class Project(NamedTuple):
    """A project's own words. `installs` is why it should be installed in its environment, or None."""

    root: str
    name: str | None
    wishes: tuple[Wish, ...]
    pins: tuple[Wish, ...]
    installs: str | None
    poetry: bool
    uv: bool
    text: str

    def line(self, wish: Wish) -> int | None:
        """The line of a wish, found when it is asked for."""
        return wish.line or line_of(self.text, wish.key)


def read_project(root: str) -> Project:
    """Reads pyproject.toml, setup.cfg and .python-version, as far as they are there. Raises Unusable."""
    text = text_of(os.path.join(root, PYPROJECT)) or ""
    data = tables(text, PYPROJECT) if text else {}
    project = table(data, text, PYPROJECT, "project")
    poetry = table(data, text, PYPROJECT, "tool", "poetry")
    build = table(data, text, PYPROJECT, "build-system")
    name = (
        text_at(project, text, PYPROJECT, ("project", "name"))
        or text_at(poetry, text, PYPROJECT, ("tool", "poetry", "name"))
        or _name_in_setup_cfg(root)
    )
    tools = table(data, text, PYPROJECT, "tool")
    uses_poetry = "poetry" in tools or "poetry" in str(build.get("build-backend", "")) or _has(root, "poetry.lock")
    uses_uv = _has(root, "uv.lock") or "uv" in tools
    return Project(
        root=root,
        name=name,
        wishes=tuple(_wishes(project, poetry, text)),
        pins=tuple(_pins(root)),
        installs=_installs(root, data, text, uses_uv),
        poetry=uses_poetry,
        uv=uses_uv,
        text=text,
    )


def table(data: dict[str, Any], text: str, file: str, *keys: str) -> dict[str, Any]:
    """A table of a document, empty where it is not there. Raises Unusable where something else is there."""
    found: Any = data
    for depth, key in enumerate(keys, 1):
        found = found.get(key, {})
        if not isinstance(found, dict):
            raise _wrong(text, file, keys[:depth], "a table", found)
    return dict(found)


def text_at(found: dict[str, Any], text: str, file: str, keys: Keys) -> str | None:
    """The text under a full key's last part, None where it is not there. Raises Unusable for another type."""
    value = found.get(keys[-1])
    if value is not None and not isinstance(value, str):
        raise _wrong(text, file, keys, "a text", value)
    return value


def _wrong(text: str, file: str, keys: Keys, wanted: str, found: object) -> Unusable:
    line = line_of(text, keys)
    place = f"{file}:{line}" if line else file
    kind = KIND.get(type(found), "something else")
    return Unusable(f"{place}: {'.'.join(keys)} must be {wanted}, and is {kind}", f"mend {keys[-1]} in {file}")


def _wishes(project: dict[str, Any], poetry: dict[str, Any], text: str) -> list[Wish]:
    found = []
    keys: Keys = ("project", "requires-python")
    spec = text_at(project, text, PYPROJECT, keys)
    if spec is not None:
        found.append(_checked(Wish(spec, "requires-python", PYPROJECT, keys), text))
    keys = ("tool", "poetry", "dependencies", "python")
    asked = table({"tool": {"poetry": poetry}}, text, PYPROJECT, *keys[:-1])
    if isinstance(asked.get("python"), dict):
        asked = {"python": asked["python"].get("version")}
    spec = text_at(asked, text, PYPROJECT, keys)
    if spec is not None:
        found.append(_checked(Wish(spec, "Poetry's python", PYPROJECT, keys), text))
    return found


def _checked(wish: Wish, text: str) -> Wish:
    try:
        allows(wish.spec, (3, 11, 0))
    except ValueError as error:
        place = f"{wish.file}:{line_of(text, wish.key)}"
        raise Unusable(f"{place}: {wish.label}: {cut(error)}", 'write it like ">=3.11,<4"') from error
    return wish


def _pins(root: str) -> list[Wish]:
    """The lines of .python-version; pyenv reads several, of which any may be meant."""
    text = text_of(os.path.join(root, ".python-version")) or ""
    lines = [(number, line.split("#")[0].strip()) for number, line in enumerate(text.split("\n"), 1)]
    return [Wish(line, ".python-version", ".python-version", line=number) for number, line in lines if line]


def pinned(pin: Wish) -> Version:
    """The version that a line of .python-version names; empty for `system` and for names of environments."""
    return leading_version(pin.spec)


def _name_in_setup_cfg(root: str) -> str | None:
    match = re.search(_SETUP_NAME, loose_text(os.path.join(root, "setup.cfg"), 2**18))
    return match.group(1) if match else None


def _has(root: str, name: str) -> bool:
    return os.path.exists(os.path.join(root, name))


def _installs(root: str, data: dict[str, Any], text: str, uses_uv: bool) -> str | None:
    """What makes the project installable in its own environment; None where nothing does, or a tool is told not to."""
    uv, pdm = table(data, text, PYPROJECT, "tool", "uv"), table(data, text, PYPROJECT, "tool", "pdm")
    poetry = table(data, text, PYPROJECT, "tool", "poetry")
    if False in (uv.get("package"), poetry.get("package-mode"), pdm.get("distribution")):
        return None
    described = bool(data.get("project") or poetry.get("name") or _has(root, "setup.py") or _has(root, "setup.cfg"))
    if data.get("build-system") and described:
        return "has a build-system"
    if data.get("project") and (uv.get("package") is True or not uses_uv):
        return "has a [project] table"
    return "has a setup.py" if _has(root, "setup.py") else None
