"""METADATA and PKG-INFO, as far as dependencies need them: a few headers, read from the start of the file.

Sources: packaging.python.org/en/latest/specifications/core-metadata, and setuptools/command/egg_info.py for
requires.txt. The headers are ASCII where they matter here, so the file's encoding is of no account.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks.dependencies.model import normal
from holdfast.checks.venv_probe.disk import loose_text, reason
from holdfast.checks.venv_probe.values import cut

HEAD_LIMIT = 2**20
"""How much is read for the headers, which end at the first blank line."""
_FIRST = 2**14
_FIELD = re.compile(rb"(?i)\n(Name|Version|Requires-Dist|Provides-Extra|Requires-Python):[ \t]*([^\n]*)")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


class Metadata(NamedTuple):
    """What a distribution says of itself. `trouble` is what is wrong with the file; then the rest may be missing."""

    name: str = ""
    """As it is written."""
    version: str = ""
    requires: tuple[str, ...] = ()
    """Requirements as they are written (PEP 508)."""
    extras: tuple[str, ...] = ()
    """Those that it offers, normalised."""
    requires_python: str = ""
    trouble: str = ""


def read_metadata(path: str) -> Metadata:
    """The headers of a METADATA or PKG-INFO file."""
    file = os.path.basename(path)
    try:
        head = _head(path)
    except FileNotFoundError:
        return Metadata(trouble=f"{file} is missing")
    except (OSError, ValueError) as error:
        return Metadata(trouble=f"{file} cannot be read: {reason(error)}")
    if head is None:
        return Metadata(trouble=f"the headers of {file} do not end within {HEAD_LIMIT // 2**20} MiB")
    return _parsed(head, file)


def _head(path: str) -> bytes | None:
    """The file up to its first blank line; None where there is none in HEAD_LIMIT bytes.

    Opened without waiting, since a pipe may never answer. Raises OSError, ValueError for what is no regular file.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("not a regular file")
        data, limit = os.read(handle, _FIRST), _FIRST
        while True:
            head = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
            end = head.find(b"\n\n")
            if end >= 0 or len(data) < limit:
                return head[:end] if end >= 0 else head
            if limit >= HEAD_LIMIT:
                return None
            limit *= 8
            data += os.read(handle, limit - len(data))
    finally:
        os.close(handle)


def _parsed(head: bytes, file: str) -> Metadata:
    head = head.removeprefix(b"\xef\xbb\xbf")
    if b"\n " in head or b"\n\t" in head:  # folded, as mail headers are
        head = re.sub(rb"\n[ \t]+", b" ", head)
    name, version, requires_python = "", "", ""
    requires, extras = [], []
    for key, raw in _FIELD.findall(b"\n" + head):
        value = raw.decode("utf-8", "replace").strip()
        match key.lower():
            case b"requires-dist":
                requires.append(value)
            case b"provides-extra":
                extras.append(normal(value))
            case b"name":
                name = name or value
            case b"version":
                version = version or value
            case _:
                requires_python = requires_python or value
    return Metadata(name, version, tuple(requires), tuple(extras), requires_python, _trouble(name, version, file))


def _trouble(name: str, version: str, file: str) -> str:
    if not _NAME.fullmatch(name):
        return f"{file} has no usable name: {cut(name)}" if name else f"{file} has no name"
    return "" if version else f"{file} has no version"


def read_egg_info(path: str) -> Metadata:
    """The same of an `.egg-info`, a directory or PKG-INFO itself; requirements may stand in requires.txt instead."""
    found = read_metadata(os.path.join(path, "PKG-INFO"))
    if found.trouble and os.path.isfile(path):
        return read_metadata(path)
    if found.requires or found.trouble:
        return found
    listed = tuple(_listed(loose_text(os.path.join(path, "requires.txt"))))
    return found._replace(
        requires=tuple(text for text, _ in listed),
        extras=tuple(dict.fromkeys([*found.extras, *(extra for _, extra in listed if extra)])),
    )


def _listed(text: str) -> Iterator[tuple[str, str]]:
    """The requirements of a requires.txt with the extra of each: its sections are `[extra:marker]`."""
    extra, marker = "", ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            said, _, condition = line[1:-1].partition(":")
            extra = normal(said)
            parts = [f"({condition})"] if condition else []
            marker = " and ".join([*parts, *([f'extra == "{extra}"'] if extra else [])])
        elif line:
            yield (f"{line} ; {marker}" if marker else line), extra
