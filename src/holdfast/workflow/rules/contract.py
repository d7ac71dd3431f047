"""What binds the work of a project: its graph of phases, and the commands of its project_config.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors, open_regular
from holdfast.workflow.rules.commands import Command, digest
from holdfast.workflow.rules.graph import Graph
from holdfast.workflow.rules.graph_file import builtin, load_graph
from holdfast.workflow.rules.project_config import ProjectConfig, read_config

PHASES = "phases.yaml"
LIMIT = 2**24
"""The most bytes of a project_config.md."""
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


class Contract(NamedTuple):
    """The rules as they are now."""

    graph: Graph
    config: ProjectConfig

    def commands(self) -> tuple[Command, ...]:
        """The commands that are run. Raises HoldfastError."""
        return self.config.commands()

    def digest(self) -> str:
        """The sha256 of phases and commands: what a person approves together with a plan. Raises HoldfastError."""
        return sha256(f"{self.graph.digest}\n{digest(self.commands())}".encode())


def load_contract(project: Path, config_path: Path) -> Contract:
    """The rules of a project. Raises HoldfastError where one of their files cannot be used."""
    config = load_config_file(config_path)
    return Contract(_graph(project, config), config)


def load_config_file(path: Path) -> ProjectConfig:
    """project_config.md as it is; empty where there is none. Raises HoldfastError."""
    return read_config(config_bytes(path), path.name)


def config_bytes(path: Path) -> bytes:
    """What the file holds. Raises HoldfastError where it cannot be read, or is larger than LIMIT."""
    with file_errors(path, "read"):
        try:
            with open_regular(path) as file:
                content = file.read(LIMIT + 1)
        except FileNotFoundError:
            return b""
    if len(content) > LIMIT:
        raise HoldfastError(f"{path}: larger than {LIMIT // 2**20} MiB", hint="is this the file you meant?")
    return content


def _graph(project: Path, config: ProjectConfig) -> Graph:
    named = config.rules()
    if named is None:
        own = project / PHASES
        return load_graph(own) if own.is_file() else builtin()
    path = (project / named).resolve()
    if not path.is_relative_to(project.resolve()):
        raise HoldfastError(f"{config.name}: rules: {named} is outside the project")
    return load_graph(path)


def plan_digest(plan: str) -> str:
    """The sha256 of a section Plan, trimmed; a line ends as on Unix, whatever a checkout made of it."""
    return sha256(plan.replace("\r\n", "\n").strip().encode("utf-8", "surrogatepass"))


def says_something(plan: str) -> bool:
    """Whether there is more in it than comments."""
    return bool(_COMMENT.sub("", plan).strip())
