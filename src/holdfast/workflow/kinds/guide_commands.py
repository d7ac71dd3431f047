"""Running a guide's commands, each to its end, and saying which passed: the program of a `guide` step."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Sequence
from typing import Any


def main(arguments: Sequence[str]) -> int:
    """Runs `{"commands": [argv or text, ...]}`; 0 where all passed, 1 where one did not, 2 where nothing can be run."""
    try:
        commands = json.loads(arguments[0])["commands"]
    except (ValueError, LookupError, TypeError):
        return _say('usage: guide_commands \'{"commands": [["pytest", "-q"]]}\'', 2)
    if not isinstance(commands, list) or not commands:
        return _say("there is no command, so nothing shows that the work is done", 2)
    results = [(_shown(command), _performed(command)) for command in commands]
    failed = [shown for shown, problem in results if problem]
    _say("")
    for shown, problem in results:
        _say(f"{'failed' if problem else 'passed'}: {shown}{f' ({problem})' if problem else ''}")
    return _say(f"{len(results) - len(failed)} of {len(results)} commands passed", 1 if failed else 0)


def _performed(command: Any) -> str | None:
    """Runs one; None where it passed, else why it did not."""
    _say(f"$ {_shown(command)}")
    argv = ["/bin/sh", "-c", command] if isinstance(command, str) else command
    try:
        code = subprocess.run(argv, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False).returncode
    except (OSError, ValueError, TypeError) as error:
        return f"cannot be started: {getattr(error, 'strerror', None) or error}"
    return None if code == 0 else f"exit {code}" if code > 0 else f"signal {-code}"


def _shown(command: Any) -> str:
    return command if isinstance(command, str) else shlex.join(str(each) for each in command)


def _say(line: str, code: int = 0) -> int:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
