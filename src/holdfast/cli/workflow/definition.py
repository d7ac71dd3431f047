"""`holdfast workflow validate`."""

import typer

validate = typer.Typer(add_completion=False)


@validate.command()
def validate_file() -> None:
    """Say every mistake of a workflow file."""
