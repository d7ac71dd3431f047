"""The `holdfast` command: a group whose subcommands are imported when they are called."""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import sys
from io import TextIOWrapper
from typing import NoReturn

import typer

from holdfast import __version__
from holdfast.cli import OWN_CALLBACKS
from holdfast.cli.lazy import Lazy
from holdfast.core.errors import ExitCode, HoldfastError

COMMANDS = {
    "validate-env": "holdfast.cli.validate_env",
    "venv-check": "holdfast.cli.venv_check",
    "check-deps": "holdfast.cli.check_deps",
    "secrets": "holdfast.cli.secrets_command",
    "task-log": "holdfast.cli.task_log",
    "workflow": "holdfast.cli.workflow",
    "env": "holdfast.cli.env",
    "config": "holdfast.cli.config",
    "init": "holdfast.cli.init",
    "tracker-issue": "holdfast.cli.tracker_issue",
}
"""Each module holds `app`, a Typer application; its commands return an ExitCode or nothing."""


class LazyGroup(Lazy):
    """The root group: imports a subcommand when it is called, and is the one place where its end is decided."""

    lazily = COMMANDS

    def invoke(self, ctx: typer.Context) -> NoReturn:  # type: ignore[override]
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except HoldfastError as error:
            code = _say(error)
        except (KeyboardInterrupt, typer.Abort):  # the latter is Ctrl-C or the end of input at a prompt
            typer.echo("interrupted", err=True)
            code = ExitCode.INTERRUPTED
        except OSError as error:
            code = _unwritten(error)
        raise typer.Exit(int(code or 0))


def _unwritten(error: OSError) -> ExitCode:
    """The code for output that did not arrive: its reader left, as `| head` does, or its disk is full. Else raises."""
    if error.filename is not None or error.errno not in (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        raise error
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - or the last flush fails again
    if error.errno != errno.EPIPE:
        _say(HoldfastError(f"cannot write the output: {error.strerror}"))
    return ExitCode.UNUSABLE


def _say(error: HoldfastError) -> ExitCode:
    from holdfast.core.masking import mask_text
    from holdfast.render.terminal import printable

    typer.echo(printable(mask_text(f"holdfast: {error.message}")), err=True)
    if error.hint:
        typer.echo(printable(mask_text(f"hint: {error.hint}")), err=True)
    return error.exit_code


app = typer.Typer(
    name="holdfast",
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"holdfast {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Keep a Python repository's environment, dependencies, checks and tasks in hand."""


def main() -> NoReturn:
    """Runs the command line and exits. What nothing expected is our bug: exit 3, with the traceback in a file."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # our caller closed it, as some daemons do; no other file may get its number
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is escaped, and no crash
    try:
        app()
    except SystemExit as end:
        _leave(end)
    except Exception as error:
        _say(_bug_report(error))
        sys.exit(ExitCode.BUG)
    sys.exit(ExitCode.OK)


def _leave(end: SystemExit) -> NoReturn:
    """Ends the process at once: taking the interpreter apart takes 4 ms, a tenth of a start.

    Where anybody but us has asked to be called at the end, as coverage does, or something cannot be written any more,
    it is left to the interpreter.
    """
    if isinstance(end.code, int) and atexit._ncallbacks() == OWN_CALLBACKS:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code)
    raise end


def _bug_report(error: Exception) -> HoldfastError:
    import tempfile
    import traceback

    from holdfast.core.masking import mask_text

    said = " ".join(traceback.format_exception_only(error)[-1].split())
    text = f"holdfast {__version__} on Python {sys.version}\n{sys.argv[1:2]}\n\n{mask_text(traceback.format_exc())}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="backslashreplace", prefix="holdfast-bug-", suffix=".log", delete=False
        ) as log:
            log.write(text)
    except OSError:
        return HoldfastError(f"a bug in holdfast: {said}", hint=f"please report it with this\n{text}")
    return HoldfastError(f"a bug in holdfast: {said}", hint=f"please report it with the traceback in {log.name}")


if __name__ == "__main__":
    main()
