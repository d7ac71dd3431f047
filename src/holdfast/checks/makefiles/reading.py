"""A Makefile as its rules, variables and includes, read as GNU make reads it, with nothing expanded and nothing run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

SPACES, NO_TARGET, UNBALANCED, SEPARATOR = "MAKE001", "MAKE002", "MAKE005", "MAKE008"
CONDITIONS = frozenset(("ifeq", "ifneq", "ifdef", "ifndef"))
WILDCARD = re.compile(r"\$\(wildcard ([^$*?\[()]+)\)")
INCLUDES = frozenset(("include", "-include", "sinclude"))
OTHERS = frozenset(("export", "unexport", "vpath", "undefine", "load", "-load", "override", "private"))
DEFINE = re.compile(r"(?:(?:override|export|private)\s+)*define(?:\s|\Z)")
ENDEF = re.compile(r"\s*endef(?:\s|#|\Z)")
SET_FOR_TARGET = re.compile(r"\s*(?:(?:export|override|private|unexport)\s+)*[\w.%${}()-]+\s*(?:[+?!]|:{1,3})?=")
PREFIX = re.compile(r"\s*\.RECIPEPREFIX\s*[:?]*=\s*(\S?)")
COMMANDS = frozenset(
    re.findall(
        r"\S+",
        "awk bash black cat cd chmod cmake cp curl diff docker echo env exit export flake8 for gcc git go "
        "grep if isort ls make mkdir mv mypy node npm npx pip pip3 poetry printf pytest python python3 rm "
        "rsync ruff sed set sh source sudo tar test touch tox twine uv uvicorn wget while",
    )
)
"""What a recipe's line begins with, where that line has a colon or an equals sign in it and could be a rule."""
OTHER_MAKE = re.compile(
    r"(?m)^(?:\.[ \t]*(?:include|if|ifdef|ifndef|for|endif|elif|else)\b|![ \t]*(?:include|if)\b)", re.I
)
SAYS = re.compile(r"\$[({](?:info|warning|error)\b")

Path = tuple[tuple[int, int], ...]
"""The branches of conditions that a line stands in."""


class Rule(NamedTuple):
    """A rule as it is written, variables and all."""

    targets: str
    needs: str
    line: int
    path: Path
    double: bool
    """Whether it has `::`, of which a target may have several."""
    recipe: list[str]


class Variable(NamedTuple):
    """An assignment. Its value is as it is written."""

    name: str
    how: str
    value: str
    path: Path


class Include(NamedTuple):
    """An include; with `optional`, files that are not there do no harm."""

    files: str
    line: int
    optional: bool


class Problem(NamedTuple):
    """What make would stop at."""

    id: str
    line: int
    message: str


class Makefile:
    """What was read."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.variables: list[Variable] = []
        self.includes: list[Include] = []
        self.problems: list[Problem] = []
        self.computed = False
        """Whether a line makes rules by itself, as `$(eval ...)` does, so that not all of them are known."""
        self.searches = False
        """Whether `vpath` has make look for files in other directories."""


def is_for_gnu_make(text: str) -> bool:
    """Whether it is not in the language of BSD's make or of nmake."""
    return not OTHER_MAKE.search(text)


def parse(text: str) -> Makefile:
    """The Makefile, with what is wrong in its form."""
    reader = _Reader()
    for number, line in _logical(text):
        reader.line(number, line)
    reader.end()
    return reader.makefile


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """The lines with those that a backslash continues joined, each with the number of its first."""
    number, held = 0, list[str]()
    for at, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        number = number or at
        if (len(line) - len(line.rstrip("\\"))) % 2:
            held.append(line[:-1])
            continue
        yield number, " ".join([*held, line])
        number, held = 0, []
    if held:
        yield number, " ".join(held)


