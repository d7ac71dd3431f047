"""Requirements as PEP 508 writes them."""

from __future__ import annotations

import re
from functools import lru_cache

from holdfast.checks.dependencies.model import Need, Source, normal
from holdfast.checks.dependencies.quick import as_packaging_writes

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_BOUND = r"\s*(?:~=\s*\d+(?:\.\d+)+|[=!]=\s*\d+(?:\.\d+)*(?:\.\*)?|(?:>=|<=|<|>)\s*\d+(?:\.\d+)*)\s*"
_PLAIN = re.compile(
    rf"\s*(?P<name>{_NAME})\s*(?:\[\s*(?P<extras>{_NAME}(?:\s*,\s*{_NAME})*)\s*\])?\s*(?P<open>\()?"
    rf"(?P<bounds>{_BOUND}(?:,{_BOUND})*)?(?(open)\))\s*"
)
_ARCHIVE = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")
_LONGEST = 10_000
"""Characters; a longer requirement is none."""


class NotARequirement(ValueError):
    """Text that is not PEP 508; the message says why."""


@lru_cache(maxsize=4096)
def need_of(text: str) -> Need:
    """What a requirement asks for. Raises NotARequirement."""
    if len(text) > _LONGEST:
        raise NotARequirement("it is too long")
    match = _PLAIN.fullmatch(text)
    if match:  # most requirements; packaging takes ten times as long
        extras = tuple(sorted(normal(each.strip()) for each in match["extras"].split(","))) if match["extras"] else ()
        return Need(normal(match["name"]), re.sub(r"\s+", "", match["bounds"] or ""), extras=extras)
    before, semicolon, condition = text.partition(";")
    marker = as_packaging_writes(condition.strip()) if semicolon and "@" not in before else None
    return _thorough(text) if marker is None else need_of(before)._replace(marker=marker)


def _thorough(text: str) -> Need:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        read = Requirement(text)
    except InvalidRequirement as error:
        raise NotARequirement(str(error).partition("\n")[0]) from error
    except RecursionError as error:
        raise NotARequirement("it is nested too deep") from error
    return Need(
        normal(read.name),
        str(read.specifier),
        str(read.marker) if read.marker else "",
        tuple(sorted(map(normal, read.extras))),
        source_of(read.url) if read.url else None,
    )


def source_of(url: str) -> Source:
    """What a direct reference (PEP 440, PEP 610) points at; a git revision counts where it is a full hash."""
    where, _, fragment = url.partition("#")
    subdirectory = dict(part.partition("=")[::2] for part in fragment.split("&")).get("subdirectory", "")
    if where.startswith("git+"):
        scheme, _, rest = where.removeprefix("git+").partition("://")
        path, at, revision = rest.rpartition("@")
        if not at or "/" not in path:
            path, revision = rest, ""
        commit = revision if re.fullmatch("[0-9a-f]{40}", revision) else ""
        return Source("git", f"{scheme}://{path}", commit, subdirectory)
    if where.startswith("file:"):
        from urllib.parse import unquote

        path = unquote(where.removeprefix("file:").removeprefix("//"))
        return Source(kind_of_path(path), path, subdirectory=subdirectory)
    return Source("url", where, subdirectory=subdirectory)


def kind_of_path(path: str) -> str:
    """`file` for what has an archive's name, else `directory`."""
    return "file" if path.lower().endswith(_ARCHIVE) else "directory"
