"""Finding and running the tools that checks wrap."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from holdfast.checks.interface import Context, Environment
from holdfast.core.findings import Checked, Finding, Result, Severity, Status

if TYPE_CHECKING:
    from holdfast.core.process import Completed

OUTPUT_TAIL = 4000
MASKED_TAIL = 64_000
READ_BY_TOOLS = (".py", ".pyi", ".ipynb", ".md", ".toml", ".cfg", ".ini", ".yaml", ".yml", "ignore", ".flake8")
"""How the names of files end that tools open by themselves."""
VERSION_S = 20.0
UTF8 = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
"""Programs written in Haskell crash on what the locale cannot encode."""


class CannotRun(Exception):
    """The check could not look. Holds the Result that says why: status error, or skipped where it was told to stop."""

    def __init__(
        self, check: str, reason: str, *, hint: str | None = None, output: str = "", status: Status = Status.ERROR
    ) -> None:
        super().__init__(reason)
        self.result = Result(check, status, reason=reason, hint=hint, output=tail_of(output))


def tail_of(output: str) -> str:
    """The last whole lines of what a tool said, masked before it was cut: half a secret is not known for one."""
    if len(output) <= OUTPUT_TAIL:
        return output
    from holdfast.core.masking import mask_text

    kept = mask_text(output[-MASKED_TAIL:].partition("\n")[2])[-OUTPUT_TAIL:]
    return kept.partition("\n")[2] or kept


def unaffected(check: str, unit: str) -> CannotRun:
    """To be raised where the run is limited to changed files, and none of them is one that the check looks at."""
    stopped = CannotRun(check, f"no changed file is one of its {unit}", status=Status.SKIPPED)
    stopped.result = stopped.result._replace(unaffected=True)
    return stopped


class Tool(NamedTuple):
    """A program that a check runs."""

    name: str
    path: Path
    version: str | None
    own: bool
    """Whether it is the one in the project's environment."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name

    def shown(self, project: Path) -> str:
        """How a user in the project's root would call it."""
        return str(self.path.relative_to(project)) if self.path.is_relative_to(project) else self.name

    def command(self, project: Path, *words: str) -> str:
        """A line to copy into a shell in the project's root, whatever names its files have."""
        import shlex

        return shlex.join([self.shown(project), *words])


def find_tool(context: Context, check: str, name: str, *, own_only: bool = False) -> Tool:
    """The program in the project's environment, else (unless `own_only`) the one on PATH, with its version.

    Raises CannotRun, with the command that installs it, where there is none.
    """
    return versioned(context, check, _found(context, check, name, own_only=own_only))


def _found(context: Context, check: str, name: str, *, own_only: bool = False) -> Tool:
    environment = context.environment
    if environment is not None and os.access(environment.bin / name, os.X_OK):
        return Tool(name, environment.bin / name, installed_version(environment, name), own=True)
    import shutil

    found = None if own_only else shutil.which(name, path=context.child_env.get("PATH", ""))
    if found:
        return Tool(name, Path(found), None, own=False)
    where = "in the project's environment" if own_only else "in the project's environment or on PATH"
    raise CannotRun(check, f"{name} is not installed {where}", hint=_install_hint(context, name))


def find_optional(context: Context, check: str, name: str, *, package: str) -> Tool:
    """As `find_tool`, for a tool that a project need not have: where there is none, CannotRun skips the check."""
    try:
        tool = _found(context, check, name)
    except CannotRun as error:
        raise CannotRun(
            check, f"not installed: {name}", hint=_install_hint(context, package), status=Status.SKIPPED
        ) from error
    return versioned(context, check, tool)


def versioned(context: Context, check: str, tool: Tool) -> Tool:
    """The tool with its version: that of the package of its name, else what it says of itself."""
    return tool if tool.version else tool._replace(version=_version(context, check, tool))


def _version(context: Context, check: str, tool: Tool) -> str | None:
    known = installed_version(context.environment, tool.name.replace("-", "_")) if context.environment else None
    if tool.own and known:
        return known
    quick = context._replace(timeout_s=min(VERSION_S, context.timeout_s))
    try:
        said = run_tool(quick, check, [tool.path, "--version"], UTF8).stdout
    except CannotRun:  # why, it will say when it is to look
        return None
    match = re.search(rb"\d+(?:\.\d+)+", said)
    return match[0].decode() if match else None


def _install_hint(context: Context, name: str) -> str:
    if name == "poetry":
        return "pipx install poetry, or see python-poetry.org/docs"
    from holdfast.checks.facts import depends_on, normal

    named = depends_on(context, normal(name))
    if (context.project / "poetry.lock").is_file() or "poetry" in (context.pyproject.get("tool") or ()):
        return "poetry install" if named else f"poetry add --group dev {name}"
    if (context.project / "uv.lock").is_file():
        return "uv sync" if named else f"uv add --dev {name}"
    environment = context.environment
    if environment is None:
        return f"python3 -m venv .venv && .venv/bin/python -m pip install {name}"
    if installed_version(environment, "pip") is None:  # as uv makes them
        import shlex

        return f"uv pip install --python {shlex.quote(str(environment.python))} {name}"
    return Tool("python", environment.python, None, own=True).command(context.project, "-m", "pip", "install", name)


