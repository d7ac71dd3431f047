from __future__ import annotations

import signal

import pytest

from holdfast.tasks.wrap import Ended, ended, run_command


@pytest.mark.parametrize(
    ("code", "asked", "answer"),
    [
        (0, None, Ended(0, "succeeded")),
        (3, None, Ended(3, "failed")),
        (255, None, Ended(255, "failed")),
        (-9, None, Ended(137, "failed", "SIGKILL")),
        (-11, None, Ended(139, "failed", "SIGSEGV")),
        (-15, None, Ended(143, "cancelled", "SIGTERM")),
        (-2, None, Ended(130, "cancelled", "SIGINT")),
        (-9, signal.SIGTERM, Ended(137, "cancelled", "SIGKILL")),
        (-36, None, Ended(164, "failed", "signal 36")),
        (2, signal.SIGINT, Ended(2, "cancelled", "SIGINT")),
        (0, signal.SIGINT, Ended(0, "succeeded")),
        (0, signal.SIGTERM, Ended(0, "cancelled", "SIGTERM")),
    ],
)
def test_how_a_command_ended(code: int, asked: signal.Signals | None, answer: Ended) -> None:
    assert ended(code, asked) == answer


def test_signal_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)]
    assert run_command(["true"], {"PATH": "/usr/bin:/bin"}) == Ended(0, "succeeded")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)] == before


def test_a_name_that_no_program_can_have_is_not_executable() -> None:
    assert run_command(["a\0b"], {}).exit_code == 126
