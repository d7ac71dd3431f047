"""Locks of kind uv."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.checks.dependencies.model import Lock
from holdfast.checks.dependencies.subject import Subject
from holdfast.core.findings import Finding


def find(subject: Subject) -> str | None:
    return None


def read(subject: Subject, file: str) -> Lock:
    raise NotImplementedError


def check(subject: Subject, lock: Lock) -> Iterator[Finding]:
    raise NotImplementedError


def lock_command(subject: Subject) -> str:
    raise NotImplementedError


def install_command(subject: Subject, lock: Lock) -> str:
    raise NotImplementedError


def line_of(lock: Lock, name: str, version: str = "", origin: str = "") -> int | None:
    raise NotImplementedError
