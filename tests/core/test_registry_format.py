from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.registries import HEADER, started, text_of, write

from holdfast.core.errors import HoldfastError
from holdfast.core.locks import LockTimeout, lock
from holdfast.core.registry_format import REPAIR, RegistryError, Tail, decode, find_tail, line_number, lines_backward
from holdfast.core.registry_reader import open_for_reading, opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "task_registry.json"


@pytest.fixture
def handle(file: Path) -> Iterator[int]:
    file.touch()
    handle = os.open(file, os.O_RDWR)
    yield handle
    os.close(handle)


@pytest.mark.parametrize(
    ("text", "reason"),
    [(b"NaN", "^NaN is not JSON"), (b"1e999", "^1e999 is too large"), (b"-1e999", "^-1e999 is too large")],
)
def test_a_number_that_json_does_not_have_is_named(text: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        decode(b"[%b]" % text)


def test_a_value_nested_too_deep_is_no_json_of_ours() -> None:
    with pytest.raises(ValueError, match=r"^nested too deep$"):
        decode(b"[" * 200_000)


@pytest.mark.parametrize("space", ["", "\n" * 200])
def test_a_closed_file_ends_at_its_closer(file: Path, handle: int, space: str) -> None:
    text = text_of(started(1)) + space
    file.write_text(text, "utf-8")
    assert find_tail(handle, len(text), file) == Tail(text.index("\n]}") + 1, len(text))


def test_a_file_that_was_cut_ends_after_its_last_whole_event(file: Path, handle: int) -> None:
    text = text_of(started(1)).removesuffix("\n]}\n")
    file.write_text(text + '\n,{"ev', "utf-8")
    assert find_tail(handle, len(text) + 6, file) == Tail(len(text), len(text) + 6, torn=True)


def test_a_file_without_a_header_has_no_tail(file: Path, handle: int) -> None:
    file.write_bytes(b"hello\n")
    with pytest.raises(RegistryError) as raised:
        find_tail(handle, 6, file)
    assert raised.value.message == f"{file}:1: not the first line of a task registry"
    assert raised.value.hint == REPAIR


def test_lines_are_counted_across_blocks(file: Path, handle: int) -> None:
    file.write_bytes(b"\n" + b"x" * 99 + b"\n" + b"line\n" * 60_000)
    assert line_number(handle, 0) == 1
    assert line_number(handle, 1) == 2
    assert line_number(handle, 101 + 5 * 50_000) == 50_003
    assert line_number(handle, 2**40) == 60_003


def test_lines_come_backward_with_their_offsets(file: Path, handle: int) -> None:
    lines = [b"%d" % number * (number % 70) + b"\n" for number in range(9000)]
    file.write_bytes(b"".join(lines) + b"end")
    found = list(lines_backward(handle, file.stat().st_size))[::-1]
    assert [line for _, line in found] == [*lines, b"end"]
    content = file.read_bytes()
    assert all(content[offset : offset + len(line)] == line for offset, line in found)


def test_the_lines_of_a_snapshot_are_those_of_its_events_across_blocks(file: Path) -> None:
    events = [started(number, text="a b " * (number % 700)) for number in range(1, 1500)]
    write(file, *events)
    lines = file.read_bytes().splitlines(keepends=True)[1:-1]
    assert sum(map(len, lines)) > 2 * 2**20
    with opened(file) as snapshot:
        found = list(snapshot.lines())
        assert found[:-1] == lines[:-1]
        assert found[-1].rstrip() == lines[-1].rstrip()
        assert list(snapshot.lines(snapshot.end)) == []
        assert [event["id"] for event in snapshot.events() if "id" in event] == [event["id"] for event in events]


def test_an_empty_file_has_no_events(file: Path) -> None:
    file.touch()
    with opened(file) as snapshot:
        assert (snapshot.start, snapshot.end, snapshot.torn) == (0, 0, 0)
        assert [*snapshot.events(), *snapshot.events_backward(), *snapshot.lines()] == []


def test_a_reader_names_a_file_that_is_no_registry(file: Path) -> None:
    file.write_bytes(b"hello\n")
    with pytest.raises(RegistryError, match=f"^{file}:1: not the first line"), opened(file):
        pass


def test_a_reader_names_the_line_that_ends_no_registry(file: Path) -> None:
    file.write_text(text_of(started(1)) + "<<<<<<< a\n", "utf-8")
    with pytest.raises(RegistryError, match=f"^{file}:4: not a line of a task registry"), opened(file):
        pass


def test_a_reader_shares_the_file_with_readers_and_waits_for_a_writer(file: Path, handle: int) -> None:
    write(file, started(1))
    lock(handle, file, exclusive=False, wait_s=0)
    with opened(file, wait_s=0) as snapshot:
        assert snapshot.path == file
        assert len(list(snapshot.events())) == 2
    lock(handle, file, exclusive=True, wait_s=0)
    with pytest.raises(LockTimeout, match=rf"^{file}: locked for 0\.01 s"), opened(file, wait_s=0.01):
        pass


def test_a_file_that_was_cut_while_it_is_read_ends_where_it_ends(file: Path) -> None:
    write(file, started(1), started(2))
    with opened(file) as snapshot:
        os.truncate(file, len(HEADER) + 1 + 20)
        assert list(snapshot.lines()) == [text_of(started(1)).splitlines()[1].encode()[:20]]


def test_a_registry_that_is_not_there_says_how_to_begin_one(file: Path) -> None:
    with pytest.raises(HoldfastError) as raised:
        open_for_reading(file)
    assert raised.value.message == f"{file}: no task registry yet"
    assert raised.value.hint == "log a first task with: holdfast task-log run -- COMMAND"


def test_what_cannot_be_read_is_said_and_no_pipe_is_waited_for(file: Path) -> None:
    os.mkfifo(file)
    with pytest.raises(HoldfastError, match=f"^{file}: not a regular file$"):
        open_for_reading(file)
    with pytest.raises(HoldfastError, match=f"^cannot read {file}/x: Not a directory$"):
        open_for_reading(file / "x")
