"""uv.lock as a Lock: its packages, and what the walk through them starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.lockfile import tables, word, words
from holdfast.checks.dependencies.model import MAIN, Declared, Lock, Locked, Need, Source, normal
from holdfast.checks.dependencies.uv.document import Document, document, names, pairs
from holdfast.checks.dependencies.uv.workspace import from_project
from holdfast.checks.facts import table

LOCAL = ("editable", "virtual", "directory")
Package = Mapping[str, Any]


def local_path(package: Package) -> str | None:
    """The directory that a package is in, relative to the lock, or None where it comes from elsewhere."""
    source = table(package, "source")
    return next((source[kind] for kind in LOCAL if isinstance(source.get(kind), str)), None)


def root_of(found: Document, place: str) -> Package | None:
    """The package that the project in this directory is, relative to the lock."""
    return next((each for each in found.packages if _same_place(local_path(each), place)), None)


def _same_place(path: str | None, place: str) -> bool:
    return path is not None and (path.rstrip("/") or ".") == place


def members_of(found: Document) -> tuple[Package, ...]:
    """The workspace's members, or none where there is one project alone."""
    listed = set(map(normal, words(table(found.table, "manifest").get("members"))))
    return tuple(each for each in found.packages if normal(each["name"]) in listed and local_path(each) is not None)


def read(project_place: str, file: str, text: str, pyproject: Mapping[str, Any]) -> Lock:
    """The lock. Raises Unreadable."""
    found = document(text, file)
    root = root_of(found, project_place)
    starts = (root,) if root else members_of(found)
    manifest = names(table(found.table, "manifest").get("dependency-groups"))
    roots = [each for start in starts for each in _roots(start, project_place, itself=root is None)]
    if root is None:
        roots += [Declared(_asked(each), each["name"], group) for group, each in _items(manifest) if _named(each)]
    groups = frozenset(manifest).union(*map(_groups, starts))
    return Lock(
        "uv",
        file,
        text,
        _packages(found, project_place),
        tuple(roots),
        groups,
        default_groups(pyproject, groups),
        frozenset().union(*map(_extras, starts)),
        normal(root["name"]) if root and "virtual" not in root["source"] else "",
    )


def default_groups(pyproject: Mapping[str, Any], known: frozenset[str]) -> frozenset[str]:
    """The groups that uv installs when nothing is said."""
    said = table(pyproject, "tool", "uv").get("default-groups", ["dev"])
    return known if said == "all" else frozenset(map(normal, words(said))) & known


def _groups(package: Package) -> frozenset[str]:
    said = table(package, "metadata").get("requires-dev")
    return frozenset(names(package.get("dev-dependencies"))) | frozenset(names(said))


def _extras(package: Package) -> frozenset[str]:
    said = words(table(package, "metadata").get("provides-extras"))
    return frozenset(names(package.get("optional-dependencies"))) | frozenset(map(normal, said))


def _roots(package: Package, place: str, *, itself: bool) -> Iterator[Declared]:
    if itself:
        yield Declared(Need(normal(package["name"])), package["name"])
    for each in tables(package.get("dependencies")):
        yield Declared(_need(each, place), word(each.get("name")))
    for extra, each in _items(names(package.get("optional-dependencies"))):
        yield Declared(_need(each, place), word(each.get("name")), MAIN, extra)
    for group, each in _items(names(package.get("dev-dependencies"))):
        yield Declared(_need(each, place), word(each.get("name")), group)


def _items(lists: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((name, each) for name, value in lists.items() for each in tables(value))


def _named(item: Mapping[str, Any]) -> bool:
    return lockfile.is_name(item.get("name"))


def _packages(found: Document, place: str) -> tuple[Locked, ...]:
    seen: set[tuple[str, str]] = set()
    packages = []
    for index, (package, hashes) in enumerate(zip(found.packages, found.hashes, strict=True)):
        name, version = normal(package["name"]), word(package.get("version"))
        origin = str(index) if (name, version) in seen else ""
        seen.add((name, version))
        needs = tuple(_need(each, place) for each in tables(package.get("dependencies")))
        optional = names(package.get("optional-dependencies"))
        extras = {extra: tuple(_need(each, place) for each in tables(value)) for extra, value in optional.items()}
        marker = " or ".join(f"({each})" for each in words(package.get("resolution-markers")))
        source = source_of(package["source"], place)
        packages.append(Locked(name, version, needs, extras, source, None, marker, hashes, origin))
    return tuple(packages)


def _need(item: Mapping[str, Any], place: str) -> Need:
    """What a package of the lock needs of another; the version is there where the lock has several."""
    version = item.get("version")
    return Need(
        normal(item["name"]),
        f"=={version}" if lockfile.is_version(version) else "",
        word(item.get("marker")),
        tuple(map(normal, words(item.get("extra")))),
        source_of(item["source"], place) if isinstance(item.get("source"), dict) else None,
    )


def _asked(item: Mapping[str, Any]) -> Need:
    """What a requirement of `requires-dist` and its like asks for."""
    return Need(
        normal(item["name"]),
        word(item.get("specifier")),
        word(item.get("marker")),
        tuple(map(normal, words(item.get("extras")))),
    )


def source_of(source: Mapping[str, Any], place: str) -> Source | None:
    """Where a package comes from, for the project at a place relative to the lock; None for an index."""
    subdirectory = word(source.get("subdirectory"))
    if isinstance(source.get("git"), str):
        where, _, commit = source["git"].partition("#")
        url, _, query = where.partition("?")
        return Source("git", url, commit, dict(pairs(query)).get("subdirectory", subdirectory))
    if isinstance(source.get("url"), str):
        return Source("url", source["url"], subdirectory=subdirectory)
    for kind in (*LOCAL, "path"):
        if isinstance(source.get(kind), str):
            path = from_project(place, source[kind])
            named = {"path": "file", "editable": "directory"}.get(kind, kind)
            return Source(named, path, subdirectory=subdirectory, editable=kind == "editable")
    return None
