"""Whether what the shell blocks of documents name is there: make's targets, scripts, modules, npm's scripts."""

from __future__ import annotations

import json
import posixpath
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from holdfast.checks import facts
from holdfast.checks.documents.library import ASIDE, SPECIMENS, Document, Library
from holdfast.checks.documents.shell import Command, commands, is_shell
from holdfast.checks.makefile import MAIN
from holdfast.checks.makefiles.targets import Targets, targets
from holdfast.core.findings import Finding, Location, Severity

PLACEHOLDER = re.compile(r"[<>\[\]{}*?$|]|\.\.\.|\u2026|^[A-Z][A-Z0-9_-]*$|^x+$")
INTERPRETERS = re.compile(r"(?:python(?:3(?:\.\d+)?)?|bash|sh|zsh|source|\.|perl|node|ruby)$")
SCRIPT = re.compile(r"\.(?:sh|bash|zsh|py|pl|rb|js|ts|mjs)$")
_ELSEWHERE = "curl wget tar unzip git-clone cookiecutter copier docker podman ssh vagrant kubectl scp rsync gh"
ELSEWHERE = frozenset(_ELSEWHERE.split())
"""Programs after which other files are there than the project's, or that run what follows on another machine."""
MADE = re.compile(r"(?:\.?v?env|build|dist|node_modules|target)/")
MAKE_COUNTS = frozenset(("-j", "-l", "--jobs"))
ATTACHED = re.compile(r"-[CfI].|--(?:directory|file|makefile)=")
MAKE_VALUES = frozenset(("-C", "-f", "-j", "-l", "-o", "-W", "-I", "--directory", "--file", "--makefile", "--jobs"))
_UV_VALUES = (
    "--with --with-editable --with-requirements --extra --group --only-group --no-group --python -p"
    " --package --env-file --directory --project --index --index-url --default-index --no-extra -m"
    " --module --config-file"
)
UV_VALUES = frozenset(_UV_VALUES.split())


class Called(NamedTuple):
    """One of the project's own programs as a document calls it."""

    name: str
    words: tuple[str | None, ...]
    place: Location


