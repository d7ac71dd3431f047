"""`holdfast workflow validate|list|show|schema`: workflow files, read and not run. None of them writes anything."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli import options as shared
from holdfast.core.config import load_config
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.files import FileError
from holdfast.core.project import find_project
from holdfast.render.workflow_files import Read

validate, listing, show, schema = (typer.Typer(add_completion=False) for _ in range(4))

FormOption = Annotated[shared.Form, typer.Option("--format", help="How to print it.")]


@validate.command()
def validate_files(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE...]", help="Files or names; by default all of the project.")
    ] = None,
    form: FormOption = shared.Form.TEXT,
    project: shared.Project = None,
) -> ExitCode:
    """Say every mistake of workflow files, with line, column and what was probably meant.

    Exit code 0: there is none; 2: there is one, or a file cannot be read.
    """
    from holdfast.render.workflow_files import files_json, verdict
    from holdfast.workflow.definition import find

    root, folder = _project(project)
    paths = [find(name, root, folder) for name in files] if files else _all(root, folder)
    read = [_read(path, root, fresh=True) for path in paths]
    typer.echo((files_json if form == "json" else verdict)(read), nl=False)
    return ExitCode.OK if all(each.workflow for each in read) else ExitCode.UNUSABLE


@listing.command()
def list_files(form: FormOption = shared.Form.TEXT, project: shared.Project = None) -> None:
    """List the project's workflows, those with mistakes too."""
    from holdfast.render.workflow_files import files_json, listing
    from holdfast.workflow.definition import in_folder

    root, folder = _project(project)
    read = [_read(path, root) for path in in_folder(root, folder)]
    if not read and form == "text":
        typer.echo(f"no workflows in {folder}", err=True)
    else:
        typer.echo((files_json if form == "json" else listing)(read), nl=False)


@show.command()
def show_file(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A workflow of the project, or a file.")],
    form: FormOption = shared.Form.TEXT,
    project: shared.Project = None,
) -> None:
    """Show a workflow: its inputs, and its steps in order, with all that holds for them."""
    from holdfast.cli.workflow.files import read_workflow
    from holdfast.render.workflow_definition import definition, definition_json
    from holdfast.workflow.definition import find

    root, folder = _project(project)
    workflow = read_workflow(find(name, root, folder), root)
    typer.echo((definition_json if form == "json" else definition)(workflow), nl=False)


@schema.command()
def print_schema() -> None:
    """Print the JSON Schema of workflow files, for editors."""
    from holdfast.workflow.definition.json_schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


def _project(given: Path | None) -> tuple[Path, str]:
    """The project, and its folder of workflows."""
    root = find_project(given, os.environ)
    return root, load_config(root, os.environ).workflow.folder


def _all(root: Path, folder: str) -> list[Path]:
    from holdfast.workflow.definition import in_folder

    paths = in_folder(root, folder)
    if not paths:
        raise HoldfastError(f"no workflows in {folder}", hint="name the files, or set workflow.folder")
    return paths


def _read(path: Path, root: Path, *, fresh: bool = False) -> Read:
    from holdfast.cli.workflow.files import read_workflow
    from holdfast.workflow.definition.loading import shown_name
    from holdfast.workflow.definition.mistakes import DefinitionError, Mistake

    file = shown_name(path, root)
    try:
        workflow = read_workflow(path, root, fresh=fresh)
    except DefinitionError as error:
        return Read(path.stem, file, None, error.mistakes)
    except FileError as error:
        return Read(path.stem, file, None, (Mistake(file, 0, 0, error.reason),))
    return Read(workflow.name, file, workflow)
