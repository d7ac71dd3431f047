"""The workflow of an adopted repository, really run: its manager installs from the index, Holdfast from a wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.adoption.facts import WORKFLOW, look
from holdfast.adoption.workflow import workflow
from tests.checks.dependencies.real_tools import NETWORK
from tests.fakes.github import REPOSITORY, TOKEN, GitHub, github
from tests.workflows.tools import BIN, ROOT, act, machine, repository_with

pytestmark = pytest.mark.real

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PROJECT = f"""\
[project]
name = "shop"
version = "1.0"
requires-python = "=={PYTHON}.*"
dependencies = ["toolz"]

[dependency-groups]
dev = ["ruff"]

[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
py-modules = ["shop"]

[tool.ruff]
line-length = 120
"""


@pytest.fixture
def server() -> Iterator[GitHub]:
    with github() as there:
        yield there


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheels")
    command = [str(BIN / "uv"), "build", "--quiet", "--wheel", "--out-dir", str(directory), str(ROOT)]
    subprocess.run(command, env={**os.environ, **NETWORK, "UV_SYSTEM_CERTS": "1"}, check=True)
    return directory


@pytest.mark.parametrize("manager", ["pip", "uv"])
def test_a_fault_in_an_adopted_repository_is_found_with_its_own_tools(
    manager: str, tmp_path: Path, wheels: Path, server: GitHub
) -> None:
    ignored = {".gitignore": ".venv/\n*.egg-info/\nbuild/\n"}
    shop = repository_with(tmp_path / "shop", **{"pyproject.toml": PROJECT, "shop.py": "import os\n"}, **ignored)
    online = {**NETWORK, "UV_SYSTEM_CERTS": "1", "PIP_FIND_LINKS": str(wheels)}
    if manager == "uv":
        subprocess.run([str(BIN / "uv"), "lock", "--quiet"], cwd=shop, env={**os.environ, **online}, check=True)
    (shop / WORKFLOW).parent.mkdir(parents=True)
    (shop / WORKFLOW).write_text(workflow(look(shop)), "utf-8")
    said = act(
        shop,
        "schedule",
        f"-W={WORKFLOW}",
        f"-s=GITHUB_TOKEN={TOKEN}",
        env={
            **online,
            "ARTIFACTS": str(tmp_path / "artifacts"),
            "GITHUB_API_URL": server.url,
            "GITHUB_REPOSITORY": REPOSITORY,
        },
        path=machine(tmp_path / "machine"),
    )
    assert said.returncode == 1, said.stdout + said.stderr
    (report,) = tmp_path.glob("artifacts/*/*.json")
    results = {result["check"]: result for result in json.loads(report.read_text("utf-8"))["results"]}
    assert results["venv"]["status"] == "passed", said.stdout
    assert [finding["id"] for finding in results["ruff"]["findings"]] == ["ruff:F401"]
    assert results["conflicts"]["status"] == "passed"
    if manager == "uv":
        assert results["installed"]["status"] == "passed"
    assert "shop.py:1: error ruff:F401" in server.issues[0]["body"]
    assert (tmp_path / "artifacts" / "code-scanning.sarif").is_file()
