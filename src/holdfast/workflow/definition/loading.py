"""Reading a workflow file: judged as a whole when it has changed, and taken from the cache when it has not."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast import __version__
from holdfast.core.digests import sha256
from holdfast.core.files import file_errors, write_cache
from holdfast.workflow.definition.source import Source, decoded, read_bytes
from holdfast.workflow.kinds.interface import Kind
from holdfast.workflow.model import KINDS, Workflow

if TYPE_CHECKING:
    from holdfast.workflow.definition.expressions import Language


CACHE = Path(".holdfast", "cache", "workflows")
LARGEST = 2**26
"""Bytes of a cache file: more than any workflow comes to."""
FORMAT = 1
"""Of the cache; raised where the same file would be read as something else."""


def load(
    path: Path,
    project: Path,
    kinds: Mapping[str, Kind],
    *,
    language: Callable[[], Language] | None = None,
    unknown_place: Callable[[str], str | None] | None = None,
    fresh: bool = False,
    keep: bool = False,
) -> Workflow:
    """The workflow in a file. Raises DefinitionError with everything that is wrong with it, or FileError.

    `language` gives what judges expressions, `unknown_place` says why there is no executor of a name; without them
    neither is judged. What was read before comes from the
    cache, unless it has to be `fresh`; with `keep`, what is read now is put there.
    """
    name = shown_name(path, project)
    content = read_bytes(path, name)
    digest = sha256(content)
    seal = _seal(path, name, digest, judged=language is not None)
    place = project / CACHE / f"{sha256(os.fsencode(name))[:32]}.json"
    if not fresh and (cached := _cached(place, seal, kinds)) is not None:
        return cached
    workflow = _judged(Source(name, decoded(content, name)), digest, kinds, language, unknown_place)
    if keep:
        body = json.dumps(workflow.as_json(), separators=(",", ":")).encode()
        write_cache(place, _sealed(seal, body) + b"\n" + body)
    return workflow


def shown_name(path: Path, project: Path) -> str:
    """What messages and runs call a file: its path in the project where it is inside, else the whole path."""
    with file_errors(path, "read"):  # there may be no current directory
        whole, root = os.path.realpath(path), os.path.realpath(project)
    return os.path.relpath(whole, root) if whole.startswith(root + os.sep) else whole


def _judged(
    source: Source,
    digest: str,
    kinds: Mapping[str, Kind],
    language: Callable[[], Language] | None,
    unknown_place: Callable[[str], str | None] | None,
) -> Workflow:
    from holdfast.workflow.definition.building import build
    from holdfast.workflow.definition.judging import judge

    source.parse()
    judge(source, kinds, language, unknown_place)
    source.refuse_mistakes()
    lines = [source.line(("steps", number)) for number in range(len(source.value["steps"]))]
    return build(source.value, source.name, digest, kinds, lines)


def _seal(path: Path, name: str, digest: str, *, judged: bool) -> bytes:
    """What a cache file has to belong to: this file with this content, on this machine, read by this version.

    Whoever gives us a repository with a cache file in it cannot know the inode and the time of our copy: what runs is
    what the workflow file says.
    """
    with file_errors(path, "read"):
        found = path.stat()
    facts = [digest, name, __version__, FORMAT, judged, found.st_dev, found.st_ino, found.st_ctime_ns]
    return json.dumps(facts).encode()


def _sealed(seal: bytes, body: bytes) -> bytes:
    return sha256(seal + b"\n" + body).encode()


def _cached(place: Path, seal: bytes, kinds: Mapping[str, Kind]) -> Workflow | None:
    """What was read before; None where there is nothing that can be used, whatever lies there."""
    try:
        found = place.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            return None
        sealed, _, body = place.read_bytes().partition(b"\n")
        if sealed != _sealed(seal, body):
            return None
        workflow = Workflow.from_json(json.loads(body))
    except (OSError, ValueError, LookupError, TypeError):
        return None
    # the built-in kinds are known without a look at what is installed
    return workflow if all(step.kind in KINDS or step.kind in kinds for step in workflow.steps) else None
