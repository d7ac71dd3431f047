"""The check `venv`: is the interpreter that will run this project the right one, and is its environment whole?

The questions are the probe's, which knows nothing of holdfast; this turns its answers into findings.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from holdfast.checks import venv_probe
from holdfast.checks.interface import Context
from holdfast.checks.venv_probe import Answer, Command, Environment
from holdfast.core.config import ConfigError, VenvConfig
from holdfast.core.config.documents import parsed_pyproject
from holdfast.core.errors import HoldfastError
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status, judged

NAME = "venv"
SYSTEM_SITE_PACKAGES = "VENV008"
SHELL_ONLY = frozenset({"unset", "."})
"""Commands that only the user's own shell can run: they change its variables."""

Say = Callable[[str], None]


def check_venv(project: Path, env: Mapping[str, str], *, python: Path | None = None, strict: bool = False) -> Result:
    """What is wrong with the project's environment, or with the one that `python` names.

    `env` is the environment variables. Nothing is written. Raises HoldfastError where the project cannot be read.
    """
    return result_of(inspect_venv(project, env, python=python), strict=strict)


def inspect_venv(
    project: Path, env: Mapping[str, str], *, python: Path | None = None, config: VenvConfig | None = None
) -> Answer:
    """The probe's own answer, with the commands that mend each problem. Raises HoldfastError.

    Where nothing is named by `python`, the environment that the configuration names is judged.
    """
    if python is None and config is not None and config.path:
        python = project / config.path
    _share_parsed(project)
    try:
        answer = venv_probe.inspect(project, env, python=python)
    except venv_probe.Unusable as error:
        raise HoldfastError(error.message, hint=error.hint) from error
    if config is not None and config.allow_system_site_packages:
        kept = tuple(problem for problem in answer.problems if problem.id != SYSTEM_SITE_PACKAGES)
        return answer._replace(problems=kept)
    return answer


class Venv:
    """`venv-check` as one of the checks of `validate-env`. It takes milliseconds, so its success is not remembered."""

    name = NAME
    summary = "the environment is the right one, and whole"

    def wanted(self, context: Context) -> bool:
        return True

    def inputs(self, context: Context) -> None:
        return None

    def run(self, context: Context) -> Result:
        answer = inspect_venv(context.project, context.env, config=context.config.venv)
        return result_of(answer)


CHECK = Venv()


def environment_for(project: Path, env: Mapping[str, str], config: VenvConfig) -> Environment | None:
    """`environment_of`, or the one that the configuration names. Raises HoldfastError where that is not one."""
    if not config.path:
        return environment_of(project, env)
    try:
        return venv_probe.named(project / config.path)
    except venv_probe.Unusable as error:
        raise HoldfastError(f"venv.path: {error.message}", hint=error.hint) from error


def _share_parsed(project: Path) -> None:
    """Gives the probe the pyproject.toml that is parsed already; one that cannot be is the probe's to tell of."""
    with contextlib.suppress(ConfigError):
        text, document = parsed_pyproject(project)
        venv_probe.PARSED[text] = document


def environment_of(project: Path, env: Mapping[str, str]) -> Environment | None:
    """The environment that the project's tools are in, broken or whole; None where it has none.

    Raises HoldfastError where the project cannot be read.
    """
    _share_parsed(project)
    try:
        return venv_probe.environment_of(project, env)
    except venv_probe.Unusable as error:
        raise HoldfastError(error.message, hint=error.hint) from error


def result_of(answer: Answer, *, strict: bool = False) -> Result:
    """The answer as a result: its questions are what was checked, and what was not answered is its reason."""
    findings = tuple(
        Finding(
            problem.id,
            Severity(problem.severity),
            problem.message,
            Location(problem.file, problem.line) if problem.file else None,
            venv_probe.command_line(problem.fix) or None,
        )
        for problem in answer.problems
    )
    total = len(answer.answered) + len(answer.unanswered)
    unanswered = venv_probe.why_unanswered(answer)
    return judged(
        Result(
            NAME,
            Status.PASSED,
            findings,
            reason=f"not answered: {'; '.join(unanswered)}" if unanswered else None,
            checked=Checked(len(answer.answered), total, "questions"),
            tool=_tool(answer),
        ),
        strict=strict,
    )


def _tool(answer: Answer) -> str | None:
    if answer.environment is None:
        return None
    return f"Python {venv_probe.dotted(answer.version)} in {venv_probe.cut(answer.environment.root)}"


def fixes(answer: Answer) -> tuple[Command, ...]:
    """The commands that mend everything that was found, in order and each once."""
    return tuple(dict.fromkeys(command for problem in answer.problems for command in problem.fix))


def mend(commands: tuple[Command, ...], project: Path, env: Mapping[str, str], say: Say) -> bool:
    """Runs commands one by one in the project and says each and what it says; stops at the first that fails.

    What only the user's shell can run is said and left to it. Returns whether all that were run succeeded.
    """
    from holdfast.core.process import run

    def said(line: bytes) -> None:
        say(f"  {venv_probe.shown(line.decode('utf-8', 'replace').rstrip())}")

    for command in commands:
        line = venv_probe.command_line((command,))
        if command[0] in SHELL_ONLY:
            say(f"for your shell: {line}")
            continue
        say(f"$ {line}")
        try:
            done = run(command, cwd=project, env=env, on_line=said)
        except HoldfastError as error:
            say(f"{error.message}; nothing after it was run")
            return False
        if done.exit_code != 0:
            for last in done.stderr.splitlines()[-20:]:
                said(last)
            say(f"failed with exit code {done.exit_code}; nothing after it was run")
            return False
    return True
