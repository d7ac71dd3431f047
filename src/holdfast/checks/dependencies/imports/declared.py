"""What a project declares, wherever it does: pyproject.toml, setup.cfg, requirements files, its own metadata.

This does not judge; it tells deptry what it cannot read itself, and findings where a name stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.dependencies.imports.brought import Brought
from holdfast.checks.dependencies.model import MAIN, Declared, Need, normal
from holdfast.checks.facts import normalised, table
from holdfast.checks.interface import Context
from holdfast.checks.venv_probe.disk import loose_text

REQUIREMENTS = ("requirements.in", "requirements.txt")
DEV_REQUIREMENTS = ("dev-requirements.txt", "requirements-dev.txt")
_MOST_SEARCHED = 2**28
"""Characters that are searched for lines, a fraction of a second's work for each hundred million."""
_FOR_TESTS = ("bench", "benchmark", "check", "ci", "cov", "coverage", "qa", "quality", "test", "testing", "tests")
_FOR_STYLE = (
    "format",
    "lint",
    "linters",
    "linting",
    "mypy",
    "style",
    "type",
    "type-check",
    "typecheck",
    "types",
    "typing",
)
DEV_EXTRAS = frozenset(
    ("dev", "develop", "development", "doc", "docs", "docs-build", "release", *_FOR_TESTS, *_FOR_STYLE)
)
"""Extras whose name says that they are for working on the project, not for using it."""


class Declarations(NamedTuple):
    """All that a project asks for."""

    all: tuple[Declared, ...]
    told: bool
    """Whether deptry cannot read them itself, and has to be told."""

    def of(self, name: str) -> tuple[Declared, ...]:
        wanted = normal(name)
        return tuple(each for each in self.all if each.need.name == wanted)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.need.name for each in self.all)


def for_development(declared: Declared) -> bool:
    """Whether a requirement is one of a development group, or of an extra that is as good as one."""
    return declared.group != MAIN or declared.extra in DEV_EXTRAS


def read(context: Context, brought: Brought, name: str) -> Declarations | None:
    """What the project declares, or None where nothing in it says."""
    native = tuple(_in_pyproject(context))
    if _readable(context.pyproject):
        return Declarations(native, told=False)
    setup = tuple(_in_setup_cfg(context)) or _of_itself(context, brought, name)
    if setup is not None:
        development = (each for file in DEV_REQUIREMENTS for each in _in_requirements(context, file, "dev"))
        return Declarations((*setup, *native, *development), told=True)
    file = next((file for file in REQUIREMENTS if (context.project / file).is_file()), None)
    if file is None:
        return None
    main = _in_requirements(context, file, MAIN)
    development = (each for file in DEV_REQUIREMENTS for each in _in_requirements(context, file, "dev"))
    return Declarations((*main, *development), told=False)


def _readable(pyproject: Mapping[str, Any]) -> bool:
    """Whether deptry finds the dependencies in pyproject.toml, or in the files that it names."""
    project, tool = table(pyproject, "project"), table(pyproject, "tool")
    if "dependencies" in table(tool, "poetry"):
        return True
    dynamic = project.get("dynamic")
    if not isinstance(dynamic, list) or "dependencies" not in dynamic:
        return bool(project) or "poetry" in tool
    backend = table(pyproject, "build-system").get("build-backend")
    return backend == "setuptools.build_meta" and "file" in _dynamic(pyproject)


def _dynamic(pyproject: Mapping[str, Any]) -> Mapping[str, Any]:
    return table(pyproject, "tool", "setuptools", "dynamic", "dependencies")


def _in_pyproject(context: Context) -> Iterator[Declared]:
    text = loose_text(context.project / "pyproject.toml")
    stated = list(_stated(context.pyproject))
    lined = len(text) * len(stated) <= _MOST_SEARCHED
    for written, group, extra, marker in stated:
        if name := normalised(written):
            need = Need(name, marker=marker or written.partition(";")[2].strip())
            yield Declared(need, written, group, extra, _line(text, written) if lined else None)
    files = _dynamic(context.pyproject).get("file")
    for file in files if isinstance(files, list) else [files]:
        if isinstance(file, str):
            yield from _in_requirements(context, file, MAIN)


