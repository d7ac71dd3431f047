"""Making an attempt ready to be performed: expressions worked out, its environment, its directory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.kinds.interface import Kind, Setting
from holdfast.workflow.model import Step
from holdfast.workflow.runner.state import PROBE, RunState, StepState

PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM", "VIRTUAL_ENV"),
    *("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"),
)
"""What reaches every step, with LC_*; the last two are coverage's own, set while it measures subprocesses."""
FINALLY_S = 60.0
"""How long a step may take that runs though the run was cancelled."""
PROBE_S = 60.0
FOLDER = ".holdfast/workflow/runs"


class Workshop(NamedTuple):
    """What work is made with."""

    project: Path
    env: Mapping[str, str]
    """The caller's environment, of which little reaches a step."""
    kind: Callable[[str], Kind]
    """A kind of step by its name. Raises HoldfastError."""
    python: str
    base_env: Mapping[str, str] | None = None
    """What every step has in its environment; None: what is in `env` of it."""


def workshop(project: Path, env: Mapping[str, str], kind: Callable[[str], Kind], python: str) -> Workshop:
    """What work is made with in a project; a copy of the caller's environment is kept."""
    return Workshop(project, dict(env), kind, python, _passed_on(env))


def _passed_on(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name in PASSED_ON or name.startswith("LC_")}


class _Steps(Mapping[str, Mapping[str, Any]]):
    """What expressions may ask of steps, made when it is asked for."""

    def __init__(self, state: RunState) -> None:
        self._state = state

    def __getitem__(self, step_id: str) -> Mapping[str, Any]:
        known = self._state.steps[step_id]
        if known.index is not None:
            raise KeyError(step_id)
        return {**_seen(known), "answer": known.answer, "items": [_item(i) for i in self._state.items_of(step_id)]}

    def __iter__(self) -> Iterator[str]:
        return (step.id for step in self._state.workflow.steps)

    def __len__(self) -> int:
        return len(self._state.workflow.steps)


def _seen(step: StepState) -> dict[str, Any]:
    outcome = step.outcome
    return {
        "status": step.status,
        "exit_code": outcome.exit_code if outcome else None,
        "outputs": dict(outcome.outputs) if outcome else {},
        "attempts": step.attempt,
    }


def _item(step: StepState) -> dict[str, Any]:
    return {**_seen(step), "item": step.item, "index": step.index}


def variables(state: RunState, step: StepState, env: Mapping[str, str]) -> dict[str, Any]:
    """What the expressions of a step may read; of the caller's environment what the step lists."""
    run = state.run
    model = state.model(step)
    known = {
        "inputs": run.inputs,
        "steps": _Steps(state),
        "run": {"id": run.id, "workflow": run.workflow, "attempt": state.ends + 1},
        "commit": run.facts.get("commit"),
        "branch": run.facts.get("branch"),
        "project": run.facts.get("project"),
        "env": {name: env[name] for name in model.pass_env if name in env},
    }
    if step.index is not None:
        known |= {"item": step.item, "index": step.index}
    return known


def make_work(shop: Workshop, state: RunState, step: StepState, attempt: int) -> Work:
    """The attempt, ready to be performed. Raises HoldfastError where an expression or the command is wrong."""
    model = state.model(step)
    known = variables(state, step, shop.env)
    body = _body(model, known)
    since_ms = state.run.facts.get("since_ms") or state.run.created_ms
    setting = Setting(
        shop.project,
        shop.python,
        state.run.id,
        step.instance,
        attempt,
        f"{FOLDER}/{state.run.id}",
        since_ms,
        step.agains,
    )
    command = shop.kind(model.kind).command(body, setting)
    argv = ("/bin/sh", "-c", *command.argv) if command.shell else command.argv
    return _work(shop, state, step, attempt, argv, known)


