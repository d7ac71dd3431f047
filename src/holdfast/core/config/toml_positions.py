"""Where the keys of a TOML document are. tomllib has accepted the text before, so nothing here judges it."""

from __future__ import annotations

import re
import tomllib

from holdfast.core.config.table import KeyPath

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*""")
_SCALAR = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"{3,5}(?!")'  # up to two quotes may stand before the closing three
    r"|'''[\s\S]*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|[^,\]}#\n]+"
)


def toml_positions(text: str) -> dict[KeyPath, int]:
    """The offset of each key, table and array element of a valid TOML document, at its first mention."""
    scan = _Scan(text)
    scan.document()
    return scan.found


class _Scan:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}
        """How many tables each array of tables has so far."""

    def document(self) -> None:
        prefix: KeyPath = ()
        self._skip_blank()
        while self.at < len(self.text):
            if self._taken("[["):
                prefix = self._array_table()
            elif self._taken("["):
                prefix = self._key(())
                self._taken("]")
            else:
                self._pair(prefix)
            self._skip_blank()

    def _array_table(self) -> KeyPath:
        start = self.at
        path = self._key(())
        self._taken("]]")
        number = self._tables.get(path, 0)
        self._tables[path] = number + 1
        self.found.setdefault((*path, number), start)
        return (*path, number)

    def _key(self, prefix: KeyPath) -> KeyPath:
        """Reads a dotted key; what follows an array of tables lies in the last of them."""
        path = prefix
        while match := _KEY.match(self.text, self.at):
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
            path = (*path, _plain(match[1]))
            self.found.setdefault(path, match.start(1))
            self.at = match.end()
            if not self._taken("."):
                break
        return path

    def _pair(self, prefix: KeyPath) -> None:
        path = self._key(prefix)
        self._taken("=")
        self._skip_blank()
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._taken("["):
            number = 0
            while not self._closed("]"):
                self.found.setdefault((*path, number), self.at)
                self._value((*path, number))
                number += 1
        elif self._taken("{"):
            while not self._closed("}"):
                self._pair(path)
        else:
            match = _SCALAR.match(self.text, self.at)
            self.at = match.end() if match else len(self.text)

    def _closed(self, bracket: str) -> bool:
        """Goes to the next element; True where there is none."""
        self._skip_blank()
        if self._taken(","):
            self._skip_blank()
        return self._taken(bracket) or self.at >= len(self.text)

    def _skip_blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _taken(self, mark: str) -> bool:
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True


def _plain(part: str) -> str:
    if part[0] == '"':
        text: str = tomllib.loads(f"k = {part}")["k"]
        return text
    return part.strip("'")