class Promises:
    """What documents say can be run, against what a project has."""

    def __init__(self, library: Library, pyproject: Mapping[str, Any]) -> None:
        self._library, self._pyproject = library, pyproject
        self.programs = own_programs(pyproject)

    def judge(self, document: Document, called: list[Called]) -> Iterator[Finding]:
        """What a document's shell blocks name in vain. Calls of the project's own programs are added to `called`."""
        for fence in document.blocks.fences:
            if is_shell(fence.info):
                block = [unwrapped(each) for each in commands(fence.info, fence.lines, fence.line + 1)]
                yield from self._block(document, [each for each in block if each.words], called)

    def _block(self, document: Document, block: list[Command], called: list[Called]) -> Iterator[Finding]:
        here: str | None = ""
        fetched = False
        for command in block:
            first, place = command.words[0], Location(document.path, command.line)
            if first is None:
                continue
            name = self._own(first)
            if name in self.programs:
                called.append(Called(name, command.words[1:], place))
            fetched = fetched or first in ELSEWHERE or (command.words[:2] == ("git", "clone"))
            if first in ("cd", "pushd"):
                here = self._changed(document, here, command)
            elif here is not None:
                yield from self._named(document, command, here, place, fetched=fetched)

    @staticmethod
    def _own(first: str) -> str:
        """A program's name, also where it is called by its path in an environment."""
        directory, _, name = first.rpartition("/")
        return name if re.fullmatch(r"(?:\./)?\.?v?env/bin", directory) else first

    def _changed(self, document: Document, here: str | None, command: Command) -> str | None:
        """Where a `cd` leads, relative to the project; None where that is not in it."""
        to = command.words[1] if len(command.words) > 1 else None
        if to is None or to.startswith(("/", "~", "-")):
            return None
        names = {facts.own_name(self._pyproject), facts.normal(self._library.project.name), *self._repositories}
        if facts.normal(to.rstrip("/")) in names and to.rstrip("/") not in self._library.directories:
            return ""
        if here is None:
            return None
        whole = posixpath.normpath(posixpath.join(here, to))
        return "" if whole == "." else whole if whole in self._library.directories else None

    @cached_property
    def _repositories(self) -> frozenset[str]:
        urls = facts.table(self._pyproject, "project", "urls").values()
        ends = (str(url).rstrip("/").removesuffix(".git").split("/") for url in urls)
        return frozenset(facts.normal(parts[4]) for parts in ends if len(parts) == 5)

    def _named(
        self, document: Document, command: Command, here: str, place: Location, *, fetched: bool
    ) -> Iterator[Finding]:
        first = command.words[0] or ""
        if first in ("make", "gmake"):
            yield from self._make(command, here, place) if not fetched or here else ()
        elif first in ("npm", "pnpm", "yarn", "bun"):
            yield from self._npm(command, place)
        elif re.match(r"python(?:3(?:\.\d+)?)?$", self._own(first)) and "-m" in command.words[1:4]:
            yield from self._module(command, place)
        elif not fetched:
            yield from self._script(document, command, here, place)

    def _make(self, command: Command, here: str, place: Location) -> Iterator[Finding]:
        call = _make_words(command)
        if call is None:
            return
        where = posixpath.normpath(posixpath.join(here, call.directory)) if call.directory else here
        there = [path for path in self._makefiles if posixpath.dirname(path) == ("" if where == "." else where)]
        named = [posixpath.normpath(posixpath.join(where, call.file))]
        read = [path for path in named if path in self._library.files] if call.file else there or self._makefiles
        if (call.directory and not there) or not read:
            return
        read = read if call.directory or call.file else self._makefiles
        known = self._targets(tuple(read))
        for target in call.targets:
            if not known.has(target):
                why = "no Makefile of the project has it" if len(read) > 1 else f"{read[0]} has no such target"
                yield Finding(
                    "DOC010", Severity.ERROR, f"make {target}: {why}{self._library.meant(target, known.names)}", place
                )

    @cached_property
    def _makefiles(self) -> list[str]:
        names = [path for path in self._library.files if path.rpartition("/")[2] in MAIN]
        return sorted(path for path in names if not ASIDE.search(path) and not SPECIMENS.search(path))

    def _targets(self, paths: tuple[str, ...]) -> Targets:
        if paths not in self._known_targets:
            self._known_targets[paths] = targets(self._library.project, self._library.files, paths)
        return self._known_targets[paths]

    @cached_property
    def _known_targets(self) -> dict[tuple[str, ...], Targets]:
        return {}

    def _npm(self, command: Command, place: Location) -> Iterator[Finding]:
        words = command.words
        if len(words) < 3 or words[1] not in ("run", "run-script") or not self._npm_scripts:
            return
        name = next((word for word in words[2:] if word is None or not word.startswith("-")), None)
        if name is not None and not PLACEHOLDER.search(name) and name not in self._npm_scripts:
            message = (
                f"{words[0]} run {name}: package.json has no such script{self._library.meant(name, self._npm_scripts)}"
            )
            yield Finding("DOC013", Severity.ERROR, message, place)

    @cached_property
    def _npm_scripts(self) -> frozenset[str]:
        """The scripts of the project's package.json files; none where one of them cannot be read."""
        found = set[str]()
        for path in self._library.by_name.get("package.json", []):
            try:
                document = json.loads(facts.start_of(self._library.project / path))
            except (ValueError, RecursionError):
                return frozenset()
            found |= set(facts.table(document, "scripts"))
        return frozenset(found)

    def _module(self, command: Command, place: Location) -> Iterator[Finding]:
        at = command.words.index("-m") + 1
        name = command.words[at] if at < len(command.words) else None
        if name is None or PLACEHOLDER.search(name) or not re.fullmatch(r"\w+(?:\.\w+)*", name):
            return
        modules, top = self._modules, name.partition(".")[0]
        if top not in modules or top in sys.stdlib_module_names or modules[top] & {name, f"{name}.__main__"}:
            return
        why = "it has no __main__.py" if f"{name}.__init__" in modules[top] else "there is no such module"
        yield Finding("DOC011", Severity.ERROR, f"python -m {name}: {why}", place)

    @cached_property
    def _modules(self) -> dict[str, set[str]]:
        """The project's own modules by their topmost package; those with parts that are compiled are left out."""
        found: dict[str, set[str]] = {}
        compiled = set[str]()
        for path in self._library.files:
            parts = path.removeprefix("src/").split("/")
            if path.endswith((".pyx", ".pyi", ".so", ".c", ".rs")):
                compiled.add(parts[0])
            if path.endswith(".py") and all(part.isidentifier() for part in (*parts[:-1], parts[-1][:-3])):
                found.setdefault(parts[0].removesuffix(".py"), set()).add(".".join(parts)[:-3])
        whole = {top for top, names in found.items() if f"{top}.__init__" in names or f"{top}.__main__" in names}
        return {top: found[top] for top in whole - compiled}

    def _script(self, document: Document, command: Command, here: str, place: Location) -> Iterator[Finding]:
        path = _script_path(command)
        if path is None or PLACEHOLDER.search(path) or path.startswith(("/", "~")) or ".." in path:
            return
        bases = (here, posixpath.dirname(document.path), "")
        places = [posixpath.normpath(posixpath.join(base, path)) for base in bases]
        library = self._library
        if any(each in library.files or each in library.directories for each in places):
            return
        near = [each for each in places if self._is_ours(each, path)]
        if near:
            yield Finding("DOC011", Severity.ERROR, f"{path}: there is no such script{self._same_name(path)}", place)

    def _is_ours(self, whole: str, said: str) -> bool:
        """Whether a path that is not there would be the project's: it lies in one of its directories."""
        directory = posixpath.dirname(whole)
        if not directory:
            return said.startswith("./") and bool(SCRIPT.search(said))
        return directory in self._library.directories and not MADE.match(whole)

    def _same_name(self, path: str) -> str:
        others = self._library.by_name.get(path.rpartition("/")[2], [])
        return f"; is {others[0]} meant?" if len(others) == 1 else ""


