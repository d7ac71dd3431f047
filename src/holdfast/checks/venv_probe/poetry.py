"""Where Poetry keeps a project's environment, computed as Poetry 2 computes it; asking Poetry can empty a broken one.

Source: poetry/utils/env/env_manager.py, poetry/config/config.py and poetry/locations.py of Poetry 2.5.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any, Mapping, NamedTuple

from .disk import names, real, text_of
from .project import Project, table, text_at
from .toml import tables
from .values import cut


class Settings(NamedTuple):
    """Poetry's own configuration, as far as it decides where an environment is. None is "not said"."""

    path: str
    in_project: bool | None
    create: bool


class PoetryEnvironment(NamedTuple):
    """The directory of the environment that Poetry would use, and what to say of it where there is none."""

    path: str | None
    state: str


def settings(project: Project, env: Mapping[str, str]) -> Settings:
    """From the environment, else the project's poetry.toml, else the user's config.toml. Raises Unusable."""
    files = [os.path.join(project.root, "poetry.toml"), os.path.join(_config_directory(env), "config.toml")]
    read = [(file, text, tables(text, cut(file))) for file in files for text in [text_of(file)] if text]

    def said(*keys: str) -> Any:
        variable = env.get("POETRY_" + "_".join(keys).upper().replace("-", "_"))
        if variable is not None:
            return variable
        found = (table(data, text, cut(file), *keys[:-1]).get(keys[-1]) for file, text, data in read)
        return next((value for value in found if value is not None), None)

    cache = said("cache-dir") or _cache_directory(env)
    path = str(said("virtualenvs", "path") or os.path.join("{cache-dir}", "virtualenvs"))
    return Settings(
        path=_expanded(path.replace("{cache-dir}", str(cache)), env),
        in_project=_boolean(said("virtualenvs", "in-project")),
        create=_boolean(said("virtualenvs", "create")) is not False,
    )


def base_name(name: str, root: str) -> str:
    """The part of an environment's name that a project's name and real path decide."""
    import base64
    import hashlib

    canonical = re.sub(r"[-_.]+", "-", name).lower()
    safe = re.sub(r'[ $`!*@"\\\r\n\t]', "_", canonical)[:42]
    digest = hashlib.sha256(os.fsencode(os.path.normcase(real(root)))).digest()
    return f"{safe}-{base64.urlsafe_b64encode(digest).decode()[:8]}"


def poetry_environment(project: Project, found: Settings) -> PoetryEnvironment:
    """The environment under `virtualenvs.path`: the one that envs.toml chose, else the newest Python's."""
    base = base_name(project.name or "non-package-mode", project.root)
    where = os.path.join(found.path, base)
    chosen = _chosen(found.path, base)
    if chosen is not None:
        path = f"{where}-py{chosen}"
        return PoetryEnvironment(path, "chosen in envs.toml, and not there")
    made = [name for name in names(found.path) if name.startswith(f"{base}-py")]
    if not made:
        return PoetryEnvironment(None, f"no {cut(where)}-py*")
    newest = max(made, key=lambda name: [int(part) for part in re.findall(r"[0-9]{1,6}", name[len(base) :])])
    return PoetryEnvironment(os.path.join(found.path, newest), "not an environment")


def _chosen(path: str, base: str) -> str | None:
    file = os.path.join(path, "envs.toml")
    text = text_of(file)
    if not text:
        return None
    entry = table(tables(text, cut(file)), text, cut(file), base)
    return text_at(entry, text, cut(file), (base, "minor"))


def _boolean(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    return str(value).lower() in ("true", "1")


def _expanded(path: str, env: Mapping[str, str]) -> str:
    return os.path.join(_home(env), path[2:]) if path.startswith("~/") else path


def _home(env: Mapping[str, str]) -> str:
    return env.get("HOME") or os.path.expanduser("~")


def _config_directory(env: Mapping[str, str]) -> str:
    if sys.platform == "darwin":
        usual = os.path.join(_home(env), "Library", "Application Support")
    else:
        usual = env.get("XDG_CONFIG_HOME") or os.path.join(_home(env), ".config")
    return env.get("POETRY_CONFIG_DIR") or os.path.join(usual, "pypoetry")


def _cache_directory(env: Mapping[str, str]) -> str:
    if sys.platform == "darwin":
        return os.path.join(_home(env), "Library", "Caches", "pypoetry")
    return os.path.join(env.get("XDG_CACHE_HOME") or os.path.join(_home(env), ".cache"), "pypoetry")
