"""What our own rules say of the steps of a job or of a composite action, and of what their expressions name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from holdfast.checks.workflow_files.document import Part
from holdfast.checks.workflow_files.rules import EXPRESSION, Found, needs

STEP, MATRIX, SHELL, REFERENCE, OPEN, ID_TWICE = "GHA007", "GHA008", "GHA012", "GHA013", "GHA014", "GHA015"
LITERAL = re.compile(r"'(?:[^']|'')*'")
NAMED = re.compile(r"(?<![\w.-])(matrix|needs|steps)\s*\.\s*([A-Za-z_][\w-]*)([\w.-]*\s*\|\|)?")


def of_job(name: str, job: Part, found: Found) -> None:
    """Notes what is wrong with a job's steps, and what its expressions name and nothing defines."""
    if "uses" in job.table:
        steps: Sequence[Part] = ()
    else:
        steps = _steps(job, found, f"the job {name}")
    known = _Known(_matrix_keys(job), {need.text or "" for need in needs(job)}, _ids(steps, found))
    for line, scope, key in _references(job, found):
        known.judge(found, line, scope, key, f"the job {name}")


def of_action(root: Part, found: Found) -> None:
    """Notes what is wrong with an action's steps; one that is not composite has none."""
    runs = root.get("runs")
    if runs.get("using").text != "composite":
        return
    steps = _steps(runs, found, "the action")
    for step in steps:
        if "run" in step.table and not step.get("shell").value:
            found.add(SHELL, step.line, "a step of a composite action that runs a command has to name its shell")
    known = _Known(None, None, _ids(steps, found))
    for line, scope, key in _references(root, found):
        known.judge(found, line, scope, key, "the action")


def _steps(owner: Part, found: Found, whose: str) -> list[Part]:
    steps = owner.get("steps")
    if not steps.items:
        found.add(STEP, steps.line, f"{whose} has no steps")
    tables = [step for step in steps.items if step.table or not step.value]
    for number, step in enumerate(tables, 1):
        does = [word for word in ("uses", "run") if word in step.table]
        if not does:
            found.add(STEP, step.line, f"step {number} of {whose} does nothing: it has neither `run` nor `uses`")
        elif len(does) > 1:
            found.add(STEP, step.line, f"step {number} of {whose} has both `run` and `uses`, which GitHub refuses")
    return tables


def _ids(steps: Sequence[Part], found: Found) -> set[str]:
    seen: set[str] = set()
    for step in steps:
        said = step.get("id")
        if said.text and said.text.lower() in seen:
            found.add(ID_TWICE, said.line, f"two steps have the id {said.text}, which GitHub refuses")
        seen.add((said.text or "").lower())
    return seen


def _matrix_keys(job: Part) -> set[str] | None:
    """The keys that a matrix has, lower case; None where an expression makes them."""
    matrix = job.get("strategy", "matrix")
    if matrix.text or EXPRESSION in (job.get("strategy").text or ""):
        return None
    include = matrix.get("include")
    if include.text or any(item.text for item in include.items):
        return None
    keys = matrix.table.keys() - {"include", "exclude"}
    return {key.lower() for key in keys.union(*(item.table for item in include.items))}


class _Known:
    """What expressions may name. None where that cannot be told."""

    def __init__(self, matrix: set[str] | None, jobs: set[str] | None, steps: set[str] | None) -> None:
        lower = None if jobs is None else {job.lower() for job in jobs}
        self._names = {"matrix": matrix, "needs": lower, "steps": steps}

    def judge(self, found: Found, line: int, scope: str, key: str, whose: str) -> None:
        names = self._names[scope]
        if names is None or key.lower() in names:
            return
        lack = {
            "matrix": (MATRIX, f"{whose} has no key {key} in its matrix"),
            "needs": (REFERENCE, f"{whose} does not need {key}"),
            "steps": (REFERENCE, f"{whose} has no step with the id {key}"),
        }
        code, reason = lack[scope]
        found.add(code, line, f"{scope}.{key} is always empty: {reason}")


def _references(owner: Part, found: Found) -> Iterator[tuple[int, str, str]]:
    """Each name in an expression, once: its line, `matrix`, `needs` or `steps`, and the name."""
    conditions = {id(part) for part in _conditions(owner)}
    seen = set()
    for part in owner.texts():
        for offset, expression in _expressions(part, found, bare=id(part) in conditions):
            for match in NAMED.finditer(LITERAL.sub("''", expression)):
                has_default = match[1] == "matrix" and match[3]
                if not has_default and (match[1], match[2]) not in seen:
                    seen.add((match[1], match[2]))
                    yield part.line + offset, match[1], match[2]


def _conditions(owner: Part) -> Iterator[Part]:
    """The values of `if`, which are expressions without their braces too."""
    for each in (owner, *owner.get("steps").items, *owner.get("runs", "steps").items):
        if "if" in each.table:
            yield each.table["if"]


def _expressions(part: Part, found: Found, *, bare: bool) -> Iterator[tuple[int, str]]:
    """The expressions in a text, each with the lines between the text's own and its."""
    text = part.text or ""
    if EXPRESSION not in text:
        if bare:
            yield 0, text
        return
    end, line = 0, int(part.block)
    while (start := text.find(EXPRESSION, end)) >= 0:
        line += text.count("\n", end, start)
        stop = text.find("}}", start)
        if stop < 0:
            found.add(OPEN, part.line + line, "an expression begins with ${{ and nothing ends it")
            return
        yield line, text[start + len(EXPRESSION) : stop]
        line += text.count("\n", start, stop)
        end = stop
