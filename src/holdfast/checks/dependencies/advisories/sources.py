"""Where advisories are taken in from: whatever a user has of OSV's or PyPA's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from holdfast.checks.dependencies.advisories.archives import (
    RECORD_LIMIT,
    Member,
    directory_members,
    tar_members,
    zip_members,
)
from holdfast.checks.dependencies.advisories.osv import BadRecord
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors

ARCHIVES = ("osv-scanner/PyPI/all.zip", "PyPI/all.zip", "all.zip")
"""Where OSV's archive lies in a directory, as osv-scanner and a copy of the bucket have it."""
_TAR_MAGIC_AT = 257
KINDS = "OSV's all.zip, the PyPA advisory database as a directory, .zip or .tar.gz, or OSV records as JSON"


def members(path: Path) -> Iterator[Member]:
    """What may be records in a file or a directory. Raises HoldfastError where it is of no kind that is known."""
    if os.path.isdir(path):
        packed = next((path / name for name in ARCHIVES if os.path.isfile(path / name)), None)
        return members(packed) if packed else directory_members(path)
    return _file_members(path)


def _file_members(path: Path) -> Iterator[Member]:
    with file_errors(path, "read"):
        if os.path.exists(path) and not os.path.isfile(path):
            raise HoldfastError(f"{path}: not a regular file", hint=f"give {KINDS}")
        with path.open("rb") as file:
            yield from opened_members(path, file)


def opened_members(path: Path, file: IO[bytes]) -> Iterator[Member]:
    """The same for a file that is open; `path` is what it is called in messages."""
    start = file.read(_TAR_MAGIC_AT + 5)
    file.seek(0)
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        return zip_members(path, file)
    if start.startswith(b"\x1f\x8b"):
        return tar_members(path, file, zipped=True)
    if start[_TAR_MAGIC_AT:] == b"ustar":
        return tar_members(path, file, zipped=False)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) or path.suffix in (".yaml", ".yml"):
        return iter([Member(path.name, file.read(RECORD_LIMIT))])
    raise HoldfastError(f"{path}: no advisories in a form that is known", hint=f"give {KINDS}")


def document(member: Member) -> object:
    """What a member holds. Raises BadRecord where it is neither JSON nor YAML."""
    if member.problem:
        raise BadRecord(member.problem)
    if member.name.endswith((".yaml", ".yml")):
        from holdfast.core.config.yaml_reading import BadYaml, read_texts

        try:
            return read_texts(member.content.decode("utf-8-sig"))
        except (BadYaml, UnicodeDecodeError) as error:
            raise BadRecord(str(error)) from error
    try:
        return json.loads(member.content)
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"not JSON: {error}") from error
