"""Runs that the tests of every format share, folded from records as an engine would give them."""

from __future__ import annotations

from typing import Any

from holdfast.workflow.engines.interface import Run
from holdfast.workflow.model import Input, Retry, Step, Workflow
from holdfast.workflow.records import FAILED, SUCCEEDED, UNKNOWN, Artifact, Outcome, Record
from holdfast.workflow.reports.liveness import Liveness
from holdfast.workflow.reports.making import report
from holdfast.workflow.reports.model import RunReport
from holdfast.workflow.runner.state import RunState, fold

T0 = 1_795_600_000_000
RUN_ID = "01KAG7T9R0ABCDEFGHJKMNPQRS"
HOSTILE = (
    "evil \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202egnp.exe ]]> <script>alert(1)</script> | `x` **b** @ops\n"
    "```\n::set-output name=x::y\r\n</pre></details> <img src=x onerror=alert(1)> & \ufffe \udcff"
)
GONE = Liveness(alive=False, who="ana@laptop", why="process 411 is gone", pid=411, host="laptop")
THERE = Liveness(alive=True, who="ana@laptop", pid=411, host="laptop")


def at(seconds: float) -> int:
    return T0 + round(seconds * 1000)


def rec(seconds: float, key: str, **data: Any) -> Record:
    return Record(key, data, at(seconds))


def ended(seconds: float, instance: str, attempt: int = 1, *, status: str = SUCCEEDED, **fields: Any) -> Record:
    outcome = Outcome(status, duration_s=fields.pop("duration_s", 1.0), **fields)
    return Record(f"step/{instance}/{attempt}/ended", outcome.as_json(), at(seconds))


def started(seconds: float, instance: str, attempt: int = 1, on_crash: str = "rerun") -> Record:
    return rec(seconds, f"step/{instance}/{attempt}/started", on_crash=on_crash)


def workflow(*steps: Step, name: str = "nightly") -> Workflow:
    return Workflow(name, f"workflows/{name}.yaml", "d" * 64, steps, inputs=(Input("target"),))


def run(document: Workflow, **fields: Any) -> Run:
    given: dict[str, Any] = {"inputs": {"target": "src"}, "created_ms": T0, "who": "ana@laptop", **fields}
    return Run(RUN_ID, document.name, document.as_json(), **given)


def folded(document: Workflow, *records: Record, **fields: Any) -> RunState:
    return fold(document, run(document, **fields), records)


NIGHTLY = workflow(
    Step("venv", "check", "venv"),
    Step("tests", "run", ("pytest", "-q"), needs=("venv",), retry=Retry(times=1), description="all the tests"),
    Step("fan", "run", ("true",), needs=("venv",), for_each="inputs.targets"),
    Step("ship", "approve", {"question": "Publish?"}, needs=("tests",)),
    Step("publish", "run", ("make", "publish"), needs=("ship",)),
)
OWNED = rec(0, "run/owner/1", who="ana@laptop", process={"host": "laptop", "pid": 411})
BEGUN = (OWNED, started(0, "venv"), ended(0.4, "venv", duration_s=0.4), started(0.5, "tests"))
FAILURE = ended(
    12.5,
    "tests",
    2,
    status=FAILED,
    exit_code=1,
    duration_s=6.0,
    tail="FAILED tests/test_a.py::test_b\n1 failed in 5.9s",
    log=".holdfast/workflow/runs/x/logs/tests.2.log",
    log_bytes=12345,
    artifacts=(Artifact("out/junit.xml", "ab" * 32, 1234),),
)
FAILED_RUN = (
    *BEGUN,
    ended(6.5, "tests", status=FAILED, exit_code=1, tail="1 failed"),
    started(6.5, "tests", 2),
    FAILURE,
    rec(1, "step/fan/expanded", items=["a", "b", "c"]),
    *(started(1, f"fan[{number}]") for number in range(3)),
    *(ended(2, f"fan[{number}]") for number in range(2)),
    ended(3, "fan[2]", status=FAILED, exit_code=3, tail="no such target: c"),
    rec(13, "step/ship/skipped", reason="tests failed"),
    rec(13, "step/publish/skipped", reason="ship was skipped"),
    rec(13, "run/ended/1", status="failed", done=8, total=8),
)
ASKED = (
    *BEGUN,
    ended(5, "tests"),
    rec(1, "step/fan/expanded", items=[]),
    rec(5, "step/ship/asked", question="Publish?", options=["publish", "hold"], expires_ms=at(86_400)),
)


def made(
    document: Workflow, *records: Record, now: float = 60, owner: Liveness | None = None, **more: Any
) -> RunReport:
    return report(folded(document, *records, **more), now_ms=at(now), owner=owner)


def failed() -> RunReport:
    return made(NIGHTLY, *FAILED_RUN)


def interrupted() -> RunReport:
    return made(NIGHTLY, *BEGUN, owner=GONE)


def waiting() -> RunReport:
    return made(NIGHTLY, *ASKED, owner=GONE)


def unknown() -> RunReport:
    document = workflow(Step("ship", "run", ("make", "ship")), name="release")
    return made(document, OWNED, started(1, "ship", on_crash="ask"), ended(2, "ship", status=UNKNOWN), owner=GONE)


def hostile() -> RunReport:
    document = workflow(Step("a|b<c>`d`", "run", ("x",), description=HOSTILE), name="<b>evil</b>\n| x |")
    instance = document.steps[0].id
    bad = ended(2, instance, status=FAILED, exit_code=1, tail=HOSTILE, reason=HOSTILE, notes=(HOSTILE,))
    over = rec(3, "run/ended/1", status="failed")
    return made(document, started(1, instance), bad, over, who=HOSTILE, inputs={"target": HOSTILE}, origin=HOSTILE)


def big(count: int, bad: int) -> RunReport:
    document = workflow(Step("fan", "run", ("x",), for_each="inputs.targets"), name="wide")
    records = [rec(0, "step/fan/expanded", items=list(range(count)))]
    for number in range(count):
        status = FAILED if number < bad else SUCCEEDED
        tail: dict[str, Any] = {"tail": f"item {number} is bad", "exit_code": 1} if number < bad else {}
        records += [started(1, f"fan[{number}]"), ended(2, f"fan[{number}]", status=status, **tail)]
    return made(document, *records, rec(9, "run/ended/1", status="failed" if bad else "succeeded"))