class _Reader:
    def __init__(self) -> None:
        self.makefile = Makefile()
        self._rule: Rule | None = None
        self._conditions: list[tuple[int, int]] = []
        self._opened: list[int] = []
        self._prefix = "\t"

    def line(self, number: int, raw: str) -> None:
        if self._opened:
            self._in_define(number, raw)
        elif raw.startswith(self._prefix) and self._rule is not None:
            self._rule.recipe.append(raw)
        elif text := _without_comment(raw).strip():
            self._statement(number, raw, text)

    def end(self) -> None:
        for line, _ in self._conditions:
            self._problem(UNBALANCED, line, "the condition has no endif: make stops with `missing endif`")
        for line in self._opened[:1]:
            self._problem(UNBALANCED, line, "the define has no endef: make stops with `missing endef`")

    def _problem(self, code: str, line: int, message: str) -> None:
        self.makefile.problems.append(Problem(code, line, message))

    def _in_define(self, number: int, raw: str) -> None:
        if ENDEF.match(raw):
            self._opened.pop()
        elif DEFINE.match(raw.strip()):
            self._opened.append(number)

    def _statement(self, number: int, raw: str, text: str) -> None:
        word, _, rest = text.partition(" ")
        word = re.split(r"[\s(\"']", word)[0]
        if word in CONDITIONS or word in ("else", "endif"):
            self._condition(number, word)
        elif DEFINE.match(text):
            self._opened.append(number)
            self._rule = None
        elif word in INCLUDES:
            named = WILDCARD.sub(r"\1", rest)  # a name in `wildcard` is one that may be missing
            self.makefile.includes.append(Include(named, number, word != "include" or named != rest))
            self._rule = None
        else:
            self._other(number, raw, text, word)

    def _condition(self, number: int, word: str) -> None:
        if word in CONDITIONS:
            self._conditions.append((number, 0))
        elif not self._conditions:
            self._problem(UNBALANCED, number, f"{word} without a condition: make stops with `extraneous {word}`")
        elif word == "endif":
            self._conditions.pop()
        else:
            line, branch = self._conditions[-1]
            self._conditions[-1] = (line, branch + 1)

    def _other(self, number: int, raw: str, text: str, word: str) -> None:
        at, sign = _sign(text)
        if self._is_recipe_with_spaces(raw, text, sign):
            self._problem(SPACES, number, "this line of a recipe begins with spaces, and make wants a tab")
        elif "=" in sign:
            self._assign(text[:at], sign, text[at + len(sign) :])
        elif word in OTHERS:
            self.makefile.searches |= word == "vpath"
            self._rule = None
        elif sign:
            self._add_rule(number, text[:at], text[at:])
        elif text.startswith(("$(", "${", "$")):
            self.makefile.computed |= not SAYS.match(text)
        elif raw.startswith("\t"):
            self._problem(NO_TARGET, number, "this line of a recipe belongs to no rule: make stops here")
        else:
            self._problem(SEPARATOR, number, "is neither a rule nor an assignment: make stops with `missing separator`")

    def _is_recipe_with_spaces(self, raw: str, text: str, sign: str) -> bool:
        if self._rule is None or self._prefix != "\t" or not raw.startswith(" "):
            return False
        first = text.split()[0]
        return (
            text.startswith("@")
            or first.lstrip("-+") in COMMANDS
            or not (sign or text.startswith("$") or first in OTHERS)
        )

    def _assign(self, name: str, sign: str, value: str) -> None:
        if match := PREFIX.match(f"{name}{sign}{value}"):
            self._prefix = match[1] or "\t"
        words = name.split()
        self.makefile.variables.append(
            Variable(words[-1] if words else "", sign, value.strip(), tuple(self._conditions))
        )
        self._rule = None

    def _add_rule(self, number: int, targets: str, rest: str) -> None:
        double = rest.startswith("::")
        needs, _, recipe = rest.lstrip(":").partition(";")
        if SET_FOR_TARGET.match(needs):
            return
        rule = Rule(targets.rstrip("& "), needs, number, tuple(self._conditions), double, [recipe] if recipe else [])
        self.makefile.rules.append(rule)
        self._rule = rule


def _without_comment(line: str) -> str:
    """The line up to its comment; a `#` that is escaped or inside `$(...)` begins none."""
    if "#" not in line:
        return line
    depth = 0
    for at, sign in enumerate(line):
        if sign in "({" and (depth or line[at - 1 : at] == "$"):
            depth += 1
        elif sign in ")}" and depth:
            depth -= 1
        elif sign == "#" and not depth and line[at - 1 : at] != "\\":
            return line[:at]
    return line


def _sign(text: str) -> tuple[int, str]:
    """Where the first `:` or assignment outside `$(...)` is, and which it is; an empty one where there is none."""
    depth = 0
    for at, sign in enumerate(text):
        if sign in "({" and (depth or text[at - 1 : at] == "$"):
            depth += 1
        elif sign in ")}" and depth:
            depth -= 1
        elif not depth and sign in ":=?+!":
            match = re.compile(r":{1,3}=|[?+!]?=|::?").match(text, at)
            if match:
                return at, match[0]
    return len(text), ""
