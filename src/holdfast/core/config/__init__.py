"""The project's configuration: defaults, one file, `HOLDFAST_*` variables and options, the later over the earlier.

See docs/specs/004-configuration.md. A file is one of `[tool.holdfast]` in pyproject.toml, holdfast.yaml, holdfast.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.config.documents import Document, find_documents, read_pyproject
from holdfast.core.config.kinds import CHECK_NAME, Kind, Unfit, shown
from holdfast.core.config.mistakes import BAD_VALUE, MOST, UNKNOWN_KEY, UNKNOWN_VARIABLE, ConfigError, Mistake
from holdfast.core.config.table import (
    AdvisoriesConfig,
    CheckConfig,
    Config,
    DependenciesConfig,
    Given,
    KeyPath,
    Section,
    Setting,
    ValidateConfig,
    VenvConfig,
    entries,
)

__all__ = [
    "CHECK_NAME",
    "AdvisoriesConfig",
    "CheckConfig",
    "Config",
    "ConfigError",
    "DependenciesConfig",
    "Mistake",
    "ValidateConfig",
    "VenvConfig",
    "config_mistakes",
    "load_config",
    "read_pyproject",
]


def load_config(project: Path, env: Mapping[str, str], options: Mapping[str, object] | None = None) -> Config:
    """The effective configuration of a project.

    `options` holds dotted keys and what the command line says of them, where None is "not said"; their values are
    judged as a document's are. `HOLDFAST_*` variables that name no setting are left to `config_mistakes`: another
    version may know them. Raises ConfigError with every mistake there is.
    """
    found = _gather(project, env, options or {}, thorough=False)
    if found.mistakes:
        raise ConfigError(found.mistakes)
    config: Config = _build(Config, (), found.given)
    return config


def config_mistakes(project: Path, env: Mapping[str, str]) -> tuple[Mistake, ...]:
    """Everything that is wrong with a project's configuration and with the `HOLDFAST_*` variables."""
    from holdfast.core.config.variables import unknown_variables

    found = _gather(project, env, {}, thorough=True)
    unknown = [Mistake(UNKNOWN_VARIABLE, message) for message in unknown_variables(env)]
    return tuple([*found.mistakes, *unknown][:MOST])


class _Named(NamedTuple):
    """A source that holds one value: an environment variable or an option."""

    name: str

    def origin(self, _path: KeyPath) -> str:
        return self.name

    def mistake(self, id: str, _path: KeyPath, message: str) -> Mistake:  # noqa: A002 - the field's name
        return Mistake(id, f"{self.name}: {message}")


class _Found:
    """What the sources give, and what is wrong with them."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.given: dict[KeyPath, Given] = {}
        self.mistakes = mistakes

    def wrong(self, source: Document | _Named, id: str, path: KeyPath, message: str) -> None:  # noqa: A002 - the field
        if len(self.mistakes) < MOST:
            self.mistakes.append(source.mistake(id, path, message))

    def unknown(self, source: Document | _Named, path: KeyPath) -> None:
        if len(self.mistakes) < MOST:
            from holdfast.core.config.suggestions import meant_key

            self.mistakes.append(source.mistake(UNKNOWN_KEY, path, f"unknown key{meant_key(path)}"))


def _gather(project: Path, env: Mapping[str, str], options: Mapping[str, object], *, thorough: bool) -> _Found:
    documents, mistakes = find_documents(project, thorough=thorough)
    found = _Found(mistakes)
    for document in documents:
        _take_section(Config, document.value, (), document, found)
    found.mistakes.sort(key=lambda mistake: (mistake.file or "", mistake.line or 0))
    for name in sorted(name for name in env if name.startswith("HOLDFAST_") and env[name]):
        _take_variable(name, env[name], found)
    for key, value in options.items():
        if value is not None:
            _take_option(key, value, found)
    return found


def _take_variable(name: str, text: str, found: _Found) -> None:
    from holdfast.core.config.variables import setting_of_variable

    known = setting_of_variable(name)
    if known is not None:
        path, setting = known
        _take(setting, setting.kind.from_text(text), path, _Named(name), found)


def _take_option(key: str, value: object, found: _Found) -> None:
    path = tuple(key.split("."))
    name = path[-1].replace("_", "-")
    source = _Named(f"--no-{name}" if value is False else f"--{name}")
    for part in reversed(path):
        value = {part: value}
    _take_section(Config, value, (), source, found)


def _take_section(of: type[Any], value: object, path: KeyPath, source: Document | _Named, found: _Found) -> None:
    """Takes what a table gives of a section's settings. An empty YAML section is null."""
    if not isinstance(value, dict):
        if value is not None:
            found.wrong(source, BAD_VALUE, path, f"must be a table of settings, not {shown(value)}")
        return
    known = entries(of)
    for name, item in value.items():
        entry = known.get(name)
        if entry is not None:
            _take(entry, item, (*path, name), source, found)
        elif path or name != "$schema":  # which editors read
            found.unknown(source, (*path, name))


def _take(entry: Setting | Section, value: object, path: KeyPath, source: Document | _Named, found: _Found) -> None:
    if isinstance(entry, Section):
        if entry.named and isinstance(value, dict):
            _take_named(entry.of, entry.named, value, path, source, found)
        else:
            _take_section(entry.of, value, path, source, found)
        return
    try:
        found.given[path] = Given(entry.kind.accept(value), source)
    except Unfit as error:
        found.wrong(source, BAD_VALUE, (*path, *error.at), str(error))


def _take_named(
    of: type[Any], names: Kind, tables: Mapping[str, object], path: KeyPath, source: Document | _Named, found: _Found
) -> None:
    for name, table in tables.items():
        try:
            names.accept(name)
        except Unfit:
            found.wrong(source, BAD_VALUE, (*path, name), f"the name must be {names.must.removeprefix('a name ')}")
        else:
            _take_section(of, table, (*path, name), source, found)


def _build(of: type[Any], path: KeyPath, given: Mapping[KeyPath, Given]) -> Any:
    """A section made of what was given below its path."""
    made: dict[str, object] = {}
    for name, entry in entries(of).items():
        at = (*path, name)
        if isinstance(entry, Section):
            made[name] = _build_named(entry.of, at, given) if entry.named else _build(entry.of, at, given)
        elif at in given:
            made[name] = given[at].value
    return of(**made, **({} if path else {"given": given}))


def _build_named(of: type[Any], path: KeyPath, given: Mapping[KeyPath, Given]) -> dict[str, Any]:
    names = sorted({str(at[len(path)]) for at in given if at[: len(path)] == path})
    return {name: _build(of, (*path, name), given) for name in names}
