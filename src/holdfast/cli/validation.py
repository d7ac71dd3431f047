"""Puts together what `validate-env` needs: the project, its configuration, its environment and its checks."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import typer

from holdfast.checks.inputs import chosen
from holdfast.checks.interface import Check
from holdfast.checks.runner import Silent
from holdfast.checks.validate import explain as explain_check
from holdfast.checks.validate import make_scratch, own_checks, rewrite_baseline, unchanged, validate
from holdfast.checks.validation import Validation
from holdfast.cli.context import environment_in, make_context
from holdfast.cli.options import Format, publish
from holdfast.core.config import Config, load_config
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.files import file_errors
from holdfast.core.findings import Report
from holdfast.core.git import ask_project_files
from holdfast.core.project import find_project
from holdfast.core.tasklog import own_names
from holdfast.plugins import built_in, registered


def prepare(directory: Path | None, env: Mapping[str, str], options: Mapping[str, Any]) -> Validation:
    """Everything about the project that a run needs. Raises HoldfastError for what the user must mend."""
    project = find_project(directory, env)
    git_files = ask_project_files(project)
    try:  # git looks while the configuration and the environment are read
        config = load_config(project, env, options)
        environment = environment_in(project, config, env)
    finally:
        names = git_files()
    ignored = own_names(os.path.normpath(config.registry))
    files = chosen(project, names, ignored)
    context = make_context(project, config, env, environment)._replace(files=files)
    home = Path(env.get("HOME") or "/")
    return Validation(context, cache(lambda: _loaded(config)), built_in, home, threading.Event(), ignored)


def _loaded(config: Config) -> tuple[Check, ...]:
    """All checks that there are. Raises HoldfastError for one that the configuration speaks of and there is not."""
    checks = registered()
    for check in own_checks(config):
        checks.register(check.name, check, source="this project's configuration")
    loaded = tuple(checks.load())
    _require_known(config, [check.name for check in loaded])
    return loaded


def _require_known(config: Config, names: list[str]) -> None:
    """Raises HoldfastError for a section of a check that there is not: what it says would be ignored."""
    for name in config.checks:
        if name not in names:
            from holdfast.core.config.mistakes import nearest

            meant = nearest(name, names)
            raise HoldfastError(
                f"checks.{name}: no such check, and no command{f'; did you mean {meant}?' if meant else ''}",
                hint=f"there are {', '.join(sorted(names))}; a check of your own has a command",
            )


def list_checks(validation: Validation) -> ExitCode:
    """Prints each check with what it is about and whether it would run."""
    selected = {check.name for check in validation.selected()}
    width = max(len(check.name) for check in validation.checks)
    for check in validation.checks:
        state = "runs" if check.name in selected else "-   "
        typer.echo(f"{check.name.ljust(width)}  {state}  {check.summary}")
    return ExitCode.OK


def explain(validation: Validation, name: str) -> ExitCode:
    """Prints what is remembered of a check, and which of its inputs changed."""
    headline, changes = explain_check(validation, name)
    typer.echo("\n".join([headline, *(f"  {change}" for change in changes)]))
    return ExitCode.OK


@contextmanager
def scratch(project: Path) -> Iterator[Path]:
    """Where tools keep their caches: in the project, or where nothing can be written there in a directory for once."""
    try:
        kept = make_scratch(project)
    except HoldfastError as error:
        import tempfile

        typer.echo(f"holdfast: nothing is remembered: {error.message}", err=True)
        with ExitStack() as stack:
            with file_errors(Path("a temporary directory"), "make"):
                directory = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            yield Path(directory)
    else:
        yield kept


def limited(validation: Validation, paths: Sequence[Path], base: str | None) -> Validation:
    """The run limited to the files that are named, or to those that differ from a commit. Raises HoldfastError."""
    if not paths and base is None:
        return validation
    from holdfast.checks.scope import changed, named

    project, files = validation.context.project, validation.context.files
    if paths and base is not None:
        raise HoldfastError("files and --changed cannot both be given", hint="name the files, or the commit")
    if base is not None:
        return validation._replace(scope=changed(project, base, files))
    return validation._replace(scope=named(project, Path.cwd(), paths, files))


def _run_shown(validation: Validation, run_id: str) -> Report:
    """Runs the checks with progress on standard error; without in a hook, whose runner shows that when all is over."""
    if os.environ.get("PRE_COMMIT"):  # set by pre-commit and prek
        return validate(validation, listener=Silent(), run_id=run_id)
    from holdfast.render.live import progress
    from holdfast.render.terminal import moves_cursor

    names = [check.name for check in validation.selected()]
    with progress(sys.stderr, names, live=moves_cursor(sys.stderr, os.environ)) as listener:
        return validate(validation, listener=listener, run_id=run_id)


def run(
    validation: Validation,
    form: Format,
    output: Path | None,
    *,
    log: bool,
    also: tuple[tuple[Format, Path], ...] = (),
    write_baseline: bool = False,
) -> ExitCode:
    """Runs the checks that have to, publishes the report, and logs the run."""
    from holdfast.cli.log import ended, logged

    context = validation.context
    with logged(context.project, context.config, "validate-env", enabled=log) as entry:
        with scratch(context.project) as place:
            there = validation._replace(context=context._replace(scratch=place))
            report = unchanged(there, listener=Silent(), run_id=entry.id) or _run_shown(there, entry.id)
        if write_baseline and not report.interrupted:
            report, count = rewrite_baseline(validation, report)
            typer.echo(f"holdfast: {validation.baseline} holds {count} known findings", err=True)
        code = publish(report, form, output, also=also)
        entry.finish(*ended(code))
    return code
