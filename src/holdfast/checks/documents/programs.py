"""Whether the commands and options that documents show of the project's own programs exist, by what `--help` says."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from holdfast.checks import facts
from holdfast.checks.documents.promises import PLACEHOLDER, Called
from holdfast.checks.interface import Context
from holdfast.core.files import write_cache
from holdfast.core.findings import Finding, Severity

TIMEOUT_S = 20.0
AT_ONCE = 4
DEEPEST = 5
MOST = 200
"""How many commands of a program are asked for their help, at most."""
PARSERS = re.compile(
    rb"\b(?:argparse|click|typer|optparse|getopt|docopt|cleo|cyclopts|cappa|fire|tyro|plac|absl|clize|rich_click)\b"
)
OPTION = re.compile(r"(?<![\w-])--?[A-Za-z0-9][\w-]*")
PLAIN = {
    "NO_COLOR": "1",
    "TERM": "dumb",
    "COLUMNS": "300",
    "TERMINAL_WIDTH": "300",
    "PAGER": "cat",
}
SECTION = re.compile(r"(?i)^[\s│╭─┌|]*((?:[\w-]+ )*(?:sub)?commands|(?:[\w ]+ )?sub-?commands)\b[^│]*?:?[\s─╮┐|]*$")
ROW = re.compile(r"^[ \t│|]*(?:\* )?([A-Za-z0-9][\w:.-]*)(?:,\s*([\w-]+))?(?=\s|$|│)")
CHOICES = re.compile(r"\{([\w:.-]+(?:,[\w:.-]+)*)\}\s+\.\.\.")
Words = tuple[str, ...]


class Help(NamedTuple):
    """What `--help` says."""

    options: frozenset[str]
    commands: frozenset[str]
    """Empty where it has none, or where they cannot be told."""
    passes_on: bool
    """Whether it takes any number of words, which may be options of another program."""


class Programs:
    """The project's own programs, asked for their help once in a run."""

    def __init__(
        self, context: Context, programs: Mapping[str, str], meant: Callable[[str, Iterable[str]], str]
    ) -> None:
        self._context, self._programs, self._meant = context, programs, meant
        self._said: dict[Words, Help | None] = {}
        self._kept = _Kept(context)

    def judge(self, called: list[Called]) -> Iterator[Finding]:
        """What is called in vain. Where a program cannot be asked, one info says why."""
        wanted = [call for call in called if any(word is None or word != "--help" for word in call.words)]
        refused = {name: why for name in sorted({call.name for call in wanted}) if (why := self._unfit(name))}
        for name, why in refused.items():
            place = next(call.place for call in wanted if call.name == name)
            yield Finding("DOC014", Severity.INFO, f"what documents say of {name} was not looked at: {why}", place)
        asked = [call for call in wanted if call.name not in refused]
        self._ask_all(asked)
        for call in asked:
            if self._said.get((call.name,)) is None and call.name not in refused:
                refused[call.name] = "--help fails"
                yield _not_asked(call)
            yield from self._judged(call)
        self._kept.save(self._said)

    def _unfit(self, name: str) -> str | None:
        """Why a program is not run; it must be there, and be known to read options, so that `--help` does nothing."""
        environment = self._context.environment
        if environment is None or not os.access(environment.bin / name, os.X_OK):
            return "the project's environment does not have it"
        if not _reads_options(self._context, self._programs[name]):
            return "nothing tells that it knows --help"
        return None

    def _ask_all(self, called: Iterable[Called]) -> None:
        """Asks level by level, several at once: what has commands is known of the level above only."""
        level: set[Words] = {(call.name,) for call in called}
        for _ in range(DEEPEST):
            todo = sorted(words for words in level if words not in self._said)[:MOST]
            with ThreadPoolExecutor(AT_ONCE) as pool:
                self._said.update(zip(todo, pool.map(self._help, todo), strict=True))
            level = {self._walk(call)[0] for call in called} - self._said.keys()
            if not level:
                return

    def _walk(self, call: Called) -> tuple[Words, list[str | None], str | None]:
        """The command that is called, the words that are not its name, and a word that should name a command."""
        path: Words = (call.name,)
        rest: list[str | None] = []
        before_was_option = False
        for at, word in enumerate(call.words):
            help_ = self._said.get(path)
            if word == "--" or help_ is None or not help_.commands:
                return path, [*rest, *call.words[at:]], None
            if word is None or word.startswith("-"):
                rest.append(word)
                before_was_option = True
                continue
            if word in help_.commands:
                path, before_was_option = (*path, word), False
            elif before_was_option:  # the option's value
                rest.append(word)
                before_was_option = False
            else:
                named = _as_command(word)
                if help_.passes_on or named:
                    return path, [*rest, *call.words[at:]], None if help_.passes_on else named
                return path, rest, None  # some command or other, whose options are not known
        return path, rest, None

    def _judged(self, call: Called) -> Iterator[Finding]:
        path, rest, unknown = self._walk(call)
        if unknown is not None:
            known = self._said[path]
            near = self._meant(unknown, known.commands if known else ())
            yield Finding("DOC012", Severity.ERROR, f"{' '.join(path)} has no command {unknown}{near}", call.place)
            return
        helps = [self._said.get(path[: end + 1]) for end in range(len(path))]
        leaf = helps[-1]
        if leaf is None or any(help_ is None for help_ in helps):
            return
        known_options = frozenset[str]().union(*(help_.options for help_ in helps if help_))
        for word in rest:
            if word == "--" or word is None or (leaf.passes_on and not word.startswith("-")):
                return
            option = word.partition("=")[0]
            if not OPTION.fullmatch(option) or self._takes(option, known_options):
                continue
            near = self._meant(option, known_options)
            yield Finding("DOC012", Severity.ERROR, f"{' '.join(path)} has no option {option}{near}", call.place)

    @staticmethod
    def _takes(option: str, known: frozenset[str]) -> bool:
        if option in known or option == "--help" or re.fullmatch(r"-\d+", option):
            return True
        if option.startswith("--"):  # which argparse lets be cut short
            return len(option) > 3 and any(each.startswith(option) for each in known)
        return f"-{option[1]}" in known  # short options in one word, or one with its value

    def _help(self, words: Words) -> Help | None:
        """What a command says of itself; None where it cannot be asked."""
        return self._kept.get(words) or self._asked(words)

    def _asked(self, words: Words) -> Help | None:
        from holdfast.core.process import MissingProgram, run

        context = self._context
        if context.environment is None or (context.stop is not None and context.stop.is_set()):
            return None
        env = {**context.child_env, **PLAIN}
        env.pop("FORCE_COLOR", None)
        limit = min(TIMEOUT_S, context.timeout_s)
        argv = [str(context.environment.bin / words[0]), *words[1:], "--help"]
        try:
            done = run(argv, cwd=context.project, env=env, timeout_s=limit, stop=context.stop)
        except MissingProgram:
            return None
        if done.exit_code != 0 or done.timed_out or done.cancelled:
            return None
        return read_help((done.stdout or done.stderr).decode("utf-8", "replace"))


