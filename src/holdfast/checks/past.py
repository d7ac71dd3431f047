"""The earlier successes of a project's checks, against what their inputs are now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from holdfast.checks import whole
from holdfast.checks.inputs import Moment, code_of, inputs_of, list_files, moment
from holdfast.checks.interface import Check, Inputs
from holdfast.checks.memory import Memory, Success, encode, recalled
from holdfast.checks.runner import asked
from holdfast.checks.snapshot import Digests, Stamp
from holdfast.checks.validation import Validation
from holdfast.core.config import CheckConfig
from holdfast.core.findings import Remembered, Result, Status


class Past:
    """What is remembered of a project, in `.holdfast/cache`. Losing it costs time, nothing else."""

    def __init__(self, validation: Validation) -> None:
        self._validation = validation
        self._digests = Digests(validation.context.project, validation.cache / "files.json")
        self._record = validation.cache / "whole.json"
        self._now: Moment | None = None
        self._inputs: dict[str, bytes] = {}
        self._stamps: Mapping[str, Stamp] = {}
        self._last: dict[str, Success] = {}
        self.memory = Memory(validation.cache / "validate")

    @property
    def now(self) -> Moment:
        """What everything was when it was first looked at."""
        if self._now is None:
            self._now = moment(self._validation.context, self._validation.context.files, self._digests)
            self._stamps = self._digests.stamps
        return self._now

    def unchanged(self) -> tuple[tuple[str, ...], list[Result], list[Check]] | None:
        """The last run where nothing at all has changed since: the order of its checks, results, and what runs anew.

        None where something has changed, so that each check has to be asked.
        """
        validation = self._validation
        record = whole.load(self._record)
        if record is None or record.key != self._key(record.asked):
            return None
        always = [validation.load_one(name) for name in record.always]
        again = [check for check in always if check is not None]
        if len(again) < len(always) or any((each.name in record.order) != self._selected(each) for each in again):
            return None
        names = {check.name for check in again}
        try:
            results = [_recalled(record, name) for name in record.order if name not in names]
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        return record.order, results, [check for check in again if check.name in record.order]

    def _key(self, depends: whole.Asked) -> bytes:
        validation = self._validation
        return whole.key_of(validation.context, validation.home, self.now, depends, left_out=validation.left_out)

    def _selected(self, check: Check) -> bool:
        config = self._validation.config.validate
        chosen = check.name in config.only if config.only else self._validation.asks_for(check)
        return chosen and check.name not in config.skip

    def standing(self, checks: Iterable[Check]) -> dict[str, Result]:
        """The results that still stand, by check."""
        self._inputs = self._encoded(checks, self.now)
        self._last = {name: success for name in self._inputs if (success := self.memory.last(name))}
        return {name: recalled(last) for name, last in self._last.items() if last.inputs == self._inputs[name]}

    def expected_s(self, check: Check) -> float | None:
        """How many seconds the last success took."""
        last = self._last.get(check.name)
        return last.result.duration_s if last else None

    def inputs(self, check: Check) -> bytes | None:
        """A check's inputs as they are now; None where it is never remembered."""
        return self._encoded([check], self.now).get(check.name)

    def _encoded(self, checks: Iterable[Check], now: Moment) -> dict[str, bytes]:
        validation, found = self._validation, {}
        for check in checks:
            inputs = inputs_of(check, validation.context, validation.options(check), now, validation.home)
            if inputs is not None:
                found[check.name] = encode(inputs)
        return found

    def keep(self, fresh: Iterable[Result], results: Sequence[Result], *, since: str, run_id: str) -> None:
        """Remembers each of the `fresh` successes whose inputs are after the run what they were before it.

        Where they are not, the run was of a mixture, or changed its own inputs: that is remembered as the reason why
        the check will run again. Where there are `results` and all of them stand, they are remembered as a whole, in
        their order.
        """
        passed = {result.check: result._replace(status=Status.PASSED) for result in fresh}
        checks = [check for check in self._validation.checks if check.name in passed and check.name in self._inputs]
        after, settled = self.now, True
        if checks:
            files = list_files(self._validation.context.project, self._validation.ignored)
            after = moment(self._validation.context, files, self._digests)
            for name, inputs in self._encoded(checks, after).items():
                if not self._may_be_kept(name, inputs):
                    settled = False
                    continue
                before, touched = self._inputs[name], self._touched(inputs)
                if inputs == before and not touched:
                    self.memory.store(passed[name], inputs, since=since, run_id=run_id)
                else:
                    settled = False
                    self.memory.store_unstable(name, before, inputs, touched, run_id=run_id)
        self._digests.save()
        if results and settled and after == self.now and all(map(_stands, results)):
            self._keep_whole(results, since=since, run_id=run_id)

    def _keep_whole(self, results: Sequence[Result], *, since: str, run_id: str) -> None:
        validation = self._validation
        every = {check.name: (check, self._asked(check)) for check in validation.checks}
        always = tuple(name for name, (_, inputs) in every.items() if inputs is None)
        order = tuple(result.check for result in results)
        depends = whole.Asked.by(
            (inputs for name, (_, inputs) in every.items() if inputs and name in order),
            (code_of(check) for check, _ in every.values()),
        )
        key = self._key(depends)
        if not all(self._may_be_kept(name, key) for name in validation.config.checks or ("",)):
            return
        said = {result.check: _written(result, since, run_id) for result in results if result.check not in always}
        whole.store(self._record, whole.Record(key, depends, order, always, said))

    def _may_be_kept(self, name: str, inputs: bytes) -> bool:
        """Whether the inputs, the names of files and the arguments of commands among them, hold no secret."""
        from holdfast.checks.masked import may_be_kept  # only where a check ran

        options = self._validation.config.checks.get(name) or CheckConfig()
        return may_be_kept(inputs.decode(), options.args, options.command)

    def _asked(self, check: Check) -> Inputs | None:
        options = self._validation.options(check)
        own = self._validation.context._replace(args=tuple(options.args))
        return asked(f"check {check.name} crashed before it ran", lambda: check.inputs(own))

    def _touched(self, inputs: bytes) -> list[str]:
        """The inputs that were written since `standing`, even where they hold again what they did: a stash and back."""
        written = {name for name, stamp in self._digests.stamps.items() if self._stamps.get(name) != stamp}
        return sorted(written.intersection(json.loads(inputs)["file"])) if written else []


def _stands(result: Result) -> bool:
    """Whether a result is the same again as long as nothing changes: a tool that is not installed stays so too."""
    return result.status in (Status.PASSED, Status.SKIPPED) and not result.unaffected


def _recalled(record: whole.Record, name: str) -> Result:
    result, since, run_id = record.recalled(name)
    return result._replace(remembered=Remembered(since, run_id)) if result.status is Status.PASSED else result


def _written(result: Result, since: str, run_id: str) -> dict[str, object]:
    """A result as the record holds it: with all that it found, whether it counts or not."""
    before = result.remembered
    everything = (*result.findings, *(each.finding for each in result.suppressed))
    raw = result._replace(findings=everything, suppressed=(), remembered=None)
    when = (before.since, before.run_id) if before else (since, run_id)
    return {"result": raw.as_json(), "since": when[0], "run_id": when[1]}
