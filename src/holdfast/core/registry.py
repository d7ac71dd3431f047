"""Writing task_registry.json: one event a line, appended in constant time, whole after every kill.

See docs/specs/001-task-registry.md for the format and docs/adr/0003-registry-locks-itself.md for the lock.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path
from time import monotonic_ns
from types import TracebackType

from holdfast.core import registry_format as form
from holdfast.core.clock import iso, now_ms
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors, fsync_directory, write_atomic
from holdfast.core.ids import new_id
from holdfast.core.locks import lock

LOCK_WAIT_S = 10.0
_TRUST_NS = 1_000_000
_sync_data = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


class _Forks:
    """How many forks lie between this process and the one that imported this module."""

    count = 0

    @classmethod
    def happened(cls) -> None:
        cls.count += 1


os.register_at_fork(after_in_child=_Forks.happened)


class Registry:
    """The writing side of one registry file. Its descriptor is kept open, so that an append is five system calls.

    Safe to use from several threads and after a fork. `notices` collects what was mended on the way, one line each,
    for the caller to show.
    """

    def __init__(self, path: Path, *, project: str = "", wait_s: float = LOCK_WAIT_S) -> None:
        self.path = path
        self.notices: list[str] = []
        self._target = os.path.realpath(path)
        self._project = project
        self._wait_s = wait_s
        self._handle = -1
        self._inode = self._device = self._size = -1
        self._trusted_until = 0
        self._generation = _Forks.count
        self._known = False
        self._turn = threading.Lock()

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the descriptor back; the next append opens the file again."""
        if self._handle >= 0 and self._generation == _Forks.count:
            os.close(self._handle)
        self._handle = -1

    def append(self, *events: Mapping[str, object], sync: bool = True) -> None:
        """Adds events in one write, and the file where there is none: all of them or, where this raises, none.

        Without events it makes the file where there is none, or mends its tail, and adds nothing. With `sync` they are
        on disk when this returns. Raises HoldfastError where they cannot be written; then the file is what it was.
        """
        record = b",%b\n]}\n" % b"\n,".join([form.encode(event) for event in events])
        with self._turn:
            try:
                end, size = self._trusted_end() or self._end(self._lock())
                if events:
                    self._write(record, end, size)
                if sync:
                    _sync_data(self._handle)
            except OSError as error:
                raise HoldfastError(
                    f"cannot write {self.path}: {error.strerror or error}", hint="no event was lost; the file is whole"
                ) from error
            finally:
                self._unlock()

    @contextmanager
    def locked(self, *, check: bool = True) -> Iterator[int]:
        """Holds the file against every other writer and yields its descriptor, for those that replace it whole.

        With `check` the file is a registry, and a torn tail is mended first. Raises HoldfastError where the file is
        missing, cannot be locked, or is no registry.
        """
        if not os.path.exists(self._target):  # noqa: PTH110 - a string, as everywhere here
            raise HoldfastError(f"{self.path}: no such file", hint="name the registry with --registry FILE")
        with self._turn:
            try:
                with file_errors(self.path, "write"):
                    size = self._lock(check=check)
                    if check:
                        self._end(size)
                yield self._handle
            finally:
                self._unlock()

    def replace(self, content: bytes) -> None:
        """Puts a new file in place of the one that `locked` holds; who waits for the old one sees that it is gone."""
        with file_errors(self.path, "write"):  # a size that no writer left: none of them trusts the old file
            _write_at(self._handle, b"\n", os.lseek(self._handle, 0, os.SEEK_END))
        write_atomic(Path(self._target), content)

    def _trusted_end(self) -> tuple[int, int] | None:
        """The closer's offset and the file's size, where all is as this object left it a moment ago; else None.

        Takes the lock. Looking at the path and at the last bytes costs more than the rest of an append, the more so
        since Linux 6.13 dates a file that was looked at anew for each write.
        """
        if self._handle < 0 or self._generation != _Forks.count:
            return None
        try:
            flock(self._handle, LOCK_EX | LOCK_NB)
        except OSError:
            return None
        size = os.lseek(self._handle, 0, os.SEEK_END)
        if size == self._size and monotonic_ns() < self._trusted_until:
            return size - len(form.CLOSER), size
        return None

    def _lock(self, *, check: bool = True) -> int:
        """Takes the lock on the file that the path names now, and returns its size."""
        if self._generation != _Forks.count:  # a fork shares its parent's lock: it needs a descriptor of its own
            self._handle, self._generation = -1, _Forks.count
        while True:
            if self._handle < 0:
                self._open()
            lock(self._handle, self.path, exclusive=True, wait_s=self._wait_s)
            with suppress(OSError):
                now = os.stat(self._target)  # noqa: PTH116 - a string, as everywhere here
                if now.st_ino == self._inode and now.st_dev == self._device:
                    break
            self.close()  # replaced by git, an editor or the archive; closing gives the lock back
        self._trusted_until = monotonic_ns() + _TRUST_NS
        if check and not self._known and now.st_size:
            self._require_header()
        return now.st_size

    def _unlock(self) -> None:
        if self._handle >= 0:
            flock(self._handle, LOCK_UN)

    def _require_header(self) -> None:
        try:
            form.read_header(self._handle, self.path)
        except BaseException:
            self.close()
            raise
        self._known = True

    def _open(self) -> None:
        self._known = False
        try:
            handle = os.open(self._target, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            self._create()
            self._open()
            return
        except OSError as error:
            raise HoldfastError(f"cannot open {self.path}: {error.strerror or error}") from error
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            os.close(handle)
            raise HoldfastError(f"{self.path}: not a regular file")
        self._handle, self._inode, self._device = handle, state.st_ino, state.st_dev

    def _create(self) -> None:
        """Makes the file with its first event in one step. Where another process was faster, its file stays."""
        target = Path(self._target)
        beside = target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")
        with file_errors(self.path, "create"):
            try:
                _write_file(beside, self._header() + form.CLOSER)
                with suppress(FileExistsError):
                    os.link(beside, target)
            finally:
                beside.unlink(missing_ok=True)
            fsync_directory(target.parent)

    def _header(self) -> bytes:
        return form.header_line(self._project or Path(self._target).parent.name, iso(now_ms()))

    def _write(self, record: bytes, end: int, size: int) -> None:
        """Writes events over the closer, and puts the closer back where the disk has no room for them."""
        self._size = end + len(record)
        try:
            _write_at(self._handle, record, end)
            if self._size < size:
                os.ftruncate(self._handle, self._size)
        except OSError:
            self._size = -1
            with suppress(OSError):  # what cannot be put back is a torn tail, which the next append mends
                _write_at(self._handle, form.CLOSER[: size - end], end)
                os.ftruncate(self._handle, min(size, end + len(form.CLOSER)))
            raise

    def _end(self, size: int) -> tuple[int, int]:
        """The offset of the closer and the size of the file, once its tail is whole."""
        if size == 0:
            _write_at(self._handle, self._header() + form.CLOSER, 0)
            return self._end(os.fstat(self._handle).st_size)
        tail = form.find_tail(self._handle, size, self.path)
        return self._mend(tail) if tail.torn else (tail.end, size)

    def _mend(self, tail: form.Tail) -> tuple[int, int]:
        """Cuts a torn tail off, keeps what was cut beside the file, and closes the file again."""
        cut = os.pread(self._handle, tail.size - tail.end, tail.end)
        if b"]}".startswith(cut.strip()):
            self.notices.append(f"{self.path}: the end of the last write was missing and is mended; no event was lost")
        else:
            target = Path(self._target)
            side = target.with_name(f"{target.name}.torn-{new_id(now_ms())}")
            _write_file(side, cut)
            fsync_directory(target.parent)
            self.notices.append(f"{self.path}: the last write was torn; {len(cut)} bytes were cut, kept in {side.name}")
        _write_at(self._handle, b"\n" + form.CLOSER, tail.end)
        size = tail.end + 1 + len(form.CLOSER)
        os.ftruncate(self._handle, size)
        os.fsync(self._handle)
        return tail.end + 1, size


def _write_at(handle: int, content: bytes, offset: int) -> None:
    """One pwrite; what a full disk left out of it is tried again, for the error that says why."""
    written = os.pwrite(handle, content, offset)
    while written < len(content):
        written += os.pwrite(handle, content[written:], offset + written)


def _write_file(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        _write_at(handle, content, 0)
        os.fsync(handle)
    finally:
        os.close(handle)
