"""What our own rules say of what a Makefile and the files that it includes define together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from holdfast.checks.makefiles.reading import Makefile, Problem, Rule, Variable
from holdfast.core.findings import Severity

TWICE, PHONY, MISSING, CIRCLE = "MAKE003", "MAKE004", "MAKE007", "MAKE009"
LIGHT = frozenset((PHONY, CIRCLE))
"""What make itself lets pass, with a warning or without."""
REFERENCE = re.compile(r"\$(?:\(([\w.-]+)\)|\{([\w.-]+)\}|([A-Za-z]))")
UNKNOWN = re.compile(r"\$(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\{[^{}]*\}|.)")
ITSELF = "$(lastword,$(MAKEFILE_LIST))"
"""The file that is being read, as `_expanded` leaves it; nobody asks make for that."""
SUFFIX = re.compile(r"\.[\w+-]+\.([\w+-]+)")
SPECIAL = re.compile(r"\.[A-Z_]+")
UNTOLD = re.compile(r"[$%*?\[~()\"'\\\x00-\x1f]|^[-/]|^\|$")
LONG, DEEP, NODES = 20_000, 8, 5000


def severity(code: str) -> Severity:
    """How much a finding of that id weighs."""
    return Severity.WARNING if code in LIGHT else Severity.ERROR


class Place(Protocol):
    """The directory that a Makefile lies in."""

    def has(self, name: str) -> bool:
        """Whether a file is there, or is one that git ignores, so that somebody makes it."""
        ...

    def has_source(self, name: str) -> bool:
        """Whether a file of the same name with another ending is there, from which make may make it by itself."""
        ...


class _Explicit(NamedTuple):
    """A rule with its names expanded as far as they can be."""

    targets: tuple[str, ...]
    needs: tuple[str, ...]
    rule: Rule


class Known:
    """What is defined."""

    def __init__(self, parts: Iterable[Makefile], main: Makefile) -> None:
        every = list(parts)
        values = _values(variable for part in every for variable in part.variables)
        self._all = [_explicit(rule, values) for part in every for rule in part.rules]
        self._own = [_explicit(rule, values) for rule in main.rules]
        self._values = values
        self._targets = {target for each in self._all for target in each.targets}
        self._patterns = _patterns(self._targets)
        self._recipes = "\n".join(line for each in self._all for line in each.rule.recipe)
        self.phony = {name for each in self._all if ".PHONY" in each.targets for name in each.needs}

    @property
    def names(self) -> set[str]:
        """The targets and the phony names that are told in full, but for make's own such as .PHONY."""
        return {name for name in self._targets | self.phony if not (SPECIAL.fullmatch(name) or UNTOLD.search(name))}

    def expanded(self, text: str) -> list[str]:
        """The names in a text."""
        return _expanded(text, self._values).split()

    def makes(self, name: str) -> bool:
        """Whether a rule is there that makes a file of that name."""
        return name in self._targets or bool(self._patterns.fullmatch(name))

    def twice(self) -> Iterator[Problem]:
        """Targets with two recipes, of which make runs the second alone."""
        seen: dict[tuple[str, object], int] = {}
        for each in self._own:
            for target in each.targets if each.rule.recipe and not each.rule.double else ():
                key = (target, each.rule.path)
                if key in seen and not UNTOLD.search(target):
                    message = f"{target} has a recipe on line {seen[key]} already, which make passes over for this one"
                    yield Problem(TWICE, each.rule.line, message)
                seen.setdefault(key, each.rule.line)

    def phony_without_rule(self) -> Iterator[Problem]:
        """Names in .PHONY that nothing else mentions: making them does nothing, and says that it worked."""
        used = self._targets | {need for each in self._all if not _is_special(each) for need in each.needs}
        for each in self._own:
            for name in each.rule.needs.split() if ".PHONY" in each.targets else ():
                if name not in used and not UNTOLD.search(name) and not self.makes(name):
                    yield Problem(PHONY, each.rule.line, f".PHONY names {name}, and there is no rule for it")

    def missing(self, place: Place) -> Iterator[tuple[str, Problem]]:
        """What a rule needs and nothing makes, by its name."""
        seen = set()
        for each in self._own:
            for need in () if _is_special(each) else each.needs:
                if need not in seen and self._is_unmade(need, place):
                    message = f"needs {need}, which is no file, and no rule makes it"
                    yield need, Problem(MISSING, each.rule.line, message)
                seen.add(need)

    def _is_unmade(self, need: str, place: Place) -> bool:
        if UNTOLD.search(need) or need in self.phony or self.makes(need):
            return False
        name = need.rpartition("/")[2]
        return not (name in self._recipes or place.has(need) or place.has_source(need))

    def circles(self) -> Iterator[Problem]:
        """Targets that need themselves: make drops the last link of the circle."""
        lines = {target: each.rule.line for each in self._own for target in each.targets}
        graph: dict[str, set[str]] = {}
        for each in self._own:
            for target in () if _is_special(each) or UNTOLD.search(each.rule.targets) else each.targets:
                graph.setdefault(target, set()).update(each.needs)
        for circle in _circles(graph):
            yield Problem(CIRCLE, lines[circle[0]], f"needs itself: {' -> '.join([*circle, circle[0]])}")