def own_programs(pyproject: Mapping[str, Any]) -> dict[str, str]:
    """The programs that the project installs, with the objects that they call."""
    tables = [facts.table(pyproject, "project", "scripts"), facts.table(pyproject, "tool", "poetry", "scripts")]
    found: dict[str, str] = {}
    for each in tables:
        for name, said in each.items():
            to = said.get("reference") or said.get("callable") if isinstance(said, Mapping) else said
            if isinstance(to, str):
                found[name] = to
    return found


def unwrapped(command: Command) -> Command:
    """The command that `poetry run`, `uv run` and their like start."""
    words = command.words
    if words[:2] in (("poetry", "run"), ("pdm", "run"), ("pipenv", "run"), ("rye", "run"), ("pixi", "run")):
        return command._replace(words=words[2:])
    if words[:2] == ("uv", "run"):
        rest = list(words[2:])
        while rest and (rest[0] is None or rest[0].startswith("-")):
            option = rest.pop(0)
            if option in ("-m", "--module"):
                return command._replace(words=("python", "-m", *rest))
            if option in UV_VALUES:
                rest = rest[1:]
        return command._replace(words=tuple(rest))
    return command


class _MakeCall(NamedTuple):
    """What a call of make names."""

    targets: list[str]
    directory: str
    file: str


def _make_words(command: Command) -> _MakeCall | None:
    """What a call of make names; None where a part of it is not known."""
    targets, directory, file = list[str](), "", ""
    words = list(command.words[1:])
    while words:
        word = words.pop(0)
        if word is None or _unknown_to_make(word):
            return None
        if word in MAKE_VALUES and words and (word not in MAKE_COUNTS or (words[0] or "x").isdigit()):
            value = words.pop(0) or "?"
            directory = posixpath.join(directory, value) if word in ("-C", "--directory") else directory
            file = value if word in ("-f", "--file", "--makefile") else file
        elif not word.startswith("-") and "=" not in word:
            targets.append(word)
    return _MakeCall(targets, directory, file)


def _unknown_to_make(word: str) -> bool:
    return (PLACEHOLDER.search(word) is not None and "=" not in word) or ATTACHED.match(word) is not None


def _script_path(command: Command) -> str | None:
    """The script that a command runs, where it names one by its path."""
    first = command.words[0] or ""
    if INTERPRETERS.match(first):
        path = command.words[1] if len(command.words) > 1 else None
        return path if path and "/" in path and SCRIPT.search(path) else None
    return (
        first if "/" in first and (SCRIPT.search(first) or not first.startswith("./") or first.count("/") > 1) else None
    )
