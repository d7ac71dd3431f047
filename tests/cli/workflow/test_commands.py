"""Every command that there is can be called."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest
import typer

from holdfast.cli import workflow
from holdfast.cli.workflow import state
from tests.conftest import ROOT


@pytest.mark.parametrize("group", [workflow, state], ids=["workflow", "state"])
def test_each_application_of_a_module_is_a_command_of_its_group(group: ModuleType) -> None:
    listed = set(group.COMMANDS.values())
    folder = ROOT / "src" / "holdfast" / "cli" / "/".join(group.__name__.split(".")[2:])
    found = set()
    for path in sorted(folder.glob("*.py")):
        if path.stem == "__init__":
            continue
        module = importlib.import_module(f"{group.__name__}.{path.stem}")
        found |= {f"{module.__name__}:{name}" for name, value in vars(module).items() if isinstance(value, typer.Typer)}
    known = listed - {"holdfast.cli.workflow.state:app"}
    assert found == known
