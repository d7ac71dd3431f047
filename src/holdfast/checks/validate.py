"""The main job: every check that a project asks for, run together, with what still stands from earlier runs."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.command import Command
from holdfast.checks.inputs import inputs_of, list_files, moment
from holdfast.checks.interface import Check, Context
from holdfast.checks.memory import Memory, Success, encode, recalled
from holdfast.checks.runner import Interrupted, Job, Listener, asked, run_all
from holdfast.checks.snapshot import Digests, Stamp
from holdfast.core.clock import iso, now_ms
from holdfast.core.config import CheckConfig, Config
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors
from holdfast.core.findings import Report, Result, Status, judged

CACHE = Path(".holdfast", "cache")


class Validation(NamedTuple):
    """What one run is about: a project, its configuration, and the checks that there are."""

    context: Context
    checks: tuple[Check, ...]
    home: Path
    stop: threading.Event
    ignored: re.Pattern[str] | None = None
    """The names of files that are nobody's input: the task registry's."""

    @property
    def config(self) -> Config:
        return self.context.config

    @property
    def cache(self) -> Path:
        return self.context.project / CACHE

    def options(self, check: Check) -> CheckConfig:
        """What the configuration says of the check."""
        return self.config.checks.get(check.name) or CheckConfig()

    def find(self, name: str, option: str) -> Check:
        """The check of that name. Raises HoldfastError where there is none."""
        for check in self.checks:
            if check.name == name:
                return check
        known = ", ".join(sorted(check.name for check in self.checks))
        raise HoldfastError(f"{option} {name}: no such check", hint=f"there are {known}")

    def selected(self) -> tuple[Check, ...]:
        """Those named by `only`, else those that are wanted or forced on; less those that are skipped."""
        only = [self.find(name, "--only") for name in self.config.validate.only]
        skip = [self.find(name, "--skip") for name in self.config.validate.skip]
        return tuple(check for check in only or self._asked_for() if check not in skip)

    def _asked_for(self) -> Iterable[Check]:
        for check in self.checks:
            enabled = self.options(check).enabled
            if _wanted(check, self.context) if enabled is None else enabled:
                yield check

    def job(self, check: Check, expected_s: float | None) -> Job:
        """The check with its own options in the context."""
        options = self.options(check)
        timeout_s = self.config.validate.timeout if options.timeout is None else options.timeout
        context = self.context._replace(args=tuple(options.args), timeout_s=timeout_s, stop=self.stop)
        return Job(check, context, expected_s)


def _wanted(check: Check, context: Context) -> bool:
    return asked(f"check {check.name} crashed before it ran", lambda: check.wanted(context))


def validate(validation: Validation, *, listener: Listener, run_id: str) -> Report:
    """Runs the selected checks, apart from those whose last success still stands, and reports all of them."""
    started_ms, started = now_ms(), time.monotonic()
    selected, strict = validation.selected(), validation.config.strict
    past = Past(validation) if validation.config.validate.cache else None
    standing = past.standing(selected) if past else {}
    jobs = [
        validation.job(check, past.expected_s(check) if past else None)
        for check in selected
        if check.name not in standing
    ]
    fresh, interrupted = _run(jobs, validation, listener)
    if past:
        past.keep(fresh, since=iso(started_ms), run_id=run_id)
    results = {result.check: result for result in fresh} | {
        name: judged(r, strict=strict) for name, r in standing.items()
    }
    return Report(
        "validate-env",
        validation.context.project.name,
        run_id,
        iso(started_ms),
        time.monotonic() - started,
        tuple(results[check.name] for check in selected),
        interrupted,
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


class Past:
    """The earlier successes of a project's checks, against what their inputs are now."""

    def __init__(self, validation: Validation) -> None:
        self._validation = validation
        self._digests = Digests(validation.context.project, validation.cache / "files.json")
        self._inputs: dict[str, bytes] = {}
        self._stamps: Mapping[str, Stamp] = {}
        self._last: dict[str, Success] = {}
        self.memory = Memory(validation.cache / "validate")

    def standing(self, checks: Iterable[Check]) -> dict[str, Result]:
        """The results that still stand, by check."""
        self._inputs = self.look(checks, self._validation.context.files)
        self._stamps = self._digests.stamps
        self._last = {name: success for name in self._inputs if (success := self.memory.last(name))}
        return {name: recalled(last) for name, last in self._last.items() if last.inputs == self._inputs[name]}

    def expected_s(self, check: Check) -> float | None:
        """How many seconds the last success took."""
        last = self._last.get(check.name)
        return last.result.duration_s if last else None

    def look(self, checks: Iterable[Check], files: tuple[str, ...]) -> dict[str, bytes]:
        """The inputs of each check as they are now; checks that are never remembered are left out."""
        validation, context = self._validation, self._validation.context
        now = moment(context, files, self._digests)
        found = {}
        for check in checks:
            inputs = inputs_of(check, context, validation.options(check), now, validation.home)
            if inputs is not None:
                found[check.name] = encode(inputs)
        return found

    def keep(self, results: Iterable[Result], *, since: str, run_id: str) -> None:
        """Remembers each success whose inputs are after the run what they were before it.

        Where they are not, the run was of a mixture, or changed its own inputs: that is remembered as the reason why
        the check will run again.
        """
        passed = {result.check: result for result in results if result.status is Status.PASSED}
        checks = [check for check in self._validation.checks if check.name in passed and check.name in self._inputs]
        if checks:
            files = list_files(self._validation.context.project, self._validation.ignored)
            for name, after in self.look(checks, files).items():
                if not self._may_be_kept(name, after):
                    continue
                before, touched = self._inputs[name], self._touched(after)
                if after == before and not touched:
                    self.memory.store(passed[name], after, since=since, run_id=run_id)
                else:
                    self.memory.store_unstable(name, before, after, touched, run_id=run_id)
        self._digests.save()

    def _may_be_kept(self, name: str, inputs: bytes) -> bool:
        """Whether the inputs, the names of files and the arguments of commands among them, hold no secret."""
        from holdfast.checks.masked import may_be_kept  # only where a check ran

        options = self._validation.config.checks.get(name) or CheckConfig()
        return may_be_kept(inputs.decode(), options.args, options.command)

    def _touched(self, inputs: bytes) -> list[str]:
        """The inputs that were written since `standing`, even where they hold again what they did: a stash and back."""
        written = {name for name, stamp in self._digests.stamps.items() if self._stamps.get(name) != stamp}
        return sorted(written.intersection(json.loads(inputs)["file"])) if written else []


def explain(validation: Validation, name: str) -> tuple[str, list[str]]:
    """What is remembered of a check, in one line, and which inputs changed since, a line each. Writes nothing.

    Raises HoldfastError for an unknown check.
    """
    check = validation.find(name, "--explain")
    past = Past(validation)
    inputs = past.look([check], validation.context.files).get(name)
    if inputs is None:
        return f"{name} always runs: it looks at more than the project's files, and takes next to no time", []
    return past.memory.explain(name, inputs)


def own_checks(config: Config) -> list[Command]:
    """The project's own checks: the sections of the configuration that have a command."""
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
