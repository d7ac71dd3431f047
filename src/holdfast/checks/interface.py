"""What a check is, what it is given, and what it must say of its inputs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from holdfast.checks.patterns import matching
from holdfast.core.config import Config
from holdfast.core.findings import Result


class Environment(NamedTuple):
    """The Python environment that the project's tools live in."""

    root: Path
    bin: Path
    python: Path
    site_packages: tuple[Path, ...]


class Context(NamedTuple):
    """All that a check may know: it reads neither the process's environment nor the clock nor a global."""

    project: Path
    pyproject: Mapping[str, Any]
    files: tuple[str, ...]
    """The project's files, relative to it: what git tracks or would track."""
    config: Config
    env: Mapping[str, str]
    """The environment variables as the user has them."""
    child_env: Mapping[str, str]
    """The environment variables for the programs that a check runs: the project's environment is the active one."""
    environment: Environment | None
    scratch: Path
    """A directory for the caches and reports of tools; git ignores it."""
    args: tuple[str, ...] = ()
    """What the project's configuration adds to the tool's command line."""
    timeout_s: float = 600.0
    stop: threading.Event | None = None
    """Set when the check should end early."""
    scope: frozenset[str] | None = None
    """The files that the run is limited to, of those in `files`; None where it is not. Only for checks `by_file`."""
    now_ms: int = 0
    """Milliseconds since 1970, UTC, at the start of the run."""
    shared: dict[str, Any] | None = None
    """What the checks of one run keep for each other, so that no file is read and understood twice."""

    @property
    def python_files(self) -> int:
        """How many Python files the project has."""
        return sum(name.endswith((".py", ".pyi")) for name in self.files)

    def matching(self, *globs: str) -> tuple[str, ...]:
        """The project's files that any of the globs matches (see holdfast.checks.patterns), less those out of scope."""
        found = matching(self.files, globs)
        return tuple(found if self.scope is None else (name for name in found if name in self.scope))


class Inputs(NamedTuple):
    """What a check's result depends on, apart from the interpreter, the installed distributions and its options."""

    files: tuple[str, ...] = ("**",)
    """Globs over the project's files, `**` for all; a pattern without a slash matches names at any depth."""
    programs: tuple[str, ...] = ()
    """The programs that it runs, by name or path."""
    variables: tuple[str, ...] = ()
    """Prefixes of the environment variables that the tool reads."""
    outside: tuple[str, ...] = ()
    """Names of configuration files that the tool looks for above the project too, or though git ignores them."""
    home: tuple[str, ...] = ()
    """Paths of the user's own configuration, relative to the home directory."""
    unlisted: tuple[str, ...] = ()
    """Files that are read though git ignores them, relative to the project. Nothing of their content is kept."""
    names: bool = False
    """Whether it depends on which files there are, whatever is in them: then a new or a lost file counts."""
    git_index: bool = False
    """Whether it depends on what git's index says: which files are tracked, and how."""
    by_file: bool = False
    """Whether what is found in a file depends on that file alone, and on configuration: `--changed` limits such checks.

    It then looks at `Context.matching(...)`, and raises `tools.unaffected` where that is nothing and there is a scope.
    """


GIT_EXCLUDE = (".git/info/exclude",)
GIT_EXCLUDE_HOME = (".config/git/ignore",)
"""What tools that pass over what git ignores read of it beside each .gitignore (gitignore(5))."""


class Check(Protocol):
    """One check. It yields a Result and never prints, exits, or changes the project."""

    @property
    def name(self) -> str:
        """What it is called on the command line and in reports."""
        ...

    @property
    def summary(self) -> str:
        """What it is about, in a few words."""
        ...

    def wanted(self, context: Context) -> bool:
        """Whether the project asks for it: it configures the tool, or depends on it."""
        ...

    def inputs(self, context: Context) -> Inputs | None:
        """What its result depends on, or None where a success is never remembered."""
        ...

    def run(self, context: Context) -> Result:
        """Looks, and says what it found. Duration and judgement under `--strict` are added by the runner."""
        ...
