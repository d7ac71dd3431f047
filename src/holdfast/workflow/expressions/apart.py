"""Evaluating in a process of its own, with little memory and time: `python -m holdfast.workflow.expressions.apart`.

The library bounds steps and nesting, not memory: `l.map(x, x)` over 9,000 items takes 1.3 GB, `['a'].map(x, x + x)`
chained thirty times 2**30 characters, a regular expression over 1 MiB eight seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.workflow.expressions.library import Refused, worked_out
from holdfast.workflow.expressions.values import Unfit, plain

MEMORY = 2**30
"""Bytes of address space."""
CPU_S = 2
WAIT_S = 30.0
TOO_MUCH = "it takes more memory or time than an expression may (1 GiB, 2 s)"


def worked_out_apart(text: str, data: Mapping[str, Any]) -> Any:
    """As library.worked_out, and never more than CPU_S seconds and MEMORY bytes. The value is plain."""
    asked = json.dumps({"text": text, "data": data}).encode()
    argv = [sys.executable, "-P", "-m", "holdfast.workflow.expressions.apart"]
    try:
        done = subprocess.run(argv, input=asked, capture_output=True, timeout=WAIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise Refused(TOO_MUCH) from error
    except OSError as error:
        raise HoldfastError(f"cannot start {sys.executable}: {error.strerror}") from error
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise Refused(TOO_MUCH) from error
    if "missing" in answer:
        raise HoldfastError(*answer["missing"][:1], hint=answer["missing"][1])
    if "refused" in answer:
        raise Refused(*answer["refused"])
    return answer["value"]


def _answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"value": plain(worked_out(asked["text"], asked["data"]))}
    except HoldfastError as error:
        return {"missing": [error.message, error.hint]}
    except Refused as error:
        return {"refused": [error.message, error.column]}
    except Unfit as error:
        return {"refused": [f"it gives {error}", 0]}
    except MemoryError:
        return {"refused": [TOO_MUCH, 0]}


def _limit() -> None:
    import resource

    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        try:
            resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))
        except (ValueError, OSError):  # macOS refuses a bound of the address space
            continue


def main() -> None:
    """Reads `{"text", "data"}` from standard input and writes `{"value"}` or `{"refused"}` to standard output."""
    asked = json.loads(sys.stdin.buffer.read())
    _limit()
    sys.stdout.write(json.dumps(_answer(asked)))


if __name__ == "__main__":
    main()
