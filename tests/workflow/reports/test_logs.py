from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.reports.logs import LONGEST_BLOCK, PIECE, last_lines, log_of, read

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA\n" * 100 + "-----END RSA PRIVATE KEY-----\n"


def log(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "a.log"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_last_lines_are_masked_and_blank_ones_passed_over(tmp_path: Path) -> None:
    path = log(tmp_path, f"one\ntwo {TOKEN}\n\nthree\n")
    assert last_lines(path, 2) == ["two ***", "three"]
    assert last_lines(path, 0) == []
    assert last_lines(path, 9) == ["one", "two ***", "three"]


def test_of_a_progress_bar_the_last_state_is_shown(tmp_path: Path) -> None:
    assert last_lines(log(tmp_path, "10%\r50%\r90%\r\nnext"), 5) == ["90%", "next"]


def test_a_line_of_which_the_beginning_is_not_read_is_not_shown_as_it_may_hold_a_secret(tmp_path: Path) -> None:
    path = log(tmp_path, f"password={'x' * 9000}\nlast\n")
    assert last_lines(path, 5) == ["last"]


@pytest.mark.parametrize("kind", ["missing", "directory", "pipe"])
def test_of_what_is_no_log_nothing_is_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.log"
    if kind == "directory":
        path.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    assert last_lines(path, 3) == []


def test_a_log_is_read_whole_in_pieces_that_end_where_lines_do(tmp_path: Path) -> None:
    lines = "".join(f"line {number}\n" for number in range(40_000))
    pieces = list(read(log(tmp_path, lines)))
    assert "".join(pieces) == lines
    assert len(pieces) > 3
    assert all(piece.endswith("\n") for piece in pieces)


@pytest.mark.parametrize(("count", "said"), [(0, ""), (1, "c\n"), (2, "b\nc\n"), (3, "a\nb\nc\n"), (99, "a\nb\nc\n")])
def test_its_last_lines_alone(tmp_path: Path, count: int, said: str) -> None:
    assert "".join(read(log(tmp_path, "a\nb\nc\n"), tail=count)) == said


@pytest.mark.parametrize("count", [1, 5000, 12_345])
def test_its_last_lines_alone_where_there_are_many(tmp_path: Path, count: int) -> None:
    lines = [f"line {number}" for number in range(20_000)]
    path = log(tmp_path, "\n".join(lines))
    assert "".join(read(path, tail=count)).split("\n") == lines[-count:]


def test_a_private_key_is_masked_where_pieces_meet(tmp_path: Path) -> None:
    for filling in range(PIECE - 1600, PIECE, 320):
        said = "".join(read(log(tmp_path, "x" * filling + "\n" + KEY + "after\n")))
        assert "MIIE" not in said
        assert said.endswith("after\n")


def test_a_key_that_never_ends_is_not_waited_for_without_end(tmp_path: Path) -> None:
    said = "".join(read(log(tmp_path, "-----BEGIN NOTHING\n" + "row\n" * LONGEST_BLOCK)))
    assert said.count("row") == LONGEST_BLOCK


def test_one_line_of_many_megabytes_takes_little_memory(tmp_path: Path) -> None:
    path = log(tmp_path, b"x" * 30_000_000)
    tracemalloc.start()
    size = sum(len(piece) for piece in read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 30_000_000
    assert peak < 4_000_000


def test_bytes_that_are_no_text_and_a_last_line_without_end_are_shown(tmp_path: Path) -> None:
    assert "".join(read(log(tmp_path, b"a\xff\nb"))) == "a\ufffd\nb"


def test_what_is_added_is_read_as_long_as_it_may_come(tmp_path: Path) -> None:
    path = log(tmp_path, "first\n")
    turns = iter(("second\n", "third\n", None))

    def going() -> bool:
        more = next(turns)
        if more:
            with path.open("a", encoding="utf-8") as file:
                file.write(more)
        return more is not None

    assert "".join(read(path, going=going)) == "first\nsecond\nthird\n"


@pytest.mark.parametrize("kind", ["missing", "directory", "pipe"])
def test_what_cannot_be_read_is_an_error_that_names_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.log"
    if kind == "directory":
        path.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(HoldfastError, match=r"cannot read .*a\.log"):
        list(read(path))


def test_a_log_is_where_the_executor_writes_it(tmp_path: Path) -> None:
    assert log_of(tmp_path, tmp_path / "runs", "R1", "fan[3]", 2) == tmp_path / "runs" / "R1" / "logs" / "fan[3].2.log"
