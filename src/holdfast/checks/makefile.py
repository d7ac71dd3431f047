"""The check `makefile`: Makefiles that GNU make would read as they are meant."""

from __future__ import annotations

import re

from holdfast.checks import facts
from holdfast.checks.interface import Context, Inputs
from holdfast.core.findings import Result

NAME = "makefile"
UNIT = "Makefiles"
GLOBS = ("Makefile", "makefile", "GNUmakefile", "*.mk", "Makefile.*", "makefile.*", "GNUmakefile.*")
KIND = r"(?:GNUm|[Mm])akefile(?:\.[\w-]+)?|[^/]+\.mk"
OTHER = (".am", ".in", ".md", ".rst", ".txt", ".j2", ".jinja", ".tmpl", ".tpl", ".template", ".orig", ".rej", ".bak")
OTHER_MAKES = (".win", ".msc", ".vc", ".nmake", ".bcc", ".w32", ".dist", ".pre", ".PL", ".py", ".sh", ".bsd", ".vms")
MAIN = frozenset(("Makefile", "makefile", "GNUmakefile"))
"""The names that make looks for; files of other names are parts that another one includes."""
START = 2**18
READ_AT_START = 50
LINE = rb"(?m)^(?![\t#])[^\n]+"
NAMED = rb"[\w.+@/-]+"


def is_makefile(path: str) -> bool:
    """Whether a file is a Makefile for GNU make by its name."""
    name = path.rpartition("/")[2]
    return bool(re.fullmatch(KIND, name)) and not name.endswith((*OTHER, *OTHER_MAKES))


class Makefile:
    name = NAME
    summary = "Makefiles that make reads as they are meant"

    def wanted(self, context: Context) -> bool:
        return any(is_makefile(file) for file in context.files if "akefile" in file or file.endswith(".mk"))

    def inputs(self, context: Context) -> Inputs:
        """The files that rules and includes name are among them: whether they are there is part of the result."""
        from holdfast.checks.linters.program import ignored
        from holdfast.checks.patterns import witnesses

        makefiles = [
            file for file in context.files if ("akefile" in file or file.endswith(".mk")) and is_makefile(file)
        ]
        names = {file.rpartition("/")[2] for file in makefiles}
        on_disk: set[str] = set()
        for file in makefiles[:READ_AT_START]:
            words, directory = _words(facts.start_of(context.project / file, START)), file.rpartition("/")[0]
            names |= witnesses(context.files, words, directory)
            on_disk |= ignored(context, words, directory)
        many = len(makefiles) > READ_AT_START
        files = ("**",) if many else (".gitmodules", *sorted(names))
        return Inputs(files, unlisted=tuple(sorted(on_disk)), by_file=True)

    def run(self, context: Context) -> Result:
        """What our own rules find. No program is run: make itself runs what `$(shell ...)` says as soon as it reads."""
        from holdfast.checks.makefiles.look import look

        return look(context)


CHECK = Makefile()


def _words(text: bytes) -> set[str]:
    """What may name a file outside recipes."""
    lines = b"\n".join(re.findall(LINE, text))
    return {word.decode("utf-8", "replace") for word in re.findall(NAMED, lines)}
