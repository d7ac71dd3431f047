"""A whole run that still stands: where nothing at all has changed, no check is imported to find that out.

Asking each check costs about a millisecond, and there are many. So the last run in which every check passed or was
skipped is kept as one record: a key, which is all that any of its checks depends on, and their results. Whatever
differs, even what would concern no check, leads to asking them one by one.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from holdfast import __version__
from holdfast.checks import snapshot
from holdfast.checks.inputs import Moment, kept, program_of
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.memory import result_from
from holdfast.core.files import write_cache
from holdfast.core.findings import Result

FORMAT = 2


class Asked(NamedTuple):
    """What the checks together depend on, beside the project's files, its environment and the configuration."""

    programs: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    """The files that define the checks."""

    @classmethod
    def by(cls, inputs: Iterable[Inputs], code: Iterable[str]) -> Asked:
        """All that these inputs name."""
        every = list(inputs)

        def named(field: str) -> tuple[str, ...]:
            return tuple(sorted({name for each in every for name in getattr(each, field)}))

        return cls(
            named("programs"),
            named("variables"),
            named("outside"),
            named("home"),
            named("unlisted"),
            tuple(sorted(code)),
        )


class Record(NamedTuple):
    """A run that stands as long as its key does."""

    key: bytes
    asked: Asked
    order: tuple[str, ...]
    """The checks that were selected."""
    always: tuple[str, ...]
    """All checks, selected or not, that have to be asked every time."""
    results: Mapping[str, Mapping[str, Any]]
    """By check: the result's fields, `since` and `run_id`."""

    def recalled(self, name: str) -> tuple[Result, str, str]:
        """A check's result, and when and in which run it was found. Raises KeyError, TypeError or ValueError."""
        data = self.results[name]
        return result_from(name, dict(data["result"])), str(data["since"]), str(data["run_id"])


def key_of(context: Context, home: Path, now: Moment, asked: Asked, *, left_out: Iterable[str]) -> bytes:
    """Everything that a run's results depend on, as one line: comparing it takes less than loading a hash function."""
    variables = {name: kept(value) for name, value in context.child_env.items() if name.startswith(asked.variables)}
    everything = [
        FORMAT,
        __version__,
        sorted(left_out),
        [[place, snapshot.stamp(place)] for place in (sys.prefix, *sys.path, *asked.code)],
        sorted([*map(str, path), repr(given.value)] for path, given in context.config.given.items()),
        sorted(os.listdir(context.project)),  # noqa: PTH208 - a name that git ignores may make a check wanted
        snapshot.git_index(context.project),
        now.files,
        now.directories,
        now.distributions,
        now.interpreter,
        {name: program_of(context, name) for name in asked.programs},
        {name: snapshot.stamp(str(context.project / name)) for name in asked.unlisted},
        {place: _names_in(context.project / place) for place in {name.rpartition("/")[0] for name in asked.unlisted}},
        _search_path(context),
        variables if asked.variables else {},
        snapshot.outside(
            context.project, home, asked.outside, asked.home, context.env.get("XDG_CONFIG_HOME"), listed=now.files
        ),
    ]
    return json.dumps(everything, sort_keys=True, separators=(",", ":")).encode()


def _names_in(directory: Path) -> list[str]:
    """What lies in a directory: a file that git ignores and nobody knew of may be one that a check reads."""
    try:
        return sorted(os.listdir(directory))  # noqa: PTH208 - names alone
    except OSError:
        return []


def _search_path(context: Context) -> list[str]:
    """Where a shell finds programs, and what changes when one comes or goes there."""
    active = (context.env.get(name, "") for name in ("VIRTUAL_ENV", "CONDA_PREFIX"))
    places = context.env.get("PATH", "").split(os.pathsep)
    whole = [place for place in places if os.path.isabs(place)]  # noqa: PTH117 - texts, at every start
    return [*active, *(f"{place} {snapshot.stamp(place)}" for place in whole)]


def load(path: Path) -> Record | None:
    """The record in a file; None where there is none that can be read."""
    try:
        key, said = path.read_bytes().split(b"\n", 1)
        document = json.loads(said)
        if document["format"] != FORMAT:
            return None
        asked = Asked(*(tuple(document["asked"][field]) for field in Asked._fields))
        order, always = tuple(document["order"]), tuple(document["always"])
        return Record(key, asked, order, always, dict(document["results"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def store(path: Path, record: Record) -> None:
    """Keeps a record. One that cannot be written costs time, nothing else."""
    document = {"format": FORMAT, **record._asdict(), "asked": record.asked._asdict(), "key": None}
    content = json.dumps(document, separators=(",", ":")).encode()
    write_cache(path, record.key + b"\n" + content)
