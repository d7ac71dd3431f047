"""Whatever a registry file holds: an answer or an error that says why, never a traceback, and nothing lost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.registries import append, events_in, finished, started, text_of

from holdfast.core.errors import HoldfastError
from holdfast.core.registry_format import parse_event
from holdfast.core.registry_reader import opened
from holdfast.tasks.archive import archive, parse_before
from holdfast.tasks.fold import as_json, fold
from holdfast.tasks.query import Wanted, last_tasks
from holdfast.tasks.repair import repair
from holdfast.tasks.stats import stats
from holdfast.tasks.verify import verify

SEED = text_of(
    started(1, argv=["a", "b"], pid=1, host="h"),
    finished(1),
    started(2),
    {"event": "note", "text": "é\u2028"},
    finished(2),
).encode()
PIECES = [
    b"",
    b"\n",
    b"\r\n",
    b",",
    b"]}\n",
    b"<<<<<<< a\n",
    b"=======\n",
    b">>>>>>> b\n",
    b"\0" * 9,
    b"{",
    b"}",
    b'"',
    b"\xff",
]
PIECES += [
    b',{"event":"finished","id":5}\n',
    b',{"event":"started","id":"x","at":1e999}\n',
    b"[" * 3000,
    b'"duration_s":1e308',
]
PIECES += [b',{"event":"finished","id":"y","at":{},"status":[1]}\n', b"9" * 5000, SEED]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A healthy registry with a few cuts and insertions."""
    content = SEED
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        stop = draw(st.integers(start, min(len(content), start + draw(st.sampled_from([0, 1, 5, 80, 1000])))))
        content = content[:start] + draw(st.sampled_from(PIECES) | st.binary(max_size=8)) + content[stop:]
    return content


CONTENTS = mutated() | st.binary(max_size=200) | st.text(max_size=80).map(str.encode)
fuzzed = settings(max_examples=100, deadline=None)


@contextmanager
def registry_of(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "task_registry.json"
        path.write_bytes(content)
        yield path


def whole_lines(content: bytes) -> set[bytes]:
    return {line.rstrip(b"\r") for line in content.split(b"\n")[1:] if parse_event(line) is not None}


def all_bytes(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


@fuzzed
@given(content=CONTENTS)
def test_reading_answers_or_says_why_and_never_writes(content: bytes) -> None:
    with registry_of(content) as path:
        with suppress(HoldfastError), opened(path) as snapshot:
            for task in fold(snapshot.events()).values():
                as_json(task)
            last_tasks(snapshot, Wanted(status="failed", task="l*"), 2)
            for one in stats(snapshot.events()):
                one.as_json()
        problems, _ = verify(path)
        assert all(problem.line >= 1 for problem in problems)
        assert [(file.name, file.read_bytes()) for file in path.parent.iterdir()] == [(path.name, content)]


@fuzzed
@given(content=CONTENTS)
def test_appending_keeps_every_whole_event_or_leaves_the_file_alone(content: bytes) -> None:
    with registry_of(content) as path:
        try:
            append(path, started(9))
        except HoldfastError:
            assert path.read_bytes() == content
            assert len(list(path.parent.iterdir())) == 1
        else:
            kept = all_bytes(path)
            assert all(line in kept for line in whole_lines(content))
            assert path.read_bytes().endswith(b"\n]}\n")
            assert parse_event(path.read_bytes().split(b"\n")[-3]) == started(9)


@fuzzed
@given(content=CONTENTS)
def test_repairing_keeps_every_whole_event_and_makes_a_valid_file(content: bytes) -> None:
    with registry_of(content) as path:
        try:
            done = repair(path)
        except HoldfastError:
            assert path.read_bytes() == content
            assert len(list(path.parent.iterdir())) == 1
        else:
            if done.copy is not None:
                assert done.copy.read_bytes() == content
            now = events_in(path)
            named = [event for line in whole_lines(content) if isinstance((event := parse_event(line)), dict)]
            assert all(event in now for event in named if isinstance(event.get("event"), str))
            append(path, started(9))
            assert events_in(path) == [*now, started(9)]
            assert repair(path).copy is None


@fuzzed
@given(content=CONTENTS)
def test_archiving_moves_events_or_leaves_the_file_alone(content: bytes) -> None:
    with registry_of(content) as path:
        with suppress(HoldfastError):
            archive(path, parse_before("2027-01-01"))
        kept = all_bytes(path)
        assert all(line.strip() in kept for line in whole_lines(content))
