"""The files of a tree, read as what they are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.secret_scan import findings
from holdfast.checks.secret_scan.verdicts import digest
from holdfast.core.findings import Finding, Severity

LIMIT = 8 * 2**20
BINARY = 8000
"""A null character among the first so many bytes makes a file no text, as for git."""


class Source(NamedTuple):
    """A file to look into."""

    path: str
    content: bytes

    @property
    def digest(self) -> str:
        """What stands for the content."""
        return digest(self.content)


def text_of(content: bytes) -> str | None:
    """A file's text in UTF-8 or, with a mark, UTF-16; what cannot be decoded is replaced. None for what is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return None if b"\0" in content[:BINARY] else content.decode("utf-8", "replace")


def read(project: Path, names: Sequence[str], unseen: list[Finding]) -> Iterator[Source]:
    """The regular files of those names; what cannot be looked into is added to `unseen`.

    A link's target is looked into where it stands, if it belongs to the project; a file that is gone is no matter.
    """
    for name in names:
        path = os.path.join(project, name)  # noqa: PTH118 - thousands
        try:
            found = os.lstat(path)
            if not stat.S_ISREG(found.st_mode):
                continue
            if found.st_size > LIMIT:
                unseen.append(findings.unseen(name, f"larger than {LIMIT // 2**20} MiB", Severity.INFO))
                continue
            with open(path, "rb") as file:  # noqa: PTH123 - thousands
                yield Source(name, file.read(LIMIT + 1))
        except FileNotFoundError:
            continue
        except OSError as error:
            unseen.append(findings.unseen(name, error.strerror or "it cannot be read", Severity.WARNING))
