"""What a step leaves behind beside its exit code: values in $HOLDFAST_OUTPUT, and files that are kept."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors
from holdfast.workflow.records import Artifact

OUTPUT_LIMIT = 2**20
NOTES_LIMIT = 5
MOST_ARTIFACTS = 10_000
CHUNK = 2**20
OUTSIDE, SECRET = "no file within the project", "it holds a secret"
"""Why a file is not kept."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def parse_outputs(content: bytes) -> tuple[dict[str, str], list[str]]:
    """The values in an output file, and notes on lines that hold none.

    `name=value` a line, or GitHub's form for several lines: `name<<END`, the lines, `END`
    (docs.github.com, "Workflow commands", "Multiline strings"). The last value under a name stands.
    """
    lines = content.decode("utf-8", errors="replace").split("\n")
    if lines[-1] == "":
        lines.pop()
    values: dict[str, str] = {}
    notes: list[str] = []
    at = 0
    while at < len(lines):
        at = _entry(lines, at, values, notes)
    if len(notes) > NOTES_LIMIT:
        notes = [*notes[:NOTES_LIMIT], f"and {len(notes) - NOTES_LIMIT} more lines of $HOLDFAST_OUTPUT like that"]
    return values, notes


def _entry(lines: Sequence[str], at: int, values: dict[str, str], notes: list[str]) -> int:
    """Reads what begins on line `at`; returns the line after it."""
    line = lines[at].removesuffix("\r")
    name, equals, value = line.partition("=")
    heredoc, marks, end = line.partition("<<")
    if marks and end and _NAME.fullmatch(heredoc):
        return _several_lines(lines, at, heredoc, end, values, notes)
    if equals and _NAME.fullmatch(name):
        values[name] = value
    elif line.strip():
        notes.append(f"line {at + 1} of $HOLDFAST_OUTPUT is not name=value")
    return at + 1


def _several_lines(lines: Sequence[str], at: int, name: str, end: str, values: dict[str, str], notes: list[str]) -> int:
    for index in range(at + 1, len(lines)):
        if lines[index].removesuffix("\r") == end:
            values[name] = "\n".join(lines[at + 1 : index])
            return index + 1
    notes.append(f"line {at + 1} of $HOLDFAST_OUTPUT has no end: {end[:40]!r} does not follow")
    return len(lines)


class HoldsSecret(Exception):
    """A file that holds what is stored nowhere."""


def keep_artifacts(
    patterns: Sequence[str], project: Path, kept: Path, secrets: Sequence[bytes] = ()
) -> tuple[list[Artifact], list[str], list[str]]:
    """Copies the files that the globs name; returns them, the globs that name none, and notes.

    Globs are relative to the project; nothing outside it is kept, through symbolic links neither. A file of the same
    content is there already and is not copied again; one that holds any of the `secrets` is not kept.
    Raises HoldfastError where they cannot be kept.
    """
    real_project = os.path.realpath(project)
    found: dict[str, Artifact] = {}
    missing: list[str] = []
    notes: list[str] = []
    for pattern in patterns:
        matched = False
        for path in _matches(pattern, project):
            if path not in found:
                kept_file = _keep(path, project, real_project, kept, secrets)
                if isinstance(kept_file, str):
                    notes.append(f"{path} was not kept: {kept_file}")
                    matched = matched or kept_file is SECRET
                    continue
                found[path] = kept_file
            matched = True
            if len(found) >= MOST_ARTIFACTS:
                return list(found.values()), missing, [*notes, f"only the first {MOST_ARTIFACTS} artifacts were kept"]
        if not matched:
            missing.append(pattern)
    return list(found.values()), missing, notes


def _matches(pattern: str, project: Path) -> Iterator[str]:
    """The files that a glob names, sorted, each relative to the project."""
    import glob

    if "\0" in pattern:
        return
    names = glob.glob(pattern, root_dir=project, recursive=True)  # noqa: PTH207 - with `..`, which is then refused
    for name in sorted(names):
        if not os.path.isdir(os.path.join(project, name)):  # noqa: PTH112, PTH118 - names may be hostile
            yield name


def _keep(name: str, project: Path, real_project: str, kept: Path, secrets: Sequence[bytes]) -> Artifact | str:
    """The file that is kept now, or why it is not. Raises HoldfastError."""
    real = os.path.realpath(os.path.join(project, name))  # noqa: PTH118 - names may be hostile
    if not real.startswith(real_project + os.sep):
        return OUTSIDE
    try:
        reading = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise HoldfastError(f"cannot read {name}: {error.strerror or error}") from error
    try:
        if not stat.S_ISREG(os.fstat(reading).st_mode):
            return OUTSIDE
        with file_errors(kept, "write to"):
            digest, size = _copy(reading, kept, secrets)
    except HoldsSecret:
        return SECRET
    finally:
        os.close(reading)
    return Artifact(name, digest, size)


def _copy(reading: int, kept: Path, secrets: Sequence[bytes]) -> tuple[str, int]:
    """Copies a file into the directory under the name of its digest; returns that and its size in bytes.

    Raises HoldsSecret, and leaves nothing then.
    """
    import hashlib

    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = kept / f".{os.getpid()}.{os.urandom(6).hex()}"
    digest, size = hashlib.sha256(), 0
    before, longest = b"", max(map(len, secrets), default=0)
    try:
        with beside.open("xb") as writing:
            while chunk := os.read(reading, CHUNK):
                digest.update(chunk)
                writing.write(chunk)
                size += len(chunk)
                if longest:
                    seen = before + chunk
                    if any(secret in seen for secret in secrets):
                        raise HoldsSecret
                    before = seen[-longest:]
        beside.rename(kept / digest.hexdigest())  # over the same content, if it is there
    finally:
        beside.unlink(missing_ok=True)
    return digest.hexdigest(), size
