"""The project that the dependency checks are measured on, installed from its lock, and a larger one made of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import BIN, ROOT
from holdfast.checks.dependencies.model import normal
from holdfast.checks.dependencies.poetry.content import content_hash

SHOP = ROOT / "benchmarks" / "data" / "shop"


def installed(directory: Path) -> Path:
    """The project with an environment that holds what its lock says, hashes verified; returns its root."""
    project = directory / "shop"
    shutil.copytree(SHOP, project)
    run = Runner(project)
    run(BIN / "python", "-m", "venv", ".venv")
    wanted = run(BIN / "poetry", "export", "--no-interaction", "--with", "dev")
    (directory / "requirements.txt").write_text(wanted, "utf-8")
    run(*_install(project), "--require-hashes", "--requirement", directory / "requirements.txt")
    run(*_install(project), "--upgrade", "pip")
    _install_itself(project)
    return project


def _install(project: Path) -> tuple[str | Path, ...]:
    return (BIN / "uv", "pip", "install", "--quiet", "--system-certs", "--python", project / ".venv")


def _install_itself(project: Path) -> None:
    Runner(project)(*_install(project), "--no-deps", "--editable", ".")


class Runner:
    """Runs commands in a project, with no environment active."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}

    def __call__(self, *command: str | Path) -> str:
        """What a command prints. Raises subprocess.CalledProcessError where it fails."""
        done = subprocess.run(command, cwd=self._project, env=self._env, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout


def enlarged(project: Path, target: Path, packages: int) -> Path:
    """The project with so many locked packages: copies of all of them under further names, that need each other."""
    shutil.copytree(project, target, symlinks=True, copy_function=os.link)
    lock = (project / "poetry.lock").read_text("utf-8")
    head, *blocks = lock.partition("\n[metadata]")[0].split("\n[[package]]\n")
    names = {re.findall(r'^name = "(.+)"$', block, re.M)[0]: block for block in blocks}
    copies = [_Copy(number, frozenset(names)) for number in range(1, packages // len(names))]
    last, leaves = _Copy(len(copies) + 1, frozenset(names)), _leaves(names)[: packages % len(names)]
    blocks += [copy.block(block) for copy in copies for block in names.values()]
    blocks += [last.block(names[name]) for name in leaves]
    text = _declared((project / "pyproject.toml").read_text("utf-8"), copies, [last.of(leaf) for leaf in leaves])
    for site in target.glob(".venv/lib/python*/site-packages"):
        for metadata in [*site.glob("*.dist-info")]:
            for copy in (*copies, last):
                if _name_of(metadata) in (names if copy is not last else leaves):
                    copy.distribution(metadata)
    _replace(target / "pyproject.toml", text)
    hashed = f'content-hash = "{content_hash(tomllib.loads(text))}"'
    metadata_table = re.sub("content-hash = .*", hashed, lock.partition("\n[metadata]")[2])
    _replace(target / "poetry.lock", "\n[[package]]\n".join([head, *blocks]) + "\n[metadata]" + metadata_table)
    _install_itself(target)
    return target


def _leaves(blocks: Mapping[str, str]) -> list[str]:
    """Packages of the main group that need nothing and are needed everywhere."""
    unfit = ("[package.dependencies]", "\nmarkers = ")
    return [name for name, block in blocks.items() if '"main"' in block and not any(each in block for each in unfit)]


def _declared(pyproject: str, copies: list[_Copy], more: list[str]) -> str:
    """pyproject.toml that asks for what each copy has too, and for some more."""

    def multiplied(line: re.Match[str]) -> str:
        return "\n".join([line[0], *(f'    "{copy.of(line[1])}{line[2]}' for copy in copies)])

    text = re.sub(r'(?m)^    "([a-z-]+)(.*",)$', multiplied, pyproject)
    return text.replace("dependencies = [\n", "dependencies = [\n" + "".join(f'    "{name}",\n' for name in more), 1)


class _Copy:
    """One more set of the same packages under other names."""

    def __init__(self, number: int, names: frozenset[str]) -> None:
        self._number = number
        self._names = names

    def of(self, name: str) -> str:
        return f"{name}-{self._number}" if normal(name) in self._names else name

    def block(self, text: str) -> str:
        """A block of the lock."""
        kept, _, tables = text.partition("\n[package.")
        kept = re.sub(r'(?<=^name = ")[^"]+', self._named, kept, flags=re.M)
        tables = re.sub(r'(?m)^[\w-]+(?= = )|(?<=")[A-Za-z0-9][\w.-]*(?=[ "\[])', self._named, tables)
        return f"{kept}\n[package.{tables}" if tables else kept

    def _named(self, found: re.Match[str]) -> str:
        return self.of(found[0])

    def distribution(self, metadata: Path) -> None:
        """Installs the copy of a distribution beside it."""
        site, stem = metadata.parent, metadata.name.partition("-")[0]
        copied = site / metadata.name.replace(stem, f"{stem}_{self._number}", 1)
        shutil.copytree(metadata, copied, copy_function=os.link)
        text = (metadata / "METADATA").read_text("utf-8")
        headers, blank, description = text.partition("\n\n")
        headers = re.sub(r"(?m)(?<=^Name: )\S+|(?<=^Requires-Dist: )[\w.-]+", self._named, headers)
        _replace(copied / "METADATA", headers + blank + description)
        record = (metadata / "RECORD").read_text("utf-8").replace(metadata.name, copied.name)
        tops = {top for top in re.findall(r"^[^/,]+", record, re.M) if top not in ("..", copied.name)}
        moved = {top: self._moved(top) for top in tops}
        _replace(copied / "RECORD", re.sub(r"(?m)^[^/,]+", lambda found: moved.get(found[0], found[0]), record))
        for old, new in moved.items():
            if (site / old).is_dir():
                shutil.copytree(site / old, site / new, copy_function=_link, dirs_exist_ok=True)
            else:
                _link(site / old, site / new)

    def _moved(self, top: str) -> str:
        stem, dot, end = top.partition(".")
        return f"{stem}_{self._number}{dot}{end}"


def _name_of(metadata: Path) -> str:
    return normal(metadata.name.partition("-")[0])


def _link(old: str | Path, new: str | Path) -> None:
    if not Path(new).exists():
        os.link(old, new)


def _replace(path: Path, text: str) -> None:
    """Writes a file that is a link to another's."""
    path.unlink()
    path.write_text(text, "utf-8")
