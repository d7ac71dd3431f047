"""Poetry, uv and pip, run as their users run them, and what they say as values that can be compared."""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from holdfast.checks.dependencies.model import normal
from tests.checks.dependencies.real_projects import index, speaks_json

BIN = Path(sysconfig.get_path("scripts"))
POETRY = (BIN / "poetry", "--no-interaction", "--no-ansi")
NETWORK = {
    name: value
    for name, value in os.environ.items()
    if name.upper() in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
    or name.upper() in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
}
"""What this machine needs to reach the index; taken before a test's environment is scrubbed."""
_STORE = ssl.get_default_verify_paths()
if _STORE.cafile or _STORE.capath:  # Poetry trusts the authorities that it brings, and no others, unless it is told to
    NETWORK.setdefault("REQUESTS_CA_BUNDLE", str(_STORE.cafile or _STORE.capath))

OPERATION = re.compile(
    r"^ +- (Installing|Updating|Downgrading|Removing) (\S+) \((?:\S+ -> )?([^): ]+)[^)]*\)(.*)$", re.M
)
UV_CHANGE = re.compile(r"^ ([-+~]) ([^=@ ]+)", re.M)
PIP_SAYS = re.compile(r"^(\S+) \S+ (?:requires ([\w.-]+), which is not|has requirement ([\w.-]+))", re.M)
UV_SAYS = re.compile(r"^The package `([^`]+)` requires `([\w.-]+)", re.M)


class Said(NamedTuple):
    """What a tool said, on both its streams, and the code it ended with."""

    code: int
    text: str


class Changes(NamedTuple):
    """What has to be done to an environment: names of packages."""

    missing: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()
    """Installed at another version."""
    foreign: frozenset[str] = frozenset()


