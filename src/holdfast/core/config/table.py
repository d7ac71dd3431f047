"""Every setting: its key, kind, default and meaning.

This is the one place where a setting is added. Validation, the names of environment variables, origins, the JSON
schema and the page in docs/ are all drawn from the metadata here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, NamedTuple, Protocol

from holdfast.core.config.kinds import (
    ADVISORY,
    ARGV,
    BOOL,
    COUNT,
    DATE,
    DURATION,
    GLOBS,
    LINE,
    NAME,
    NAMES,
    PATH,
    WORDS,
    Kind,
)

KeyPath = tuple[str | int, ...]
"""The way to a value in a document: `("validate", "jobs")`, `("checks", "api", "command", 0)`."""
ANY_NAME = "*"
"""Stands in a setting's path for the name that the user gives: `checks.*.timeout`."""
_ENTRY = "entry"


class Setting(NamedTuple):
    """One value that a user can set. A `default` of None means "unset"."""

    kind: Kind
    doc: str
    default: object = None


class Section(NamedTuple):
    """A table of settings; where `named`, a table of such tables under names that the user chooses."""

    of: type[Any]
    doc: str
    named: Kind | None = None
    """What the names may be."""


def _says(kind: Kind, doc: str) -> dict[str, object]:
    return {_ENTRY: Setting(kind, doc)}


def _section(of: type[Any], doc: str, *, named: Kind | None = None) -> dict[str, object]:
    return {_ENTRY: Section(of, doc, named)}


class Source(Protocol):
    """Where a value came from."""

    def origin(self, path: KeyPath) -> str:
        """The place as a reader finds it: "pyproject.toml:12", "HOLDFAST_VALIDATE_JOBS", "--jobs"."""
        ...


class Given(NamedTuple):
    """A value that was set, and by what."""

    value: object
    source: Source


# Without what nobody uses of a dataclass: making each of these classes is paid for at every start.
@dataclass(frozen=True, repr=False)
class ValidateConfig:
    """How `holdfast validate-env` runs."""

    only: tuple[str, ...] = field(default=(), metadata=_says(NAMES, "Run these checks and no others"))
    skip: tuple[str, ...] = field(default=(), metadata=_says(NAMES, "Do not run these checks"))
    fail_fast: bool = field(default=False, metadata=_says(BOOL, "Stop at the first check that fails"))
    jobs: int = field(default=0, metadata=_says(COUNT, "How many checks run at once; 0 is one for each core"))
    timeout: float = field(
        default=600.0,
        metadata=_says(DURATION, "How long one check may take before it is stopped; read as seconds"),
    )
    cache: bool = field(
        default=True, metadata=_says(BOOL, "Do not run a check again whose inputs are those of its last success")
    )


@dataclass(frozen=True, repr=False)
class VenvConfig:
    """Which environment is the project's, and what it may be like."""

    path: str = field(default="", metadata=_says(LINE, "Where the project's environment is; empty: look for it"))
    allow_system_site_packages: bool = field(
        default=False, metadata=_says(BOOL, "Accept an environment that sees the system's packages")
    )


@dataclass(frozen=True, repr=False)
class DependenciesConfig:
    """Which lock is the project's, and what of it the environment holds."""

    lock: str = field(default="", metadata=_says(LINE, "The lock file; empty: look for it"))
    groups: tuple[str, ...] = field(
        default=(), metadata=_says(WORDS, "Groups that are installed beyond the usual ones; `--with`")
    )
    without: tuple[str, ...] = field(default=(), metadata=_says(WORDS, "Groups that are not installed; `--without`"))
    extras: tuple[str, ...] = field(default=(), metadata=_says(WORDS, "The project's own extras that are installed"))
    deep: bool = field(default=False, metadata=_says(BOOL, "Read and hash every installed file"))
    ignore: tuple[str, ...] = field(
        default=(), metadata=_says(WORDS, "Packages that may be there though the lock knows none")
    )


@dataclass(frozen=True, repr=False)
class IgnoreConfig:
    """An advisory that is known and accepted for a time."""

    reason: str = field(default="", metadata=_says(LINE, "Why it does not matter here; has to be given"))
    until: str | None = field(
        default=None, metadata=_says(DATE, "The last day on which it is ignored; has to be given")
    )


