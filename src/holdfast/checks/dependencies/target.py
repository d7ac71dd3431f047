"""The interpreter that an environment is for, as markers see it, without running it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from holdfast.checks.dependencies.quick import quick_holds, simple
from holdfast.checks.interface import Environment
from holdfast.checks.venv_probe.values import Version

if TYPE_CHECKING:
    from packaging.markers import Marker


class Target(NamedTuple):
    """The marker variables of PEP 508, less `extra`."""

    variables: tuple[tuple[str, str], ...]

    @property
    def python(self) -> str:
        """The full version of the target's Python."""
        return dict(self.variables)["python_full_version"]

    def holds(self, marker: str, extras: Iterable[str] = ()) -> bool:
        """Whether a marker holds here, for any of the extras. One that cannot be read holds.

        The lists of PEP 751 (`'x' in extras`, `in dependency_groups`) are for `holds_in`.
        """
        if not marker:
            return True
        extra = tuple(extras)
        return any(_holds(marker, self.variables, name) for name in (extra if "extra" in marker and extra else ("",)))

    def holds_in(self, marker: str, *, extras: frozenset[str], groups: frozenset[str]) -> bool:
        """The same for a marker of a pylock.toml, which knows sets of extras and groups (PEP 751)."""
        if not marker:
            return True
        parsed = _parsed(marker)
        environment: dict[str, str | frozenset[str]] = {
            **dict(self.variables),
            "extras": extras,
            "dependency_groups": groups,
        }
        try:
            return True if parsed is None else parsed.evaluate(environment, context="lock_file")
        except ValueError:  # nothing that can be compared, or a number of more digits than Python reads
            return True


@lru_cache(maxsize=4096)
def _holds(marker: str, variables: tuple[tuple[str, str], ...], extra: str) -> bool:
    usual = simple(marker)
    quick = quick_holds(usual, dict(variables), extra) if usual else None
    if quick is not None:
        return quick
    parsed = _parsed(marker)
    try:
        return True if parsed is None else parsed.evaluate({**dict(variables), "extra": extra})
    except ValueError:  # nothing that can be compared, or a number of more digits than Python reads
        return True


@lru_cache(maxsize=4096)
def _parsed(marker: str) -> Marker | None:
    from packaging.markers import InvalidMarker, Marker

    try:
        return Marker(marker)
    except (InvalidMarker, RecursionError):
        return None


def readable(marker: str) -> bool:
    """Whether a marker can be read at all (PEP 508)."""
    return not marker or simple(marker) is not None or _parsed(marker) is not None


def target_of(environment: Environment | None) -> Target:
    """The target of an environment; without one, of this process."""
    version, implementation = _python_of(environment)
    uname = os.uname()
    minor, full = ".".join(map(str, version[:2])), ".".join(map(str, version))
    cpython = implementation == "cpython"
    return Target(
        (
            ("implementation_name", implementation),
            ("implementation_version", full),
            ("os_name", os.name),
            ("platform_machine", uname.machine),
            ("platform_python_implementation", "CPython" if cpython else "PyPy"),
            ("platform_release", uname.release),
            ("platform_system", uname.sysname),
            ("platform_version", uname.version),
            ("python_full_version", full),
            ("python_version", minor),
            ("sys_platform", sys.platform),
        )
    )


def _python_of(environment: Environment | None) -> tuple[Version, str]:
    """The version as far as the environment's files tell it, with 0 for a patch level that they do not."""
    own = sys.version_info[:3]
    if environment is None:
        return own, sys.implementation.name
    from holdfast.checks.venv_probe.interpreter import read_config, version_in_path
    from holdfast.checks.venv_probe.values import Environment as Probed

    library = environment.site_packages[0].parent.name if environment.site_packages else ""
    probed = Probed(environment.root, environment.bin, environment.python, None, "", "")
    minor = version_in_path(library) if library else ()
    told = [read_config(probed).version, version_in_path(os.path.realpath(environment.python))]
    fitting = [version for version in told if len(version) >= 2 and version[: len(minor)] == minor]
    best = max(fitting, key=len, default=minor or own)
    return (*best[:3], *(0,) * (3 - len(best))), "pypy" if library.startswith("pypy") else "cpython"
