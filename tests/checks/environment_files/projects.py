"""Small projects whose code reads variables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from holdfast.checks.environment_files.demand import Demand, demand_of
from holdfast.checks.inputs import list_files
from holdfast.checks.interface import Context
from holdfast.core.config import Config
from holdfast.core.config.table import DotenvConfig


def context_of(project: Path, files: Mapping[str, str], /, **dotenv: object) -> Context:
    """The context of a project with these files."""
    for name, content in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content, "utf-8", newline="")
    config = Config(dotenv=DotenvConfig(**dotenv))
    return Context(project, {}, list_files(project), config, {}, {}, None, project / ".holdfast", shared={})


def demand(project: Path, code: str | Mapping[str, str], directory: str = "", others: tuple[str, ...] = ()) -> Demand:
    """What the code reads; a text is that of the module `shop/app.py`."""
    files = {"shop/app.py": code} if isinstance(code, str) else code
    return demand_of(context_of(project, files), directory, others)