@dataclass(frozen=True, repr=False)
class AdvisoriesConfig:
    """What is known of vulnerabilities, and which of it is accepted."""

    max_age: float = field(
        default=7 * 86400.0, metadata=_says(DURATION, "Warn where the advisory data is older than this")
    )
    online: bool = field(default=False, metadata=_says(BOOL, "Ask the OSV service; package names and versions leave"))
    service: str = field(
        default="https://api.osv.dev", metadata=_says(LINE, "Where the OSV service is; or one that answers as it does")
    )
    ignore: Mapping[str, IgnoreConfig] = field(
        default_factory=dict, metadata=_section(IgnoreConfig, "One table for each advisory, by its id", named=ADVISORY)
    )


@dataclass(frozen=True, repr=False)
class CheckConfig:
    """One check: a built-in one that is adjusted, or the project's own where `command` is given."""

    command: tuple[str, ...] = field(
        default=(), metadata=_says(ARGV, "The program and its arguments; makes a check of your own. No shell reads it")
    )
    inputs: tuple[str, ...] = field(
        default=(), metadata=_says(GLOBS, "The files it reads; unset: any file of the project")
    )
    args: tuple[str, ...] = field(default=(), metadata=_says(WORDS, "Arguments added to a built-in check's command"))
    timeout: float | None = field(default=None, metadata=_says(DURATION, "Its own limit; unset: validate.timeout"))
    enabled: bool | None = field(
        default=None, metadata=_says(BOOL, "Always run it, or never; unset: where the project uses its tool")
    )
    summary: str = field(default="", metadata=_says(LINE, "What it checks, in a few words"))


@dataclass(frozen=True, slots=True)
class Config:
    """The effective configuration: what was set, and the defaults for the rest."""

    registry: str = field(
        default="task_registry.json",
        metadata=_says(PATH, "The file that holds the log of tasks"),
    )
    log: bool = field(default=True, metadata=_says(BOOL, "Commands log themselves in the registry"))
    strict: bool = field(default=False, metadata=_says(BOOL, "Warnings fail a check too"))
    validate: ValidateConfig = field(
        default_factory=ValidateConfig, metadata=_section(ValidateConfig, "How `holdfast validate-env` runs")
    )
    venv: VenvConfig = field(
        default_factory=VenvConfig, metadata=_section(VenvConfig, "Which environment is the project's")
    )
    dependencies: DependenciesConfig = field(
        default_factory=DependenciesConfig,
        metadata=_section(DependenciesConfig, "What `holdfast check-deps` compares"),
    )
    advisories: AdvisoriesConfig = field(
        default_factory=AdvisoriesConfig, metadata=_section(AdvisoriesConfig, "What is known of vulnerabilities")
    )
    checks: Mapping[str, CheckConfig] = field(
        default_factory=dict, metadata=_section(CheckConfig, "One table for each check, by its name", named=NAME)
    )
    given: Mapping[KeyPath, Given] = field(default_factory=dict, repr=False, compare=False)
    """What was set, and by what; every other setting has its default."""

    def origin(self, key: str) -> str:
        """Where a setting's value comes from: "pyproject.toml:12", "HOLDFAST_VALIDATE_JOBS", "--jobs" or "default"."""
        path = tuple(key.split("."))
        return self.given[path].source.origin(path) if path in self.given else "default"

    def effective(self) -> Iterator[tuple[str, Setting, Any]]:
        """Every setting with its dotted key and its value; those of `checks` for each name that has any."""
        return _effective(self, "")


def _effective(section: Any, prefix: str) -> Iterator[tuple[str, Setting, Any]]:
    for name, entry in entries(type(section)).items():
        value = getattr(section, name)
        if isinstance(entry, Setting):
            yield f"{prefix}{name}", entry, value
        elif not entry.named:
            yield from _effective(value, f"{prefix}{name}.")
        else:
            for chosen, table in value.items():
                yield from _effective(table, f"{prefix}{name}.{chosen}.")


def entries(section: type[Any]) -> dict[str, Setting | Section]:
    """What a section may hold, by name."""
    return {each.name: _entry(each) for each in fields(section) if _ENTRY in each.metadata}


def _entry(each: Field[Any]) -> Setting | Section:
    entry: Setting | Section = each.metadata[_ENTRY]
    return entry if isinstance(entry, Section) else entry._replace(default=each.default)


def all_settings(section: type[Any] = Config, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Setting]]:
    """Every setting with its path, ANY_NAME standing for names that the user chooses."""
    for name, entry in entries(section).items():
        if isinstance(entry, Setting):
            yield (*path, name), entry
        else:
            yield from all_settings(entry.of, (*path, name, ANY_NAME) if entry.named else (*path, name))
