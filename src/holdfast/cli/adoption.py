"""What `holdfast init` does: plans, shows, asks, writes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from holdfast.adoption.plan import Change, State
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.git import repository_root
from holdfast.core.project import find_project


class Asked(NamedTuple):
    """How the command was called."""

    yes: bool
    dry_run: bool
    force: bool
    json: bool


def adopt(project: Path | None, env: Mapping[str, str], asked: Asked, skip: Sequence[str] | None) -> ExitCode:
    """Puts in what is missing or out of date. Raises HoldfastError where one part cannot be: then none is."""
    root = find_project(project, env)
    _require_repository(root)
    changes = _planned(root, env, skip)
    _require_possible(changes, "leave it out with --skip {part}, or mend it; nothing was written")
    code = _carry_out(root, "init", changes, asked)
    if skip and code is not ExitCode.UNUSABLE and not asked.dry_run:
        _say_where_skip_goes(changes, skip)
    return code


def look(project: Path | None, env: Mapping[str, str], asked: Asked, skip: Sequence[str] | None) -> ExitCode:
    """Says what is not as `init` would have it. 1: something is not; 2: something cannot be looked at."""
    root = find_project(project, env)
    changes = _planned(root, env, skip)
    drifted = [change for change in changes if change.changes]
    code = ExitCode.FINDINGS if drifted else ExitCode.OK
    if any(change.state is State.BLOCKED for change in changes):
        code = ExitCode.UNUSABLE
    if asked.json:
        _show_json(root, "init --check", changes, (), code)
        return code
    _show_diffs(changes)
    from holdfast.render.adoption import summary

    shown = changes if code else drifted
    sys.stdout.write(summary(shown, drift=True))
    count = f"{len(drifted)} of {len(changes)} parts drifted" if drifted else f"{len(changes)} parts, nothing drifted"
    typer.echo(count)
    return code


def take_out(project: Path | None, env: Mapping[str, str], asked: Asked) -> ExitCode:
    """Takes out what `init` put in, and `.holdfast/` with it. Raises HoldfastError where a part has edits."""
    from holdfast.adoption.parts import removable
    from holdfast.adoption.plan import removal

    root = find_project(project, env)
    changes = removal(root, removable(), force=asked.force)
    _require_possible(changes, "nothing was taken out")
    return _carry_out(root, "init --remove", changes, asked)


def _planned(root: Path, env: Mapping[str, str], skip: Sequence[str] | None) -> list[Change]:
    from holdfast.adoption import facts
    from holdfast.adoption.parts import NAMES, Wish, all_parts
    from holdfast.adoption.plan import wanted
    from holdfast.core.clock import iso, now_ms
    from holdfast.core.config import load_config

    left_out = load_config(root, env, {"init.skip": skip}).init.skip
    unknown = [name for name in left_out if name not in NAMES]
    if unknown:
        raise HoldfastError(f"{unknown[0]!r} is no part of init", hint=f"one of {', '.join(NAMES)}")
    wish = Wish(facts.look(root), tuple(sorted(set(left_out))))
    return wanted(root, all_parts(wish), wish, at=iso(now_ms()))


def _require_repository(root: Path) -> None:
    if repository_root(root) is None:
        raise HoldfastError(
            f"{root} is in no git repository", hint="run git init first: then what is written can be seen and undone"
        )


def _require_possible(changes: Sequence[Change], advice: str) -> None:
    blocked = [change for change in changes if change.state is State.BLOCKED]
    if blocked:
        lines = "\n".join(f"  {change.file}: {change.note}" for change in blocked)
        raise HoldfastError(
            f"this cannot be done:\n{lines}", hint=advice.format(part=",".join(change.part for change in blocked))
        )


def _carry_out(root: Path, command: str, changes: Sequence[Change], asked: Asked) -> ExitCode:
    from holdfast.adoption.apply import apply, remove_scratch

    taking_out = any(change.state is State.PRESENT for change in changes)
    if not asked.json:
        _show(changes, scratch=taking_out and (root / ".holdfast").is_dir())
    chosen, code = _chosen(changes, asked)
    written: list[Change] = []
    if chosen and code is not ExitCode.UNUSABLE:
        if taking_out:  # first: a run that is killed behind it finds the rest, and this is only speed
            remove_scratch(root)
        written = apply(root, chosen)
    if asked.json:
        _show_json(root, command, changes, written, code)
    elif written:
        typer.echo(f"{_files(written)} changed")
    return code


def _chosen(changes: Sequence[Change], asked: Asked) -> tuple[list[Change], ExitCode]:
    """What is to be written, and the exit code if that succeeds."""
    changing = [change for change in changes if change.changes]
    edited = [change for change in changing if change.state is State.EDITED and not asked.force]
    plain = [change for change in changing if change not in edited]
    if asked.dry_run:
        if changing:
            typer.echo("nothing was written (--dry-run)", err=True)
        return [], ExitCode.OK
    if not changing:
        return [], ExitCode.OK
    if not asked.yes and (asked.json or not sys.stdin.isatty()):
        typer.echo("nothing was written: there is nobody to ask; --yes writes it", err=True)
        return [], ExitCode.UNUSABLE
    if plain and not asked.yes and not typer.confirm(_question(plain), err=True):
        typer.echo("nothing was written", err=True)
        return [], ExitCode.UNUSABLE
    overwritten = [each for each in edited if not asked.yes and _may_overwrite(each)]
    for change in edited:
        if change not in overwritten:
            typer.echo(f"{change.file} is left as it was edited; --force overwrites it", err=True)
    return [*plain, *overwritten], ExitCode.FINDINGS if len(overwritten) < len(edited) else ExitCode.OK


def _question(changes: Sequence[Change]) -> str:
    return f"Change {_files(changes)}?"


def _files(changes: Sequence[Change]) -> str:
    return "1 file" if len(changes) == 1 else f"{len(changes)} files"


def _may_overwrite(change: Change) -> bool:
    return typer.confirm(f"{change.file} was edited between the marks. Overwrite that?", err=True)


def _show(changes: Sequence[Change], *, scratch: bool) -> None:
    from holdfast.render.adoption import summary

    _show_diffs(changes)
    sys.stdout.write(summary(changes, scratch=scratch))
    if not any(change.changes for change in changes):
        typer.echo("nothing to change")
    sys.stdout.flush()


def _show_diffs(changes: Sequence[Change]) -> None:
    from holdfast.render.adoption import diffs
    from holdfast.render.terminal import wants_color

    sys.stdout.write(diffs(changes, color=wants_color(sys.stdout, os.environ)))


def _show_json(root: Path, command: str, changes: Sequence[Change], written: Sequence[Change], code: ExitCode) -> None:
    from holdfast.render.adoption import as_json

    sys.stdout.write(as_json(root, command, changes, written=written, exit_code=code))


def _say_where_skip_goes(changes: Sequence[Change], skip: Sequence[str]) -> None:
    settings = next((change for change in changes if change.part == "settings"), None)
    if settings is None or settings.state is State.LEFT:
        typer.echo(f"for the next time: skip = {json.dumps(skip)} in [tool.holdfast.init]", err=True)
