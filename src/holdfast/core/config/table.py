"""Every setting: its key, kind, default and meaning.

This is the one place where a setting is added. Validation, the names of environment variables, origins, the JSON
schema and the page in docs/ are all drawn from the metadata here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

from holdfast.core.config.kinds import (
    ADVISORY,
    ARGV,
    BOOL,
    COUNT,
    DATE,
    DURATION,
    FINDING,
    GLOBS,
    LINE,
    NAME,
    NAMES,
    PATH,
    SIZE,
    WORDS,
    Kind,
)

KeyPath = tuple[str | int, ...]
"""The way to a value in a document: `("validate", "jobs")`, `("checks", "api", "command", 0)`."""
ANY_NAME = "*"
"""Stands in a setting's path for the name that the user gives: `checks.*.timeout`."""


class Setting(NamedTuple):
    """One value that a user can set. A `default` of None means "unset"."""

    kind: Kind
    doc: str
    default: object = None


class Section(NamedTuple):
    """A table of settings; where `named`, a table of such tables under names that the user chooses."""

    of: type[Record]
    doc: str
    named: Kind | None = None
    """What the names may be."""


def _says(kind: Kind, doc: str, *, default: Any) -> Any:
    return Setting(kind, doc, default)


def _section(of: type[Record], doc: str, *, named: Kind | None = None) -> Any:
    return Section(of, doc, named)


class Record:
    """What a dataclass would be, without the code that each of those compiles at every start (0.4 ms a class).

    Class attributes that are a Setting or a Section are its fields.
    """

    entries: ClassVar[Mapping[str, Setting | Section]]

    def __init_subclass__(cls) -> None:
        cls.entries = {name: entry for name, entry in vars(cls).items() if isinstance(entry, Setting | Section)}

    def __init__(self, **given: Any) -> None:
        unknown = given.keys() - self.entries
        if unknown:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        vars(self).update({name: _initial(entry) for name, entry in self.entries.items() if name not in given}, **given)

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be set")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record) or type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.entries)

    __hash__ = None  # type: ignore[assignment]  # some fields are mappings

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.entries)})"


def _initial(entry: Setting | Section) -> Any:
    if isinstance(entry, Setting):
        return entry.default
    return {} if entry.named else entry.of()


class Source(Protocol):
    """Where a value came from."""

    def origin(self, path: KeyPath) -> str:
        """The place as a reader finds it: "pyproject.toml:12", "HOLDFAST_VALIDATE_JOBS", "--jobs"."""
        ...


class Given(NamedTuple):
    """A value that was set, and by what."""

    value: object
    source: Source


class ValidateConfig(Record):
    """How `holdfast validate-env` runs."""

    only: tuple[str, ...] = _says(NAMES, "Run these checks and no others", default=())
    skip: tuple[str, ...] = _says(NAMES, "Do not run these checks", default=())
    skip_in_hooks: tuple[str, ...] = _says(
        NAMES, "Do not run these checks where pre-commit or prek calls, unless `only` names them", default=("pytest",)
    )
    fail_fast: bool = _says(BOOL, "Stop at the first check that fails", default=False)
    jobs: int = _says(COUNT, "How many checks run at once; 0 is one for each core", default=0)
    timeout: float = _says(DURATION, "How long one check may take before it is stopped; read as seconds", default=600.0)
    cache: bool = _says(BOOL, "Do not run a check again whose inputs are those of its last success", default=True)
    baseline: str = _says(PATH, "The file that holds the known findings", default="holdfast-baseline.json")
    new_only: bool = _says(BOOL, "Findings that the baseline knows do not count", default=False)


class VenvConfig(Record):
    """Which environment is the project's, and what it may be like."""

    path: str = _says(LINE, "Where the project's environment is; empty: look for it", default="")
    allow_system_site_packages: bool = _says(
        BOOL, "Accept an environment that sees the system's packages", default=False
    )


class DependenciesConfig(Record):
    """Which lock is the project's, and what of it the environment holds."""

    lock: str = _says(LINE, "The lock file; empty: look for it", default="")
    groups: tuple[str, ...] = _says(WORDS, "Groups that are installed beyond the usual ones; `--with`", default=())
    without: tuple[str, ...] = _says(WORDS, "Groups that are not installed; `--without`", default=())
    extras: tuple[str, ...] = _says(WORDS, "The project's own extras that are installed", default=())
    deep: bool = _says(BOOL, "Read and hash every installed file", default=False)
    ignore: tuple[str, ...] = _says(WORDS, "Packages that may be there though the lock knows none", default=())


class FindingIgnoreConfig(Record):
    """A finding that is known and accepted."""

    reason: str = _says(LINE, "Why it does not matter here; has to be given", default="")
    until: str | None = _says(DATE, "The last day on which it is ignored; unset: without end", default=None)
    paths: tuple[str, ...] = _says(GLOBS, "The files in which it is ignored; unset: everywhere", default=())


class IgnoreConfig(Record):
    """An advisory that is known and accepted for a time."""

    reason: str = _says(LINE, "Why it does not matter here; has to be given", default="")
    until: str | None = _says(DATE, "The last day on which it is ignored; has to be given", default=None)


class AdvisoriesConfig(Record):
    """What is known of vulnerabilities, and which of it is accepted."""

    max_age: float = _says(DURATION, "Warn where the advisory data is older than this", default=7 * 86400.0)
    online: bool = _says(BOOL, "Ask the OSV service; package names and versions leave", default=False)
    service: str = _says(
        LINE, "Where the OSV service is; or one that answers as it does", default="https://api.osv.dev"
    )
    ignore: Mapping[str, IgnoreConfig] = _section(
        IgnoreConfig, "One table for each advisory, by its id", named=ADVISORY
    )


