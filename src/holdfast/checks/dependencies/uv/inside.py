"""uv.lock against itself: what packages need of each other, and whether it has that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.checks.dependencies import lockfile, sound
from holdfast.checks.dependencies.lockfile import error, tables, word, words
from holdfast.checks.dependencies.model import Lock, Locked, normal
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.dependencies.uv.asked import Asked, then
from holdfast.checks.dependencies.uv.document import FIX, HEADER, Document, document, names
from holdfast.checks.dependencies.uv.reader import Package, local_path
from holdfast.checks.dependencies.versions import allows
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding


def inside(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK008, LOCK009 and LOCK013: what packages need of each other, and whether the lock has it."""
    blocks: dict[str, list[Locked]] = {}
    for package in lock.packages:
        blocks.setdefault(package.name, []).append(package)
    for who, names_ in _wanted(lock):
        for name, version in dict.fromkeys(names_):
            yield from _missing(lock, blocks.get(name, []), who, name, version)
    found = document(lock.text, lock.file)
    if _supported(subject, found):
        for local in found.packages:
            if local_path(local) is not None:
                yield from _own_needs(subject, lock, found, local, blocks)


def _wanted(lock: Lock) -> Iterator[tuple[Locked | None, list[tuple[str, str]]]]:
    yield None, [(root.need.name, root.need.constraint) for root in lock.roots]
    for package in lock.packages:
        needs = [*package.needs, *(need for extra in package.extras.values() for need in extra)]
        if needs:
            yield package, [(need.name, need.constraint) for need in needs]


def _missing(lock: Lock, blocks: list[Locked], who: Locked | None, name: str, version: str) -> Iterator[Finding]:
    id_, said = "LOCK009", ""
    if not blocks:
        said = f"{lock.file} lacks it"
    elif version and not any(version == f"=={each.version}" for each in blocks):
        said = f"{lock.file} has {_versions(blocks)}"
    elif not version and len({each.version for each in blocks}) > 1:
        id_, said = "LOCK013", f"{lock.file} has {_versions(blocks)}, and nothing says which is meant"
    if said:
        asker = sound.label(who) if who else "the project"
        message = f"{asker} asks for {cut(name + version)}; {said}"
        yield error(id_, message, lock.file, line_of_block(lock, who), FIX)


def _versions(blocks: list[Locked]) -> str:
    return cut(" and ".join(each.version or "a path" for each in blocks))


def line_of_block(lock: Lock, package: Locked | None) -> int | None:
    """The line of a package's block."""
    return lockfile.block_line(lock.text, HEADER, package.name, package.version) if package else None


def _supported(subject: Subject, found: Document) -> bool:
    markers = words(found.table.get("supported-markers"))
    return not markers or any(subject.target.holds(marker) for marker in markers)


def _own_needs(
    subject: Subject, lock: Lock, found: Document, package: Package, blocks: Mapping[str, list[Locked]]
) -> Iterator[Finding]:
    """Whether what a local package asks for is what its edges in the lock lead to."""
    metadata = table(package, "metadata")
    free = {normal(word(each.get("name"))) for each in _overriding(found)} | {normal(package["name"])}
    asked = [*then(metadata.get("requires-dist"), {})]
    for group, items in names(metadata.get("requires-dev")).items():
        asked += then(items, {}, f"group {group}")
    for each in asked:
        if each.name not in free and subject.target.holds(each.marker, (each.scope.removeprefix("extra "),)):
            yield from _met(subject, lock, package, each, blocks.get(each.name, []))


def _overriding(found: Document) -> list[Mapping[str, Any]]:
    manifest = table(found.table, "manifest")
    excluded = [{"name": each} for each in words(manifest.get("excludes"))]
    return [*tables(manifest.get("overrides")), *tables(manifest.get("excludes")), *excluded]


def _met(subject: Subject, lock: Lock, package: Package, asked: Asked, blocks: list[Locked]) -> Iterator[Finding]:
    edges = _edges(package, asked.scope)
    if edges is None or not blocks:
        return
    mine = [each for each in edges if normal(word(each.get("name"))) == asked.name]
    scope = f" ({cut(asked.scope)})" if asked.scope else ""
    who = f"{cut(package['name'])}{scope} asks for {cut(asked)}"
    if not mine:
        line = lockfile.block_line(lock.text, HEADER, normal(package["name"]))
        yield error("LOCK009", f"{who}; {lock.file} does not install it with it", lock.file, line, FIX)
        return
    here_ = [each for each in mine if subject.target.holds(word(each.get("marker")))]
    versions = {word(each.get("version")) for each in here_}
    for block in blocks:
        chosen = block.version in versions or (versions == {""} and len(blocks) == 1)
        if chosen and block.version and allows(asked.specifier, block.version) is False:
            where = lockfile.block_line(lock.text, HEADER, block.name, block.version)
            yield error("LOCK008", f"{who}; {lock.file} has {block.version}", lock.file, where, FIX)


def _edges(package: Package, scope: str) -> list[Mapping[str, Any]] | None:
    """What the lock installs with a package, for an extra or a group; None where it does not say."""
    kind, _, name = scope.partition(" ")
    if not kind:
        return tables(package.get("dependencies"))
    lists = names(package.get("optional-dependencies" if kind == "extra" else "dev-dependencies"))
    return tables(lists[name]) if name in lists else None


def without_hashes(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK014, less the packages of an index that is a directory: there uv records no hash."""
    found = document(lock.text, lock.file)
    local = {
        (normal(each["name"]), word(each.get("version")))
        for each in found.packages
        if "://" not in word(table(each, "source").get("registry"))
    }
    lacking = lock._replace(packages=tuple(each for each in lock.packages if (each.name, each.version) not in local))
    yield from sound.without_hashes(subject, lacking)
