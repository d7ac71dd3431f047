"""Entries of `.pre-commit-config.yaml`, put into its list of `repos` as text: every other byte stays."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from holdfast.adoption.parts import Part, Place, Unfit, Wish, at_end

ENTRIES = """\
- repo: local
  hooks:
    - id: holdfast-validate
      name: holdfast validate-env
      # The holdfast of the project's own environment, with nothing activated; else the one on PATH.
      entry: >-
        sh -c 'for it in "${UV_PROJECT_ENVIRONMENT:-.venv}" .venv venv "$(git rev-parse --git-common-dir)/../.venv"
        "$(test -f poetry.lock && test ! -d .venv && poetry env info --path 2>/dev/null)"; do
        if test -x "$it/bin/holdfast"; then exec "$it/bin/holdfast" "$@"; fi; done; exec holdfast "$@"'
        holdfast validate-env --no-log --
      language: system
      require_serial: true
"""
"""The elements of `repos` that run the project's own holdfast on the files of a commit, with no indentation."""


def _body(_wish: Wish, kind: str) -> str:
    if kind == "flow":
        return f"{_on_one_line(ENTRIES)},\n"
    if kind in ("created", "key"):
        return "repos:\n" + "".join(f"  {line}\n" if line else "\n" for line in ENTRIES.splitlines())
    return ENTRIES


def _on_one_line(entries: str) -> str:
    """The entries in flow style, which is JSON."""
    from holdfast.core.config.yaml_reading import read_yaml

    value = read_yaml(entries)[0]
    return ", ".join(json.dumps(entry, ensure_ascii=False) for entry in value) if isinstance(value, list) else ""


def _there(text: str, _project: Path) -> str | None:
    return "it has hooks of holdfast already" if re.search(r"\bid:\s*[\"']?holdfast", text) else None


def _place(text: str) -> Place:
    document, offsets = _shape(text)
    if document is None or document == "":
        return at_end(text)._replace(kind="key")
    if not isinstance(document, dict):
        raise Unfit("it is not a table with a list of repos")
    if "repos" not in document:
        raise Unfit("it has no list of repos")
    repos = document["repos"]
    start = offsets[("repos",)]
    flow = re.compile(r"(?:repos|\"repos\"|'repos')\s*:\s*\[").match(text, start)
    if flow:
        return Place(flow.end(), "  ", blank=False, kind="flow")
    if not isinstance(repos, list) or not repos:
        if repos in (None, ""):
            return Place(_line_after(text, start), "  ", blank=False)
        raise Unfit("its repos are no list that entries can be put into")
    last = offsets["repos", len(repos) - 1]
    column = _dash(text, last)
    return Place(_end_of_element(text, last, column), " " * column, blank=False)


def _dash(text: str, element: int) -> int:
    """The column of the dash that an element of a list begins with."""
    line = text.rfind("\n", 0, element) + 1
    while line:
        before = re.compile(r"([ ]*)-[ \t]*(?:#.*)?").match(text, line)
        if before:
            return len(before[1])
        line = text.rfind("\n", 0, line - 1) + 1
    raise Unfit("the last of its repos cannot be told from the rest")


def _end_of_element(text: str, element: int, column: int) -> int:
    """Where the line after the last one of an element begins: its lines are those that are indented more."""
    end = at = _line_after(text, element)
    while at < len(text):
        after = _line_after(text, at)
        line = text[at:after].rstrip("\r\n")
        if line.strip():
            if len(line) - len(line.lstrip(" ")) <= column:
                break
            end = after
        at = after
    return end


def _line_after(text: str, offset: int) -> int:
    return (text.find("\n", offset) + 1) or len(text)


def _sound(before: str, after: str) -> None:
    old, new = _read(before) or {}, _read(after)
    if isinstance(old, dict) and isinstance(new, dict):
        kept, got = old.pop("repos", None) or [], new.pop("repos", None) or []
        behind, in_front = got[: len(kept)], got[len(got) - len(kept) :]
        if old == new and len(got) > len(kept) and kept in (behind, in_front):
            return
    raise Unfit("the entries cannot be put into its list of repos without changing another value")


def _read(text: str) -> Any:
    return _shape(text)[0]


def _shape(text: str) -> tuple[Any, dict[tuple[str | int, ...], int]]:
    from holdfast.core.config.yaml_reading import BadYaml, read_shape

    try:
        return read_shape(text)
    except BadYaml as error:
        raise Unfit(f"line {text.count(chr(10), 0, error.offset) + 1}: {error}") from error


PART = Part(
    "hooks",
    (".pre-commit-config.yml", ".pre-commit-config.yaml"),
    _body,
    place=_place,
    there=_there,
    sound=_sound,
    only_at_root=True,
)