def _as_command(word: str) -> str | None:
    """The word where it can only be a command's name; None for a placeholder."""
    return None if PLACEHOLDER.search(word) or not re.fullmatch(r"[\w:.-]+", word) else word


def read_help(text: str) -> Help | None:
    """What a help text says, as argparse, click, typer and their like write it; None where it says nothing."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    if not re.search(r"(?i)\busage\b|\boptions\b", plain):
        return None
    usage = re.split(r"\n[ \t│]*\n", plain[plain.lower().find("usage") :], maxsplit=1)[0]
    options = frozenset(OPTION.findall(plain))
    commands = set(_rows(plain))
    listed = CHOICES.findall(usage)
    for choices in listed:
        commands |= set(choices.split(","))
    takes_command = listed or re.search(r"\bCOMMAND\b|<command>|\bSUBCOMMAND\b", usage)
    passes_on = bool(re.search(r"\.\.\.|…", re.sub(r"\{[^}]*\}\s+\.\.\.|COMMAND \[ARGS\]\.\.\.", "", usage)))
    if not (takes_command and commands):
        return Help(options, frozenset(), passes_on or bool(re.search(r"(?i)\b(?:sub)?command\b", usage)))
    return Help(options, frozenset(commands), passes_on)


def _rows(text: str) -> Iterator[str]:
    """The first words of the rows in sections that list commands, in which names are indented alike."""
    inside, indent = False, -1
    for line in text.splitlines():
        if SECTION.match(line):
            inside, indent = True, -1
        elif inside and (not line.strip(" │|") or re.match(r"[\s]*[╰└╭]", line)):
            inside = inside and not re.match(r"[\s]*[╰└╭]", line) and indent < 0
        elif inside and (match := ROW.match(line)):
            indent = match.start(1) if indent < 0 else indent
            if match.start(1) == indent:
                yield from (name for name in match.groups() if name)


def _not_asked(call: Called) -> Finding:
    message = f"what documents say of {call.name} was not looked at: {call.name} --help fails"
    return Finding("DOC014", Severity.INFO, message, call.place)


def _reads_options(context: Context, to: str) -> bool:
    """Whether the code behind a program names a parser of options: another might start to work whatever it is told."""
    module = to.partition(":")[0].replace(".", "/")
    endings = (".py", "/__init__.py", "/__main__.py")
    files = frozenset(context.files)
    own = [name for base in ("src/", "", "lib/") for end in endings if (name := f"{base}{module}{end}") in files]
    if not own:
        return False
    top = module.partition("/")[0]
    package = [name for name in context.files if name.endswith(".py") and f"/{top}/" in f"/{name}"]
    return any(PARSERS.search(facts.start_of(context.project / name)) for name in [*own, *package])


class _Kept:
    """The helps of an earlier run, good as long as no Python file of the project, and no program, has changed."""

    def __init__(self, context: Context) -> None:
        self._path = context.scratch / "docs" / "help.json"
        self._key = _key(context)
        self._helps: dict[str, list[object]] = {}
        self._known = 0
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            document = json.loads(self._path.read_bytes())
            self._helps = dict(document["helps"]) if document["key"] == self._key else {}
        self._known = len(self._helps)

    def get(self, words: Words) -> Help | None:
        try:
            options, commands, passes_on = self._helps[" ".join(words)]
            return Help(frozenset(_texts(options)), frozenset(_texts(commands)), bool(passes_on))
        except (KeyError, TypeError, ValueError):
            return None

    def save(self, said: Mapping[Words, Help | None]) -> None:
        helps = {
            " ".join(words): [sorted(h.options), sorted(h.commands), h.passes_on] for words, h in said.items() if h
        }
        if not helps.keys() - self._helps.keys():
            return
        write_cache(self._path, json.dumps({"key": self._key, "helps": {**self._helps, **helps}}).encode())


def _texts(given: object) -> list[str]:
    if not isinstance(given, list):
        raise TypeError("not a list")
    return [str(each) for each in given]


def _key(context: Context) -> str:
    """A stamp of all that a help text depends on: the project's Python files, and the environment's programs."""
    from holdfast.checks.snapshot import digest, stamp

    files = [name for name in context.files if name.endswith((".py", ".toml", ".cfg"))]
    parts = [f"{name} {stamp(os.path.join(context.project, name))}" for name in files]
    if context.environment is not None:
        places: list[Path] = [context.environment.bin, *context.environment.site_packages]
        parts += [stamp(str(place)) for place in places]
    return digest("\0".join(parts))
