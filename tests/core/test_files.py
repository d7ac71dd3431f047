from __future__ import annotations

import errno
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.core.files import backup, file_errors, read_text, write_atomic

OLD, NEW = b"old\n" * 100_000, b"new line\n" * 100_000


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.name != "home")


@pytest.mark.parametrize("sync", [True, False])
def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path, *, sync: bool) -> None:
    path = tmp_path / "state.json"
    write_atomic(path, OLD, sync=sync)
    write_atomic(path, NEW, sync=sync)
    assert path.read_bytes() == NEW
    assert names(tmp_path) == ["state.json"]


def test_content_is_synced_before_its_name_and_only_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    synced: list[tuple[int, list[str]]] = []
    sync = os.fsync

    def spy(handle: int) -> None:
        synced.append((os.fstat(handle).st_size if stat.S_ISREG(os.fstat(handle).st_mode) else -1, names(tmp_path)))
        sync(handle)

    monkeypatch.setattr(os, "fsync", spy)
    write_atomic(path, OLD, sync=False)
    assert synced == []
    write_atomic(path, NEW)
    (content, (beside, name)), (directory, after) = synced
    assert (content, name, directory, after) == (len(NEW), "state.json", -1, ["state.json"])
    assert beside.startswith(".holdfast-")
    synced.clear()
    backup(path, "old")
    assert synced == [(len(NEW), ["state.json", "state.json.old"]), (-1, ["state.json", "state.json.old"])]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_writer_that_is_killed_at_any_moment_leaves_the_old_content_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_atomic(path, OLD)
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    seen = set()
    for _ in range(150):
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                while True:
                    for content in (NEW, OLD):
                        write_atomic(path, content, sync=False)
                        os.write(tell, b".")
            finally:
                os._exit(1)
        for _ in range(chance.randrange(1, 4)):
            os.read(told, 1)
        for _ in range(chance.randrange(10_000)):  # let it get somewhere in the next, without a clock
            pass
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        os.close(told)
        os.close(tell)
        content = path.read_bytes()
        assert content in (OLD, NEW)
        seen.add(content)
    assert seen == {OLD, NEW}


