"""Every command of `holdfast workflow` can be called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import typer

import holdfast.cli.workflow as package


def test_every_command_that_is_written_can_be_called() -> None:
    written = set()
    for path in Path(str(package.__file__)).parent.glob("*.py"):
        name = f"{package.__name__}.{path.stem}"
        apps = vars(import_module(name)).items() if path.stem != "__init__" else ()
        written |= {f"{name}:{attribute}" for attribute, value in apps if isinstance(value, typer.Typer)}
    assert written == {each for each in package.COMMANDS.values() if not each.startswith(f"{package.__name__}.state:")}
