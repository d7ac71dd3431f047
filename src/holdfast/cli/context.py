"""What checks may know of a project, put together for the commands that run them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from holdfast.checks.interface import Context, Environment
from holdfast.core.clock import now_ms
from holdfast.core.config import Config, read_pyproject
from holdfast.core.git import git_env


def make_context(project: Path, config: Config, env: Mapping[str, str], environment: Environment | None) -> Context:
    """What checks may know of a project, apart from its files. Raises HoldfastError."""
    return Context(
        project=project,
        pyproject=read_pyproject(project),
        files=(),
        config=config,
        env=env,
        child_env=child_env(env, environment),
        environment=environment,
        scratch=project / ".holdfast" / "cache" / "tools",
        now_ms=now_ms(),
        shared={},
    )


def environment_in(project: Path, config: Config, env: Mapping[str, str]) -> Environment | None:
    """The project's environment. Raises HoldfastError where the one that is configured is none."""
    from holdfast.checks.venv import environment_for

    found = environment_for(project, env, config.venv)
    if found is None:
        return None
    return Environment(found.root, found.bin, found.python, (found.site_packages,) if found.site_packages else ())


def child_env(env: Mapping[str, str], environment: Environment | None) -> dict[str, str]:
    """The variables for the programs that checks run: the project's environment is the active one, no other."""
    clean = {
        key: value for key, value in git_env(env).items() if key not in ("PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX")
    }
    if environment is not None:
        clean["VIRTUAL_ENV"] = str(environment.root)
        clean["PATH"] = os.pathsep.join([str(environment.bin), env.get("PATH", "")])
    return clean
