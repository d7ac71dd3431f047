"""Advisories are taken in as a whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from holdfast.checks.dependencies.advisories import update as module
from holdfast.checks.dependencies.advisories.index import encode, load
from holdfast.checks.dependencies.advisories.kept import INDEX
from holdfast.checks.dependencies.advisories.model import Advisory
from holdfast.checks.dependencies.advisories.osv import read_record
from holdfast.checks.dependencies.advisories.update import Taken, update
from holdfast.core.errors import HoldfastError
from tests.checks.dependencies.osv_records import REQUESTS, REQUESTS_GITHUB, record, write_zip
from tests.checks.dependencies.servers import Answer, serving

NOW_MS = 1_795_168_800_000
"""2026-11-20."""
UNMEASURED = {"COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}
"""What keeps coverage out of a process that could not write its data."""


def foo(name: str, **more: object) -> dict[str, object]:
    return record(name, "foo", {"introduced": "0"}, **more)


def take(source: Path | str, cache: Path, **env: str) -> Taken:
    return update(str(source), cache, env, now_ms=NOW_MS, say=lambda _: None)


def ids(cache: Path, package: str = "foo") -> list[str]:
    index = load(cache)
    return [advisory.id for advisory in index.of(package)] if index else []


def test_an_update_says_how_many_advisories_for_how_many_packages_of_when_and_where(tmp_path: Path) -> None:
    withdrawn = {**foo("PYSEC-3"), "withdrawn": "2026-01-01T00:00:00Z"}
    elsewhere = {"id": "GO-1", "affected": [{"package": {"ecosystem": "Go", "name": "x"}}]}
    source = write_zip(tmp_path / "all.zip", [REQUESTS, REQUESTS_GITHUB, foo("PYSEC-2"), withdrawn, elsewhere])
    taken = take(source, tmp_path / "cache")
    where = tmp_path / "cache" / INDEX
    assert str(taken) == f"3 advisories for 2 packages, the newest of 2026-11-13, kept in {where}"
    assert list(taken.notes()) == ["left out: 1 withdrawn, 1 without a version of a Python package"]
    assert ids(tmp_path / "cache", "requests") == ["GHSA-j8r2-6x86-q33q", "PYSEC-2023-74"]


def test_of_a_record_that_comes_twice_the_newer_one_counts(tmp_path: Path) -> None:
    old, new = foo("PYSEC-1", modified="2024-01-01T00:00:00Z", summary="old"), foo("PYSEC-1", summary="new")
    for number, order in enumerate(([old, new], [new, old])):
        (tmp_path / "all.json").write_text(json.dumps(order))
        take(tmp_path / "all.json", tmp_path / str(number))
        index = load(tmp_path / str(number))
        assert index is not None
        assert [advisory.summary for advisory in index.of("foo")] == ["new"]


def test_a_few_records_that_cannot_be_read_are_counted_and_named(tmp_path: Path) -> None:
    many = [foo(f"PYSEC-{number}") for number in range(60)]
    taken = take(write_zip(tmp_path / "all.zip", many, broken=b"{", wrong=b"[1]"), tmp_path / "cache")
    (said,) = taken.notes()
    assert said.startswith("2 records could not be read, such as broken.json: not JSON: Expecting property name")
    assert said.endswith("wrong.json: no OSV record: not a table")
    assert len(ids(tmp_path / "cache")) == 60


@pytest.mark.parametrize(
    ("records", "broken", "why"),
    [
        (20, 2, r"2 of 22 records could not be read, such as broken0\.json: not JSON"),
        (0, 0, "no advisories for Python packages in 0 files"),
        (0, 3, "3 of 3 records could not be read"),
    ],
)
def test_a_source_with_too_little_in_it_leaves_the_old_index(
    tmp_path: Path, records: int, broken: int, why: str
) -> None:
    take(write_zip(tmp_path / "old.zip", [foo("OLD-1")]), tmp_path / "cache")
    others = {f"broken{number}": b"{" for number in range(broken)}
    source = write_zip(tmp_path / "new.zip", [foo(f"NEW-{number}") for number in range(records)], **others)
    with pytest.raises(HoldfastError, match=why) as caught:
        take(source, tmp_path / "cache")
    assert caught.value.hint == "nothing was taken in; what was known before still counts"
    assert ids(tmp_path / "cache") == ["OLD-1"]


def test_more_advisories_than_there_can_be_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WEIGHT_LIMIT", 2000)
    take(write_zip(tmp_path / "all.zip", [foo("PYSEC-1")]), tmp_path / "cache")
    many = [foo(f"PYSEC-{number}") for number in range(3)]
    with pytest.raises(HoldfastError, match="more advisories than there can be"):
        take(write_zip(tmp_path / "all.zip", many), tmp_path / "cache")
    assert ids(tmp_path / "cache") == ["PYSEC-1"]


def test_the_weight_of_advisories_is_at_least_that_of_their_index() -> None:
    advisories = [each for value in (REQUESTS, REQUESTS_GITHUB) for each in read_record(value).advisories]
    advisories.append(Advisory("foo", "A", versions=("\U0001f600" * 20,) * 50, unclear=("\x00",) * 50))
    _, content = encode(advisories, modified_ms=1, taken_in_ms=1, source="")
    assert len(content.partition(b"\n")[2]) <= sum(advisory.weight for advisory in advisories)


def test_a_record_from_the_future_does_not_make_the_data_look_fresh(tmp_path: Path) -> None:
    old, future = foo("PYSEC-1", modified="2020-01-01T00:00:00Z"), foo("PYSEC-2", modified="9999-01-01T00:00:00Z")
    taken = take(write_zip(tmp_path / "all.zip", [old, future]), tmp_path / "cache")
    assert "the newest of 2020-01-01" in str(taken)
    with pytest.raises(HoldfastError, match="the age of the data cannot be told"):
        take(write_zip(tmp_path / "all.zip", [future, {**foo("A"), "modified": None}]), tmp_path / "cache")


def test_older_data_is_taken_in_and_said_to_be_older(tmp_path: Path) -> None:
    take(write_zip(tmp_path / "new.zip", [foo("NEW-1")]), tmp_path / "cache")
    older = write_zip(tmp_path / "old.zip", [foo("OLD-1", modified="2026-01-01T00:00:00Z")])
    said = list(take(older, tmp_path / "cache").notes())
    assert said == ["older than what was there before, the newest of which was of 2026-11-13"]
    assert ids(tmp_path / "cache") == ["OLD-1"]


def test_a_damaged_index_is_replaced_and_one_of_a_newer_holdfast_is_not(tmp_path: Path) -> None:
    source = write_zip(tmp_path / "all.zip", [foo("NEW-1")])
    path = take(source, tmp_path / "cache").path
    path.write_bytes(path.read_bytes()[:-3])
    take(source, tmp_path / "cache")
    assert ids(tmp_path / "cache") == ["NEW-1"]
    newer = path.read_bytes().replace(b"holdfast/advisories/1", b"holdfast/advisories/9")
    path.write_bytes(newer)
    with pytest.raises(HoldfastError, match="another version of Holdfast"):
        take(source, tmp_path / "cache")
    assert path.read_bytes() == newer


def test_a_full_disk_leaves_the_old_index(tmp_path: Path) -> None:
    take(write_zip(tmp_path / "old.zip", [foo("OLD-1")]), tmp_path / "cache")
    large = write_zip(tmp_path / "new.zip", [foo(f"NEW-{number}", summary=f"{number}" * 20) for number in range(200)])
    script = (
        "import resource, sys; from pathlib import Path; from holdfast.core.errors import HoldfastError\n"
        "from holdfast.checks.dependencies.advisories.update import update\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: update(sys.argv[1], Path(sys.argv[2]), {}, now_ms=1795168800000, say=print)\n"
        "except HoldfastError as error: print(error.message); sys.exit(2)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(large), str(tmp_path / "cache")],
        env={**os.environ, **UNMEASURED, "PYTHONDONTWRITEBYTECODE": "1"},  # no half of a module is to be kept
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "cannot write" in done.stdout
    assert ids(tmp_path / "cache") == ["OLD-1"]
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [INDEX, "lock"]


def test_a_cache_that_cannot_be_made_or_written_says_so(tmp_path: Path) -> None:
    source = write_zip(tmp_path / "all.zip", [foo("NEW-1")])
    (tmp_path / "file").touch()
    with pytest.raises(HoldfastError, match="cannot make"):
        take(source, tmp_path / "file" / "cache")
    (tmp_path / "cache" / "lock").mkdir(parents=True)
    with pytest.raises(HoldfastError, match="cannot open"):
        take(source, tmp_path / "cache")


def test_updates_at_once_leave_the_index_of_one_of_them(tmp_path: Path) -> None:
    names = [f"PYSEC-{number}" for number in range(8)]
    sources = [write_zip(tmp_path / f"{name}.zip", [foo(name)]) for name in names]
    threads = [threading.Thread(target=take, args=(source, tmp_path / "cache")) for source in sources]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert ids(tmp_path / "cache") in [[], *([name] for name in names)]
    assert ids(tmp_path / "cache")[0] in names
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [INDEX, "lock"]


def test_an_update_waits_for_another_one_only_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_zip(tmp_path / "all.zip", [foo("NEW-1")])
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr(module, "WAIT_S", 0.02)
    with (tmp_path / "cache" / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(HoldfastError, match=r"locked for 0\.02 s"):
            take(source, tmp_path / "cache")
    assert ids(take(source, tmp_path / "cache").path.parent) == ["NEW-1"]


def test_an_update_that_is_killed_at_whatever_line_leaves_the_old_index_or_the_new(tmp_path: Path) -> None:
    old = write_zip(tmp_path / "old.zip", [foo("OLD-1")])
    new = write_zip(tmp_path / "new.zip", [foo("NEW-1"), foo("NEW-2")])
    script = Path(__file__).with_name("advisories_killed.py")
    done = subprocess.run(
        [sys.executable, script, tmp_path / "cache", old, new],
        env={**os.environ, **UNMEASURED},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert set(said["seen"]) == {"OLD-1", "NEW-1,NEW-2"}
    assert said["kills"] == sum(said["seen"].values()) > 80
    assert said["ends"] == "NEW-1,NEW-2"
    assert said["left"] == [INDEX, "lock"]


def test_a_file_url_names_a_file(tmp_path: Path) -> None:
    source = write_zip(tmp_path / "all data.zip", [foo("NEW-1")])
    assert ids(take(source.as_uri(), tmp_path / "cache").path.parent) == ["NEW-1"]
    for url in ("file://other.example/x", "file://[x"):
        with pytest.raises(HoldfastError, match=r"another machine|not a URL"):
            take(url, tmp_path / "cache")


def test_an_archive_is_fetched_and_nothing_of_it_is_left_but_the_index(tmp_path: Path) -> None:
    content = write_zip(tmp_path / "all.zip", [foo("NEW-1")]).read_bytes()
    said: list[str] = []
    with serving(lambda _path, _body: Answer(content)) as web:
        url = web.url.replace("//", "//ana:secret@") + "/PyPI/all.zip?token=secret"
        with pytest.raises(HoldfastError) as caught:
            take(url, tmp_path / "cache")
        update(f"{web.url}/PyPI/all.zip?token=secret", tmp_path / "cache", {}, now_ms=NOW_MS, say=said.append)
    assert "secret" not in caught.value.message
    assert ids(tmp_path / "cache") == ["NEW-1"]
    assert said == [f"fetching {web.url}/PyPI/all.zip", "fetched 0.0 MiB"]
    index = load(tmp_path / "cache")
    assert index is not None
    assert index.header.source == f"{web.url}/PyPI/all.zip"
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [INDEX, "lock"]


def test_what_is_fetched_and_is_no_archive_leaves_the_old_index(tmp_path: Path) -> None:
    take(write_zip(tmp_path / "old.zip", [foo("OLD-1")]), tmp_path / "cache")
    with (
        serving(lambda _path, _body: Answer(b"<html>Please log in</html>")) as web,
        pytest.raises(HoldfastError, match="no advisories in a form that is known"),
    ):
        take(f"{web.url}/all.zip", tmp_path / "cache")
    assert ids(tmp_path / "cache") == ["OLD-1"]


def test_progress_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_EVERY_S", -1.0)
    said: list[str] = []
    source = write_zip(tmp_path / "all.zip", [foo("NEW-1"), foo("NEW-2")])
    update(str(source), tmp_path / "cache", {}, now_ms=NOW_MS, say=said.append)
    assert said == ["read 1 records", "read 2 records"]