class Tools:
    """The tools with one cache for all that a test run does. `home` is theirs to write in."""

    def __init__(self, home: Path) -> None:
        path = os.pathsep.join([str(BIN), os.environ["PATH"]])
        self._env = {
            "PATH": path,
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._env |= NETWORK | {"UV_CACHE_DIR": str(home / "uv"), "UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1"}
        self._env |= {"UV_PYTHON_DOWNLOADS": "never", "SKIP_CYTHON": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        self._env |= {"POETRY_CACHE_DIR": str(home / "poetry"), "POETRY_CONFIG_DIR": str(home / "config")}
        self._env |= {"POETRY_VIRTUALENVS_IN_PROJECT": "true"}
        if not speaks_json():
            self._env["POETRY_PYPI_MIRROR_URL"] = f"{index()}/"  # read by a plugin, which does nothing without it

    def run(self, *command: str | Path, cwd: Path) -> Said:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
        return Said(done.returncode, done.stdout)

    def must(self, *command: str | Path, cwd: Path) -> str:
        """What a command says that has to succeed."""
        said = self.run(*command, cwd=cwd)
        assert said.code == 0, f"{' '.join(map(str, command))}: {said.code}\n{said.text}"
        return said.text

    def uv(self, *arguments: str | Path, cwd: Path) -> str:
        """What `uv` says, which has to succeed."""
        return self.must(BIN / "uv", *arguments, cwd=cwd)

    def commit(self, project: Path) -> None:
        """Makes the project the git repository that it is for its authors."""
        if not (project / ".git").exists():
            self.must("git", "init", "-q", cwd=project)
            (project / ".git" / "info" / "exclude").write_text(".venv\n", "utf-8")
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
        self.must("git", "add", "--force", "pyproject.toml", "*.lock", cwd=project)
        self.must("git", *who, "commit", "-q", "--allow-empty", "-m", "Lock", cwd=project)

    def installed(self, project: Path) -> frozenset[str]:
        """The names of all that is installed."""
        return frozenset(self._versions(project))

    def uninstall(self, project: Path, name: str) -> None:
        self.uv("pip", "uninstall", "--quiet", "--python", ".venv", name, cwd=project)

    def install(self, project: Path, requirement: str) -> None:
        self.uv("pip", "install", "--quiet", "--no-deps", "--python", ".venv", requirement, cwd=project)

    def install_older(self, project: Path, name: str) -> None:
        """Replaces a package with the version before the one that is installed."""
        self.install(project, f"{name}<{self._versions(project)[name]}")

    def _versions(self, project: Path) -> dict[str, str]:
        said = self.uv("pip", "list", "--quiet", "--format", "json", "--python", ".venv", cwd=project)
        return {normal(each["name"]): each["version"] for each in json.loads(said)}

    def conflicts(self, project: Path) -> dict[str, frozenset[tuple[str, str]]]:
        """Who lacks which package in what it needs, as pip and uv see it."""
        python = project / ".venv" / "bin" / "python"
        pip = self.run(sys.executable, "-m", "pip", "--python", python, "check", cwd=project)
        uv = self.run(BIN / "uv", "pip", "check", "--python", python, cwd=project)
        return {
            "pip check": frozenset(_pairs(PIP_SAYS, pip.text, pip.code)),
            "uv pip check": frozenset(_pairs(UV_SAYS, uv.text, uv.code)),
        }


def _pairs(pattern: re.Pattern[str], text: str, code: int) -> Iterator[tuple[str, str]]:
    found = pattern.findall(text)
    assert bool(found) == bool(code), text
    for who, *what in found:
        yield normal(who), normal("".join(what))


class Locker(Protocol):
    """The tool that keeps a project's lock."""

    name: str
    root: Path

    def lock(self) -> None:
        """Makes the lock."""
        ...

    def is_fresh(self) -> bool:
        """Whether the tool finds the lock to be what pyproject.toml asks for."""
        ...

    def install(self) -> None:
        """Makes the environment that the lock describes, in `.venv`, the project itself included."""
        ...

    def changes(self) -> Changes:
        """What the tool would do to make the environment what the lock says."""
        ...


class PoetryLocker:
    """Poetry decides what is locked and what belongs in the environment; uv installs that, which takes a tenth."""

    name = "poetry"

    def __init__(self, tools: Tools, root: Path) -> None:
        self.root = root
        self._tools = tools

    def lock(self) -> None:
        self._tools.must(*POETRY, "lock", cwd=self.root)

    def is_fresh(self) -> bool:
        said = self._tools.run(*POETRY, "check", "--lock", cwd=self.root)
        stale = "changed significantly" in said.text
        assert stale or said.code == 0, said.text
        return not stale

    def install(self) -> None:
        self._tools.uv("venv", "--quiet", "--clear", "--python", sys.executable, cwd=self.root)
        wanted = [f"{name}=={version}" for what, name, version in self._operations() if what == "Installing"]
        install = ("pip", "install", "--quiet", "--no-deps", "--python", ".venv")
        self._tools.uv(*install, *wanted, cwd=self.root)
        self._tools.uv(*install, "--editable", ".", cwd=self.root)

    def changes(self) -> Changes:
        found: dict[str, set[str]] = {}
        for what, name, _ in self._operations():
            found.setdefault(what, set()).add(normal(name))
        other = found.get("Updating", set()) | found.get("Downgrading", set())
        return Changes(frozenset(found.get("Installing", ())), frozenset(other), frozenset(found.get("Removing", ())))

    def _operations(self) -> Iterator[tuple[str, str, str]]:
        """What `poetry sync --dry-run` lists, asked of a copy: it has emptied environments that it was to look at."""
        copy = self.root.with_name("copy")
        shutil.copytree(self.root, copy, symlinks=True, copy_function=os.link)
        said = self._tools.must(*POETRY, "sync", "--dry-run", cwd=copy)
        shutil.rmtree(copy)
        assert "Package operations" in said or "No dependencies to install or update" in said, said
        for what, name, version, note in OPERATION.findall(said):
            if "Skipped" not in note:
                yield what, name, version


class UvLocker:
    """uv does everything itself."""

    name = "uv"

    def __init__(self, tools: Tools, root: Path) -> None:
        self.root = root
        self._tools = tools

    def lock(self) -> None:
        self._tools.uv("lock", "--quiet", cwd=self.root)

    def is_fresh(self) -> bool:
        said = self._tools.run(BIN / "uv", "lock", "--check", cwd=self.root)
        stale = "needs to be updated" in said.text
        assert stale or said.code == 0, said.text
        return not stale

    def install(self) -> None:
        self._tools.uv("sync", "--quiet", "--frozen", "--python", sys.executable, cwd=self.root)

    def changes(self) -> Changes:
        said = self._tools.uv("sync", "--frozen", "--dry-run", cwd=self.root)
        found: dict[str, set[str]] = {"-": set(), "+": set(), "~": set()}
        for what, name in UV_CHANGE.findall(said):
            found[what].add(normal(name))
        both = found["-"] & found["+"]
        changes = Changes(frozenset(found["+"] - both), frozenset(both | found["~"]), frozenset(found["-"] - both))
        checked = self._tools.run(BIN / "uv", "sync", "--frozen", "--check", cwd=self.root)
        assert (checked.code == 0) == (changes == Changes()), checked.text
        return changes
