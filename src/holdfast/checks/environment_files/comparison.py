"""What one file of values lacks and has too much, and what an example leaves out, against the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from holdfast.checks.environment_files.contents import Wanted, kind_wanted
from holdfast.checks.environment_files.declarations import Declaration
from holdfast.checks.environment_files.demand import Demand, Variable
from holdfast.checks.environment_files.platform import is_librarys, is_platforms, matches
from holdfast.checks.environment_files.reading import NAME, Binding, EnvFile
from holdfast.checks.environment_files.reads import Read
from holdfast.checks.environment_files.wording import Say, several
from holdfast.core.findings import Finding, Location, Severity

MISSING, NOT_SET, EMPTY, UNKNOWN = ("DOTENV004", "DOTENV005", "DOTENV006", "DOTENV007")
NOT_IN_EXAMPLE, OPTIONAL_NOT_IN_EXAMPLE, UNREAD = ("DOTENV012", "DOTENV014", "DOTENV015")


class Sides(NamedTuple):
    """What values are compared with."""

    demand: Demand
    example: EnvFile | None
    declared: Mapping[str, Declaration]
    ignored: tuple[str, ...]
    mentioned: Callable[[Iterable[str]], frozenset[str]]
    """Which of some names stand in other files of the project, such as a compose file."""
    say: Say
    """Tells the names in the example."""

    def told(self, name: str) -> str:
        """A name that the code or the example has, as far as it may be told."""
        found = self.example.last().get(name) if self.example else None
        return self.say(name, found.line if found else 0)

    def asked_for(self, variable: Variable) -> bool:
        """Whether the project has to name it."""
        return not (is_platforms(variable.name) or matches(variable.name, self.ignored))

    def in_example(self) -> frozenset[str]:
        """The names in the example, those that are commented out among them."""
        example = self.example
        return frozenset({*example.last(), *example.commented_out, *example.hidden} if example else ())

    def optional(self, name: str) -> bool:
        """Whether the example says that the variable may be left out."""
        said = self.declared.get(name, Declaration()).required
        commented = self.example is not None and name in self.example.commented_out - self.example.last().keys()
        return said is False or (commented and said is None)

    def wanted(self) -> dict[str, Wanted]:
        """What each value has to be: as the example declares it, else as the code wants it."""
        found: dict[str, Wanted] = {}
        for variable in self.demand.variables.values():
            kind = kind_wanted(variable.kind)
            if kind:
                place = next(read for read in variable.reads if read.kind)
                found |= dict.fromkeys(place.names, Wanted(kind, place.file))
        for name, said in self.declared.items():
            if said.kind and self.example:
                found[name] = Wanted(said.kind, self.example.path)
        return found


def given(read: Read, names: Iterable[str]) -> bool:
    """Whether one of the names gives what a place reads."""
    some = set(read.names) | set(read.instead)
    if read.ignore_case:
        return not {name.upper() for name in some}.isdisjoint(name.upper() for name in names)
    return not some.isdisjoint(names)


def lacking(file: str, values: Mapping[str, Binding], hidden: frozenset[str], sides: Sides) -> Iterator[Finding]:
    """What the values of this machine, together in `file` and what adds to it, do not set."""
    there = {name for name, binding in values.items() if binding.value is not None} | hidden
    told: set[str] = set()
    for variable in sides.demand.variables.values():
        unmet = [read for read in variable.reads if read.required and not given(read, there)]
        if variable.required and unmet and sides.asked_for(variable) and not sides.optional(variable.name):
            told |= {name.upper() for name in variable.names}
            message = f"{_either(unmet[0])} is not set, and {unmet[0].file} requires it"
            yield Finding(MISSING, Severity.ERROR, message, Location(file))
    example = sides.example
    for name in example.last() if example else ():
        if name not in there and name.upper() not in told and example and not matches(name, sides.ignored):
            yield from _not_set(file, name, example.path, there, sides)


def _not_set(file: str, name: str, example: str, there: set[str], sides: Sides) -> Iterator[Finding]:
    said = sides.declared.get(name, Declaration()).required
    if said:
        yield Finding(
            MISSING, Severity.ERROR, f"{sides.told(name)} is not set, and {example} requires it", Location(file)
        )
        return
    read = _read_by(name, sides.demand)
    can_do_without = read is not None and (not read.required or any(given(each, there) for each in read.reads))
    if not sides.optional(name) and not can_do_without and NAME.fullmatch(name):
        message = f"{sides.told(name)} is in {example} and not set; a comment # optional there says that it need not be"
        yield Finding(NOT_SET, Severity.WARNING, message, Location(file))


def _read_by(name: str, demand: Demand) -> Variable | None:
    found = demand.variables.get(name) or demand.variables.get(name.upper())
    return found or next((each for each in demand.variables.values() if name in each.names), None)


def _either(read: Read) -> str:
    return " or ".join(read.names)


def empty(file: EnvFile, sides: Sides) -> Iterator[Finding]:
    """Variables that are required, or are of a kind that an empty text is not, and have no value."""
    for name, binding in file.last().items():
        if binding.value or binding.value is None or matches(name, sides.ignored):
            continue
        read, said = _read_by(name, sides.demand), sides.declared.get(name, Declaration())
        filled = read is not None and read.filled
        required = said.required if said.required is not None else read is not None and read.required
        who = sides.example.path if said.required and sides.example else read.place.file if read else ""
        if said.required or filled:
            why = f"{who} requires it" if required else f"{who} cannot take an empty text"
            yield Finding(
                EMPTY, Severity.ERROR, f"{sides.told(name)} is empty, and {why}", Location(file.path, binding.line)
            )
        elif required:
            message = f"{sides.told(name)} is empty, and {who} requires it"
            yield Finding(EMPTY, Severity.WARNING, message, Location(file.path, binding.line))


def unknown(file: EnvFile, sides: Sides, say: Say) -> Iterator[Finding]:
    """Variables that neither the example nor the code knows."""
    example = sides.in_example()
    spare = {
        name: binding
        for name, binding in file.last().items()
        if name not in example and not sides.demand.knows(name) and NAME.fullmatch(name)
    }
    spare = {name: each for name, each in spare.items() if not _nobodys(name, sides) and each.value is not None}
    mentioned = sides.mentioned(spare) if spare else frozenset()
    unset = sorted(
        each for each in {*sides.demand.variables, *example} - file.last().keys() if sides.told(each) == each
    )
    for name, binding in spare.items():
        if name in mentioned:
            continue
        meant = _near(name, unset)
        severity = Severity.WARNING if meant or sides.example else Severity.INFO
        who = f"neither {sides.example.path} nor the code knows" if sides.example else "the code does not read"
        message = f"{who} {say(name, binding.line)}{f'; did you mean {meant}?' if meant else ''}"
        yield Finding(UNKNOWN, severity, message, Location(file.path, binding.line))


def _nobodys(name: str, sides: Sides) -> bool:
    return is_platforms(name) or is_librarys(name) or matches(name, sides.ignored)


def _near(name: str, names: list[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names, 1, 0.85)), "")


def left_out(sides: Sides, fix: str) -> Iterator[Finding]:
    """What the code reads and the example does not name, and the other way round."""
    example = sides.example
    if example is None:
        return
    names, optional = sides.in_example(), []
    for variable in filter(sides.asked_for, sides.demand.variables.values()):
        if any(given(read, names) for read in variable.reads) or variable.name in sides.demand.sets:
            continue
        if variable.required:
            message = f"{_either(variable.reads[0])} is required here and not in {example.path}"
            yield Finding(NOT_IN_EXAMPLE, Severity.WARNING, message, variable.place, fix)
        else:
            optional.append(variable.name)
    if optional:
        message = f"the code reads what {example.path} does not name, and can go on without: {several(optional)}"
        yield Finding(OPTIONAL_NOT_IN_EXAMPLE, Severity.INFO, message, Location(example.path), fix)
    yield from _unread(example, sides)


def _unread(example: EnvFile, sides: Sides) -> Iterator[Finding]:
    names = [name for name in example.last() if NAME.fullmatch(name) and not sides.demand.knows(name)]
    names = [name for name in names if not _nobodys(name, sides)]
    if not names or not sides.demand.variables:
        return
    mentioned = sides.mentioned(names)
    unread = [name for name in names if name not in mentioned]
    if unread:
        message = f"nothing in the project's code and configuration names {several(map(sides.told, unread))}"
        line = example.last()[unread[0]].line
        yield Finding(UNREAD, Severity.INFO, message, Location(example.path, line))
