"""A project whose lock is a value, with advisories that are known, and what the check `vulnerabilities` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from holdfast.checks.dependencies.advisories.index import encode
from holdfast.checks.dependencies.advisories.kept import INDEX
from holdfast.checks.dependencies.advisories.model import Advisory
from holdfast.checks.dependencies.model import Lock, Locked, Unreadable
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.interface import Context, Environment
from holdfast.checks.runner import Job, run_one
from holdfast.checks.vulnerabilities import CHECK
from holdfast.core.clock import parse_iso
from holdfast.core.config import load_config, read_pyproject
from holdfast.core.findings import Finding, Result

PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\n'


def ms(day: str) -> int:
    return int(parse_iso(day).timestamp() * 1000)


NOW_MS = ms("2026-11-20T12:00:00Z")


class Kind:
    """A kind of lock, as far as this check asks it: the n-th package is on line 10 n."""

    def find(self, subject: Subject) -> str | None:  # noqa: ARG002 - the protocol
        return None

    def read(self, subject: Subject, file: str) -> Lock:
        raise NotImplementedError

    def check(self, subject: Subject, lock: Lock) -> Iterator[Finding]:
        raise NotImplementedError

    def lock_command(self, subject: Subject) -> str:  # noqa: ARG002 - the protocol
        return "make the lock"

    def install_command(self, subject: Subject, lock: Lock) -> str:  # noqa: ARG002 - the protocol
        return "install the lock"

    def line_of(self, lock: Lock, name: str, version: str = "", origin: str = "") -> int | None:
        return 10 * [(each.name, each.version, each.origin) for each in lock.packages].index((name, version, origin))


class Given(Subject):
    """A subject whose lock is a value."""

    def __init__(self, context: Context, lock: Lock | Unreadable) -> None:
        super().__init__(context)
        self.__dict__["found"] = ("poetry", "poetry.lock")
        if isinstance(lock, Lock):
            self.__dict__["lock"] = lock
        self._trouble = lock if isinstance(lock, Unreadable) else None

    @property
    def format(self) -> Kind:
        return Kind()

    @property
    def lock(self) -> Lock | None:
        if self._trouble:
            raise self._trouble
        lock: Lock = self.__dict__["lock"]
        return lock


class Project:
    """A project, what is known, and the check's answer."""

    def __init__(self, root: Path) -> None:
        self.root = root / "shop"
        self.root.mkdir()
        self.cache = root / "cache"
        self.site = self.root / ".venv" / "lib" / "python3.11" / "site-packages"
        self.config = ""
        self.environment = Environment(
            self.root / ".venv", self.root / ".venv/bin", self.root / ".venv/bin/python", (self.site,)
        )

    def know(self, *advisories: Advisory, modified: str = "2026-11-13T12:00:00Z") -> None:
        _, content = encode(advisories, modified_ms=ms(modified), taken_in_ms=ms("2026-11-19T10:00:00Z"), source="x")
        (self.cache / "holdfast" / "advisories").mkdir(parents=True, exist_ok=True)
        (self.cache / "holdfast" / "advisories" / INDEX).write_bytes(content)

    def context(self, lock: Lock | Unreadable | None = None, **options: object) -> Context:
        (self.root / "pyproject.toml").write_text(PYPROJECT + self.config, "utf-8")
        context = Context(
            project=self.root,
            pyproject=read_pyproject(self.root),
            files=(),
            config=load_config(self.root, {}, {f"advisories.{key}": value for key, value in options.items()}),
            env={"XDG_CACHE_HOME": str(self.cache)},
            child_env={},
            environment=self.environment if self.site.is_dir() else None,
            scratch=self.root / ".holdfast",
            now_ms=NOW_MS,
            shared={},
        )
        if lock is not None and context.shared is not None:
            context.shared["dependencies"] = Given(context, lock)
        return context

    def ask(self, lock: Lock | Unreadable | None = None, **options: object) -> Result:
        """What the check says of a lock, of what is installed, or of both."""
        return run_one(Job(CHECK, self.context(lock, **options)), strict=False)


def lock_of(*packages: Locked | tuple[str, str], kind: str = "poetry", **more: Any) -> Lock:
    blocks = tuple(each if isinstance(each, Locked) else Locked(*each) for each in packages)
    return Lock(kind, f"{kind}.lock", "", blocks, **more)
