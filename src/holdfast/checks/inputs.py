"""What a check's result depends on, gathered at one moment, so that two moments can be compared."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from holdfast import __version__
from holdfast.checks import snapshot
from holdfast.checks.interface import Check, Context
from holdfast.checks.patterns import matching
from holdfast.core.config import CheckConfig
from holdfast.core.git import project_files


class Moment(NamedTuple):
    """What a project, its environment and its interpreter were at one moment."""

    files: Mapping[str, str]
    distributions: Mapping[str, str]
    interpreter: Mapping[str, str]


def list_files(project: Path, ignored: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The project's files: what git tracks or would track; without git, all but caches and environments.

    A name that starts with one of `ignored` is left out: the task registry is evidence, not an input.
    """
    return chosen(project, project_files(project), ignored)


def chosen(project: Path, names: list[str] | None, ignored: tuple[str, ...]) -> tuple[str, ...]:
    """`list_files`, where git has answered already: with `names`, or with None outside a repository."""
    found = names if names is not None else snapshot.walk(project)
    return tuple(name for name in found if not name.startswith(ignored)) if ignored else tuple(found)


def moment(context: Context, files: tuple[str, ...], digests: snapshot.Digests) -> Moment:
    """Looks at everything that any check may depend on."""
    found, environment = digests.of(files, now_ns=time.time_ns()), context.environment
    if environment is None:
        return Moment(found, {}, {})
    places = (environment.python, environment.root / "pyvenv.cfg")
    interpreter = {path.name: snapshot.program(str(path), str(path)) for path in places}
    installed = snapshot.distributions(environment.site_packages, context.project)
    return Moment(found, installed, interpreter)


def inputs_of(check: Check, context: Context, options: CheckConfig, now: Moment, home: Path) -> dict[str, Any] | None:
    """All that the check's result depends on; None where it is never remembered."""
    wanted = check.inputs(context)
    if wanted is None:
        return None
    variables = {
        key: value for key, value in context.child_env.items() if wanted.variables and key.startswith(wanted.variables)
    }
    command = {"args": list(options.args), "command": list(options.command or ())}
    return {
        "file": {name: now.files[name] for name in matching(now.files, (*wanted.files, *options.inputs))},
        "distribution": dict(now.distributions),
        "interpreter": dict(now.interpreter),
        "program": {name: snapshot.program(name, _which(context, name)) for name in wanted.programs},
        "variable": {key: snapshot.digest(value) for key, value in variables.items()},  # values may be secret
        "configuration outside the project": snapshot.outside(context.project, home, wanted.outside, wanted.home),
        "option": {**command, "holdfast": __version__},
    }


def _which(context: Context, name: str) -> str | None:
    own = [str(context.environment.bin)] if context.environment else []
    return shutil.which(name, path=os.pathsep.join([*own, context.child_env.get("PATH", "")]))
