"""The versions of the tools that are on PATH, and of those that are installed in an environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from holdfast.checks.facts import normal
from holdfast.checks.interface import Context, Environment
from holdfast.checks.lockstep.path_search import bare_path, found_on_path
from holdfast.checks.lockstep.pins import Kind, Pin
from holdfast.checks.lockstep.releases import RELEASE

TIMEOUT_S = 10.0
"""Seconds that a program may take to say its version."""


def pins_on_path(context: Context, tools: tuple[str, ...]) -> Iterator[Pin]:
    """The versions of the tools that are there, asked all at once where nothing else tells them."""
    from concurrent.futures import ThreadPoolExecutor

    found = found_on_path(context, tools)
    with ThreadPoolExecutor(max_workers=max(1, min(4, len(found)))) as pool:
        versions = pool.map(lambda each: version_of(context, *each), found.items())
        for (tool, program), version in zip(found.items(), versions, strict=True):
            if version:
                yield Pin(tool, version, Kind.PATH, None, f"{program} (first on PATH)")


def version_of(context: Context, tool: str, program: str) -> str | None:
    """What is installed beside the program, else what it answers to `--version`; None where neither tells."""
    real = Path(os.path.realpath(program))
    beside = _installed_beside(real, tool)
    return beside or _said(context, program)


def _installed_beside(program: Path, tool: str) -> str | None:
    """The version by the metadata of the environment that the program is in, where it is in one."""
    root = program.parent.parent
    if not (root / "pyvenv.cfg").is_file():
        return None
    places = tuple(root.glob("lib/python3*/site-packages"))
    return installed_in(Environment(root, program.parent, program, places)).get(tool)


def installed_in(environment: Environment) -> dict[str, str]:
    """The version of each distribution, by the names of the metadata directories."""
    found: dict[str, str] = {}
    for place in environment.site_packages:
        for metadata in place.glob("*.dist-info"):
            distribution, _, version = metadata.name.removesuffix(".dist-info").partition("-")
            found.setdefault(normal(distribution), version)
    return found


def _said(context: Context, program: str) -> str | None:
    from holdfast.core.errors import HoldfastError
    from holdfast.core.process import run

    env = {**context.env, "PATH": os.pathsep.join(bare_path(context))}
    timeout_s = min(TIMEOUT_S, context.timeout_s)
    try:
        done = run([program, "--version"], cwd=context.project, env=env, timeout_s=timeout_s, stop=context.stop)
    except HoldfastError:
        return None
    text = done.stdout.decode("utf-8", "replace")
    match = RELEASE.search(text) if done.exit_code == 0 and not done.timed_out else None
    return match[1] if match else None
