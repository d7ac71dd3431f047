"""The commands that mend what is installed, for the tools that the project and the environment have."""

from __future__ import annotations

import os
import shlex
from functools import cached_property

from holdfast.checks.dependencies.agreement import as_text
from holdfast.checks.dependencies.model import Need, Unreadable
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.lock import keeper_of

_INSTALLS = {"poetry": "poetry install", "uv": "uv sync"}
"""What makes the environment where there is no lock yet, and the lock with it."""
_SYNCING = frozenset({"poetry", "uv"})
"""Locks whose installation also removes what they do not know, and replaces what came from another place."""


class Remedies:
    """Commands to copy, worked out when they are asked for."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    @cached_property
    def install(self) -> str:
        """What makes the environment as the lock says; empty where there is no lock that can be read."""
        try:
            lock = self._subject.lock
        except Unreadable:
            return ""
        return self._subject.format.install_command(self._subject, lock) if lock and self._subject.format else ""

    @property
    def _syncs(self) -> bool:
        return self._subject.found is not None and self._subject.found[0] in _SYNCING and bool(self.install)

    def get(self, need: Need) -> str:
        """What installs a package that something asks for; empty where no command is known to."""
        if self.install:
            return self.install
        if command := _INSTALLS.get(keeper_of(self._subject.context) or ""):
            return command
        if need.source is not None:  # by its name alone, an index might give anything
            return ""
        return self._pip("install", as_text(need) if "||" not in need.constraint else need.name)

    def remove(self, name: str) -> str:
        """What removes a package that the lock does not know."""
        return self.install if self._syncs else self.uninstall(name)

    def replace(self, name: str) -> str:
        """What puts the locked package in the place of one that came from elsewhere."""
        environment = self._subject.context.environment
        if environment is not None and self.install and os.path.islink(environment.root):
            root = shlex.quote(self._shown(os.fspath(environment.root)))  # shared: it would be taken from the other one
            return f"rm {root} && python3 -m venv {root} && {self.install}"
        return self.install if self._syncs else self.renew(name)

    def renew(self, name: str, times: int = 1) -> str:
        """What installs a package anew, whatever is left of it."""
        return " && ".join([*[self.uninstall(name)] * times, *([self.install] if self.install else [])])

    def clear(self, path: str, *, install: bool = False) -> str:
        """What removes a path that no tool knows; with `install`, what then installs what is missing."""
        first = shlex.join(["rm", "-r", self._shown(path)])
        return f"{first} && {self.install}" if install and self.install else first

    def uninstall(self, name: str) -> str:
        return self._pip("uninstall", name)

    def _pip(self, verb: str, what: str) -> str:
        environment = self._subject.context.environment
        python = self._shown(os.fspath(environment.python)) if environment else "python"
        if environment is None or any(each.name == "pip" for each in self._subject.distributions):
            return shlex.join([python, "-m", "pip", verb, *(["-y"] if verb == "uninstall" else []), what])
        return shlex.join(["uv", "pip", verb, "--python", python, what])

    def _shown(self, path: str) -> str:
        """A path as a user in the project's root would write it."""
        root = os.path.join(os.fspath(self._subject.project), "")
        return path.removeprefix(root)
