"""Programs that answer what a test wants them to, in the place of real ones."""

from __future__ import annotations

from pathlib import Path

from holdfast.checks.interface import Context


def with_program(context: Context, name: str, stdout: str = "", *, code: int = 0, also: str = "") -> Context:
    """The context in which a program of that name prints a text and ends with a code; its version is 1.2.3."""
    where = context.scratch.parent / "programs"
    where.mkdir(parents=True, exist_ok=True)
    (where / f"{name}.out").write_text(stdout, "utf-8")
    program = where / name
    answer = f"cat '{where / name}.out'"
    version = 'if [ "$1" = --version ]; then echo "version: 1.2.3"; exit 0; fi'
    program.write_text(f"#!/bin/sh\n{version}\n{also}\n{answer}\nexit {code}\n", "utf-8")
    program.chmod(0o755)
    environment = context.environment
    assert environment
    return context._replace(environment=environment._replace(bin=where, site_packages=()))


def arguments_kept(context: Context, name: str) -> tuple[Path, str]:
    """Where a program's arguments are kept, one a line, and the line of shell that keeps them."""
    file = context.scratch.parent / f"{name}.args"
    file.parent.mkdir(parents=True, exist_ok=True)
    return file, f"printf '%s\\n' \"$@\" > '{file}'"
