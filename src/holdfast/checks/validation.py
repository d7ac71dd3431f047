"""What one run of `validate-env` is about: a project, its configuration, and the checks that there are."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from holdfast.checks.interface import Check, Context
from holdfast.checks.runner import Job, asked
from holdfast.checks.tools import CannotRun
from holdfast.core.config import CheckConfig, Config
from holdfast.core.errors import HoldfastError
from holdfast.core.findings import Result, Status

if TYPE_CHECKING:
    from holdfast.checks.scope import Scope
    from holdfast.checks.suppression import Suppression

CACHE = Path(".holdfast", "cache")


IN_HOOK = "PRE_COMMIT"
"""The variable that pre-commit and prek set for the hooks that they run."""


class LeftOut(NamedTuple):
    """Stands for a check that is not run in a hook, so that the report says so."""

    name: str
    summary: str

    def wanted(self, context: Context) -> bool:
        return True

    def inputs(self, context: Context) -> None:
        return None

    def run(self, context: Context) -> Result:
        """Raises CannotRun: the check is skipped."""
        hint = f"holdfast validate-env --only {self.name}; [tool.holdfast.validate] skip_in_hooks says what is left out"
        raise CannotRun(self.name, "left out in a hook", hint=hint, status=Status.SKIPPED)


class Validation(NamedTuple):
    """What one run is about: a project, its configuration, and the checks that there are."""

    context: Context
    load: Callable[[], tuple[Check, ...]]
    """All checks that there are; imports them the first time."""
    load_one: Callable[[str], Check | None]
    """One check alone, or None where it cannot be had without the others."""
    home: Path
    stop: threading.Event
    ignored: re.Pattern[str] | None = None
    """The names of files that are nobody's input: the task registry's."""
    scope: Scope | None = None
    """The files that checks by file are limited to."""

    @property
    def checks(self) -> tuple[Check, ...]:
        return self.load()

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

    @property
    def baseline(self) -> Path:
        return self.context.project / self.config.validate.baseline

    @property
    def left_out(self) -> frozenset[str]:
        """The checks that are too slow for whoever commits: none where no hook calls, or where they are named."""
        config = self.config.validate
        return frozenset(config.skip_in_hooks) if self.context.env.get(IN_HOOK) and not config.only else frozenset()

    @property
    def complete(self) -> bool:
        """Whether nothing was left out on purpose."""
        return self.scope is None and not (self.config.validate.only or self.config.validate.skip)

    def suppression(self) -> Suppression | None:
        """What does not count here, if anything. Raises HoldfastError where the baseline is wanted and unreadable."""
        if not (self.config.ignore or self.config.validate.new_only):
            return None
        from holdfast.checks.baseline import REWRITE, load
        from holdfast.checks.suppression import Suppression, ignores_of

        known = None
        if self.config.validate.new_only:
            known = load(self.baseline)
            if known is None:
                raise HoldfastError(f"{self.baseline}: there is no baseline yet", hint=f"make one: {REWRITE}")
        return Suppression(ignores_of(self.config, self.context.now_ms), known)

    def selected(self) -> tuple[Check, ...]:
        """Those named by `only`, else those that are wanted or forced on; less those that are skipped."""
        only = [self.find(name, "--only") for name in self.config.validate.only]
        skip = [self.find(name, "--skip") for name in self.config.validate.skip]
        chosen = (check for check in only or self._asked_for() if check not in skip)
        return tuple(LeftOut(check.name, check.summary) if check.name in self.left_out else check for check in chosen)

    def _asked_for(self) -> Iterable[Check]:
        return (check for check in self.checks if self.asks_for(check))

    def asks_for(self, check: Check) -> bool:
        """Whether the project wants the check, or its configuration forces it on."""
        enabled = self.options(check).enabled
        return _wanted(check, self.context) if enabled is None else enabled

    def job(self, check: Check, expected_s: float | None) -> Job:
        """The check with its own options in the context."""
        options = self.options(check)
        timeout_s = self.config.validate.timeout if options.timeout is None else options.timeout
        context = self.context._replace(args=tuple(options.args), timeout_s=timeout_s, stop=self.stop)
        if self.scope is not None and _works_by_file(check, context):
            context = context._replace(scope=self.scope.files)
        return Job(check, context, expected_s)


def _wanted(check: Check, context: Context) -> bool:
    return asked(f"check {check.name} crashed before it ran", lambda: check.wanted(context))


def _works_by_file(check: Check, context: Context) -> bool:
    inputs = asked(f"check {check.name} crashed before it ran", lambda: check.inputs(context))
    return inputs is not None and inputs.by_file
