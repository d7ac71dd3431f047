"""Reading a workflow file: judged as a whole when it has changed, and taken from the cache when it has not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

from holdfast import __version__
from holdfast.core.digests import sha256
from holdfast.workflow.definition.source import Source, decoded, read_bytes
from holdfast.workflow.kinds.interface import Kind
from holdfast.workflow.model import KINDS, Concurrency, Step, Workflow

if TYPE_CHECKING:
    from holdfast.workflow.definition.expressions import Language


def _types_of(field: str) -> Any:
    """What a field of a step may hold, by its default."""
    default = Step._field_defaults.get(field, "")
    special = {"body": object, "concurrency": (Concurrency, NoneType), "probe": (str, tuple, NoneType)}
    usual = (str, NoneType) if default is None else (int, float) if isinstance(default, float) else type(default)
    return special.get(field, usual)


CACHE = Path(".holdfast", "cache", "workflows")
TYPES = tuple(_types_of(name) for name in Step._fields)
FORMAT = 1
"""Of the cache; raised where the same file would be read as something else."""


def load(
    path: Path,
    project: Path,
    kinds: Mapping[str, Kind],
    *,
    language: Callable[[], Language] | None = None,
    fresh: bool = False,
    keep: bool = False,
) -> Workflow:
    """The workflow in a file. Raises DefinitionError with everything that is wrong with it, or FileError.

    `language` gives what judges expressions; without it they are not judged. What was read before comes from the
    cache, unless it has to be `fresh`; with `keep`, what is read now is put there.
    """
    name = shown_name(path, project)
    content = read_bytes(path, name)
    digest = sha256(content)
    key = sha256(json.dumps([digest, name, __version__, FORMAT, language is not None]).encode())
    place = project / CACHE / f"{key}.json"
    if not fresh and (cached := _cached(place, name, digest, kinds)) is not None:
        return cached
    workflow = _judged(Source(name, decoded(content, name)), digest, kinds, language)
    if keep:
        _keep(place, workflow)
    return workflow


def shown_name(path: Path, project: Path) -> str:
    """What messages and runs call a file: its path in the project where it is inside, else the whole path."""
    import os

    whole = os.path.realpath(path) if path.is_absolute() else os.path.realpath(Path.cwd() / path)
    root = os.path.realpath(project)
    return os.path.relpath(whole, root) if whole.startswith(root + os.sep) else whole


def _judged(
    source: Source, digest: str, kinds: Mapping[str, Kind], language: Callable[[], Language] | None
) -> Workflow:
    from holdfast.workflow.definition.building import build
    from holdfast.workflow.definition.judging import judge

    source.parse()
    judge(source, kinds, language)
    source.refuse_mistakes()
    lines = [source.line(("steps", number)) for number in range(len(source.value["steps"]))]
    return build(source.value, source.name, digest, kinds, lines)


def _keep(place: Path, workflow: Workflow) -> None:
    from holdfast.core.files import write_cache

    body = json.dumps(workflow.as_json(), separators=(",", ":")).encode()
    write_cache(place, sha256(body).encode() + b"\n" + body)


def _cached(place: Path, name: str, digest: str, kinds: Mapping[str, Kind]) -> Workflow | None:
    """What was read before; None where there is nothing that can be used, whatever lies there."""
    import stat

    try:
        if not stat.S_ISREG(place.lstat().st_mode):
            return None
        checksum, _, body = place.read_bytes().partition(b"\n")
        if checksum != sha256(body).encode():
            return None
        workflow = Workflow.from_json(json.loads(body))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return workflow if _is_sound(workflow, name, digest, kinds) else None


def _is_sound(workflow: Workflow, name: str, digest: str, kinds: Mapping[str, Kind]) -> bool:
    """Whether it is this file's workflow, and every field of a step holds what it should."""
    ids = {step.id for step in workflow.steps}
    return (
        workflow.file == name
        and workflow.digest == digest
        and isinstance(workflow.name, str)
        and bool(ids)
        and all(
            _is_step(step) and _is_known(step.kind, kinds) and ids.issuperset(step.needs) for step in workflow.steps
        )
    )


def _is_known(kind: str, kinds: Mapping[str, Kind]) -> bool:
    return kind in KINDS or kind in kinds  # the built-in ones are known without a look at what is installed


def _is_step(step: Step) -> bool:
    if not all(map(isinstance, step, TYPES)):
        return False
    listed = (*step.needs, *step.pass_env, *step.secrets, *step.artifacts, *step.env, *step.env.values())
    return all(isinstance(text, str) for text in listed)
