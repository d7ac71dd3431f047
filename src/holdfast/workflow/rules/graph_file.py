"""Reading a graph of phases from YAML: all mistakes at once, each with its line, its column and what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from holdfast.core.config.mistakes import dotted, nearest
from holdfast.core.config.table import KeyPath
from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.core.files import read_text
from holdfast.workflow.rules.graph import ACTIONS, ALL, ANY, EVIDENCE, WITH_NAMES, Graph, Move, Need, Phase, Place
from holdfast.workflow.rules.graph import problems as walk

KEYS = ("name", "phases", "statuses", "start", "begin", "end", "again", "moves", "everywhere", "at_end")
OPTIONAL = ("everywhere", "at_end")
LIMIT = 2**18
MOST = 50
NAME = "A-Z, a-z, 0-9, _ and - alone"


class GraphError(HoldfastError):
    """A file of phases that cannot be used; `mistakes` has a line for each."""

    def __init__(self, name: str, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        lines = [*mistakes[:MOST], *([f"and {len(mistakes) - MOST} more"] if len(mistakes) > MOST else [])]
        many = f"{name}: {len(mistakes)} mistakes\n  " + "\n  ".join(lines)
        super().__init__(
            many if len(mistakes) > 1 else lines[0],
            hint="begin with a copy of the built-in ones: holdfast workflow state init --phases",
        )


@cache
def builtin() -> Graph:
    """The graph that a project has which brings none of its own."""
    return read_graph(builtin_text(), "builtin.yaml")


def builtin_text() -> str:
    """The file that `builtin` reads."""
    return Path(__file__).with_name("builtin.yaml").read_text("utf-8")


def load_graph(path: Path) -> Graph:
    """A project's own graph. Raises HoldfastError where the file cannot be read, and GraphError with its mistakes."""
    return read_graph(read_text(path, limit=LIMIT), path.name)


def read_graph(text: str, name: str) -> Graph:
    """The graph that a YAML text describes; `name` is the file's, for messages. Raises GraphError."""
    from holdfast.core.config.yaml_reading import BadYaml, read_yaml

    try:
        document, offsets, repeated = read_yaml(text)
    except BadYaml as error:
        raise GraphError(name, [f"{name}:{_at(text, error.offset)}: {error}"]) from error
    reader = _Reader(text, name, offsets)
    for path, offset in repeated:
        reader.mistake(path, f"{dotted(path)} is there twice", offset=offset)
    graph = reader.graph(document)
    if graph is not None and not reader.mistakes:
        reader.mistakes += [(0, f"{name}: {problem}") for problem in walk(graph)]
    if graph is None or reader.mistakes:
        raise GraphError(name, [line for _, line in sorted(reader.mistakes)])
    return graph._replace(digest=sha256(text.encode()))


def _at(text: str, offset: int) -> str:
    before = text[:offset]
    return f"{before.count(chr(10)) + 1}:{offset - (before.rfind(chr(10)) + 1) + 1}"


