"""project_config.md: the commands that it names, the file of phases that it names, and its changelog."""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.commands import Command, read_commands
from holdfast.workflow.state_file.spans import BOM, TEXT, ending, scan, split_lines

COMMANDS, CHANGELOG = "commands", "changelog"
_RULES = re.compile(r"\s*(?:[-*+]\s+)?(?:\*\*)?rules(?:\*\*)?:(?:\*\*)?\s+`?(?P<file>[^`\s]+)`?\s*", re.IGNORECASE)


class ProjectConfig(NamedTuple):
    """The file as it is. `name` is what messages call it."""

    text: str
    name: str

    def commands(self) -> tuple[Command, ...]:
        """What is in the section Commands. Raises HoldfastError where that cannot be understood."""
        section = self._section(COMMANDS)
        return read_commands("".join(section[1:]), self.name) if section else ()

    def rules(self) -> str | None:
        """The file of phases that a line `rules: FILE` names."""
        lines = split_lines(self._body)
        kinds = scan(lines).kinds
        texts = (line for line, kind in zip(lines, kinds, strict=True) if kind == TEXT)
        return next((match["file"] for line in texts if (match := _RULES.fullmatch(line))), None)

    def entries(self, line: str) -> int:
        """How often the changelog holds this very line."""
        return [each.strip() for each in self._section(CHANGELOG)].count(line)

    def with_entry(self, line: str) -> str:
        """The text with one more line, the first below the heading Changelog; both are made where they are missing."""
        lines = split_lines(self._body)
        end = next((found for each in lines if (found := ending(each))), "\n")
        heading = next((each for each in scan(lines).headings if _is(each.title, each.level, CHANGELOG)), None)
        if heading is not None:
            at = heading.end
            if not ending(lines[at - 1]):
                lines[at - 1] += end
            return "".join([self._mark, *lines[:at], line + end, *lines[at:]])
        before = self._body if not lines or ending(lines[-1]) else self._body + end
        closed = before + self._closer(lines, end)
        gap = end if closed.strip() and not closed.endswith(end * 2) else ""
        return f"{self._mark}{closed}{gap}## Changelog{end}{line}{end}"

    @property
    def _mark(self) -> str:
        return BOM if self.text.startswith(BOM) else ""

    @property
    def _body(self) -> str:
        return self.text[len(self._mark) :]

    def _closer(self, lines: list[str], end: str) -> str:
        """What ends a fence or comment that the file leaves open, as what follows would belong to it."""
        unclosed = scan(lines).unclosed
        return unclosed[1] + end if unclosed else ""

    def _section(self, name: str) -> list[str]:
        """The lines of a section, its heading first; empty where there is none."""
        lines = split_lines(self._body)
        headings = scan(lines).headings
        for number, heading in enumerate(headings):
            if _is(heading.title, heading.level, name):
                later = headings[number + 1].line if number + 1 < len(headings) else len(lines)
                return ["".join(lines[heading.line : heading.end]), *lines[heading.end : later]]
        return []


def read_config(content: bytes, name: str) -> ProjectConfig:
    """The file of these bytes; the byte order mark stays. Raises HoldfastError where they are not UTF-8."""
    try:
        return ProjectConfig(content.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise HoldfastError(f"{name}:{line}: not UTF-8", hint="save the file as UTF-8") from error


def _is(title: str, level: int, name: str) -> bool:
    return level == 2 and title.strip(" *_:").lower() == name
