"""A small project and the context in which the checks see it, with this test run's own environment as its tools."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from holdfast.checks.inputs import list_files
from holdfast.checks.interface import Context, Environment
from holdfast.core.config import Config, read_pyproject

PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\n'


def own_environment() -> Environment:
    """The environment that runs the tests: it has every tool."""
    return Environment(
        Path(sys.prefix), Path(sys.prefix, "bin"), Path(sys.executable), tuple(map(Path, site.getsitepackages()))
    )


@pytest.fixture
def make_context(tmp_path: Path) -> Callable[..., Context]:
    """Writes a project's files and returns the context of it."""

    def make(files: Mapping[str, str], *, tools: bool = True, args: tuple[str, ...] = ()) -> Context:
        project = tmp_path / "shop"
        for name, content in {"pyproject.toml": PYPROJECT, **files}.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(content, "utf-8")
        environment = own_environment() if tools else own_environment()._replace(bin=tmp_path / "empty")
        return Context(
            project=project,
            pyproject=read_pyproject(project),
            files=list_files(project),
            config=Config(),
            env={},
            child_env={"PATH": os.environ["PATH"] if tools else "", "PYTHONDONTWRITEBYTECODE": "1"},
            environment=environment,
            scratch=tmp_path / ".holdfast" / "cache" / "tools",
            args=args,
            timeout_s=60,
        )

    return make