def _is_special(each: _Explicit) -> bool:
    return any(SPECIAL.fullmatch(target) for target in each.targets)


def _explicit(rule: Rule, values: Mapping[str, str]) -> _Explicit:
    targets = tuple(_expanded(rule.targets, values).split())
    needs = _expanded(rule.needs, values)
    static = re.sub(r"\$[({].*", "", needs)
    pattern, _, rest = needs.partition(":") if ":" in static else ("", "", needs)
    return _Explicit(targets, tuple(word for word in (rest if pattern else needs).split() if word != "|"), rule)


def _values(variables: Iterable[Variable]) -> dict[str, str]:
    """The variables that are set once, outside conditions, that no function computes, nor what they were before."""
    values: dict[str, str] = {}
    lost = set()
    for each in variables:
        itself = any(each.name in match.groups() for match in REFERENCE.finditer(each.value))
        if each.name in values or each.path or each.how in ("+=", "!=") or itself:
            lost.add(each.name)
        values.setdefault(each.name, each.value)
    return {name: value for name, value in values.items() if name not in lost}


def _expanded(text: str, values: Mapping[str, str]) -> str:
    for _ in range(DEEP):
        if "$" not in text or len(text) > LONG:
            break
        text = REFERENCE.sub(lambda match: values.get(match[1] or match[2] or match[3], match[0]), text)
    return UNKNOWN.sub(lambda match: match[0].replace(" ", ","), text)  # one name, whatever it computes


def _patterns(targets: Iterable[str]) -> re.Pattern[str]:
    """What the targets match that are patterns, suffix rules, or names that hold what cannot be expanded."""
    found = []
    for target in targets:
        if target == ".DEFAULT":
            found.append(".*")
        elif match := SUFFIX.fullmatch(target):
            found.append(rf".*\.{re.escape(match[1])}")
        elif ("%" in target or "$" in target) and target != ITSELF:
            parts = re.split(r"%|\x00", UNKNOWN.sub("\x00", target))
            found.append(".*".join(map(re.escape, parts)))
    return re.compile("|".join(sorted(set(found))) or r"(?!)", re.DOTALL)


def _circles(graph: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """One circle for each target that begins one, each told once."""
    if len(graph) > NODES:
        return
    done: set[str] = set()
    for start in graph:
        trail: list[str] = []
        waiting = [(start, iter(sorted(graph[start])))] if start not in done else []
        trail += [start] if waiting else []
        while waiting:
            here, others = waiting[-1]
            other = next(others, None)
            if other is None:
                waiting.pop()
                trail.pop()
                done.add(here)
            elif other in trail:
                yield trail[trail.index(other) :]
            elif other in graph and other not in done:
                waiting.append((other, iter(sorted(graph[other]))))
                trail.append(other)
