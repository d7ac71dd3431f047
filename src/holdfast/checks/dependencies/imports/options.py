"""What deptry has to be told of a project. What `[tool.deptry]` says stays as it is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from holdfast.checks.dependencies.imports.brought import Brought
from holdfast.checks.dependencies.imports.declared import Declarations, dev_extras, for_development
from holdfast.checks.dependencies.imports.known import DISTRIBUTIONS
from holdfast.checks.dependencies.model import normal
from holdfast.checks.facts import table
from holdfast.checks.interface import Context

NEVER = (r"setup\.py$",)
"""Imported by what builds the project, in an environment of its own."""


def settings(pyproject: Mapping[str, Any]) -> Mapping[str, Any]:
    return table(pyproject, "tool", "deptry")


def options(context: Context, brought: Brought, declared: Declarations, first_party: Iterable[str]) -> Iterator[str]:
    """The command line that tells it the files to look at, the project's own modules, and what names mean."""
    own = settings(context.pyproject)
    if "exclude" not in own:
        for pattern in (*NEVER, *_not_the_projects(context)):
            yield from ("--exclude", pattern)
    said = own.get("known_first_party")
    for module in sorted({*first_party, *(said if isinstance(said, list) else ())}):
        yield from ("--known-first-party", module)
    if mapping := _mapping(own, brought, declared):
        yield from ("--package-module-name-map", mapping)
    extras = dev_extras(context.pyproject)
    if extras and not {"optional_dependencies_dev_groups", "pep621_dev_dependency_groups"} & own.keys():
        yield from ("--optional-dependencies-dev-groups", ",".join(extras))


def told(context: Context, declared: Declarations, scratch: Path) -> Iterator[str]:
    """Options that hand over what a project declares where deptry cannot find it."""
    main = [each.text for each in declared.all if not for_development(each)]
    development = [each.text for each in declared.all if for_development(each)]
    config = scratch / "pyproject.toml"
    config.write_text(_toml(settings(context.pyproject)), "utf-8")
    yield from ("--config", str(config))
    for option, name, texts in (
        ("--requirements-files", "requirements.txt", main),
        ("--requirements-files-dev", "requirements-dev.txt", development),
    ):
        (scratch / name).write_text("\n".join(texts) + "\n", "utf-8")
        yield from (option, str(scratch / name))


def _not_the_projects(context: Context) -> Iterator[str]:
    """Patterns for what lies in the project's directory and does not belong to it, environments among them."""
    files = frozenset(context.files)
    directories = {parent for name in context.files for parent in _parents(name)}
    waiting = [""]
    while waiting:
        start = waiting.pop()
        for entry in _entries(context.project / start):
            name = f"{start}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if name in directories:
                    waiting.append(f"{name}/")
                else:
                    yield f"{re.escape(name)}$"
            elif name.endswith((".py", ".ipynb")) and name not in files:
                yield f"{re.escape(name)}$"


def _parents(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _mapping(own: Mapping[str, Any], brought: Brought, declared: Declarations) -> str:
    """Modules by distribution, where deptry would guess: not installed, or installed in a way it does not read."""
    found: dict[str, str] = {}
    for each in declared.all:
        written = re.match(r"[\w.-]+", each.text)
        if written and (modules := _modules(each.need.name, brought)):
            found[written[0]] = "|".join(sorted(modules))
    said = own.get("package_module_name_map")
    for name, modules in said.items() if isinstance(said, Mapping) else ():
        found[name] = "|".join(modules) if isinstance(modules, list) else str(modules)
    return ",".join(f"{name}={modules}" for name, modules in found.items())


def _modules(name: str, brought: Brought) -> set[str]:
    installed = brought.by_name.get(name)
    if installed is not None:
        return {module for module in installed.modules if re.fullmatch(r"[\w-]+", module)}
    known = {module for module, several in DISTRIBUTIONS.items() if name in map(normal, several)}
    return known | {name.replace("-", "_")} if known else set()


def _toml(own: Mapping[str, Any]) -> str:
    """The settings as TOML; of strings, lists and tables of them JSON's values are TOML's too."""
    lines = ["[tool.deptry]"]
    lines += [f"{key} = {_json(value)}" for key, value in own.items() if not isinstance(value, Mapping)]
    for key, value in own.items():
        if isinstance(value, Mapping):
            lines += [f"[tool.deptry.{key}]", *(f"{_json(one)} = {_json(two)}" for one, two in value.items())]
    return "\n".join(lines) + "\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
