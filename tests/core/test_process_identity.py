from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from holdfast.core import process_identity
from holdfast.core.process_identity import boot, identity, is_running, started


def test_this_process_runs() -> None:
    assert is_running(identity(os.getpid())) == (True, "")


def test_a_process_that_ended_is_gone_even_before_it_is_waited_for() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    known = identity(process.pid)
    assert is_running(known) == (True, "")
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_running(known) == (False, f"process {process.pid} is gone")
    process.communicate()
    assert is_running(known) == (False, f"process {process.pid} is gone")
    assert started(process.pid) is None


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"pid_start": "1"}, (False, f"process {os.getpid()} is gone")),
        ({"boot": "another"}, (False, "the machine was restarted")),
        ({"host": "elsewhere"}, (None, "started on elsewhere")),
        ({"pid_space": "pid:[1]"}, (None, "started in another container")),
        ({"pid": None}, (None, "no process was named")),
        ({"pid": "411"}, (None, "no process was named")),
        ({"pid": True}, (None, "no process was named")),
        ({"pid": -1}, (None, "no process was named")),
        ({"pid": 10**40}, (False, f"process {10**40} is gone")),
    ],
)
def test_what_differs_decides(change: dict[str, object], answer: tuple[bool | None, str]) -> None:
    assert is_running(identity(os.getpid()) | change) == answer


def test_a_boot_has_one_name() -> None:
    assert boot()
    assert boot() == boot()


@pytest.mark.skipif(shutil.which("ps") is None, reason="there is no ps here")
def test_other_systems_ask_ps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_identity, "_LINUX", False)
    known = identity(os.getpid())
    assert re.fullmatch(r"\w{3} \w{3} +\d+ [\d:]{8} \d{4}", str(known["pid_start"]))
    assert is_running(known) == (True, "")
    assert started(2**22 + 1) is None


@pytest.mark.skipif(sys.platform != "linux", reason="kern.boottime is there")
def test_a_system_that_does_not_tell_has_no_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_identity, "_LINUX", False)
    assert boot() is None
