"""The index gives back what was put in, and says when it cannot be trusted."""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checks.dependencies.advisories import index
from holdfast.checks.dependencies.advisories.index import Damaged, Header, Index, encode, load
from holdfast.checks.dependencies.advisories.kept import INDEX, directory_for
from holdfast.checks.dependencies.advisories.model import Advisory, Span
from holdfast.core.errors import HoldfastError

WHOLE = Advisory(
    "requests",
    "PYSEC-2023-74",
    ("CVE-2023-32681",),
    'says "x", \u00fc and more',
    "high",
    (Span("2.3.0", "2.31.0", "fixed"), Span("", "1", "last"), Span("9")),
    ("1.0",),
    ("2019-09-12",),
)


def kept(directory: Path, *advisories: Advisory) -> Path:
    _, content = encode(advisories, modified_ms=5, taken_in_ms=7, source="all.zip")
    path = directory / INDEX
    path.write_bytes(content)
    return path


def loaded(directory: Path) -> Index:
    found = load(directory)
    assert found is not None
    return found


def test_an_advisory_comes_back_as_it_was(tmp_path: Path) -> None:
    kept(tmp_path, WHOLE)
    assert loaded(tmp_path).of("requests") == (WHOLE,)
    assert loaded(tmp_path).header == Header(1, 1, 5, 7, "all.zip")


@given(st.sets(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,2}", fullmatch=True), min_size=1, max_size=40))
def test_every_package_is_found_and_no_other(names: set[str]) -> None:
    advisories = [Advisory(name, f"A-{name}", summary="x" * (len(name) * 7 % 90)) for name in names]
    header, content = encode(advisories, modified_ms=5, taken_in_ms=7, source="")
    found = Index(Path("x"), header, content)
    for name in names:
        assert [advisory.id for advisory in found.of(name)] == [f"A-{name}"]
        for other in (f"{name}0", name[:-1], f"-{name}", "zzzzz", "", "\ud800"):
            assert bool(found.of(other)) is (other in names)


def test_without_an_index_there_is_none(tmp_path: Path) -> None:
    assert load(tmp_path) is None
    assert load(tmp_path / "gone" / "further") is None
    (tmp_path / "file").touch()
    assert load(tmp_path / "file") is None


def test_an_index_that_was_cut_off_anywhere_is_noticed(tmp_path: Path) -> None:
    path = kept(tmp_path, WHOLE, WHOLE._replace(package="zope"))
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at])
        with pytest.raises(Damaged, match="damaged"):
            load(tmp_path)


def test_no_byte_that_was_changed_can_hide_a_package(tmp_path: Path) -> None:
    names = ["a", "flask", "requests", "zope", "zope-interface"]
    path = kept(tmp_path, *(Advisory(name, f"A-{name}") for name in names))
    content = path.read_bytes()
    noticed = 0
    for at in range(content.index(b"\n") + 1, len(content)):
        for bit in (1, 8, 64):
            path.write_bytes(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
            index = loaded(tmp_path)
            for name in names:
                try:
                    assert [advisory.id for advisory in index.of(name)] == [f"A-{name}"]
                except Damaged:
                    noticed += 1
    assert noticed > len(content)


def test_an_index_of_another_version_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    path = kept(tmp_path, WHOLE)
    path.write_bytes(path.read_bytes().replace(b"holdfast/advisories/1", b"holdfast/advisories/2"))
    with pytest.raises(HoldfastError, match="written by another version of Holdfast") as caught:
        load(tmp_path)
    assert not isinstance(caught.value, Damaged)


@pytest.mark.parametrize(
    "first",
    [b"", b"{}", b"[1]", b"[" * 100_000, b'{"schema": "other/1"}', b'{"schema": "holdfast/advisories/1"}', b"\xff"],
)
def test_a_file_that_is_no_index_says_so(tmp_path: Path, first: bytes) -> None:
    (tmp_path / INDEX).write_bytes(first + b"\n")
    with pytest.raises(Damaged, match=r"does not begin as an index|lacks something"):
        load(tmp_path)


def test_a_pipe_a_directory_and_a_giant_are_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / INDEX
    os.mkfifo(path)
    with pytest.raises(Damaged, match="no file"):
        load(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(HoldfastError):
        load(tmp_path)
    path.rmdir()
    kept(tmp_path, WHOLE)
    monkeypatch.setattr(index, "LIMIT", 10)
    with pytest.raises(Damaged, match="too large"):
        load(tmp_path)


@pytest.mark.parametrize(
    "line", ["nonsense", "[[1]]", "{}x", json.dumps([["A", [], "", "", [["x", "", ""]], [], []]]), "[" * 100_000]
)
def test_a_line_that_cannot_be_understood_is_damage_and_no_crash(tmp_path: Path, line: str) -> None:
    body = f"foo\t{zlib.crc32(f'foo{line}'.encode()):08x}\t{line}\n".encode()
    first = {"schema": index.SCHEMA, **Header(1, 1, 5, 7, "")._asdict(), "bytes": len(body)}
    (tmp_path / INDEX).write_bytes(json.dumps(first).encode() + b"\n" + body)
    with pytest.raises(Damaged, match="foo"):
        loaded(tmp_path).of("foo")


@pytest.mark.parametrize(
    ("env", "platform", "place"),
    [
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "linux", "/c/holdfast/advisories"),
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "darwin", "/c/holdfast/advisories"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "linux", "/h/.cache/holdfast/advisories"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Caches/holdfast/advisories"),
        ({"HOME": ""}, "linux", None),
        ({}, "linux", None),
    ],
)
def test_the_index_is_kept_where_the_system_keeps_caches(env: dict[str, str], platform: str, place: str | None) -> None:
    assert directory_for(env, platform) == (Path(place) if place else None)
