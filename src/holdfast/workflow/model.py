"""What a workflow file says once it is read: plain values that go to JSON and back, as a run keeps its own copy.

The file's format is docs/specs/006-workflow-file.md. Nothing here is evaluated yet: `condition`, `for_each` and every
`${...}` in a text are expressions of CEL, worked out when the step's turn comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

Made = TypeVar("Made", bound=tuple[Any, ...])

RERUN, NEVER, ASK, PROBE = "rerun", "never", "ask", "probe"
"""What `on_crash` may be: what to do with a step of which nobody knows whether it finished."""

ON_SUCCESS, ON_FAILURE, ALWAYS, NEVER_OF_ITSELF = "success", "failure", "always", "never"
"""What `when` may be: always and failure make a finally-step; never waits for an `on_failure` that names it."""

KINDS = ("run", "check", "gate", "approve", "guide", "tool", "workflow")
"""The built-in kinds of step. Those of plugins come beside them."""


class Retry(NamedTuple):
    """How often a failed step is tried again, and after how long: backoff_s * factor ** n, at most longest_s."""

    times: int = 0
    backoff_s: float = 1.0
    factor: float = 2.0
    longest_s: float = 300.0
    jitter: bool = False
    """Wait a random part of it: full jitter."""
    on: tuple[str, ...] = ()
    """Kinds of failure: `timeout`, `exit:75`, `signal:SIGKILL`, `interrupted`, `failure`; empty: any of them."""


class Input(NamedTuple):
    """A value that the caller gives: `--input target=src`."""

    name: str
    type: str = "string"
    """string, integer, number, boolean, list or map."""
    default: Any = None
    required: bool = False
    description: str = ""
    choices: tuple[Any, ...] = ()


class Queue(NamedTuple):
    """How fast the steps of a queue may start. 0 is without limit."""

    name: str
    limit: int = 0
    """At most so many starts ..."""
    period_s: float = 1.0
    """... in any window of so many seconds."""
    concurrency: int = 0
    """At most so many at once, over all runs."""


class Concurrency(NamedTuple):
    """A group of which one run (or one step) is let in at a time."""

    group: str
    """May hold `${...}`."""
    on_conflict: str = "wait"
    """wait, fail, or cancel (the one that is in)."""


class Step(NamedTuple):
    """One step. `body` is what its kind needs, as the file says it: the argv of `run`, the gate's metric."""

    id: str
    kind: str
    body: Any
    needs: tuple[str, ...] = ()
    condition: str | None = None
    for_each: str | None = None
    max_parallel: int = 0
    """How many items at once; 0: as many as --jobs."""
    when: str = ON_SUCCESS
    on_failure: str | None = None
    """The step that runs when this one has failed for good."""
    allow_failure: bool = False
    """A failure is shown, and those that need this step go on."""
    timeout_s: float = 600.0
    retry: Retry = Retry()
    on_crash: str = ASK
    probe: tuple[str, ...] | str | None = None
    """For `on_crash: probe`: exit 0 means that the step did its work, 1 that it did not."""
    idempotency_key: str | None = None
    env: Mapping[str, str] = {}
    """Variables with their values; a value may be `${env.NAME}` or `${secrets.NAME}`."""
    pass_env: tuple[str, ...] = ()
    """Names of the caller's variables that reach the step as they are."""
    secrets: tuple[str, ...] = ()
    """Names of secrets that reach the step as variables of the same name; their values are stored nowhere."""
    artifacts: tuple[str, ...] = ()
    """Globs of files, relative to the project, that are kept with their sha256."""
    uses: str = "local"
    queue: str | None = None
    concurrency: Concurrency | None = None
    cwd: str = "."
    description: str = ""
    line: int = 0
    """Where it stands in the file."""


class Workflow(NamedTuple):
    """A whole workflow. `digest` is the sha256 of the file's bytes, and names the version that a run began with."""

    name: str
    file: str
    digest: str
    steps: tuple[Step, ...]
    description: str = ""
    inputs: tuple[Input, ...] = ()
    queues: tuple[Queue, ...] = ()
    concurrency: Concurrency | None = None
    timeout_s: float | None = None

    def step(self, step_id: str) -> Step:
        """The step of that id. Raises KeyError."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def as_json(self) -> dict[str, Any]:
        """The workflow as JSON values, for the run that keeps it and for the cache."""
        return {
            **self._asdict(),
            "steps": [_sparse(step) for step in self.steps],
            "inputs": [given._asdict() for given in self.inputs],
            "queues": [queue._asdict() for queue in self.queues],
            "concurrency": self.concurrency and self.concurrency._asdict(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Workflow:
        """The workflow that `as_json` wrote; a newer version's fields are passed over. Raises KeyError, TypeError."""
        return _made(
            cls,
            data,
            steps=tuple(_step(each) for each in data["steps"]),
            inputs=tuple(_made(Input, each, choices=tuple(each.get("choices", ()))) for each in data["inputs"]),
            queues=tuple(_made(Queue, each) for each in data["queues"]),
            concurrency=_concurrency(data.get("concurrency")),
        )


def _sparse(step: Step) -> dict[str, Any]:
    """A step without what has its default: a run of 10,000 steps keeps its copy too."""
    defaults = Step._field_defaults
    fields = {k: v for k, v in step._asdict().items() if k not in defaults or v != defaults[k]}
    for name in ("retry", "concurrency"):
        if name in fields:
            fields[name] = fields[name]._asdict()
    return fields


def _step(data: Mapping[str, Any]) -> Step:
    lists = ("needs", "pass_env", "secrets", "artifacts")
    given: dict[str, Any] = {name: tuple(data[name]) for name in lists if name in data}
    if "retry" in data:
        given["retry"] = _made(Retry, data["retry"], on=tuple(data["retry"]["on"]))
    if isinstance(data.get("probe"), list):
        given["probe"] = tuple(data["probe"])
    if "concurrency" in data:
        given["concurrency"] = _concurrency(data["concurrency"])
    return _made(Step, data, **given)


def _concurrency(data: Mapping[str, Any] | None) -> Concurrency | None:
    return _made(Concurrency, data) if data else None


def _made(kind: type[Made], data: Mapping[str, Any], **given: Any) -> Made:
    known = {name: value for name, value in data.items() if name in kind.__annotations__}
    return kind(**{**known, **given})