class DotenvConfig(Record):
    """Which files set environment variables, and which variables are nobody's concern here."""

    files: tuple[str, ...] = _says(GLOBS, "The files that hold values; empty: .env and .env.local", default=())
    example: str = _says(LINE, "The file that says which variables there are; empty: look for it", default="")
    ignore: tuple[str, ...] = _says(WORDS, "Variables that are not asked for; * stands for any letters", default=())


class DocsConfig(Record):
    """What is asked of the documents."""

    unreferenced: tuple[str, ...] = _says(
        GLOBS, "Files that some document, navigation or source has to name", default=()
    )


class GitConfig(Record):
    """What is asked of the files that git tracks."""

    max_file_size: int = _says(SIZE, "A larger file is a finding; 0: none is", default=500 * 1024)


class CheckConfig(Record):
    """One check: a built-in one that is adjusted, or the project's own where `command` is given."""

    command: tuple[str, ...] = _says(
        ARGV, "The program and its arguments; makes a check of your own. No shell reads it", default=()
    )
    inputs: tuple[str, ...] = _says(GLOBS, "The files it reads; unset: any file of the project", default=())
    args: tuple[str, ...] = _says(WORDS, "Arguments added to a built-in check's command", default=())
    timeout: float | None = _says(DURATION, "Its own limit; unset: validate.timeout", default=None)
    enabled: bool | None = _says(BOOL, "Always run it, or never; unset: where the project uses its tool", default=None)
    summary: str = _says(LINE, "What it checks, in a few words", default="")


class InitConfig(Record):
    """What `holdfast init` puts into the repository."""

    skip: tuple[str, ...] = _says(NAMES, "Leave these parts out", default=())


class WorkflowConfig(Record):
    """Where workflows and their state are, and how they run."""

    folder: str = _says(PATH, "Where `holdfast workflow run NAME` looks for NAME.yaml", default="workflows")
    jobs: int = _says(COUNT, "How many steps run at once; 0 is one for each core", default=0)
    database: str = _says(LINE, "The PostgreSQL database of runs beyond one machine; empty: the journal", default="")
    state: str = _says(PATH, "The file that says where the work stands", default="workflow_state.md")
    project_config: str = _says(
        PATH, "The file that holds the project's rules and changelog", default="project_config.md"
    )
    approve_without_terminal: bool = _says(
        BOOL, "Take the approval of a person who is at no terminal, as a chat bot's; never an agent's", default=False
    )


class Config(Record):
    """The effective configuration: what was set, and the defaults for the rest."""

    registry: str = _says(PATH, "The file that holds the log of tasks", default="task_registry.json")
    log: bool = _says(BOOL, "Commands log themselves in the registry", default=True)
    strict: bool = _says(BOOL, "Warnings fail a check too", default=False)
    validate: ValidateConfig = _section(ValidateConfig, "How `holdfast validate-env` runs")
    venv: VenvConfig = _section(VenvConfig, "Which environment is the project's")
    dependencies: DependenciesConfig = _section(DependenciesConfig, "What `holdfast check-deps` compares")
    advisories: AdvisoriesConfig = _section(AdvisoriesConfig, "What is known of vulnerabilities")
    init: InitConfig = _section(InitConfig, "What `holdfast init` puts into the repository")
    ignore: Mapping[str, FindingIgnoreConfig] = _section(
        FindingIgnoreConfig, "Findings that do not count, one table for each id", named=FINDING
    )
    dotenv: DotenvConfig = _section(DotenvConfig, "What the check `dotenv` looks at")
    docs: DocsConfig = _section(DocsConfig, "What the check `docs` asks for")
    git: GitConfig = _section(GitConfig, "What the check `git` asks for")
    workflow: WorkflowConfig = _section(WorkflowConfig, "How `holdfast workflow` runs")
    checks: Mapping[str, CheckConfig] = _section(CheckConfig, "One table for each check, by its name", named=NAME)
    given: Mapping[KeyPath, Given]
    """What was set, and by what; every other setting has its default."""

    def __init__(self, *, given: Mapping[KeyPath, Given] | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        vars(self)["given"] = given or {}

    def origin(self, key: str) -> str:
        """Where a setting's value comes from: "pyproject.toml:12", "HOLDFAST_VALIDATE_JOBS", "--jobs" or "default"."""
        path = tuple(key.split("."))
        return self.given[path].source.origin(path) if path in self.given else "default"

    def effective(self) -> Iterator[tuple[str, Setting, Any]]:
        """Every setting with its dotted key and its value; those of `checks` for each name that has any."""
        return _effective(self, "")


def _effective(section: Record, prefix: str) -> Iterator[tuple[str, Setting, Any]]:
    for name, entry in entries(type(section)).items():
        value = getattr(section, name)
        if isinstance(entry, Setting):
            yield f"{prefix}{name}", entry, value
        elif not entry.named:
            yield from _effective(value, f"{prefix}{name}.")
        else:
            for chosen, table in value.items():
                yield from _effective(table, f"{prefix}{name}.{chosen}.")


def entries(section: type[Record]) -> Mapping[str, Setting | Section]:
    """What a section may hold, by name."""
    return section.entries


def all_settings(
    section: type[Record] = Config, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Setting]]:
    """Every setting with its path, ANY_NAME standing for names that the user chooses."""
    for name, entry in entries(section).items():
        if isinstance(entry, Setting):
            yield (*path, name), entry
        else:
            yield from all_settings(entry.of, (*path, name, ANY_NAME) if entry.named else (*path, name))
