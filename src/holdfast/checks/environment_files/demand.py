"""What the code below one directory reads from the environment, all files together."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from holdfast.checks.environment_files.classes import Class, Classes
from holdfast.checks.environment_files.code import reads_in
from holdfast.checks.environment_files.reads import FileReads, Names, Read
from holdfast.checks.facts import start_of
from holdfast.core.findings import Location

if TYPE_CHECKING:
    from holdfast.checks.interface import Context

LIMIT = 4 * 2**20
_READS = re.compile(
    rb"\benviron\b|\bgetenv\b|\bBaseSettings\b|\bpydantic_settings\b|\bdecouple\b|\benvirons\b|\benvvar\b"
    rb"|\bstarlette\.config\b"
)
_CLASS = re.compile(rb"(?m)^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)")


class Variable(NamedTuple):
    """A variable that the code reads, with every place that does."""

    name: str
    reads: tuple[Read, ...]
    required: bool

    @property
    def kind(self) -> str:
        """What its value has to be; empty where that is not known, or the places do not agree."""
        kinds = {read.kind for read in self.reads if read.kind}
        return kinds.pop() if len(kinds) == 1 else ""

    @property
    def default(self) -> str | None:
        """The default of the first place that has one."""
        return next((read.default for read in self.reads if read.default is not None), None)

    @property
    def filled(self) -> bool:
        """Whether an empty text cannot be its value."""
        return any(read.filled for read in self.reads)

    @property
    def names(self) -> frozenset[str]:
        """Every name that gives it."""
        return frozenset(name for read in self.reads for name in (*read.names, *read.instead))

    @property
    def ignore_case(self) -> bool:
        return any(read.ignore_case for read in self.reads)

    @property
    def place(self) -> Location:
        """Where it is read first, of those places the first that requires it."""
        first = next((read for read in self.reads if read.required), self.reads[0])
        return Location(first.file, first.line)


class Demand(NamedTuple):
    """All that the code below a directory reads."""

    variables: Mapping[str, Variable]
    """What the product reads, by name."""
    elsewhere: frozenset[str]
    """What tests, scripts and the like read."""
    sets: frozenset[str]
    """What the program sets itself."""
    computed: tuple[Location, ...]
    """Where a variable is read whose name is not known before the program runs."""
    unreadable: tuple[Location, ...]
    """Files that do not parse."""
    looked_at: int
    """How many Python files there are."""

    def knows(self, name: str) -> bool:
        """Whether anything here reads a variable of that name, in whatever case where that does not matter."""
        if name in self.elsewhere or name in self.sets:
            return True
        return any(
            name in each.names or (each.ignore_case and name.upper() in map(str.upper, each.names))
            for each in self.variables.values()
        )


def demand_of(context: Context, directory: str, others: Iterable[str]) -> Demand:
    """What the code below a directory reads, apart from what lies in the directories `others` below it."""
    from holdfast.checks.dependencies.imports.layout import Kind, Layout

    apart = tuple(each for each in others if each.startswith(directory) and each != directory)
    files = [
        name
        for name in context.files
        if name.endswith(".py") and name.startswith(directory) and not (apart and name.startswith(apart))
    ]
    layout = Layout([name.removeprefix(directory) for name in files], context.pyproject)
    kinds = {name: layout.kind(name.removeprefix(directory)) for name in files}
    read = _Files(context, [name for name in files if kinds[name] is not Kind.VENDORED])
    product = {name: one for name, one in read.found.items() if kinds[name] is Kind.PACKAGE}
    rest = [one for name, one in read.found.items() if kinds[name] is not Kind.PACKAGE]
    sets = frozenset(name for one in product.values() for name in one.sets)
    asked = frozenset(name for one in product.values() for name in one.asked)
    return Demand(
        _merged([each for one in product.values() for each in _sober(one, asked)], sets),
        frozenset(name for one in rest for each in one.reads for name in each.names).union(*(one.sets for one in rest)),
        sets,
        tuple(Location(name, line) for name, one in product.items() for line in one.computed),
        tuple(place for place in read.unreadable if kinds[place.file] is Kind.PACKAGE),
        len(files),
    )


def _sober(one: FileReads, asked: frozenset[str]) -> Iterator[Read]:
    """What a file reads. What the program asks for first, or this file reads with `get` too, it can go on without."""
    asked = asked.union(*(each.names for each in one.reads if not each.required and len(each.names) == 1))
    for each in one.reads:
        yield each._replace(required=False) if asked.intersection(each.names) else each


def _merged(reads: list[Read], sets: frozenset[str]) -> Mapping[str, Variable]:
    by_name: dict[str, list[Read]] = {}
    for read in reads:
        by_name.setdefault(read.names[0], []).append(read)
    return {
        name: Variable(name, tuple(some), any(each.required for each in some) and name not in sets)
        for name, some in sorted(by_name.items())
    }


class _Files:
    """The files that seem to read variables, parsed, and those that hold classes which the settings are made of."""

    def __init__(self, context: Context, names: list[str]) -> None:
        self._context, self.unreadable = context, list[Location]()
        texts = {name: start_of(context.project / name, LIMIT) for name in names}
        self._modules: dict[str, Names] = {}
        self.found: dict[str, FileReads] = {}
        for name, text in texts.items():
            tree = self._parse(name, text) if _READS.search(text) else None
            if tree:
                self._read(name, tree)
        if any(b"BaseSettings" in text for text in texts.values()):
            self._follow(texts)
            for read in Classes(self._classes()).reads():
                one = self.found.get(read.file, FileReads())
                self.found[read.file] = one._replace(reads=(*one.reads, read))

    def _read(self, name: str, tree: ast.Module) -> None:
        try:
            self.found[name] = reads_in(tree, self._modules[name], name)
        except RecursionError:  # a text that is put together from hundreds of pieces
            self.unreadable.append(Location(name, 1))

    def _parse(self, name: str, text: bytes) -> ast.Module | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an invalid escape in somebody's string is not our message
                tree = ast.parse(text)
            self._modules[name] = Names(tree)
        except SyntaxError as error:
            self.unreadable.append(Location(name, error.lineno or 1))
        except (ValueError, RecursionError, MemoryError):
            self.unreadable.append(Location(name, 1))
        else:
            return tree
        return None

    def _follow(self, texts: Mapping[str, bytes]) -> None:
        """Parses what holds subclasses of the classes known so far, and the models that they name, and so on."""
        wanted = self._named()
        while wanted:
            pattern = re.compile(rb"\b(?:%b)\b" % b"|".join(re.escape(name.encode()) for name in sorted(wanted)))
            before = self._named()
            for name, text in texts.items():
                if name not in self._modules and pattern.search(text) and _is_about(text, pattern):
                    self._parse(name, text)
            wanted = self._named() - before
        made = [each.name.encode() for each in Classes(self._classes()).all_settings()]
        calls = re.compile(rb"\b(?:%b)\(" % b"|".join(made))
        for name, text in texts.items():  # what is passed to a class need not come from the environment
            if made and name not in self._modules and calls.search(text):
                self._parse(name, text)

    def _named(self) -> set[str]:
        """The settings classes known so far, and what their fields name."""
        classes = Classes(self._classes())
        seen: set[int] = set()
        settings = classes.all_settings()
        return {each.name for each in settings} | {name for each in settings for name in classes.unknown_in(each, seen)}

    def _classes(self) -> Iterator[Class]:
        calls: dict[str, set[str]] = {}
        for names in self._modules.values():
            for name, given in names.calls.items():
                calls.setdefault(name, set()).update(given)
        for file, names in self._modules.items():
            for node in names.classes:
                made = calls.get(node.name)
                yield Class(node.name, node, names, file, made is not None, frozenset(made or ()))


def _is_about(text: bytes, pattern: re.Pattern[bytes]) -> bool:
    """Whether a class statement names one of them, as the class that it makes or as what it inherits from."""
    return (
        any(pattern.search(match[0]) for match in _CLASS.finditer(text))
        or re.search(rb"(?m)^[ \t]*class[ \t]+" + pattern.pattern, text) is not None
    )
