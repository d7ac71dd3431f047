"""What would change in a repository: one entry a part, with the bytes before and after. Nothing is written here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from holdfast.adoption import blocks, registry_part
from holdfast.adoption.blocks import Block, DamagedMarks, Record
from holdfast.adoption.looking import Blocked, Found, look_at, require_writable
from holdfast.adoption.parts import Part, Unfit, Wish


class State(StrEnum):
    """How a part stands to what is wanted."""

    SAME = "same"
    LEFT = "left"
    """The user's own does what it is for, or it has no use here: nothing is done."""
    MISSING = "missing"
    OUTDATED = "outdated"
    """As `init` wrote it, and it would write something else now."""
    EDITED = "edited"
    """Somebody changed what is between the marks."""
    BLOCKED = "blocked"
    """It cannot be done."""
    PRESENT = "present"
    """Put in by `init`, and to be taken out."""


class Change(NamedTuple):
    """One part, and what becomes of its file: `after` is None where there is to be no such file."""

    part: str
    file: str
    """Relative to the project, with forward slashes."""
    state: State
    note: str = ""
    before: bytes | None = None
    after: bytes | None = None
    dirs: int = 0
    """How many directories were made for the file, innermost first."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after


def wanted(project: Path, parts: Iterable[Part], wish: Wish, *, at: str) -> list[Change]:
    """What adopting would change; `at` is the moment that a new registry says it was made.

    A body that was edited by hand is among them, as `edited`, with what would overwrite it.
    """
    changes = [_wanted(project, part, wish) for part in parts if part.name not in wish.skip]
    if registry_part.NAME not in wish.skip:
        changes.append(_registry(project, at))
    return list(_apart(project, changes))


def _wanted(project: Path, part: Part, wish: Wish) -> Change:
    name = _file(project, part)
    try:
        found = look_at(project, name)
        change = _wish_for(project, part, name, found, wish)
        if change.changes:
            require_writable(project / name)
    except (Blocked, Unfit, DamagedMarks) as error:
        return Change(part.name, name, State.BLOCKED, str(error))
    return change


def _wish_for(project: Path, part: Part, name: str, found: Found, wish: Wish) -> Change:
    block = blocks.find(found.text, part.style)
    if block is not None:
        return _kept(part, name, found, block, wish)
    if part.only_at_root and not wish.facts.repository:
        return Change(part.name, name, State.LEFT, "it is read at the root of the git repository alone")
    if found.content is None:
        return _made(project, part, name, wish)
    return _added(project, part, name, found, wish)


def _file(project: Path, part: Part) -> str:
    """The file that a part stands in or belongs in: the first candidate that is there, whatever it is."""
    return next((name for name in part.files if os.path.lexists(project / name)), part.files[-1])


def _kept(part: Part, name: str, found: Found, block: Block, wish: Wish) -> Change:
    kind = block.record.kind or ("created" if block.record.created else "")
    body = part.body(wish, kind).removesuffix("\n") + "\n"
    if block.body == body and not block.edited:
        return Change(part.name, name, State.SAME)
    after = found.encoded(blocks.replaced(found.text, block, part.style, body))
    if block.edited and block.body != body:
        return Change(part.name, name, State.EDITED, "changed between the marks", found.content, after)
    return Change(part.name, name, State.OUTDATED, "", found.content, after)


def _made(project: Path, part: Part, name: str, wish: Wish) -> Change:
    missing = sum(not os.path.lexists(project / parent) for parent in Path(name).parents)
    text = blocks.rendered(part.style, part.body(wish, "created"), Record(created=True, dirs=missing))
    return Change(part.name, name, State.MISSING, "", None, text.encode(), missing)


def _added(project: Path, part: Part, name: str, found: Found, wish: Wish) -> Change:
    reason = part.there(found.text, project)
    if reason is not None:
        return Change(part.name, name, State.LEFT, reason)
    text, place = found.text, part.place(found.text)
    newline = blocks.newline_of(text)
    head, tail = text[: place.offset], text[place.offset :]
    before = _line_ends(head, blank=place.blank)
    record = Record(before=before, kind=place.kind)
    block = blocks.rendered(part.style, part.body(wish, place.kind), record, newline=newline, indent=place.indent)
    new = f"{head}{newline * before}{block}{tail}"
    part.sound(text, new)
    return Change(part.name, name, State.MISSING, "", found.content, found.encoded(new))


def _line_ends(head: str, *, blank: bool) -> int:
    """How many line ends a block needs before it."""
    if not head:
        return 0
    if not head.endswith("\n"):
        return 1 + blank
    return int(blank and not head.removesuffix("\n").removesuffix("\r").endswith("\n"))


def _registry(project: Path, at: str) -> Change:
    name = "task_registry.json"
    try:
        found = look_at(project, name)
    except Blocked as error:
        return Change(registry_part.NAME, name, State.BLOCKED, str(error))
    if found.content is not None:
        return Change(registry_part.NAME, name, State.SAME)
    return Change(
        registry_part.NAME, name, State.MISSING, "", None, registry_part.new_registry(project.resolve().name, at)
    )


def _apart(project: Path, changes: Iterable[Change]) -> Iterator[Change]:
    """The changes, with those blocked whose file is, by a link, one that another part is about."""
    taken: dict[str, str] = {}
    for change in changes:
        real = os.path.realpath(project / change.file)
        if change.changes and real in taken:
            yield Change(change.part, change.file, State.BLOCKED, f"the same file as {taken[real]}")
            continue
        if change.changes:
            taken[real] = change.file
        yield change


def removal(project: Path, parts: Iterable[Part], *, force: bool = False) -> list[Change]:
    """What un-adopting would change: only what is there. A body that was edited is blocked, unless forced."""
    found = [change for part in parts for change in _removed(project, part, force=force)]
    return [*found, *_registry_removed(project)]


def _removed(project: Path, part: Part, *, force: bool) -> Iterator[Change]:
    for name in part.files:
        if not os.path.lexists(project / name):
            continue
        try:
            found = look_at(project, name)
            block = blocks.find(found.text, part.style)
            if block is not None:
                require_writable(project / name)
                yield _taken_out(part, name, found, block, force=force)
        except (Blocked, DamagedMarks) as error:
            if isinstance(error, DamagedMarks) or _might_be_ours(project / name):
                yield Change(part.name, name, State.BLOCKED, str(error))


def _might_be_ours(path: Path) -> bool:
    """Whether a file that cannot be written has our mark, as far as that can be seen."""
    try:
        return path.is_file() and blocks.OPENS.encode() in path.read_bytes()
    except OSError:
        return False


def _taken_out(part: Part, name: str, found: Found, block: Block, *, force: bool) -> Change:
    if block.edited and not force:
        return Change(part.name, name, State.BLOCKED, "changed between the marks; --force throws that away")
    text = blocks.without(found.text, block)
    stays = "" if text is None else part.behind(found.text, text)
    note = ""
    if stays:
        text = blocks.without(found.text, block, instead=stays.replace("\n", block.newline))
        note = f"{stays.strip()} stays: settings follow it"
    after = None if text is None else found.encoded(text)
    return Change(part.name, name, State.PRESENT, note, found.content, after, block.record.dirs)


def _registry_removed(project: Path) -> list[Change]:
    name = "task_registry.json"
    try:
        found = look_at(project, name)
    except Blocked:
        return []
    if found.content is None:
        return []
    reason = registry_part.kept_because(found.content)
    if reason is not None:
        return [Change(registry_part.NAME, name, State.LEFT, reason)]
    return [Change(registry_part.NAME, name, State.PRESENT, "", found.content, None)]
