"""What a project asks uv for: as pyproject.toml says it and as uv.lock recorded it, in one form to compare."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.dependencies.declared import Declarations, declared
from holdfast.checks.dependencies.lockfile import is_name, tables, word, words
from holdfast.checks.dependencies.model import MAIN, Declared, normal
from holdfast.checks.dependencies.same import same_markers, same_specifiers
from holdfast.checks.dependencies.uv.document import names, pairs
from holdfast.checks.facts import table
from holdfast.core.config.table import KeyPath

Table = Mapping[str, Any]


class Asked(NamedTuple):
    """A requirement. `scope` is `extra X` or `group X`, empty for what the project always needs."""

    name: str
    scope: str
    specifier: str
    marker: str
    extras: tuple[str, ...]
    source: str
    """Where the package comes from, in a form of our own; empty: from an index."""
    path: KeyPath = ()
    """Where in pyproject.toml it stands."""

    def __str__(self) -> str:
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        source = f" from {self.source}" if self.source else ""
        marker = f"; {self.marker}" if self.marker else ""
        return f"{self.name}{extras}{self.specifier}{source}{marker}"


class Places(NamedTuple):
    """What is needed to name the sources of a pyproject.toml as the lock does."""

    here: str
    """The directory of the pyproject.toml, relative to the lock's."""
    members: Mapping[str, str]
    """The directories of the workspace's members by name, relative to the lock's."""
    shared: Table
    """The `[tool.uv.sources]` of the workspace's root, which its members may use."""


def now(pyproject: Table, text: str, places: Places) -> tuple[list[Asked], Declarations]:
    """What a pyproject.toml asks uv for; Poetry's tables are nothing to uv."""
    uv = table(pyproject, "tool", "uv")
    seen = {key: pyproject[key] for key in ("project", "dependency-groups") if key in pyproject}
    stated = declared({**seen, "tool": {"uv": {key: uv[key] for key in uv if key == "dev-dependencies"}}}, text)
    own = names(uv.get("sources"))
    indexes = {word(each.get("name")): word(each.get("url")) for each in tables(uv.get("index"))}
    found = [
        asked
        for each, path in zip(stated.requirements, stated.paths, strict=True)
        if not _taken_over(each, path)
        for asked in _sourced(each, path, own, places, indexes)
    ]
    return found, stated


def _taken_over(each: Declared, path: KeyPath) -> bool:
    """Whether an extra has it from another one that it names: the lock states it for the other alone."""
    return bool(each.extra) and len(path) > 2 and normal(str(path[2])) != each.extra


def _scope(each: Declared) -> str:
    return f"extra {each.extra}" if each.extra else "" if each.group == MAIN else f"group {each.group}"


def _sourced(each: Declared, path: KeyPath, own: Table, places: Places, indexes: Mapping[str, str]) -> Iterator[Asked]:
    need = each.need
    asked = Asked(need.name, _scope(each), need.constraint, need.marker, need.extras, "", path)
    if need.source:
        yield asked._replace(source=_direct(each.text))
        return
    value = own.get(need.name, places.shared.get(need.name))
    if need.name not in own:  # the root's paths start there
        places = places._replace(here=".")
    chosen = [one for one in tables(value if isinstance(value, list) else [value]) if _meant(one, each)]
    if not chosen:
        yield asked
    for one in chosen:
        markers = [f"({marker})" for marker in (need.marker, word(one.get("marker"))) if marker]
        marker = " and ".join(markers) if len(markers) > 1 else "".join(markers)[1:-1]
        yield asked._replace(marker=marker, source=_source(one, need.name, places, indexes))


def _meant(one: Table, each: Declared) -> bool:
    extra, group = word(one.get("extra")), word(one.get("group"))
    return (not extra or normal(extra) == each.extra) and (not group or normal(group) == each.group)


def _source(one: Table, name: str, places: Places, indexes: Mapping[str, str]) -> str:
    if isinstance(one.get("git"), str):
        keys = ("rev", "tag", "branch", "subdirectory")
        return _git(one["git"], {key: one[key] for key in keys if isinstance(one.get(key), str)})
    if word(one.get("url")):
        return _bare_url(word(one["url"]).partition("#")[0])
    if isinstance(one.get("path"), str):
        place = _joined(places.here, one["path"])
        return _placed(place, name, places.members, editable=one.get("editable") is True)
    if one.get("workspace") is True:
        return places.members.get(normal(name), "the workspace")
    return _index(indexes.get(word(one.get("index")), ""))


def _placed(place: str, name: str, members: Mapping[str, str], *, editable: bool) -> str:
    """A path; a member of the workspace is editable or not by its own configuration."""
    return f"{place} (editable)" if editable and members.get(normal(name)) != place else place


def _joined(directory: str, path: str) -> str:
    return posixpath.normpath(path if path.startswith("/") else posixpath.join(directory, path))


def _git(url: str, query: Mapping[str, str]) -> str:
    return "git " + " ".join([_bare_url(url), *(f"{key}={query[key]}" for key in sorted(query))])


def _index(url: str) -> str:
    return f"index {_bare_url(url)}" if url else ""


