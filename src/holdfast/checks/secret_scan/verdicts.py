"""Which files were clean when they were last looked into, so that one edited file is one file looked into.

Of files in which something was found, nothing is kept: neither what, nor a digest that a short secret could be
guessed from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

from holdfast.core.files import write_cache

NAME = "secrets.json"


def digest(content: bytes) -> str:
    """Thirty-two hex digits that stand for a content."""
    return blake2b(content, digest_size=16).hexdigest()


class Verdicts:
    """The clean files of one way of looking, which `key` stands for; with None, none are known or kept.

    What cannot be read is forgotten.
    """

    def __init__(self, scratch: Path, key: str | None) -> None:
        self._path, self._key = scratch / NAME, key
        self._clean = self._read() if key is not None else {}

    def _read(self) -> dict[str, str]:
        try:
            document = json.loads(self._path.read_bytes())
            return dict(document["clean"]) if document["key"] == self._key else {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return {}

    def is_clean(self, path: str, content: str) -> bool:
        """Whether the file was clean when it had that digest."""
        return self._clean.get(path) == content

    def keep(self, files: Iterable[str], clean: Mapping[str, str], seen: Iterable[str]) -> None:
        """Keeps the digests of the clean files among those `seen`, and of others of the project what was known."""
        there, now = frozenset(files), frozenset(seen)
        kept = {path: at for path, at in self._clean.items() if path in there and path not in now} | dict(clean)
        if kept == self._clean or self._key is None:
            return
        document = json.dumps({"key": self._key, "clean": kept}, separators=(",", ":"))
        write_cache(self._path, document.encode("ascii"))
