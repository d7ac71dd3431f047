"""What is wrong between steps, and in what a step says altogether, beyond the shape of its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from holdfast.core.config.table import KeyPath
from holdfast.workflow.definition.mistakes import meant, nearest_name
from holdfast.workflow.definition.outline import Outline, needed
from holdfast.workflow.definition.schema import STEP
from holdfast.workflow.definition.source import Source
from holdfast.workflow.kinds.interface import Kind
from holdfast.workflow.model import NEVER_OF_ITSELF, PROBE

RESERVED = tuple(f"HOLDFAST_{name}" for name in ("RUN_ID", "STEP", "ATTEMPT", "IDEMPOTENCY_KEY", "OUTPUT", "WORKFLOW"))
"""What every step is told by variables of these names."""


def judge_steps(source: Source, found: Outline, kinds: Mapping[str, Kind]) -> None:
    """Notes what is wrong with the steps."""
    _judge_settings(source, ("defaults",), found.defaults, found)
    handlers = {step.get("on_failure") for step in found.steps if isinstance(step.get("on_failure"), str)}
    for number, step in enumerate(found.steps):
        if source.full:
            return
        at: KeyPath = ("steps", number)
        _judge_id(source, number, step, found)
        _judge_body(source, at, step, kinds)
        _judge_needs(source, at, step, found)
        _judge_on_failure(source, at, step, found)
        _judge_settings(source, at, step, found)
        _judge_probe(source, at, step, found)
        if step.get("when") == NEVER_OF_ITSELF and step.get("id") not in handlers:
            source.wrong((*at, "when"), "the step can never run: no `on_failure` names it")


def judge_places(source: Source, found: Outline, unknown_place: Callable[[str], str | None]) -> None:
    """Notes where steps are to run and cannot."""
    tables: list[tuple[KeyPath, Mapping[str, Any]]] = [(("defaults",), found.defaults)]
    tables += [(("steps", number), step) for number, step in enumerate(found.steps)]
    for at, table in tables:
        uses = table.get("uses")
        why = unknown_place(uses) if isinstance(uses, str) and uses else None
        if why is not None and not source.full:
            source.wrong((*at, "uses"), why)


def _judge_id(source: Source, number: int, step: Mapping[str, Any], found: Outline) -> None:
    name = step.get("id")
    if isinstance(name, str) and (first := found.by_id[name]) != number:
        line = source.line(("steps", first, "id"))
        source.wrong(("steps", number, "id"), f"there is a step of this id in line {line} already")


def _judge_body(source: Source, at: KeyPath, step: Mapping[str, Any], kinds: Mapping[str, Kind]) -> None:
    given = [name for name in step if name in kinds]
    if step and not given and not _mistyped(step, kinds):
        source.wrong(at, f"nothing to do; give the step one of {', '.join(kinds)}")
    if len(given) > 1:
        source.wrong((*at, given[1]), f"`{given[0]}` and `{given[1]}` in one step; make two steps of it")
    for name in given:
        for way, message in kinds[name].problems(step[name]):
            source.wrong((*at, name, *way), message)


def _mistyped(step: Mapping[str, Any], kinds: Mapping[str, Kind]) -> bool:
    """Whether one of the unknown keys was probably meant to be a kind, which is said already."""
    return any(nearest_name(key, (*STEP, *kinds)) in kinds for key in step if key not in STEP)


def _judge_needs(source: Source, at: KeyPath, step: Mapping[str, Any], found: Outline) -> None:
    seen: set[str] = set()
    for way, name in needed(step):
        if name not in found.by_id:
            source.wrong((*at, *way), f"there is no step `{name[:80]}`{meant(name, found.by_id)}")
        elif name in seen:
            source.wrong((*at, *way), f"`{name}` is named twice")
        seen.add(name)


def _judge_on_failure(source: Source, at: KeyPath, step: Mapping[str, Any], found: Outline) -> None:
    handler = step.get("on_failure")
    if not isinstance(handler, str):
        return
    if handler not in found.by_id:
        source.wrong((*at, "on_failure"), f"there is no step `{handler[:80]}`{meant(handler, found.by_id)}")
    elif found.steps[found.by_id[handler]].get("when") != NEVER_OF_ITSELF:
        source.wrong((*at, "on_failure"), f"`{handler}` runs of itself too; give it `when: never`")


def _judge_settings(source: Source, at: KeyPath, table: Mapping[str, Any], found: Outline) -> None:
    queue, env = table.get("queue"), table.get("env")
    if isinstance(queue, str) and queue not in found.queues:
        source.wrong((*at, "queue"), f"there is no queue `{queue[:80]}`{meant(queue, found.queues)}")
    if "allow_failure" in table and "continue-on-error" in table:
        source.wrong((*at, "continue-on-error"), "another name of `allow_failure`, which is given too; keep one")
    for place, name in enumerate(env) if isinstance(env, dict | list) else ():
        if name in RESERVED:
            where = name if isinstance(env, dict) else place
            source.wrong((*at, "env", where), f"{name} is what Holdfast tells the step; choose another name")


def _judge_probe(source: Source, at: KeyPath, step: Mapping[str, Any], found: Outline) -> None:
    asked = found.setting(step, "on_crash") == PROBE
    if asked and step and "probe" not in step:
        where = (*at, "on_crash") if "on_crash" in step else at
        source.wrong(
            where, "`on_crash: probe` needs `probe`, a command whose exit code says whether the step did its work"
        )
    elif "probe" in step and not asked:
        source.wrong((*at, "probe"), "read only with `on_crash: probe`; give that too, or leave this out")
