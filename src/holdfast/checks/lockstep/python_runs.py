"""Which Python runs the project: pins of version managers, images, and the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.checks.interface import Context
from holdfast.checks.lockstep.files import Files, container_files, mapping
from holdfast.checks.lockstep.pythons import Role, Said, dotted, written
from holdfast.core.findings import Location

READ_THE_DOCS = (".readthedocs.yaml", ".readthedocs.yml")
_FROM = re.compile(r"\s*FROM\s+(?:--\S+\s+)*(\S+)", re.IGNORECASE)
_ARG = re.compile(r"\s*ARG\s+(\w+)=[\"']?([^\s\"']+)", re.IGNORECASE)
_USE = re.compile(r"\$\{?(\w+)(?::?-([^}]*))?\}?")
_IMAGE = re.compile(r"(?:^|/)python:([0-9][\w.]*)|:python([0-9]\.[0-9]+)")


def runs(context: Context, files: Files) -> Iterator[Said]:
    """Everything that says which Python runs the project."""
    yield from _pinned(files)
    yield from _runtime(files)
    for file in container_files(context):
        yield from _images(files, file)
    yield from _read_the_docs(files)
    yield from _environment(context)


def _pinned(files: Files) -> Iterator[Said]:
    """.python-version, of whose lines the first that is a version counts: the others are there to be had too."""
    for number, line in enumerate(files.text(".python-version").splitlines(), 1):
        if version := written(line.split("#")[0]):
            place = Location(".python-version", number)
            yield Said(Role.RUNS, ".python-version", version.minor, line.strip(), place, version.patch, version.early)
            return


def _runtime(files: Files) -> Iterator[Said]:
    for file, pattern in ((".tool-versions", r"python\s+(\S+)"), ("runtime.txt", r"(python-\S+)")):
        for number, line in enumerate(files.text(file).splitlines(), 1):
            match = re.match(pattern, line)
            if match and (version := written(match[1])):
                yield Said(
                    Role.RUNS, file, version.minor, match[1], Location(file, number), version.patch, version.early
                )


def _images(files: Files, file: str) -> Iterator[Said]:
    given: dict[str, str] = {}
    for number, line in enumerate(files.text(file).splitlines(), 1):
        if match := _ARG.match(line):
            given[match[1]] = match[2]
        elif match := _FROM.match(line):
            image = _USE.sub(lambda use: given.get(use[1]) or use[2] or "", match[1])
            found = _IMAGE.search(image)
            version = written(re.sub(r"[^0-9.].*", "", found[1] or found[2])) if found else None
            if version:
                yield Said(Role.RUNS, "the image", version.minor, image, Location(file, number), version.patch)


def _read_the_docs(files: Files) -> Iterator[Said]:
    for file in READ_THE_DOCS:
        document = files.yaml(file)
        text = mapping(mapping(mapping(document.value).get("build")).get("tools")).get("python")
        version = written(text) if isinstance(text, str) else None
        if version:
            place = Location(file, document.line(("build", "tools", "python")))
            yield Said(Role.RUNS, "Read the Docs", version.minor, str(text), place, version.patch, version.early)


def _environment(context: Context) -> Iterator[Said]:
    """The environment's Python, by the path of its packages."""
    if context.environment is None or not context.environment.site_packages:
        return
    root = context.environment.root
    version = written(context.environment.site_packages[0].parent.name)
    if version:
        shown = root.relative_to(context.project) if root.is_relative_to(context.project) else root
        yield Said(Role.RUNS, f"the environment {shown}", version.minor, dotted(version.minor), None)
