"""One dependency as Poetry writes it, in pyproject.toml and in poetry.lock: a constraint, a table, or a list of them.

Source: `create_dependency` in poetry/core/factory.py of poetry-core 2.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast.checks.dependencies.constraints import Unclear, both, platform_marker, python_marker, specifiers
from holdfast.checks.dependencies.model import Need, Source, normal
from holdfast.checks.dependencies.requirement import kind_of_path


def poetry_need(name: str, value: object) -> Need:
    """What one constraint or table asks for. Raises Unclear."""
    if isinstance(value, str):
        return Need(name, specifiers(value))
    if not isinstance(value, Mapping):
        raise Unclear("a constraint, a table or a list of these is wanted")
    source = _source(value)
    return Need(
        name,
        "" if source else specifiers(_text(value, "version", "*")),
        both(
            _text(value, "markers"),
            python_marker(_text(value, "python", "*")),
            platform_marker(_text(value, "platform", "*")),
        ),
        tuple(sorted(normal(extra) for extra in _list(value, "extras"))),
        source,
    )


def _source(value: Mapping[str, Any]) -> Source | None:
    subdirectory = _text(value, "subdirectory")
    if "git" in value:
        return Source("git", _text(value, "git"), subdirectory=subdirectory)
    for key in ("file", "path"):
        if key in value:
            path = _text(value, key)
            kind = "file" if key == "file" else kind_of_path(path)
            if kind == "directory" and subdirectory:  # which Poetry joins
                path, subdirectory = f"{path.rstrip('/')}/{subdirectory}", ""
            return Source(kind, path, subdirectory=subdirectory, editable=value.get("develop") is True)
    return Source("url", _text(value, "url"), subdirectory=subdirectory) if "url" in value else None


def _text(value: Mapping[str, Any], key: str, default: str = "") -> str:
    found = value.get(key)
    if found is None or found == "":
        return default
    if not isinstance(found, str):
        raise Unclear(f"{key} is not a string")
    return found


def _list(value: Mapping[str, Any], key: str) -> list[str]:
    found = value.get(key) or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Unclear(f"{key} is not a list of strings")
    return found
