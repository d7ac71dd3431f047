"""Puts together what `check-deps` needs, and runs it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from holdfast.checks.interface import Check, Context, Environment
from holdfast.cli.context import environment_in, make_context
from holdfast.cli.options import Format, publish
from holdfast.core.clock import iso, now_ms
from holdfast.core.config import load_config
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.findings import Report
from holdfast.core.project import find_project

if TYPE_CHECKING:
    from holdfast.checks.runner import Job

CHECKS = ("lock", "installed", "conflicts", "imports", "vulnerabilities")


def prepare(
    directory: Path | None, env: Mapping[str, str], options: Mapping[str, object], python: Path | None
) -> Context:
    """What the checks look at. Raises HoldfastError for what the user must mend."""
    project = find_project(directory, env)
    config = load_config(project, env, options)
    environment = _named(python) if python else environment_in(project, config, env)
    return make_context(project, config, env, environment)


def _named(python: Path) -> Environment:
    from holdfast.checks import venv_probe

    try:
        found = venv_probe.named(python)
    except venv_probe.Unusable as error:
        raise HoldfastError(error.message, hint=error.hint) from error
    return Environment(found.root, found.bin, found.python, (found.site_packages,) if found.site_packages else ())


def chosen(only: tuple[str, ...], skip: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the checks to run, each once. Raises HoldfastError for one that there is not."""
    for option, names in (("--only", only), ("--skip", skip)):
        for name in names:
            if name not in CHECKS:
                raise HoldfastError(f"{option} {name}: no such check", hint=f"there are {', '.join(CHECKS)}")
    return tuple(name for name in dict.fromkeys(only or CHECKS) if name not in skip)


def run(
    context: Context, names: tuple[str, ...], form: Format, output: Path | None, *, fix: bool, log: bool
) -> ExitCode:
    """Runs the checks one after another and publishes the report; with `fix`, the commands come on standard error."""
    from holdfast.cli.log import ended, logged

    with logged(context.project, context.config, "check-deps", enabled=log) as entry:
        report = _report(context, names, entry.id)
        code = publish(report, form, output)
        if fix:
            _print_fixes(report)
        entry.finish(*ended(code))
    return code


def _report(context: Context, names: tuple[str, ...], run_id: str) -> Report:
    from holdfast.checks.runner import run_one

    started = time.monotonic()
    results = tuple(run_one(_job(name, context), strict=context.config.strict) for name in names)
    took = time.monotonic() - started
    return Report("check-deps", context.project.name, run_id, iso(context.now_ms), took, results)


def _job(name: str, context: Context) -> Job:
    from holdfast.checks.runner import Job

    check: Check = import_module(f"holdfast.checks.{name}").CHECK
    options = context.config.checks.get(name)
    timeout_s = options.timeout if options and options.timeout else context.config.validate.timeout
    return Job(check, context._replace(args=tuple(options.args) if options else (), timeout_s=timeout_s))


def _print_fixes(report: Report) -> None:
    """Each command once, in the order of the findings."""
    fixes = dict.fromkeys(finding.fix for finding in report.findings if finding.fix)
    for command in fixes:
        typer.echo(command, err=True)
    if not fixes:
        typer.echo("nothing to mend with a command", err=True)


def explain(context: Context, package: str, form: Format) -> ExitCode:
    """Prints who asks for a package, with which constraint and in which group, and why this version."""
    from holdfast.checks.dependencies.explain import explain as explained
    from holdfast.checks.dependencies.model import Unreadable
    from holdfast.checks.dependencies.subject import subject_of

    if form not in (Format.TEXT, Format.JSON):
        raise HoldfastError(f"--explain prints text or json, not {form.value}")
    try:
        found = explained(subject_of(context), package)
    except Unreadable as error:
        place = error.finding.location
        raise HoldfastError(f"{place}: {error.finding.message}", hint=error.finding.fix) from error
    if form is Format.JSON:
        import json

        typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    else:
        from holdfast.render.explanation import explanation

        typer.echo(explanation(found), nl=False)
    return ExitCode.OK


def update_advisories(source: str, env: Mapping[str, str]) -> ExitCode:
    """Takes advisories in, and says how many and of when. Raises HoldfastError where they cannot be taken in."""
    from holdfast.checks.dependencies.advisories.kept import directory_for
    from holdfast.checks.dependencies.advisories.update import update

    directory = directory_for(env)
    if directory is None:
        raise HoldfastError(
            "there is no place to keep advisories: neither HOME nor XDG_CACHE_HOME is set",
            hint="set XDG_CACHE_HOME to a directory that can be written to",
        )
    taken = update(source, directory, env, now_ms=now_ms(), say=lambda line: typer.echo(line, err=True))
    for line in taken.notes():
        typer.echo(line, err=True)
    typer.echo(str(taken))
    return ExitCode.OK
