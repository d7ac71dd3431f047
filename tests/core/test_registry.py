from __future__ import annotations

import fcntl
import json
import os
import resource
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from tests.registries import HEADER, append, events_in, finished, started, text_of, write

from holdfast.core import registry as registry_module
from holdfast.core.errors import HoldfastError
from holdfast.core.locks import LockTimeout
from holdfast.core.registry import Registry
from holdfast.core.registry_format import RegistryError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "task_registry.json"


def test_the_first_append_makes_the_file_with_the_moment_of_its_creation(path: Path) -> None:
    with Registry(path, project="shop") as registry:
        registry.append(started(1))
    lines = path.read_text("utf-8").splitlines()
    opening = '{"schema":"holdfast/task-registry/1","project":"shop","events":[{"event":"created","at":"2'
    assert lines[0].startswith(opening)
    assert json.loads(lines[1][1:]) == started(1)
    assert lines[2:] == ["]}"]


def test_a_registry_is_named_after_its_directory_where_nobody_names_it(path: Path) -> None:
    append(path)
    assert json.loads(path.read_text("utf-8"))["project"] == path.parent.name


def test_a_new_file_leaves_nothing_beside_it_and_is_readable_by_others(path: Path) -> None:
    append(path, started(1))
    assert [entry.name for entry in path.parent.iterdir() if entry.is_file()] == [path.name]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_an_event_is_one_line_whatever_its_text_holds(path: Path) -> None:
    text = 'a\nb\r\n\u2028\u2029 "quoted" \\ \x00 \udcff \U0001f600'
    append(path, {"event": "note", "text": text})
    assert len(path.read_bytes().splitlines()) == 3
    assert path.read_bytes().isascii()
    assert events_in(path)[0]["text"] == text


def test_an_append_of_nothing_makes_the_file_and_adds_nothing(path: Path) -> None:
    for _ in range(2):
        append(path)
        assert [event["event"] for event in json.loads(path.read_text("utf-8"))["events"]] == ["created"]