def installed_version(environment: Environment, name: str) -> str | None:
    """The version of a distribution by the name of its metadata directory, without running anything."""
    pattern = re.compile(rf"{re.escape(name)}-([^-]+)\.dist-info", re.IGNORECASE)
    for directory in environment.site_packages:
        try:
            names = os.listdir(directory)  # noqa: PTH208 - names alone; pathlib makes an object of each
        except OSError:
            continue
        for match in filter(None, map(pattern.fullmatch, names)):
            return match[1]
    return None


def interpreter_in(script: Path) -> Path | None:
    """The interpreter that a script names in its first line; None where it names none.

    pip writes one whose path is too long for that into the line below, behind `exec`.
    """
    try:
        with script.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return None
    later = re.search(rb"exec' \"?([^\"\s]+)\"? ", head)
    words = [later[1]] if later else head.split(b"\n", 1)[0].removeprefix(b"#!").split()
    return Path(os.fsdecode(words[-1])) if head.startswith(b"#!") and words else None


def stray_tool(tool: Tool, context: Context) -> tuple[Finding, ...]:
    """A warning where the tool is not the project's own, so that its version may be any."""
    if tool.own:
        return ()
    message = f"{tool.name} comes from {tool.path}, not from the project's environment: its version may differ"
    return (Finding("TOOL001", Severity.WARNING, message, fix=_install_hint(context, tool.name)),)


def run_tool(context: Context, check: str, argv: Sequence[object], extra: Mapping[str, str] | None = None) -> Completed:
    """Runs a tool in the project's root.

    Raises CannotRun where it is missing, timed out, was stopped or killed, and where it would wait for a pipe.
    """
    from holdfast.core.process import MissingProgram, run  # most of who imports this module runs nothing

    pipe = first_pipe(context)
    if pipe:
        raise CannotRun(check, f"{pipe} is a pipe, and no file", hint="put the file back: a tool would wait for ever")
    try:
        done = run(
            [str(arg) for arg in argv],
            cwd=context.project,
            env={**context.child_env, **(extra or {})},
            timeout_s=context.timeout_s,
            stop=context.stop,
        )
    except MissingProgram as error:
        raise CannotRun(check, error.message, hint=error.hint) from error
    if done.timed_out:
        reason = f"timed out after {context.timeout_s:g}s"
        hint = f"give it longer: --timeout, or [tool.holdfast.checks.{check}] timeout"
        raise CannotRun(check, reason, hint=hint, output=said(done))
    if done.cancelled:
        raise CannotRun(check, "stopped before it ended", status=Status.SKIPPED)
    if done.exit_code < 0:
        raise CannotRun(check, f"ended by signal {-done.exit_code}", output=said(done))
    if done.truncated:
        raise CannotRun(check, "said more than could be kept", hint="run the tool by itself to see all of it")
    return done


def first_pipe(context: Context) -> str | None:
    """A file of the project that tools would read and that is a pipe or a device; looked for once in a run."""
    shared = {} if context.shared is None else context.shared
    if "pipe" not in shared:
        named = (name for name in context.files if name.endswith(READ_BY_TOOLS))
        shared["pipe"] = next((name for name in named if _is_pipe(f"{context.project}/{name}")), None)
    found: str | None = shared["pipe"]
    return found


def _is_pipe(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - asked of all files
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def said(done: Completed) -> str:
    """What the tool said on both streams, as text."""
    return (done.stdout + done.stderr).decode("utf-8", "replace").strip()


def crashed(check: str, tool: Tool, done: Completed) -> CannotRun:
    """The tool ended in a way that means neither "clean" nor "findings"."""
    return CannotRun(check, f"{tool} could not check: exit code {done.exit_code}", output=said(done))


def outcome(
    check: str,
    tool: Tool,
    findings: Sequence[Finding],
    *,
    looked_at: tuple[int, str],
    failed: bool = False,
) -> Result:
    """The result of a tool that did look, with how much it was given to look at.

    Failed where a finding is an error, and with `failed`, whatever the findings. Raises CannotRun for a pass in which
    there was nothing to look at.
    """
    count, unit = looked_at
    failed = failed or any(finding.severity is Severity.ERROR for finding in findings)
    if count == 0 and not failed:
        raise CannotRun(check, f"found no {unit} to look at")
    status = Status.FAILED if failed else Status.PASSED
    return Result(check, status, tuple(findings), checked=Checked(count, count, unit), tool=str(tool))


def relative(context: Context, path: str) -> str:
    """A path that a tool printed, relative to the project with forward slashes where it lies inside."""
    place = Path(path)
    whole = place if place.is_absolute() else context.project / place
    return whole.relative_to(context.project).as_posix() if whole.is_relative_to(context.project) else path