def test_two_writers_at_once_leave_the_whole_content_of_one(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    contents = [bytes([letter]) * 200_000 for letter in b"abcd"]

    def write(content: bytes) -> None:
        for _ in range(20):
            write_atomic(path, content, sync=False)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if path.exists():
            assert path.read_bytes() in contents
    assert path.read_bytes() in contents
    assert names(tmp_path) == ["state.json"]


def test_no_file_is_left_open(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - its own handle counts the same twice
    write_atomic(tmp_path / "a", NEW)
    backup(tmp_path / "a", "old")
    read_text(tmp_path / "a")
    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_the_mode_of_an_existing_file_is_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "script"
    path.write_bytes(OLD)
    path.chmod(mode)
    write_atomic(path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path: Path) -> None:
    before = os.umask(0o020)
    try:
        write_atomic(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o646


def test_nobody_can_read_the_new_content_of_a_private_file_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"old")
    path.chmod(0o600)
    code = (
        "import os, sys; from pathlib import Path; from holdfast.core.files import write_atomic\n"
        "sizes = []\n"
        "def hook(event, args):\n"
        "    if event == 'os.chmod': sizes.append(os.fstat(args[0]).st_size)\n"
        "sys.addaudithook(hook)\n"
        "write_atomic(Path(sys.argv[1]), b'x' * 10**6)\n"
        "assert sizes == [0], sizes\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_symbolic_link_is_kept_and_its_target_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "state.json"
    target.write_bytes(OLD)
    link = tmp_path / "state.json"
    link.symlink_to("real/state.json")
    write_atomic(link, NEW)
    assert link.is_symlink()
    assert target.read_bytes() == NEW
    assert names(tmp_path / "real") == ["state.json"]


def test_a_link_to_a_file_that_does_not_exist_yet_makes_the_file(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("target")
    write_atomic(link, NEW)
    assert link.is_symlink()
    assert (tmp_path / "target").read_bytes() == NEW


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/state.json", "No such file or directory"),
        ("file/state.json", "Not a directory"),
        ("directory", "Is a directory"),
        ("loop", "Too many levels of symbolic links"),
        ("x" * 300, "File name too long"),
        ("null\0", "a name cannot hold a null character"),
    ],
)
def test_what_cannot_be_written_is_an_error_with_name_and_reason(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_bytes(OLD)
    (tmp_path / "directory").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    before = names(tmp_path)
    with pytest.raises(HoldfastError) as raised:
        write_atomic(tmp_path / name, NEW)
    assert reason in raised.value.message
    assert raised.value.message.startswith("cannot write ")
    assert str(tmp_path) in raised.value.message
    assert names(tmp_path) == before
    assert names(tmp_path / "directory") == []


def test_a_name_as_long_as_the_file_system_takes_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_atomic(path, NEW)
    assert path.read_bytes() == NEW


def in_a_child_with_little_space(code: str, path: Path) -> None:
    """Runs code in a process that may write files of at most 4096 bytes; the code must end in `HoldfastError`."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    script = (
        "import sys; from pathlib import Path; from holdfast.core import files\n"
        "from holdfast.core.errors import HoldfastError\n"
        f"try: {code}\n"
        "except HoldfastError as error: print(error.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, str(path)],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert os.strerror(errno.EFBIG) in done.stdout


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(OLD)
    in_a_child_with_little_space("files.write_atomic(Path(sys.argv[1]), b'x' * 10**6)", path)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["state.json"]


def test_a_full_disk_leaves_no_half_backup(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(OLD)
    in_a_child_with_little_space("files.backup(Path(sys.argv[1]), 'old')", path)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["state.json"]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """A device is treated the same; but a test that breaks must not replace one of this machine's."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_atomic(pipe, NEW)
    reader.join(20)
    assert read == [NEW]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(tmp_path) == ["pipe"]


def test_a_link_to_standard_output_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/proc/self/fd/1")
    code = "from pathlib import Path; from holdfast.core.files import write_atomic\n"
    code += "write_atomic(Path('out'), b'said')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=tmp_path)
    assert done.stdout == b"said"
    assert (tmp_path / "out").is_symlink()


def test_a_backup_is_a_copy_with_the_same_mode_under_a_name_that_is_free(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    for content in (b"1", b"2", b"3"):
        path.write_bytes(content)
        path.chmod(0o640)
        copy = backup(path, "torn")
        assert copy.read_bytes() == content
        assert stat.S_IMODE(copy.stat().st_mode) == 0o640
    assert names(tmp_path) == ["state.json", "state.json.torn", "state.json.torn.2", "state.json.torn.3"]
    assert (tmp_path / "state.json.torn").read_bytes() == b"1"


def test_a_file_that_is_not_there_cannot_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(HoldfastError, match=r"cannot back up .*gone: No such file"):
        backup(tmp_path / "gone", "old")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("naïve\r\n".encode(), "naïve\r\n"),
        (b"\xef\xbb\xbfa: 1\n", "a: 1\n"),
    ],
)
def test_text_is_utf8_with_or_without_a_mark_and_its_line_ends_are_kept(
    tmp_path: Path, content: bytes, text: str
) -> None:
    path = tmp_path / "holdfast.yaml"
    path.write_bytes(content)
    assert read_text(path) == text


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(("content", "line"), [(b"\xff", 1), (b"a\nb\n\xff\n", 3), (b"a\n\n\n\xe9", 4), (b"\n\xff", 2)])
def test_what_is_not_utf8_is_an_error_with_its_line(tmp_path: Path, mark: bytes, content: bytes, line: int) -> None:
    path = tmp_path / "holdfast.yaml"
    path.write_bytes(mark + content)
    with pytest.raises(HoldfastError) as raised:
        read_text(path)
    assert raised.value.message == f"{path}:{line}: not UTF-8"
    assert raised.value.hint == "save the file as UTF-8"


def test_a_file_larger_than_the_limit_is_refused_and_one_as_large_is_not(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * 2**20)
    assert len(read_text(path, limit=2**20)) == 2**20
    path.write_bytes(b"x" * (2**20 + 1))
    with pytest.raises(HoldfastError, match=r"big: larger than 1 MiB$") as raised:
        read_text(path, limit=2**20)
    assert raised.value.hint == "is this the file you meant?"


def test_reading_waits_for_no_pipe_and_no_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(HoldfastError, match=f"^{path}: not a regular file$") as raised:
            read_text(path)
        assert raised.value.hint == "is this the file you meant?"


@pytest.mark.parametrize("name", ["gone", "null\0"])
def test_what_cannot_be_read_is_an_error_with_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(HoldfastError, match=r"cannot read .*(gone: No such file|null character)"):
        read_text(tmp_path / name)


def test_an_error_without_words_from_the_system_is_shown_as_it_is() -> None:
    with pytest.raises(HoldfastError, match="cannot lock x: timed out"), file_errors(Path("x"), "lock"):
        raise OSError("timed out")
