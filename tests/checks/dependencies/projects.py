"""Projects with a lock and an environment: site-packages trees as installers leave them, in a real `.venv`."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tests.checks.venvs import by_hand

PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"
VERSION = ".".join(map(str, sys.version_info[:3]))


@dataclass(frozen=True)
class Project:
    """A project's root, with what is needed to break its dependencies and to ask what is wrong with them."""

    root: Path

    @property
    def site_packages(self) -> Path:
        return self.root / ".venv" / "lib" / PYTHON / "site-packages"

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def install(self, name: str, version: str = "1.0", **more: Any) -> Path:
        """`install` into the project's environment; returns the dist-info directory."""
        return install(self.site_packages, name, version, **more)

    def check(self, *options: str | Path, only: str = "lock,installed,conflicts") -> dict[str, Any]:
        """The report of `holdfast check-deps --format json`, with the exit code it ended with."""
        from holdfast.cli.main import app

        arguments = ["check-deps", "-C", str(self.root), "--only", only, "--format", "json", "--no-log"]
        said = CliRunner().invoke(app, [*arguments, *map(str, options)], env={"PATH": os.environ["PATH"]})
        if said.exception is not None and not isinstance(said.exception, SystemExit):
            raise said.exception
        if not said.stdout.strip():
            return {"exit_code": said.exit_code, "results": [], "stderr": said.stderr}
        report: dict[str, Any] = json.loads(said.stdout)
        assert report["exit_code"] == said.exit_code
        return report | {"stderr": said.stderr}

    def findings(self, *options: str | Path, only: str = "lock,installed,conflicts") -> list[dict[str, Any]]:
        """All findings of `check`, in order."""
        return [each for result in self.check(*options, only=only)["results"] for each in result["findings"]]

    def ids(self, *options: str | Path, only: str = "lock,installed,conflicts") -> list[str]:
        """The ids of all findings, sorted."""
        return sorted(each["id"] for each in self.findings(*options, only=only))


def make_project(root: Path, pyproject: str, files: Mapping[str, str] | None = None) -> Project:
    """A project with an empty environment in `.venv`, of this Python."""
    project = Project(root)
    for name, text in {"pyproject.toml": pyproject, **(files or {})}.items():
        project.write(name, text)
    config = (
        f"home = {Path(sys.executable).resolve().parent}\ninclude-system-site-packages = false\nversion = {VERSION}\n"
    )
    by_hand(root / ".venv", Path(sys.executable).resolve(), library=PYTHON, config=config)
    return project


def install(
    site_packages: Path,
    name: str,
    version: str = "1.0",
    *,
    requires: Sequence[str] = (),
    extras: Sequence[str] = (),
    requires_python: str = "",
    files: Mapping[str, str] | None = None,
    direct_url: Mapping[str, Any] | None = None,
    entry_points: str = "",
    record: bool = True,
) -> Path:
    """Installs a distribution as pip does from a wheel: modules, METADATA, RECORD; returns the dist-info directory.

    `files` are what it brings, relative to site-packages; by default a package of its own name.
    """
    module = name.replace("-", "_").lower()
    metadata = site_packages / f"{module.replace('.', '_')}-{version}.dist-info"
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: x"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Provides-Extra: {extra}" for extra in extras] + [f"Requires-Dist: {each}" for each in requires]
    content = dict({f"{module.replace('.', '/')}/__init__.py": ""} if files is None else files)
    content[f"{metadata.name}/METADATA"] = "\n".join(lines) + "\n\nA description\nRequires-Dist: not-a-header\n"
    content[f"{metadata.name}/INSTALLER"] = "pip\n"
    content[f"{metadata.name}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if direct_url is not None:
        content[f"{metadata.name}/direct_url.json"] = json.dumps(direct_url)
    if entry_points:
        content[f"{metadata.name}/entry_points.txt"] = entry_points
    for path, text in content.items():
        (site_packages / path).parent.mkdir(parents=True, exist_ok=True)
        (site_packages / path).write_text(text, "utf-8")
    if record:
        rows = [f"{path},{_digest(text)},{len(text.encode())}" for path, text in content.items()]
        (metadata / "RECORD").write_text("\n".join([*rows, f"{metadata.name}/RECORD,,"]) + "\n", "utf-8")
    return metadata


def _digest(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    return f"sha256={digest}"