class _Reader:
    """Takes a document apart and collects what is wrong with it; what is wrong is read as empty."""

    def __init__(self, text: str, name: str, offsets: Mapping[KeyPath, int]) -> None:
        self.mistakes: list[tuple[int, str]] = []
        self._text, self._name, self._offsets = text, name, offsets
        self._phases: Sequence[str] = ()
        self._statuses: tuple[str, ...] = ()

    def mistake(self, path: KeyPath, message: str, *, offset: int | None = None) -> None:
        while path not in self._offsets and path:
            path = path[:-1]
        at = self._offsets.get(path, 0) if offset is None else offset
        self.mistakes.append((at, f"{self._name}:{_at(self._text, at)}: {message}"))

    def graph(self, document: object) -> Graph | None:
        if not isinstance(document, dict):
            self.mistake((), "not a table of phases and moves")
            return None
        self._keys(document, (), KEYS, tuple(key for key in KEYS if key not in OPTIONAL))
        self._statuses = self._names(document.get("statuses", []), ("statuses",))
        table = document.get("phases", {})
        if not isinstance(table, dict) or not table:
            self.mistake(("phases",), "phases: not a table of phases")
            table = {}
        self._phases = tuple(table)
        phases = {name: self._phase(name, value) for name, value in table.items()}
        start = self._choice(document.get("start"), ("start",), self._phases, "phase")
        begin, end, again = (self._place(document.get(key), (key,), whole=True) for key in ("begin", "end", "again"))
        moves = (*self._moves(document.get("moves", [])), *self._everywhere(document.get("everywhere", []), start))
        self._doubles(moves)
        actions = document.get("at_end", [])
        at_end = self._choices(actions, ("at_end",), ACTIONS, "action")
        name = self._line(document.get("name"), ("name",))
        return Graph(name, phases, self._statuses, start, begin, end, again, moves, at_end)

    def _keys(self, table: Mapping[str, Any], path: KeyPath, known: Sequence[str], needed: Iterable[str] = ()) -> None:
        for key in table:
            if key not in known:
                meant = nearest(str(key), known)
                self.mistake(
                    (*path, key), f"{dotted((*path, key))} is no key" + (f"; did you mean {meant}?" if meant else "")
                )
        for key in needed:
            if key not in table:
                self.mistake(path, f"{dotted((*path, key))} is missing")

    def _line(self, value: object, path: KeyPath) -> str:
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            if value is not None:
                self.mistake(path, f"{dotted(path)}: not a line of text")
            return ""
        return value

    def _names(self, value: object, path: KeyPath) -> tuple[str, ...]:
        """A list of words, each once."""
        if not isinstance(value, list) or not value:
            self.mistake(path, f"{dotted(path)}: not a list of names")
            return ()
        for number, each in enumerate(value):
            if not _is_name(each):
                self.mistake((*path, number), f"{dotted((*path, number))}: a name is {NAME}")
            elif each in value[:number]:
                self.mistake((*path, number), f"{dotted((*path, number))}: {each} is there twice")
        return tuple(each for each in value if isinstance(each, str))

    def _choice(self, value: object, path: KeyPath, known: Sequence[str], what: str) -> str:
        if value is None:
            return ""
        if value not in known:
            meant = nearest(str(value), known)
            self.mistake(
                path, f"{dotted(path)}: {value!r} is no {what}" + (f"; did you mean {meant}?" if meant else "")
            )
            return ""
        return str(value)

    def _choices(self, value: object, path: KeyPath, known: Sequence[str], what: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            self.mistake(path, f"{dotted(path)}: not a list")
            return ()
        return tuple(self._choice(each, (*path, number), known, what) for number, each in enumerate(value))

    def _phase(self, name: str, value: object) -> Phase:
        path: KeyPath = ("phases", name)
        if not _is_name(name):
            self.mistake(path, f"{dotted(path)}: a name is {NAME}")
        if not isinstance(value, dict):
            self.mistake(path, f"{dotted(path)}: not a table; write {{says: what is to be done}}")
            return Phase(name, "", ())
        self._keys(value, path, ("says", "needs"), ("says",))
        return Phase(name, self._line(value.get("says"), (*path, "says")), self._needs(value, path))

    def _place(self, value: object, path: KeyPath, *, whole: bool) -> Place:
        """`PHASE/STATUS`, or without `whole` a phase alone, which stands for each of its statuses."""
        if value is None:
            return Place("", ANY)
        phase, slash, status = str(value).partition("/")
        if whole and not slash:
            self.mistake(path, f"{dotted(path)}: {value!r} is no place; write PHASE/STATUS")
            return Place("", ANY)
        return Place(
            self._choice(phase, path, self._phases, "phase"),
            self._choice(status, path, self._statuses, "status") if slash else ANY,
        )

    def _tables(self, value: object, path: KeyPath) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
        if not isinstance(value, list):
            self.mistake(path, f"{dotted(path)}: not a list")
            return
        for number, each in enumerate(value):
            if not isinstance(each, dict):
                self.mistake((*path, number), f"{dotted((*path, number))}: not a table; write {{from: ..., to: ...}}")
                continue
            self._keys(each, (*path, number), ("from", "to", "needs"), ("from", "to"))
            yield (*path, number), each

    def _moves(self, value: object) -> Iterator[Move]:
        for path, each in self._tables(value, ("moves",)):
            source = self._place(each.get("from"), (*path, "from"), whole=False)
            target = self._place(each.get("to"), (*path, "to"), whole=True)
            yield Move(source, target, self._needs(each, path))

    def _everywhere(self, value: object, start: str) -> Iterator[Move]:
        for path, each in self._tables(value, ("everywhere",)):
            source = self._choice(each.get("from"), (*path, "from"), self._statuses, "status")
            target = self._choice(each.get("to"), (*path, "to"), self._statuses, "status")
            needs = self._needs(each, path)
            yield from (
                Move(Place(phase, source), Place(phase, target), needs) for phase in self._phases if phase != start
            )

    def _doubles(self, moves: Sequence[Move]) -> None:
        seen: set[tuple[Place, Place]] = set()
        for move in moves:
            if (move.source, move.target) in seen:
                self.mistake(("moves",), f"{move.source} to {move.target}: there are two such moves")
            seen.add((move.source, move.target))

    def _needs(self, table: Mapping[str, Any], path: KeyPath) -> tuple[Need, ...]:
        value, path = table.get("needs", []), (*path, "needs")
        if not isinstance(value, list):
            self.mistake(path, f"{dotted(path)}: not a list")
            return ()
        return tuple(self._need(each, (*path, number)) for number, each in enumerate(value))

    def _need(self, value: object, path: KeyPath) -> Need:
        kind, names = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else (value, None)
        if not isinstance(kind, str) or kind not in EVIDENCE:
            meant = nearest(str(kind), EVIDENCE)
            known = f"; did you mean {meant}?" if meant else f"; one of {', '.join(EVIDENCE)}"
            self.mistake(path, f"{dotted(path)}: {kind!r} is no evidence{known}")
            return Need("")
        if (kind in WITH_NAMES) != (names is not None):
            form = f"write {kind}: [NAME, ...]" if kind in WITH_NAMES else f"write {kind} alone"
            self.mistake(path, f"{dotted(path)}: {form}")
            return Need(kind)
        return Need(kind, self._which(kind, names, (*path, kind)) if names is not None else ())

    def _which(self, kind: str, names: object, path: KeyPath) -> tuple[str, ...]:
        listed = [names] if isinstance(names, str) else names
        if not isinstance(listed, list) or not listed or not all(isinstance(each, str) and each for each in listed):
            self.mistake(path, f"{dotted(path)}: not a name or a list of names")
            return ()
        if ALL in listed and (kind != "commands" or len(listed) > 1):
            self.mistake(path, f"{dotted(path)}: {ALL} stands alone, and for commands")
        return tuple(listed)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != "" and value.replace("_", "").replace("-", "").isalnum()
