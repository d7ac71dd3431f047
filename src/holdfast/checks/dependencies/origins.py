"""Where an installed distribution came from: an index, or what direct_url.json, path files and finders say.

Source: packaging.python.org/en/latest/specifications/direct-url
"""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

from holdfast.checks.dependencies.model import Source
from holdfast.checks.dependencies.site import Distribution
from holdfast.checks.venv_probe import installed
from holdfast.checks.venv_probe.disk import loose_text
from holdfast.checks.venv_probe.values import cut

INDEX = "index"
LIMIT = 2**20


class Origin(NamedTuple):
    """`kind` is `index`, `directory`, `file`, `url` or `git`."""

    kind: str
    url: str = ""
    """A URL, or for a directory or a file its path."""
    commit: str = ""
    editable: bool = False
    paths: tuple[str, ...] = ()
    """For a directory: where the code is imported from, or was copied from."""


def origin_of(distribution: Distribution, *, links: bool) -> Origin:
    """Where a distribution came from. `links` says that it installed path files or finders."""
    if os.path.basename(distribution.path) == "EGG-INFO":  # what easy_install unpacked, from an index as a rule
        return Origin(INDEX)
    if distribution.place.linked:
        path = distribution.place.path
        return Origin("directory", path, editable=True, paths=(path,))
    said = _direct_url(distribution)
    if links:
        entry = os.path.basename(distribution.path)
        linked = installed.origin(distribution.place.path, entry, distribution.label)
        if linked.editable and linked.paths:
            return Origin("directory", said.url or linked.paths[0], editable=True, paths=linked.paths)
    return said


def _direct_url(distribution: Distribution) -> Origin:
    path = os.path.join(distribution.path, "direct_url.json")
    text = loose_text(path, LIMIT) if os.access(path, os.F_OK) else ""
    if not text:
        return Origin(INDEX)
    import json

    try:
        said = json.loads(text)
        return _as_said(said, str(said["url"])) if not _by_conda(distribution) else Origin(INDEX)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Origin(INDEX)


def _as_said(said: dict[str, Any], url: str) -> Origin:
    if "vcs_info" in said:
        return Origin("git", url, str(said["vcs_info"].get("commit_id", "")).lower())
    if not url.startswith("file:"):
        return Origin("url", url)
    from urllib.parse import unquote, urlsplit

    path = unquote(urlsplit(url).path).replace("\0", "")
    if "dir_info" in said:
        return Origin("directory", path, editable=said["dir_info"].get("editable") is True, paths=(path,))
    return Origin("file", path)


def _by_conda(distribution: Distribution) -> bool:
    """conda's packages carry the direct_url.json of the machine that built them."""
    return loose_text(os.path.join(distribution.path, "INSTALLER"), LIMIT).strip() == "conda"


def described(where: Origin | Source | None) -> str:
    """An origin, or a lock's source, for a message: without credentials, and cut."""
    if where is None or where.kind == INDEX:
        return "an index"
    named = {"directory": "the directory", "file": "the file", "git": "git"}.get(where.kind, "")
    commit = f" at {cut(where.commit[:12])}" if where.commit else ""
    return f"{named} {cut(without_credentials(where.url))}{commit}".strip()


def without_credentials(url: str) -> str:
    """A URL without what stands before the @ of its host."""
    return re.sub(r"//[^/?#]*@", "//", url)