def make_probe(shop: Workshop, state: RunState, step: StepState) -> Work:
    """The program that finds out whether an interrupted attempt did its work. Raises HoldfastError."""
    probe = state.model(step).probe
    known = variables(state, step, shop.env)
    if not probe:
        raise HoldfastError(f"{step.instance}: on_crash is probe, and there is no probe")
    argv = ("/bin/sh", "-c", probe) if isinstance(probe, str) else tuple(_filled(list(probe), known))
    work = _work(shop, state, step, step.attempt, argv, known)
    timeout_s = min(work.timeout_s, PROBE_S)
    return work._replace(
        instance=step.instance + PROBE, timeout_s=timeout_s, artifacts=(), on_crash="rerun", queue=None
    )


def bare_work(state: RunState, instance: str, attempt: int) -> Work:
    """An attempt as far as it is needed to find out what became of it."""
    step = state.model(state.steps[instance.removesuffix(PROBE)])
    return Work(
        state.run.id,
        instance,
        attempt,
        (),
        {},
        timeout_s=step.timeout_s,
        secrets=step.secrets,
        artifacts=step.artifacts,
        uses=step.uses,
        queue=step.queue,
        on_crash=step.on_crash,
    )


def _work(
    shop: Workshop, state: RunState, step: StepState, attempt: int, argv: tuple[str, ...], known: Mapping[str, Any]
) -> Work:
    model = state.model(step)
    env, env_secrets = dict(_passed_on(shop.env) if shop.base_env is None else shop.base_env), {}
    env |= {name: shop.env[name] for name in model.pass_env if name in shop.env}
    for name, value in model.env.items():
        made = str(_filled(value, {**known, "env": shop.env}))
        if "${" in value and _reads_secrets(value):
            env_secrets[name] = made
        else:
            env[name] = made
    return Work(
        state.run.id,
        step.instance,
        attempt,
        tuple(argv),
        env,
        cwd=_inside(shop.project, str(_filled(model.cwd, known))),
        timeout_s=model.timeout_s if state.cancel is None else min(model.timeout_s, FINALLY_S),
        secrets=model.secrets,
        env_secrets=env_secrets,
        artifacts=tuple(_filled(list(model.artifacts), known)),
        uses=model.uses,
        queue=model.queue,
        idempotency_key=_idempotency_key(state, step, known),
        on_crash=model.on_crash,
    )


def _body(model: Step, known: Mapping[str, Any]) -> Any:
    if model.kind == "run" and isinstance(model.body, str):
        return model.body  # a text for the shell: nothing is put into it
    return _filled(model.body, known, typed=model.kind not in ("run", "guide"))


def filled_body(shop: Workshop, state: RunState, step: StepState) -> Any:
    """What the file says of a step, with its expressions worked out. Raises HoldfastError."""
    return _body(state.model(step), variables(state, step, shop.env))


def _filled(value: Any, known: Mapping[str, Any], *, typed: bool = False) -> Any:
    if not _has_expression(value):
        return value
    from holdfast.workflow.expressions import filled

    return filled(value, known, typed=typed)


def _has_expression(value: Any) -> bool:
    if isinstance(value, str):
        return "${" in value
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return any(_has_expression(each) for each in inside)


def _reads_secrets(value: str) -> bool:
    from holdfast.workflow.expressions import references_of

    return "secrets" in references_of(value)


def _idempotency_key(state: RunState, step: StepState, known: Mapping[str, Any]) -> str:
    """The same for all attempts; that of an item holds its number, where the file's key does not tell items apart."""
    given = state.model(step).idempotency_key
    if not given:
        return f"{state.run.id}:{step.instance}"
    key = str(_filled(given, known))
    if step.index is None or "item" in given or "index" in given:
        return key
    return f"{key}:{step.index}"


def _inside(project: Path, cwd: str) -> str:
    """The directory, which has to be there and inside the project. Raises HoldfastError."""
    if cwd == ".":
        return cwd
    place = os.path.realpath(project / cwd)
    root = os.path.realpath(project)
    if place != root and not place.startswith(root + os.sep):
        raise HoldfastError(f"cwd {cwd}: outside the project")
    if not Path(place).is_dir():
        raise HoldfastError(f"cwd {cwd}: no such directory")
    return cwd