def test_several_events_are_added_in_their_order(path: Path) -> None:
    append(path, started(1), finished(1))
    append(path, started(2))
    assert events_in(path) == [started(1), finished(1), started(2)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_json_has_no_form_for_is_refused_and_the_file_stays(path: Path, value: object) -> None:
    write(path, started(1))
    before = path.read_bytes()
    with pytest.raises(HoldfastError, match="cannot be stored"):
        append(path, {"event": "note", "text": value})
    assert path.read_bytes() == before


@pytest.mark.parametrize("space", [" \n\t\n" * 200, " " * 50, "\n"])
def test_trailing_white_space_is_written_over_and_cut(path: Path, space: str) -> None:
    path.write_text(text_of(started(1)) + space, "utf-8")
    assert append(path, {"event": "x"}) == []
    assert path.read_text("utf-8") == text_of(started(1), {"event": "x"})


@pytest.mark.parametrize("space", ["", " \n\t\n" * 200])
def test_an_event_begins_its_line_where_the_closer_was_indented(path: Path, space: str) -> None:
    path.write_text(text_of(started(1)).replace("\n]}\n", "\n  ]}\n") + space, "utf-8")
    assert append(path, started(2)) == []
    assert path.read_text("utf-8") == text_of(started(1), started(2))


def test_a_closer_without_a_line_end_is_a_closer(path: Path) -> None:
    path.write_text(text_of(started(1)).rstrip("\n"), "utf-8")
    assert append(path, started(2)) == []
    assert events_in(path) == [started(1), started(2)]


def test_a_file_with_crlf_line_ends_takes_events_and_stays_valid(path: Path) -> None:
    path.write_bytes(text_of(started(1)).replace("\n", "\r\n").encode())
    assert append(path, started(2)) == []
    assert events_in(path) == [started(1), started(2)]


@pytest.mark.parametrize("content", [b"", HEADER.encode() + b"\n]}\n", HEADER.encode() + b"\n", HEADER.encode()])
def test_a_file_without_events_takes_the_first(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    append(path, started(1))
    assert events_in(path) == [started(1)]


def test_fields_and_events_of_a_newer_version_survive(path: Path) -> None:
    newer = started(1) | {"owner": {"name": "ana"}}
    write(path, newer, {"event": "blessed", "by": "ana"})
    append(path, finished(1))
    assert events_in(path) == [newer, {"event": "blessed", "by": "ana"}, finished(1)]


UNREADABLE = {
    "empty object": b"{}\n",
    "other json": b"[1, 2]\n]}\n",
    "reformatted": json.dumps(json.loads(text_of(started(1))), indent=2).encode(),
    "minified": json.dumps(json.loads(text_of(started(1)))).encode(),
    "newer": text_of(started(1)).replace("registry/1", "registry/2").encode(),
    "conflict at the end": text_of(started(1)).replace("\n]}", "\n<<<<<<< a\n,{}\n=======\n>>>>>>> b\n]}").encode(),
    "conflict without a closer": text_of(started(1)).replace("\n]}", "\n<<<<<<< a\n=======").encode(),
    "trailing commas": text_of(started(1)).replace("\n]}", "\n{},\n]}").encode(),
    "last event and closer on one line": text_of(started(1)).replace("}\n]}", "}]}").encode(),
    "no comma before the last event": text_of(started(1)).replace("\n]}\n", '\n{"event":"x"}').encode(),
    "binary": bytes(range(256)) * 10,
    "only white space": b" \n \n",
    "header of numbers": b'{"schema":"holdfast/task-registry/1","events":[5\n]}\n',
    "deep": b'{"schema":"holdfast/task-registry/1","events":[' + b'{"a":' * 100_000 + b"\n]}\n",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_cannot_be_understood_is_never_written(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(RegistryError, match=r"task_registry\.json:") as raised:
        append(path, started(2))
    assert raised.value.hint
    assert path.read_bytes() == content
    assert [entry.name for entry in path.parent.iterdir() if entry.is_file()] == [path.name]


def test_the_line_that_is_not_understood_is_named(path: Path) -> None:
    path.write_bytes(UNREADABLE["conflict at the end"])
    with pytest.raises(RegistryError, match=r"task_registry\.json:6: .*merge conflict"):
        append(path, started(2))


def test_another_versions_file_says_to_upgrade(path: Path) -> None:
    path.write_bytes(UNREADABLE["newer"])
    with pytest.raises(RegistryError, match="registry/2") as raised:
        append(path, started(2))
    assert raised.value.hint == "upgrade holdfast"


def test_a_file_that_was_replaced_between_two_appends_is_found(path: Path) -> None:
    with Registry(path) as registry:
        registry.append(started(1))
        other = write(path.with_name("other"), started(7), finished(7))
        registry.close()
        other.replace(path)
        registry.append(started(2))
    assert events_in(path) == [started(7), finished(7), started(2)]


def test_a_file_that_was_replaced_while_its_descriptor_is_kept_is_found(path: Path) -> None:
    with Registry(path) as registry, Registry(path) as other:
        registry.append(started(1), sync=False)
        other.append(started(2), sync=False)  # the size is not what `registry` left: it looks at everything anew
        write(path.with_name("new"), started(7)).replace(path)
        registry.append(started(3), sync=False)
    assert events_in(path) == [started(7), started(3)]


def test_a_file_that_was_removed_is_made_anew(path: Path) -> None:
    with Registry(path) as registry, Registry(path) as other:
        registry.append(started(1))
        other.append(started(2))
        path.unlink()
        registry.append(started(3))
    assert events_in(path) == [started(3)]


def test_a_writer_sees_at_once_that_another_replaced_the_file_under_the_lock(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_module, "_TRUST_NS", 10**12)  # or a slow disk would hide what is tested
    with Registry(path) as first, Registry(path) as second:
        for number in range(20):
            first.append(started(number), sync=False)
            with second.locked():
                second.replace(path.read_bytes())
        first.append(started(20), sync=False)
    assert events_in(path) == [started(number) for number in range(21)]


def test_a_file_that_was_cut_by_others_between_two_appends_is_mended(path: Path) -> None:
    with Registry(path) as registry:
        registry.append(started(1), started(2))
        os.truncate(path, path.stat().st_size - 20)
        registry.append(started(3))
    assert events_in(path) == [started(1), started(3)]
    assert len(registry.notices) == 1


def test_a_link_to_the_registry_stays_a_link(path: Path) -> None:
    target = path.with_name("real.json")
    path.symlink_to(target)
    append(path, started(1))
    append(path, started(2))
    assert path.is_symlink()
    assert events_in(target) == [started(1), started(2)]


def test_a_child_of_a_fork_does_not_share_its_parents_lock(path: Path) -> None:
    with Registry(path) as registry:
        registry.append(started(1))
        child = os.fork()
        if child == 0:
            try:
                for number in range(2, 200):
                    registry.append(started(number), sync=False)
            finally:
                os._exit(0)
        for number in range(200, 400):
            registry.append(started(number), sync=False)
        assert os.waitpid(child, 0)[1] == 0
    assert sorted(event["id"] for event in events_in(path)) == [started(number)["id"] for number in range(1, 400)]


def test_a_child_of_a_fork_waits_while_its_parent_holds_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "_TRUST_NS", 10**12)
    with Registry(path, wait_s=0.05) as registry:
        registry.append(started(1))
        fcntl.flock(registry._handle, fcntl.LOCK_EX)
        child = os.fork()
        if child == 0:
            try:
                registry.append(started(2))
            except LockTimeout:
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert events_in(path) == [started(1)]


def test_threads_share_one_registry(path: Path) -> None:
    with Registry(path) as registry, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: registry.append(started(number), sync=False), range(400)))
    assert len({event["id"] for event in events_in(path)}) == 400


def test_a_lock_that_is_not_given_back_ends_in_an_error(path: Path) -> None:
    write(path, started(1))
    with (
        Registry(path) as holder,
        holder.locked(),
        Registry(path, wait_s=0.05) as registry,
        pytest.raises(HoldfastError, match=rf"^{path}: locked for 0\.05 s"),
    ):
        registry.append(started(2))
    assert events_in(path) == [started(1)]


def test_a_replacement_that_does_not_fit_on_the_disk_leaves_the_file_valid(path: Path) -> None:
    write(path, started(1))
    size, (soft, hard) = path.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    with Registry(path) as registry, registry.locked():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 2, hard))
        try:
            with pytest.raises(HoldfastError, match=rf"^cannot write {path}: File too large"):
                registry.replace(b"x" * (size + 3))
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
            with pytest.raises(HoldfastError, match=rf"^cannot write {path}: File too large"):
                registry.replace(b"")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text("utf-8") == text_of(started(1)) + "\n"
    assert append(path, started(2)) == []
    assert events_in(path) == [started(1), started(2)]


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "cannot open {}: Is a directory"), ("missing/r.json", "cannot create {}: No such file or directory")],
)
def test_a_place_where_no_file_can_be_is_said(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(HoldfastError) as raised:
        append(tmp_path / name, started(1))
    assert raised.value.message == said.format(tmp_path / name)


def test_a_pipe_is_no_registry(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(HoldfastError, match="not a regular file"):
        append(path, started(1))


def test_holding_a_file_that_is_not_there_is_refused(path: Path) -> None:
    with Registry(path) as registry, pytest.raises(HoldfastError) as raised, registry.locked():
        pass
    assert raised.value.message == f"{path}: no such file"
    assert raised.value.hint == "name the registry with --registry FILE"
    assert not path.exists()


def test_a_registry_can_be_used_again_after_it_was_closed(path: Path) -> None:
    registry = Registry(path)
    registry.append(started(1))
    registry.close()
    registry.append(started(2))
    registry.close()
    assert events_in(path) == [started(1), started(2)]


def test_those_who_make_the_file_at_the_same_moment_lose_nothing_of_each_other(path: Path) -> None:
    together = Barrier(4)

    def add(number: int) -> None:
        with Registry(path) as registry:
            together.wait(30)
            registry.append(started(number), sync=False)

    for _ in range(25):
        path.unlink(missing_ok=True)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(add, range(4)))
        assert sorted(str(event["id"]) for event in events_in(path)) == [started(number)["id"] for number in range(4)]


def test_an_event_is_synced_when_it_is_in_the_file_and_before_it_is_acknowledged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = registry_module._sync_data

    def spy(handle: int) -> None:
        synced.append(len(events_in(path)))
        real(handle)

    monkeypatch.setattr(registry_module, "_sync_data", spy)
    with Registry(path) as registry:
        registry.append(started(1))
        registry.append(started(2), sync=False)
        registry.append(started(3), sync=True)
    assert synced == [1, 3]
