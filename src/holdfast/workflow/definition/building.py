"""A workflow made of a file's values, once nothing is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from holdfast.core.config.kinds import DURATION
from holdfast.workflow.kinds.interface import Kind
from holdfast.workflow.model import Concurrency, Input, Queue, Retry, Step, Workflow

SAME = ("when", "on_failure", "idempotency_key", "description", "max_parallel", "uses", "queue", "cwd")
"""What a step has as the file says it."""


def build(document: Mapping[str, Any], file: str, digest: str, kinds: Mapping[str, Kind], lines: list[int]) -> Workflow:
    """The workflow that a valid document describes; `lines` are those of its steps."""
    from pathlib import PurePath

    defaults = document.get("defaults", {})
    return Workflow(
        name=document.get("name", PurePath(file).stem),
        file=file,
        digest=digest,
        steps=tuple(_step(step, defaults, kinds, line) for step, line in zip(document["steps"], lines, strict=True)),
        description=document.get("description", ""),
        inputs=tuple(_input(name, given) for name, given in document.get("inputs", {}).items()),
        queues=tuple(_queue(name, given) for name, given in document.get("queues", {}).items()),
        concurrency=_concurrency(document.get("concurrency")),
        timeout_s=_seconds(document["timeout"]) if "timeout" in document else None,
    )


def _step(own: Mapping[str, Any], defaults: Mapping[str, Any], kinds: Mapping[str, Kind], line: int) -> Step:
    step = _merged(own, defaults)
    kind = next(name for name in step if name in kinds)
    fields = {name: step[name] for name in SAME if name in step}
    env, passed = _environment(step.get("env", {}))
    return Step(
        id=step["id"],
        kind=kind,
        body=step[kind],
        needs=_texts(step.get("needs", ())),
        condition=_condition(step.get("if")),
        for_each=_items(step.get("for_each")),
        allow_failure=step.get("allow_failure", step.get("continue-on-error", False)),
        timeout_s=_seconds(step["timeout"]) if "timeout" in step else Step._field_defaults["timeout_s"],
        retry=_retry(step.get("retry", {})),
        on_crash=step.get("on_crash", kinds[kind].on_crash),
        probe=tuple(step["probe"]) if isinstance(step.get("probe"), list) else step.get("probe"),
        env=env,
        pass_env=passed,
        secrets=tuple(step.get("secrets", ())),
        artifacts=tuple(step.get("artifacts", ())),
        concurrency=_concurrency(step.get("concurrency")),
        line=line,
        **fields,
    )


def _merged(step: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The step with the defaults for what it does not say; `env` and `retry` are joined name by name."""
    merged = {**defaults, **step}
    for name, spread in (("env", _spread_env), ("retry", _spread_retry)):
        if name in step and name in defaults:
            merged[name] = {**spread(defaults[name]), **spread(step[name])}
    if "allow_failure" not in step and "continue-on-error" in step:
        merged.pop("allow_failure", None)
    return merged


def _spread_env(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else dict.fromkeys(given)


def _spread_retry(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else {"times": given}


def _environment(given: Any) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """The variables with values, and the names that are passed on."""
    spread = _spread_env(given)
    return {name: value for name, value in spread.items() if value is not None}, tuple(
        name for name, value in spread.items() if value is None
    )


def _retry(given: Any) -> Retry:
    spread = dict(_spread_retry(given))
    if "backoff" in spread:
        wait = spread.pop("backoff")
        spread["backoff_s"] = 0.0 if wait in (0, "0", "0s", "0m", "0h", "0d") else _seconds(wait)
    if "longest" in spread:
        spread["longest_s"] = _seconds(spread.pop("longest"))
    if "factor" in spread:
        spread["factor"] = float(spread["factor"])
    if "on" in spread:
        spread["on"] = _texts(spread["on"])
    return Retry(**spread)


def _input(name: str, given: Mapping[str, Any]) -> Input:
    return Input(
        name=name,
        type=given.get("type", "string"),
        default=given.get("default"),
        required=given.get("required", "default" not in given),
        description=given.get("description", ""),
        choices=tuple(given.get("choices", ())),
    )


def _queue(name: str, given: Mapping[str, Any]) -> Queue:
    period = {"period_s": _seconds(given["period"])} if "period" in given else {}
    return Queue(name, limit=given.get("limit", 0), concurrency=given.get("concurrency", 0), **period)


def _concurrency(given: Any) -> Concurrency | None:
    if given is None or isinstance(given, str):
        return Concurrency(given) if given else None
    return Concurrency(**given)


def _condition(given: str | bool | None) -> str | None:
    return str(given).lower() if isinstance(given, bool) else given


def _items(given: Any) -> str | None:
    """A list becomes the expression that gives it: JSON is CEL."""
    return json.dumps(given, ensure_ascii=False) if isinstance(given, list) else given


def _texts(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _seconds(given: Any) -> float:
    seconds: float = DURATION.accept(given)
    return seconds