def _bare_url(url: str) -> str:
    """A URL without its user and password, which uv keeps out of the lock and a message must not show."""
    return re.sub(r"//[^/@]*@", "//", url).rstrip("/")


def _direct(text: str) -> str:
    """The source of a direct reference: `name @ URL`."""
    url = text.partition("@")[2].strip().partition(" ;")[0].strip()
    where, _, fragment = url.partition("#")
    if where.startswith("git+"):
        query = {key: value for key, value in pairs(fragment) if key == "subdirectory"}
        scheme, _, rest = where.removeprefix("git+").partition("://")
        path, at, revision = rest.rpartition("@")
        if not at or "/" not in path:
            path, revision = rest, ""
        return _git(f"{scheme}://{path}", {**query, **({"rev": revision} if revision else {})})
    return _joined(".", where.removeprefix("file://")) if where.startswith("file:") else _bare_url(where)


def then(requirements: object, members: Mapping[str, str], scope: str = "") -> Iterator[Asked]:
    """What the lock recorded: a `requires-dist`, or one group of `requires-dev`."""
    for item in tables(requirements):
        if not is_name(item.get("name")):
            continue
        marker, extra = _without_extra(word(item.get("marker"))) if not scope else (word(item.get("marker")), "")
        yield Asked(
            normal(item["name"]),
            f"extra {normal(extra)}" if extra else scope,
            word(item.get("specifier")),
            marker,
            tuple(sorted(map(normal, words(item.get("extras"))))),
            _recorded(item, members),
        )


def _without_extra(marker: str) -> tuple[str, str]:
    """A marker parted from the `extra == 'x'` that ends it."""
    found = re.fullmatch(r"(?:(?P<rest>.*) and )?extra == '(?P<extra>[^']*)'", marker)
    if found:
        return found["rest"] or "", found["extra"]
    inside = re.search(r"extra == '([^']*)'", marker)
    return marker, inside[1] if inside else ""


def _recorded(item: Table, members: Mapping[str, str]) -> str:
    if isinstance(item.get("git"), str):
        url, _, query = item["git"].partition("#")[0].partition("?")
        return _git(url, dict(pairs(query)))
    for kind in ("editable", "directory", "virtual", "path"):
        if isinstance(item.get(kind), str):
            place = _joined(".", item[kind])
            return _placed(place, item["name"], members, editable=kind == "editable")
    return _bare_url(word(item.get("url")).partition("#")[0]) or _index(word(item.get("index")))


Change = tuple[Asked | None, Asked | None]


def changes(before: Iterable[Asked], after: Iterable[Asked], pythons: str) -> list[Change]:
    """What differs in meaning: (before, after) for a changed one, with None in one place for one added or removed."""
    gone, new = _differing(_merged(_bare(each) for each in before), _merged(after), pythons)
    changed: list[Change] = []
    for each in new:
        old = next((one for one in gone if (one.name, one.scope) == (each.name, each.scope)), None)
        if old is not None:
            gone.remove(old)
        changed.append((old, each))
    return changed + [(old, None) for old in gone]


def _merged(asked: Iterable[Asked]) -> list[Asked]:
    """One requirement for each that is stated in parts: `a>=1` and `a<2` are `a<2,>=1`."""
    found: dict[tuple[object, ...], Asked] = {}
    for each in asked:
        key = (each.name, each.scope, each.marker, each.extras, each.source)
        before = found.get(key)
        if before is None:
            found[key] = each
        elif each.specifier not in ("", before.specifier):
            parts = filter(None, (before.specifier, each.specifier))
            found[key] = before._replace(specifier=",".join(parts))
    return list(found.values())


def _bare(each: Asked) -> Asked:
    return each._replace(path=())


def _differing(gone: list[Asked], after: list[Asked], pythons: str) -> tuple[list[Asked], list[Asked]]:
    exact = set(gone)
    new = [each for each in after if _bare(each) not in exact]
    kept = {_bare(each) for each in after} & exact
    rest = [each for each in gone if each not in kept]
    left = []
    for each in new:
        twin = next((one for one in (*rest, *kept) if same(one, each, pythons)), None)
        if twin is None:
            left.append(each)
        elif twin in rest:
            rest.remove(twin)
    return _unexplained(rest, left, after)


def _unexplained(gone: list[Asked], new: list[Asked], after: list[Asked]) -> tuple[list[Asked], list[Asked]]:
    """Leaves out the index's share of a package that has a source for some markers alone: uv works that share out."""
    parted = {(each.name, each.scope) for each in after if each.source and each.marker}
    return [each for each in gone if each.source or (each.name, each.scope) not in parted], new


def same(one: Asked, other: Asked, pythons: str) -> bool:
    """Whether two requirements mean the same, however they are written."""
    if (one.name, one.scope, one.extras) != (other.name, other.scope, other.extras):
        return False
    if one.source != other.source and not (one.source == "" and other.source.startswith("index ")):
        return False  # older locks name no index
    extra = one.scope.removeprefix("extra ") if one.scope.startswith("extra ") else ""
    return same_specifiers(one.specifier, other.specifier) and same_markers(one.marker, other.marker, pythons, extra)
