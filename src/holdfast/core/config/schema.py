"""The settings as a JSON Schema and as tables for the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from holdfast.core.config.kinds import written
from holdfast.core.config.mistakes import MEANINGS
from holdfast.core.config.table import Config, Section, Setting, all_settings, entries
from holdfast.core.config.variables import OTHERS, variable_of


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a configuration: what holdfast.json, holdfast.yaml or [tool.holdfast] hold."""
    schema = _section(Config, "Configuration of Holdfast: holdfast.json, holdfast.yaml or [tool.holdfast]")
    editors = {"$schema": {"description": "Where this schema is, for editors"}}
    schema["properties"] = editors | schema["properties"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Holdfast configuration", **schema}


def _section(of: type[Any], doc: str) -> dict[str, Any]:
    properties = {name: _property(entry) for name, entry in entries(of).items()}
    return {
        "description": doc,
        "type": ["object", "null"],  # YAML's empty section is null
        "additionalProperties": False,
        "properties": properties,
    }


def _property(entry: Setting | Section) -> dict[str, Any]:
    if isinstance(entry, Setting):
        default = {} if entry.default in (None, ()) else {"default": entry.default}
        return {"description": entry.doc, **entry.kind.schema, **default}
    if not entry.named:
        return _section(entry.of, entry.doc)
    return {
        "description": entry.doc,
        "type": ["object", "null"],
        "propertyNames": {"pattern": entry.named.schema["pattern"]},
        "additionalProperties": _section(entry.of, f"One {entry.named.name.split()[0]}"),
    }


def settings_table() -> str:
    """Every setting as a row of a Markdown table."""
    return _table(("Setting", "Holds", "Default", "Environment variable", "Meaning"), _settings())


def _settings() -> Iterator[tuple[str, ...]]:
    for path, setting in all_settings():
        key = ".".join(path).replace("*", "NAME")
        default = f"`{written(setting.kind, setting.default)}`" if setting.default is not None else "unset"
        yield f"`{key}`", setting.kind.name, default, f"`{variable_of(path)}`", setting.doc


def variables_table() -> str:
    """The environment variables that are no settings, as a Markdown table."""
    return _table(("Environment variable", "Meaning"), ((f"`{name}`", meaning) for name, meaning in OTHERS.items()))


def mistakes_table() -> str:
    """What `holdfast config check` can find, as a Markdown table."""
    return _table(("Id", "Meaning"), ((f"`{mistake}`", meaning) for mistake, meaning in MEANINGS.items()))


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
