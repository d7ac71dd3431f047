"""Records are found in directories and archives of all kinds, and hostile ones end in a message."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from holdfast.checks.dependencies.advisories import archives
from holdfast.checks.dependencies.advisories.archives import Member
from holdfast.checks.dependencies.advisories.osv import BadRecord, read_record
from holdfast.checks.dependencies.advisories.sources import document, members
from holdfast.core.errors import HoldfastError
from tests.checks.dependencies.osv_records import REQUESTS, REQUESTS_GITHUB, YAML, write_tar, write_zip
from tests.unprivileged import unprivileged

RECORD = json.dumps(REQUESTS).encode()


def names(path: Path) -> list[str]:
    return [member.name for member in members(path)]


def ids(path: Path) -> list[str]:
    return [read_record(document(member)).id for member in members(path)]


def problems(path: Path) -> list[str]:
    found = []
    for member in members(path):
        try:
            document(member)
        except BadRecord as error:
            found.append(str(error))
    return found


def test_osvs_archive_is_read(tmp_path: Path) -> None:
    assert ids(write_zip(tmp_path / "all.zip", [REQUESTS, REQUESTS_GITHUB])) == [REQUESTS["id"], REQUESTS_GITHUB["id"]]


@pytest.mark.parametrize("where", ["osv-scanner/PyPI/all.zip", "PyPI/all.zip", "all.zip"])
def test_osvs_archive_is_found_in_a_directory(tmp_path: Path, where: str) -> None:
    write_zip(tmp_path / where, [REQUESTS])
    (tmp_path / "other.json").write_text("{}")
    assert ids(tmp_path) == [REQUESTS["id"]]


def database(root: Path) -> Path:
    files = {"vulns/requests/PYSEC-2023-74.yaml": YAML, ".github/workflows/x.yaml": "on: push", "triage/y.yaml": "a: b"}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize("below", ["", "vulns", "vulns/requests"])
def test_pypas_database_is_read_as_a_directory_without_the_other_yaml_in_it(tmp_path: Path, below: str) -> None:
    assert ids(database(tmp_path / "advisory-database") / below) == ["PYSEC-2023-74"]


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar"])
def test_pypas_database_is_read_as_an_archive(tmp_path: Path, kind: str) -> None:
    root, path = "advisory-database-main", tmp_path / f"database.{kind}"
    files = {f"{root}/vulns/requests/PYSEC-2023-74.yaml": YAML.encode(), f"{root}/.github/a.yaml": b"on: push"}
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        write_tar(path, files, "w:gz" if kind == "tar.gz" else "w")
    assert ids(path) == ["PYSEC-2023-74"]


def test_versions_in_yaml_stay_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "PYSEC-2023-74.yaml"
    path.write_text(YAML)
    (member,) = members(path)
    value = document(member)
    assert isinstance(value, dict)
    assert value["affected"][0]["versions"] == ["2.10", "2.30.0"]
    assert value["modified"] == "2023-06-05T01:13:00.534973Z"


def test_records_as_json_are_read_alone_and_in_a_directory(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + RECORD)
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "b.json").write_bytes(RECORD)
    (tmp_path / "deeper" / "README.md").write_text("no record")
    assert ids(tmp_path / "deeper") == ids(tmp_path / "a.json") == ["PYSEC-2023-74"]
    assert names(tmp_path) == ["a.json", "deeper/b.json"]


def test_directories_that_hold_links_pipes_and_secrets_are_read_as_far_as_they_can_be(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.json").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "good.json").write_bytes(RECORD)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.json").write_text("{")
    assert names(tmp_path) == ["gone.json", "good.json", "pipe.json"]
    assert problems(tmp_path) == ["No such file or directory", "no regular file"]


def test_a_directory_that_may_not_be_read_counts_as_a_record_that_could_not_be(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    with unprivileged(tmp_path):
        assert problems(tmp_path) == ["Permission denied"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no advisories in a form that is known"),
        (b"\x7fELF", "no advisories in a form that is known"),
        (b"PK\3\4 and no more", "no whole zip archive"),
        (b"\x1f\x8b and no more", "no whole tar archive"),
        (gzip.compress(b"no tar", mtime=0), "no whole tar archive"),
        (gzip.compress(b"x" * 5000, mtime=0)[:-20], "no whole tar archive"),
    ],
    ids=["empty", "program", "zip", "gzip", "no tar", "cut"],
)
def test_what_is_no_source_says_so(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "source"
    path.write_bytes(content)
    with pytest.raises(HoldfastError, match=why):
        list(members(path))


def test_what_is_not_there_and_what_is_no_file_say_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("gone", "No such file"), ("pipe", "not a regular file"), ("a\0b", "null character")):
        with pytest.raises(HoldfastError, match=why):
            list(members(tmp_path / name))


def test_a_truncated_archive_says_so(tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "all.zip", [REQUESTS, REQUESTS_GITHUB]).read_bytes()
    packed = write_tar(tmp_path / "a.tar.gz", {"vulns/a/b.yaml": os.urandom(50_000)}).read_bytes()
    for content, why in ((whole[:-30], "no whole zip"), (packed[:-9000], "no whole tar")):
        (tmp_path / "cut").write_bytes(content)
        with pytest.raises(HoldfastError, match=why):
            list(members(tmp_path / "cut"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"not json", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"id": "\xff"}', "not JSON"),
        (b"9" * 10_000, "not JSON"),
    ],
)
def test_a_member_that_is_no_json_says_so(content: bytes, why: str) -> None:
    with pytest.raises(BadRecord, match=why):
        document(Member("a.json", content))


@pytest.mark.parametrize(
    "content", [b"a: [", b"a: &x 1\nb: *x\n", b"\xff", b"- " * 5000, b"!!python/object:os.system x"]
)
def test_a_member_that_is_no_plain_yaml_says_so(content: bytes) -> None:
    with pytest.raises(BadRecord):
        document(Member("a.yaml", content))


def test_names_that_lead_out_of_an_archive_are_only_names(tmp_path: Path) -> None:
    content = {"../../../vulns/x/escape.yaml": YAML.encode(), "/etc/escape.json": RECORD}
    (tmp_path / "here").mkdir()
    tar = write_tar(tmp_path / "here" / "a.tar.gz", content)
    before = sorted(tmp_path.rglob("*"))
    assert ids(tar) == ["PYSEC-2023-74", "PYSEC-2023-74"]
    with zipfile.ZipFile(tmp_path / "here" / "a.zip", "w") as archive:
        archive.writestr("../../escape.json", RECORD)
    assert ids(tmp_path / "here" / "a.zip") == ["PYSEC-2023-74"]
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "here" / "a.zip"])


def test_a_record_that_is_far_too_large_is_not_unpacked_whole(tmp_path: Path) -> None:
    bomb = b" " * (archives.RECORD_LIMIT + 1000)
    packed = write_zip(tmp_path / "bomb.zip", [REQUESTS], bomb=bomb)
    tar = write_tar(tmp_path / "bomb.tar.gz", {"bomb.json": bomb, "good.json": RECORD})
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "bomb.json").write_bytes(bomb)
    assert problems(packed) == problems(tar) == problems(tmp_path / "there") == ["larger than 8 MiB"]


def test_a_tar_archive_with_a_huge_member_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    header = io.BytesIO()
    entry = tarfile.TarInfo("huge.bin")
    entry.size = 2 * archives.BETWEEN_LIMIT
    header.write(entry.tobuf())
    block = b"\0" * 2**20
    with gzip.open(tmp_path / "huge.tar.gz", "wb", compresslevel=1) as file:
        file.write(header.getvalue())
        for _ in range(2 * archives.BETWEEN_LIMIT // len(block)):
            file.write(block)
    with pytest.raises(HoldfastError, match="a file of more than 64 MiB"):
        list(members(tmp_path / "huge.tar.gz"))


def test_members_that_are_broken_locked_or_packed_otherwise_say_so(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.json", RECORD)
        archive.writestr("lzma.json", RECORD, zipfile.ZIP_LZMA)
        archive.writestr("broken.json", RECORD, zipfile.ZIP_DEFLATED)
        archive.writestr("locked.json", RECORD)
        archive.writestr("directory/", b"")
        archive.writestr("README", b"no record")
    content = bytearray(path.read_bytes())
    at = content.index(b"broken.json") + len("broken.json")
    content[at : at + 20] = b"\xff" * 20
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the flag that says "encrypted"
        at = next(
            at for at in range(len(content)) if content[at : at + 4] == mark and b"locked" in content[at : at + 60]
        )
        content[at + offset] |= 1
    path.write_bytes(content)
    assert names(path) == ["good.json", "lzma.json", "broken.json", "locked.json"]
    said = problems(path)
    assert len(said) == 3
    assert said[0] == "compressed in a way that is not read"
    assert "encrypted" in said[2]


def test_an_archive_that_says_its_list_of_files_is_huge_is_refused_before_the_list_is_read(tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "all.zip", [REQUESTS]).read_bytes()
    end = whole.rindex(b"PK\5\6")
    lying = bytearray(whole)
    struct.pack_into("<L", lying, end + 12, archives.DIRECTORY_LIMIT + 1)
    large = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 10**6, 10**6, 2**40, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    for content in (bytes(lying), whole[:end] + large + locator + whole[end:]):
        (tmp_path / "lying.zip").write_bytes(content)
        with pytest.raises(HoldfastError, match="its list of files is too long"):
            list(members(tmp_path / "lying.zip"))


def test_too_many_files_and_too_many_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "all.zip", [REQUESTS, REQUESTS_GITHUB])
    tar = write_tar(tmp_path / "all.tar.gz", {"a.json": RECORD, "b.json": RECORD})
    (tmp_path / "there").mkdir()
    for name in "ab":
        (tmp_path / "there" / f"{name}.json").write_bytes(RECORD)
    monkeypatch.setattr(archives, "COUNT_LIMIT", 1)
    for source in (path, tar, tmp_path / "there"):
        with pytest.raises(HoldfastError, match="more than 1 files"):
            list(members(source))
    monkeypatch.setattr(archives, "COUNT_LIMIT", 10)
    monkeypatch.setattr(archives, "TOTAL_LIMIT", len(RECORD))
    for source in (path, tar, tmp_path / "there"):
        with pytest.raises(HoldfastError, match="holds more than"):
            list(members(source))
