"""What a check's result depends on, gathered at one moment, so that two moments can be compared."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from holdfast import __version__
from holdfast.checks import snapshot
from holdfast.checks.interface import Check, Context
from holdfast.checks.patterns import matching
from holdfast.checks.runner import asked
from holdfast.core.config import CheckConfig
from holdfast.core.git import project_files


class Moment(NamedTuple):
    """What a project, its environment and its interpreter were at one moment."""

    files: Mapping[str, str]
    distributions: Mapping[str, str]
    interpreter: Mapping[str, str]
    directories: tuple[str, ...] = ()
    """Those of the files that are directories, or links to one; any check may read what is in them."""


def list_files(project: Path, ignored: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """The project's files: what git tracks or would track; without git, all but caches and environments.

    A name that `ignored` matches is left out: the task registry is evidence, not an input.
    """
    return chosen(project, project_files(project), ignored)


def chosen(project: Path, names: list[str] | None, ignored: re.Pattern[str] | None) -> tuple[str, ...]:
    """`list_files`, where git has answered already: with `names`, or with None outside a repository.

    Where git knows no file, the project lies in a directory that the repository around it ignores.
    """
    found = names or snapshot.walk(project)
    return tuple(name for name in found if not ignored.fullmatch(name)) if ignored else tuple(found)


def moment(context: Context, files: tuple[str, ...], digests: snapshot.Digests) -> Moment:
    """Looks at everything that any check may depend on."""
    found, environment = digests.of(files, now_ns=time.time_ns()), context.environment
    if environment is None:
        return Moment(found, {}, {}, tuple(digests.directories))
    places = (environment.python, environment.root / "pyvenv.cfg")
    interpreter = {path.name: snapshot.program(str(path), str(path)) for path in places}
    installed = snapshot.distributions(environment.site_packages, context.project)
    if _sees_system(environment.root / "pyvenv.cfg"):
        installed["system site-packages"] = snapshot.libraries(os.path.realpath(environment.python))
    return Moment(found, installed, interpreter, tuple(digests.directories))


def _sees_system(config: Path) -> bool:
    """Whether an environment also uses what is installed for its base interpreter; site.py does if nothing is said."""
    text = snapshot.content_of(str(config)).lower()
    said = re.search(rb"(?m)^include-system-site-packages\s*=\s*(\S*)", text)
    return said[1] == b"true" if said else bool(text)


def inputs_of(check: Check, context: Context, options: CheckConfig, now: Moment, home: Path) -> dict[str, Any] | None:
    """All that the check's result depends on; None where it is never remembered."""
    own = context._replace(args=tuple(options.args))
    wanted = asked(f"check {check.name} crashed before it ran", lambda: check.inputs(own))
    if wanted is None:
        return None
    variables = {
        key: value for key, value in context.child_env.items() if wanted.variables and key.startswith(wanted.variables)
    }
    # what is added to a tool's command line may name any file, such as another configuration
    globs = ("**",) if options.args and not options.command else (*wanted.files, *options.inputs)
    read = dict.fromkeys((*matching(now.files, globs), *now.directories))
    config_home = context.env.get("XDG_CONFIG_HOME")
    command = {"args": list(options.args), "command": list(options.command or ())}
    return {
        "file": {name: now.files[name] for name in read if name in now.files},
        "distribution": dict(now.distributions),
        "interpreter": dict(now.interpreter),
        "program": {name: program_of(context, name) for name in wanted.programs},
        "variable": {key: kept(value) for key, value in variables.items()},
        "configuration outside the project": snapshot.outside(
            context.project, home, wanted.outside, wanted.home, config_home, listed=now.files
        ),
        "name": dict.fromkeys(now.files, "") if wanted.names else {},
        "index": {"stamp": snapshot.git_index(context.project)} if wanted.git_index else {},
        "file that git ignores": {
            name: said for name in wanted.unlisted if (said := snapshot.stamp(str(context.project / name)))
        },
        "option": {**command, "holdfast": __version__, "check": snapshot.stamp(code_of(check))},
    }


def kept(value: str) -> str:
    """A variable's value as it may be kept: a switch such as `1` or `true` as it is, what may be secret as a digest."""
    return value if len(value) <= 5 and value.isalnum() else snapshot.digest(value)


def code_of(check: Check) -> str:
    """The file that defines a check, whose author may change what it finds; empty where it has none."""
    module = sys.modules.get(type(check).__module__)
    return str(getattr(module, "__file__", None) or getattr(check, "__file__", None) or "")


def program_of(context: Context, name: str) -> str:
    """Which program a name means. One that is not in the project's environment stands in one of its own."""
    own = [str(context.environment.bin)] if context.environment else []
    path = os.pathsep.join([*own, context.child_env.get("PATH", "")])
    found = shutil.which(str(context.project / name) if os.sep in name else name, path=path)
    said = snapshot.program(name, found)
    if found is None or os.path.dirname(found) in own:  # noqa: PTH120 - a text is what is compared
        return said
    return said + snapshot.libraries(os.path.realpath(found))
