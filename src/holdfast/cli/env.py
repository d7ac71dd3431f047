"""`holdfast env`: the environment variables that the code reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from holdfast.cli import options as shared
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.project import find_project

if TYPE_CHECKING:
    from holdfast.checks.interface import Context

app = typer.Typer(
    help="Write down which environment variables the code reads.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def root() -> None:
    """Keeps `example` a subcommand though it is the only one."""


@app.command()
def example(
    write: bool = typer.Option(False, "--write", help="Write it: to .env.example, or to the one that is there."),
    output: Path | None = typer.Option(None, "--output", metavar="FILE", help="Write it to this file of the project."),
    check: bool = typer.Option(False, "--check", help="Write nothing; exit with 1 where something would be added."),
    project: shared.Project = None,
) -> ExitCode:
    """Print a .env.example: each variable that the code reads, with its type, its default and where it is read.

    What an existing example says stays as it is; what it does not name is added. A default that may be a secret is
    left out.
    """
    from holdfast.checks.environment_files.example import example_for
    from holdfast.core.files import read_text, write_atomic

    if check and write:
        raise HoldfastError("--check writes nothing, and --write does", hint="give one of the two")
    where = find_project(project, os.environ)
    context, file = _prepared(where, output)
    path = where / file
    # newlines as they are: what is kept is kept byte for byte
    old = read_text(path) if path.exists() else None
    made = example_for(context, file, old)
    if check:
        return _checked(file, made.added, there=old is not None)
    if not write and output is None:
        typer.echo(made.text, nl=False)
        return ExitCode.OK
    if made.text != old:
        mark = b"\xef\xbb\xbf" if old is not None and path.read_bytes().startswith(b"\xef\xbb\xbf") else b""
        write_atomic(path, mark + made.text.encode())
    typer.echo(f"{file}: {len(made.added)} added" if made.added else f"{file}: nothing to add", err=True)
    return ExitCode.OK


def _prepared(where: Path, output: Path | None) -> tuple[Context, str]:
    from holdfast.checks.environment_files.places import places_of
    from holdfast.checks.inputs import list_files
    from holdfast.cli.context import make_context
    from holdfast.core.config import load_config

    config = load_config(where, os.environ)
    context = make_context(where, config, os.environ, None)._replace(files=list_files(where))
    if output is not None:
        whole = Path(os.path.abspath(output))  # noqa: PTH100 - a link stays a link
        if not whole.is_relative_to(where):
            raise HoldfastError(f"{output} is not in {where}", hint="name a file of the project")
        return context, whole.relative_to(where).as_posix()
    own = [group.example for group in places_of(context).groups if not group.directory and group.example]
    return context, own[0] if own else ".env.example"


def _checked(file: str, added: tuple[str, ...], *, there: bool) -> ExitCode:
    if not there:
        typer.echo(f"there is no {file}")
    for name in added:
        typer.echo(f"{file}: {name} is not in it")
    if added or not there:
        typer.echo("hint: holdfast env example --write", err=True)
        return ExitCode.FINDINGS
    typer.echo(f"{file} names all that the code reads")
    return ExitCode.OK
