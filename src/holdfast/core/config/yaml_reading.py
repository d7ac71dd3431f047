"""A YAML document as plain values and the places of its keys.

It is drawn from the parser's events, so that no tag, anchor or alias ever comes to life and no nesting exhausts the
stack. Plain scalars mean what YAML 1.2's core schema says (https://yaml.org/spec/1.2.2/#103-core-schema): `yes` is a
text. The one importer of ruamel.yaml.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from holdfast.core.config.table import KeyPath

_DEPTH = 32
_INT = re.compile(r"[-+]?[0-9]{1,300}|0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"(?=.*[.eE])[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Plain(str):
    """A scalar without quotes, as it is written; whoever reads it by its type may take it for something else."""

    __slots__ = ()


class BadYaml(ValueError):
    """A document that is not YAML, or not the plain part of it. `offset` is where, in characters."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def read_yaml(text: str, *, most: int = sys.maxsize) -> tuple[object, dict[KeyPath, int], list[tuple[KeyPath, int]]]:
    """The document, the offset of each key and element, and those keys that repeat an earlier one.

    Raises BadYaml, also where it has more than `most` of them.
    """
    built = _built(text, _Built(most))
    return built.value, built.found, built.repeated


def read_texts(text: str) -> object:
    """The document with every scalar as the text that it is written as: `1.10` stays "1.10". Raises BadYaml."""
    return _built(text, _Texts()).value


def read_foreign(text: str) -> tuple[object, dict[KeyPath, int]]:
    """A document that was written for another program, and the offset of each key and element. Raises BadYaml.

    Every scalar is the text that it is written as, a Plain where it has no quotes. Tags are passed over, and an alias
    is the very value that its anchor names: a document may contain itself, and be far larger than its text.
    """
    built = _built(text, _Foreign())
    return built.value, built.found


def read_shape(text: str) -> tuple[object, dict[KeyPath, int]]:
    """`read_texts` of a document that may use all of YAML, and the offsets of its keys and elements. Raises BadYaml.

    Tags and anchors are passed over, and an alias is the text `*name`: enough to see what stands where.
    """
    built = _built(text, _Shapes())
    return built.value, built.found


def composed(text: str) -> Any:
    """The document as ruamel's nodes, for who has to know of every value where it stands; None where it is empty.

    Nothing is constructed. Raises BadYaml.
    """
    with _yaml_errors(lambda: 0):
        return YAML(typ="safe", pure=True).compose(text)


def _built(text: str, built: _Built) -> _Built:
    with _yaml_errors(lambda: built.last):
        for event in YAML(typ="safe", pure=True).parse(text):
            built.take(event)
    return built


@contextmanager
def _yaml_errors(last: Callable[[], int]) -> Iterator[None]:
    """Turns what the parser raises into BadYaml; `last` says how far it had come, where it does not tell itself."""
    try:
        yield
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadYaml(f"not YAML: {error.problem or error.context}", mark.index if mark else 0) from error
    except ReaderError as error:
        raise BadYaml(f"not YAML: {error.reason}", error.position) from error
    except RecursionError as error:
        raise BadYaml("nested too deep", last()) from error
    except (YAMLError, ValueError, OverflowError) as error:  # the last two from chr() of an impossible escape
        if isinstance(error, BadYaml):
            raise
        raise BadYaml(f"not YAML: {str(error).splitlines()[0]}", last()) from error


class _Built:
    """A document that grows with each event."""

    def __init__(self, most: int = sys.maxsize) -> None:
        self.value: object = None
        self._count, self._most = 0, most
        self.found: dict[KeyPath, int] = {}
        self.repeated: list[tuple[KeyPath, int]] = []
        self.last = 0
        self._documents = 0
        self._open: list[tuple[dict[str, object] | list[object], KeyPath]] = []
        self._key: str | None = None
        """The key whose value comes next, in the innermost table."""

    def take(self, event: Any) -> None:
        self.last = event.start_mark.index
        match type(event).__name__:
            case "ScalarEvent":
                self._refuse_magic(event)
                self._scalar(event)
            case "MappingStartEvent":
                self._refuse_magic(event)
                self._begin({})
            case "SequenceStartEvent":
                self._refuse_magic(event)
                self._begin([])
            case "MappingEndEvent" | "SequenceEndEvent":
                self._open.pop()
            case "AliasEvent":
                self._alias(event)
            case "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    raise BadYaml("more than one document", self.last)

    def _refuse_magic(self, event: Any) -> None:
        if event.anchor is not None:
            raise BadYaml("anchors are not read; write the value out", self.last)
        if event.tag is not None:
            raise BadYaml("tags are not read; write a plain value", self.last)

    def _alias(self, _event: Any) -> None:
        raise BadYaml("aliases are not read; write the value out", self.last)

    def _scalar(self, event: Any) -> None:
        table = self._open[-1] if self._open else None
        if table is not None and isinstance(table[0], dict) and self._key is None:
            path = (*table[1], event.value)
            if event.value in table[0]:
                self.repeated.append((path, self.last))
            self._note(path)
            self._key = event.value
        else:
            self._place(self.scalar(event))

    def scalar(self, event: Any) -> object:
        return event.value if event.style else plain_scalar(event.value)

    def _note(self, path: KeyPath) -> None:
        self._count += 1  # repeated keys count too
        if self._count > self._most:
            raise BadYaml(f"more than {self._most:,} keys and elements", self.last)
        self.found.setdefault(path, self.last)

    def _begin(self, container: dict[str, object] | list[object]) -> None:
        if len(self._open) >= _DEPTH:
            raise BadYaml("nested too deep", self.last)
        self._open.append((container, self._place(container)))

    def _place(self, value: object) -> KeyPath:
        """Puts a value where it belongs; returns its path."""
        if not self._open:
            self.value = value
            return ()
        container, path = self._open[-1]
        if isinstance(container, list):
            path = (*path, len(container))
            self._note(path)
            container.append(value)
        elif self._key is None:
            raise BadYaml("a key must be one word", self.last)
        else:
            path = (*path, self._key)
            container.setdefault(self._key, value)
            self._key = None
        return path


class _Texts(_Built):
    """A document of nothing but texts."""

    def scalar(self, event: Any) -> object:
        return event.value


class _Foreign(_Built):
    """A document of texts, with its aliases followed."""

    def __init__(self) -> None:
        super().__init__()
        self._named: dict[str, object] = {}
        self._anchor: str | None = None
        """The anchor of the value that comes next."""

    def take(self, event: Any) -> None:
        if type(event).__name__ != "AliasEvent":
            super().take(event)
        elif self._open and isinstance(self._open[-1][0], dict) and self._key is None:
            raise BadYaml("a key must be one word", event.start_mark.index)
        else:
            self.last = event.start_mark.index
            self._place(self._named.get(event.anchor))

    def scalar(self, event: Any) -> object:
        return event.value if event.style else Plain(event.value)

    def _refuse_magic(self, event: Any) -> None:
        self._anchor = event.anchor

    def _place(self, value: object) -> KeyPath:
        if self._anchor is not None:
            self._named[self._anchor] = value
            self._anchor = None
        return super()._place(value)


class _Shapes(_Texts):
    """The same, of a document in which anything may stand."""

    def _refuse_magic(self, event: Any) -> None:
        pass

    def _alias(self, event: Any) -> None:
        self._place(f"*{event.anchor}")


def plain_scalar(text: str) -> object:
    """What an unquoted scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 10 if text[:2] not in ("0o", "0x") else 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _NO_NUMBER.fullmatch(text):
        return float(text.replace(".", ""))
    return text