def _stated(pyproject: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Each requirement with its group, extra and marker, where the marker is not part of the text."""
    project, tool = table(pyproject, "project"), table(pyproject, "tool")
    yield from ((each, MAIN, "", "") for each in _listed(project.get("dependencies")))
    for extra, several in table(project, "optional-dependencies").items():
        yield from ((each, MAIN, normal(extra), "") for each in _listed(several))
    for group, several in table(pyproject, "dependency-groups").items():
        yield from ((each, normal(group), "", "") for each in _listed(several))
    yield from ((each, "dev", "", "") for each in _listed(table(tool, "uv").get("dev-dependencies")))
    for group, several in table(tool, "pdm", "dev-dependencies").items():
        yield from ((each, normal(group), "", "") for each in _listed(several))
    poetry = table(tool, "poetry")
    yield from _in_table(table(poetry, "dependencies"), MAIN)
    yield from _in_table(table(poetry, "dev-dependencies"), "dev")
    for group in table(poetry, "group"):
        yield from _in_table(table(poetry, "group", group, "dependencies"), normal(group))


def _in_table(stated: Mapping[str, Any], group: str) -> Iterator[tuple[str, str, str, str]]:
    for name, value in stated.items():
        if name != "python":
            markers = value.get("markers") if isinstance(value, Mapping) else ""
            yield name, group, "", markers if isinstance(markers, str) else ""


def _listed(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _line(text: str, written: str) -> int | None:
    """The first line that says it, quoted as a requirement or bare as a key."""
    name = re.match(r"[\w.-]+", written.strip())
    word = re.escape(name[0]) if name else "(?!)"
    quoted = re.escape(written)
    found = re.search(rf"""(?m)^[^\n#]*(['"]){quoted}\1|^[ \t]*['"]?{word}['"]?[ \t]*=""", text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _in_requirements(context: Context, file: str, group: str) -> Iterator[Declared]:
    for number, line in enumerate(loose_text(context.project / file).splitlines(), 1):
        written = re.sub(r"(?:^|\s)#.*", "", line).strip().rstrip("\\").strip()
        if written and not written.startswith("-") and (name := normalised(written)):
            marker = written.partition(";")[2].partition(" --")[0].strip()
            yield Declared(Need(name, marker=marker), written, group, "", number, file)


def _in_setup_cfg(context: Context) -> Iterator[Declared]:
    from configparser import ConfigParser, Error

    text, parser = loose_text(context.project / "setup.cfg"), ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
        main = parser.get("options", "install_requires", fallback="")
        extras = dict(parser.items("options.extras_require")) if parser.has_section("options.extras_require") else {}
    except Error:
        return
    for extra, block in {"": main, **extras}.items():
        for written in block.replace(";", " ;").splitlines():
            if name := normalised(written):
                found = re.search(rf"(?m)^[^\n#]*\b{re.escape(_word(written))}", text)
                line = text.count("\n", 0, found.start()) + 1 if found else None
                need = Need(name, marker=written.partition(";")[2].strip())
                yield Declared(need, written.strip(), MAIN, normal(extra) if extra else "", line, "setup.cfg")


def _word(written: str) -> str:
    match = re.match(r"\s*([\w.-]+)", written)
    return match[1] if match else written


def _of_itself(context: Context, brought: Brought, name: str) -> tuple[Declared, ...] | None:
    """What the installed project says that it needs, where its own files compute it."""
    own = brought.by_name.get(name or _name_in_setup(context))
    if own is None:
        return None
    file = "setup.py" if (context.project / "setup.py").is_file() else "pyproject.toml"
    return tuple(
        Declared(Need(needed), needed, MAIN, normal(extra) if extra else "", None, file)
        for needed, extra in own.requires
    )


def _name_in_setup(context: Context) -> str:
    for file, pattern in (("setup.cfg", r"(?m)^name\s*=\s*([\w.-]+)"), ("setup.py", r"\bname\s*=\s*['\"]([\w.-]+)")):
        if found := re.search(pattern, loose_text(context.project / file)):
            return normal(found[1])
    return ""


def dev_extras(pyproject: Mapping[str, Any]) -> Iterable[str]:
    """The extras for development, as they are written."""
    return [extra for extra in table(pyproject, "project", "optional-dependencies") if normal(extra) in DEV_EXTRAS]
