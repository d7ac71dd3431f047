"""What a workflow says, for a reader: every default filled in, the steps in an order in which they could run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

from holdfast.core.config.kinds import DURATION, written
from holdfast.render.json import document
from holdfast.render.terminal import printable
from holdfast.render.workflow_files import counted
from holdfast.workflow.model import ON_SUCCESS, Concurrency, Input, Queue, Retry, Step, Workflow

WIDEST = 100
"""Characters of what a step does."""


def definition_json(workflow: Workflow) -> str:
    """A workflow as JSON, its steps in the order of the file."""
    return document(
        {"schema": "holdfast/workflow/1", **workflow.as_json(), "steps": [_full(s) for s in workflow.steps]}
    )


def _full(step: Step) -> dict[str, Any]:
    concurrency = step.concurrency and step.concurrency._asdict()
    return {**step._asdict(), "retry": step.retry._asdict(), "concurrency": concurrency}


def definition(workflow: Workflow) -> str:
    """A workflow as text."""
    return "".join(f"{printable(line).rstrip()}\n" for line in _lines(workflow))


def _lines(workflow: Workflow) -> Iterator[str]:
    yield f"{workflow.name} ({workflow.file}, {counted(len(workflow.steps), 'step')})"
    yield from (f"  {line}" for line in workflow.description.splitlines())
    if workflow.timeout_s is not None:
        yield f"  ended after {_time(workflow.timeout_s)}"
    if workflow.concurrency:
        yield f"  {_group(workflow.concurrency)}"
    if workflow.inputs:
        yield from ("", "Inputs:", *_columns([_input(each) for each in workflow.inputs]))
    if workflow.queues:
        yield from ("", "Queues:", *_columns([_queue(each) for each in workflow.queues]))
    steps = in_order(workflow.steps)
    heads = _columns([(step.id, step.kind, *_turn(step), _limits(step)) for step in steps])
    yield from ("", "Steps:")
    for step, head in zip(steps, heads, strict=True):
        yield head
        yield from (f"      {line}" for line in _details(step))


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps so that each stands behind those that it waits for; else as in the file, those of the end last."""
    by_id = {step.id: place for place, step in enumerate(steps)}
    followers, waits = _followers(steps)
    ready = [(step.when != ON_SUCCESS, by_id[step.id]) for step in steps if not waits[step.id]]
    heapify(ready)
    ordered = []
    while ready:
        ordered.append(steps[heappop(ready)[1]])
        for name in followers[ordered[-1].id]:
            waits[name] -= 1
            if not waits[name]:
                heappush(ready, (steps[by_id[name]].when != ON_SUCCESS, by_id[name]))
    return ordered


def _followers(steps: Sequence[Step]) -> tuple[dict[str, list[str]], dict[str, int]]:
    """The steps that wait for each, and for how many each waits."""
    followers: dict[str, list[str]] = {step.id: [] for step in steps}
    for step in steps:
        for name in step.needs:
            followers[name].append(step.id)
        if step.on_failure:
            followers[step.id].append(step.on_failure)
    waits = dict.fromkeys(followers, 0)
    for name in (name for names in followers.values() for name in names):
        waits[name] += 1
    return followers, waits


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _input(given: Input) -> tuple[str, ...]:
    default = "required" if given.required else f"default {json.dumps(given.default, ensure_ascii=False)}"
    choices = [json.dumps(each, ensure_ascii=False) for each in given.choices]
    said = ([given.description] if given.description else []) + ([f"one of {', '.join(choices)}"] if choices else [])
    return given.name, given.type, default, "; ".join(said)


def _queue(queue: Queue) -> tuple[str, ...]:
    limit = f"{queue.limit} in {_time(queue.period_s)}" if queue.limit else "as fast as they come"
    return queue.name, limit, f"{queue.concurrency} at once" if queue.concurrency else "any number at once"


def _turn(step: Step) -> tuple[str, ...]:
    """When its turn comes."""
    needs = f"needs {', '.join(step.needs)}" if step.needs else ""
    when = {"always": "always, at the end", "failure": "at the end, on failure", "never": "only as an on_failure"}
    return (", ".join(part for part in (needs, when.get(step.when, "")) if part),)


def _limits(step: Step) -> str:
    return f"timeout {_time(step.timeout_s)}, on_crash {step.on_crash}"


def _details(step: Step) -> Iterator[str]:
    yield from step.description.splitlines()
    yield _shortened(_body(step.body))
    parts = {
        "if": step.condition,
        "for each": step.for_each and step.for_each + (f", {step.max_parallel} at once" if step.max_parallel else ""),
        "retry": _retry(step.retry),
        "on failure": step.on_failure and f"{step.on_failure}",
        "a failure": step.allow_failure and "lets those that need it go on",
        "probe": step.probe and _body(step.probe),
        "key": step.idempotency_key,
        "env": ", ".join([*(f"{name}={value}" for name, value in step.env.items()), *step.pass_env]),
        "secrets": ", ".join(step.secrets),
        "keeps": ", ".join(step.artifacts),
        "in": step.cwd if step.cwd != "." else "",
        "on": step.uses if step.uses != "local" else "",
        "queue": step.queue,
        "lock": step.concurrency and _group(step.concurrency),
    }
    yield from (f"{name}: {value}" for name, value in parts.items() if value)


def _body(body: Any) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, list | tuple) and all(isinstance(word, str) for word in body):
        return shlex.join(body)
    return json.dumps(body, ensure_ascii=False)


def _shortened(text: str) -> str:
    line = " ".join(text.split("\n"))
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 3]}..."


def _retry(retry: Retry) -> str:
    if not retry.times:
        return ""
    waits = f"after {_time(retry.backoff_s)}, times {retry.factor:g}, at most {_time(retry.longest_s)}"
    jitter = ", a random part of it" if retry.jitter else ""
    return f"{retry.times} more, {waits}{jitter}" + (f"; on {', '.join(retry.on)}" if retry.on else "")


def _group(group: Concurrency) -> str:
    return f"one at a time of {group.group}, else {group.on_conflict}"


def _time(seconds: float) -> str:
    return written(DURATION, seconds).strip('"')
