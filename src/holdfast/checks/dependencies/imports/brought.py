"""What the distributions of an environment bring, by their RECORDs, without importing or running anything."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from holdfast.checks.dependencies.model import normal
from holdfast.checks.venv_probe.disk import loose_text, names

_CODE = (".py", ".pyi", ".so", ".pyd", ".pyc")
_MAPPING = re.compile(r"^MAPPING(?:: [^=\n]*)? = (\{.*\})\s*$", re.MULTILINE)
_SECTION = re.compile(r"(?m)^\s*\[([^\]\n]+)\]")
_REQUIRES = re.compile(r"(?m)^Requires-Dist:[ \t]*([A-Za-z0-9][A-Za-z0-9._-]*)([^\n]*)")


class Distribution:
    """One installed distribution; its files are read when they are asked for, and once."""

    def __init__(self, metadata: Path, name: str) -> None:
        self.metadata, self.name = metadata, normal(name)

    @cached_property
    def title(self) -> str:
        """Its name as it writes it."""
        found = re.search(r"(?m)^Name:[ \t]*(\S+)", self._headers)
        return found[1] if found else self.name

    @cached_property
    def code(self) -> tuple[str, ...]:
        """The modules it brings as files, relative to the import path, with forward slashes."""
        files = [_path(line) for line in loose_text(self.metadata / "RECORD").splitlines()]
        linked = [file for file in files if "/" not in file and (file.endswith(".pth") or "__editable__" in file)]
        own = [file for file in files if file.endswith(_CODE) and not file.startswith(("..", "/", "__editable__"))]
        return tuple(own) + tuple(found for file in linked for found in self._linked(file))

    @cached_property
    def modules(self) -> frozenset[str]:
        """The top-level modules; `yaml-stubs` is one too."""
        tops = {file.split("/")[0].split(".")[0] for file in self.code} - {"__pycache__", ""}
        listed = loose_text(self.metadata / "top_level.txt").split() if not tops else ()
        return frozenset(tops | set(listed))

    @cached_property
    def entry_points(self) -> dict[str, tuple[str, ...]]:
        """The names of its entry points by group."""
        parts = _SECTION.split(loose_text(self.metadata / "entry_points.txt"))
        groups = zip(parts[1::2], parts[2::2], strict=True)
        return {group.strip(): tuple(re.findall(r"(?m)^[ \t]*([^\s=#;]+)[ \t]*=", body)) for group, body in groups}

    @cached_property
    def requires(self) -> tuple[tuple[str, str], ...]:
        """What it needs: the name, and the extra that asks for it, or nothing."""
        found = ((normal(name), re.search(r"extra\s*==\s*['\"]([^'\"]+)", rest)) for name, rest in self._needs)
        return tuple((name, extra[1] if extra else "") for name, extra in found)

    @property
    def _needs(self) -> list[tuple[str, str]]:
        return _REQUIRES.findall(self._headers)

    @cached_property
    def _headers(self) -> str:
        text = loose_text(self.metadata / "METADATA") or loose_text(self.metadata / "PKG-INFO")
        return text.partition("\n\n")[0]

    def _linked(self, file: str) -> Iterator[str]:
        """The modules that a file of an editable installation leads to."""
        text = loose_text(self.metadata.parent / file)
        if file.endswith(".pth"):
            for line in text.splitlines():
                yield from _modules_in(line.strip()) if line.startswith("/") else ()
        elif match := _MAPPING.search(text):
            yield from (f"{name}/__init__.py" for name in re.findall(r"['\"]([A-Za-z_]\w*)['\"]\s*:", match[1]))


class Brought:
    """All that an environment brings."""

    def __init__(self, site_packages: Iterable[Path]) -> None:
        self.directories = tuple(site_packages)
        self.by_name: dict[str, Distribution] = {}
        for directory in self.directories:
            for name in names(directory):
                if name.endswith((".dist-info", ".egg-info")):
                    found = Distribution(directory / name, name.rpartition(".")[0].split("-")[0])
                    self.by_name.setdefault(found.name, found)

    @property
    def import_path(self) -> tuple[str, ...]:
        """The directories to import from: site-packages, and those that its .pth files add."""
        found = [str(directory) for directory in self.directories]
        for directory in self.directories:
            for name in names(directory):
                if name.endswith(".pth"):
                    lines = (line.strip() for line in loose_text(directory / name).splitlines())
                    found += [str(directory / line) for line in lines if line and not line.startswith(("#", "import"))]
        return tuple(dict.fromkeys(place for place in found if os.path.isdir(place)))

    @cached_property
    def by_module(self) -> dict[str, tuple[Distribution, ...]]:
        """Who brings a top-level module."""
        found: dict[str, list[Distribution]] = {}
        for distribution in self.by_name.values():
            for module in distribution.modules:
                found.setdefault(module, []).append(distribution)
        return {module: tuple(who) for module, who in found.items()}

    @cached_property
    def namespaces(self) -> dict[str, tuple[Distribution, ...]]:
        """The top-level modules that are no more than a shared space (PEP 420), with those who have a part in it."""
        return {
            module: who
            for module, who in self.by_module.items()
            if module.isidentifier() and not any(_whole(module, distribution) for distribution in who)
        }

    def who_needs(self, name: str, among: Iterable[str], *, but: Container[str] = ()) -> str | None:
        """One of the distributions that needs another, extras apart; the first of `among` that does. None of `but`."""
        wanted = (self.by_name[each] for each in among if each in self.by_name)
        rest = (each for each in self.by_name.values() if each.name not in among)
        for each in (*wanted, *rest):
            if each.name not in but and (name, "") in each.requires:
                return each.title
        return None


def _whole(module: str, distribution: Distribution) -> bool:
    """Whether a distribution brings a module as one file or a package with `__init__`, or does not tell."""
    starts = (f"{module}/__init__.", f"{module}.")
    own = [file for file in distribution.code if file.startswith((f"{module}/", f"{module}."))]
    return not own or any(file.startswith(starts) for file in own)


def _modules_in(directory: str) -> Iterator[str]:
    for name in names(Path(directory)):
        if name.endswith(".py"):
            yield name
        elif any(each.endswith(".py") for each in names(Path(directory, name))):
            yield f"{name}/__init__.py"


def _path(line: str) -> str:
    return line[1 : line.rfind('"')] if line.startswith('"') else line.split(",", 1)[0]
