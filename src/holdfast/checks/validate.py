"""The main job: every check that a project asks for, run together, with what still stands from earlier runs."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from holdfast.checks.interface import Check
from holdfast.checks.past import Past
from holdfast.checks.runner import Interrupted, Job, Listener, run_all
from holdfast.checks.validation import CACHE, Validation
from holdfast.core.clock import iso
from holdfast.core.config import Config
from holdfast.core.files import file_errors
from holdfast.core.findings import Report, Result, Status, judged


def unchanged(validation: Validation, *, listener: Listener, run_id: str) -> Report | None:
    """The report where nothing at all has changed since everything last passed; None where something has.

    Runs what runs every time. Raises HoldfastError where the baseline cannot be read, or is wanted and missing.
    """
    if not validation.config.validate.cache:
        return None
    started, stands = time.monotonic(), Past(validation).unchanged()
    if stands is None:
        return None
    order, remembered, again = stands
    fresh, interrupted = _run([validation.job(check, None) for check in again], validation, listener)
    looked = {result.check: result for result in (*remembered, *fresh)}
    return _report(validation, [looked[name] for name in order], frozenset(), started, run_id, interrupted)


def validate(validation: Validation, *, listener: Listener, run_id: str) -> Report:
    """Runs the selected checks, apart from those whose last success still stands, and reports all of them.

    Raises HoldfastError where the baseline cannot be read, or is wanted and missing.
    """
    started, selected = time.monotonic(), validation.selected()
    validation.suppression()  # what is wrong with it is said before minutes of checks, not after
    past = Past(validation) if validation.config.validate.cache else None
    standing = past.standing(selected) if past else {}
    jobs = [
        validation.job(check, past.expected_s(check) if past else None)
        for check in selected
        if check.name not in standing
    ]
    fresh, interrupted = _run(jobs, validation, listener)
    looked = {result.check: result for result in fresh} | standing
    limited = frozenset(job.check.name for job in jobs if job.context.scope is not None)
    results = [looked[check.name] for check in selected]
    report = _report(validation, results, limited, started, run_id, interrupted)
    if past:
        settled = report.results[: len(results)]
        passed = {result.check for result in settled if result.status is Status.PASSED} - limited
        kept = [result for result in fresh if result.check in passed]
        past.keep(kept, () if limited else settled, since=report.started_at, run_id=run_id)
    return report


def _report(
    validation: Validation,
    results: Sequence[Result],
    limited: frozenset[str],
    started: float,
    run_id: str,
    interrupted: bool,
) -> Report:
    """The report of what was found, less what does not count, and with what is wrong with that."""
    strict, suppression = validation.config.strict, validation.suppression()
    if suppression is None:
        settled, about = [judged(result, strict=strict) for result in results], []
    else:
        settled = [suppression.of(result, strict=strict) for result in results]
        about = suppression.judge([r for r in settled if r.check not in limited], complete=validation.complete)
    return Report(
        "validate-env",
        validation.context.project.name,
        run_id,
        iso(validation.context.now_ms),
        time.monotonic() - started,
        (*settled, *(judged(result, strict=strict) for result in about)),
        interrupted,
        str(validation.scope) if validation.scope is not None else None,
    )


def _run(jobs: Sequence[Job], validation: Validation, listener: Listener) -> tuple[list[Result], bool]:
    config = validation.config.validate
    try:
        results = run_all(
            jobs,
            at_once=config.jobs or cores(),
            strict=validation.config.strict,
            fail_fast=config.fail_fast,
            stop=validation.stop,
            listener=listener,
        )
    except Interrupted as stopped:
        return stopped.results, True
    return results, False


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def rewrite_baseline(validation: Validation, report: Report) -> tuple[Report, int]:
    """Writes what a report found into the baseline; returns the report as it is with that, and how many it holds.

    With `new_only` the baseline only loses what was mended. What it says of checks that could not run stays. Raises
    HoldfastError where it cannot be read or written.
    """
    from holdfast.checks.baseline import Baseline, load, save
    from holdfast.checks.suppression import ABOUT, BASELINE, Suppression

    before = load(validation.baseline) or Baseline(())
    looked = [result for result in report.results if result.status in (Status.PASSED, Status.FAILED)]
    results = [result for result in report.results if result.check != BASELINE]
    after = before.updated(
        [result for result in looked if result.check not in ABOUT], add=not validation.config.validate.new_only
    )
    save(validation.baseline, after)
    known, strict = Suppression((), after), validation.config.strict
    return report._replace(results=tuple(known.of(each, strict=strict) for each in results)), len(after)


def explain(validation: Validation, name: str) -> tuple[str, list[str]]:
    """What is remembered of a check, in one line, and which inputs changed since, a line each. Writes nothing.

    Raises HoldfastError for an unknown check.
    """
    check = validation.find(name, "--explain")
    past = Past(validation)
    inputs = past.inputs(check)
    if inputs is None:
        return f"{name} always runs: it looks at more than the project's files, and takes next to no time", []
    return past.memory.explain(name, inputs)


def own_checks(config: Config) -> list[Check]:
    """The project's own checks: the sections of the configuration that have a command."""
    from holdfast.checks.command import Command

    return [
        Command(name, options.summary or " ".join(options.command), tuple(options.command), tuple(options.inputs))
        for name, options in config.checks.items()
        if options.command
    ]


def make_scratch(project: Path) -> Path:
    """`.holdfast/cache/tools` in the project, made where it is missing; git ignores it by a file of its own.

    Raises HoldfastError where it cannot be made.
    """
    scratch = project / CACHE / "tools"
    ignore = project / CACHE.parent / ".gitignore"
    if not (scratch.is_dir() and ignore.is_file()):
        with file_errors(scratch, "make"):
            scratch.mkdir(parents=True, exist_ok=True)
            ignore.write_text("# made by holdfast: losing this directory loses speed, nothing else\n*\n", "utf-8")
    return scratch
