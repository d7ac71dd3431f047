"""Whether a failed attempt is tried again, and when: worked out from what is on record, so that it survives a crash."""

from __future__ import annotations

from zlib import crc32

from holdfast.workflow.model import Retry
from holdfast.workflow.records import FAILED, TIMED_OUT, Outcome

INTERRUPTED = "interrupted"


def kinds_of(outcome: Outcome) -> tuple[str, ...]:
    """What `retry.on` may call this failure: `timeout`, `exit:75`, `signal:SIGKILL`, `failure`."""
    if outcome.status == TIMED_OUT:
        return ("timeout",)
    if outcome.status != FAILED:
        return ()
    if outcome.signal:
        return (f"signal:{outcome.signal}", "failure")
    return ("failure",) if outcome.exit_code is None else (f"exit:{outcome.exit_code}", "failure")


def is_retried(retry: Retry, outcome: Outcome, failures: int) -> bool:
    """Whether to try again after so many failures. Attempts that were interrupted count as none."""
    kinds = kinds_of(outcome)
    return bool(kinds) and failures <= retry.times and (not retry.on or any(kind in retry.on for kind in kinds))


def delay_s(retry: Retry, failures: int, seed: str) -> float:
    """Seconds until the next attempt: exponential, and with jitter a part of it that the seed decides (full jitter).

    The same seed gives the same delay, in whichever process: what is due is known without being stored.
    """
    try:
        whole = min(retry.longest_s, retry.backoff_s * retry.factor ** (failures - 1))
    except OverflowError:
        whole = retry.longest_s
    return whole * crc32(seed.encode()) / 2**32 if retry.jitter else whole
