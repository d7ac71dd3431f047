"""Versions against constraints: PEP 440 specifiers, with alternatives where a tool knows them."""

from __future__ import annotations

from functools import lru_cache

from holdfast.checks.dependencies.quick import quick_allows


@lru_cache(maxsize=8192)
def allows(constraint: str, version: str) -> bool | None:
    """Whether a constraint (see Need.constraint) allows a version; pre-releases are as good as others here.

    None where one of the two cannot be read.
    """
    if not constraint:
        return True
    quick = quick_allows(constraint, version)
    if quick is not None:
        return quick
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    try:
        parsed = Version(version)
        return any(SpecifierSet(part).contains(parsed, prereleases=True) for part in constraint.split("||"))
    except ValueError:  # not PEP 440, or a number of more digits than Python reads
        return None


def same_version(one: str, other: str) -> bool:
    """Whether two versions are the same (PEP 440), or the same text where they are not versions."""
    return one == other or (allows(f"=={one}", other) is True and allows(f"=={other}", one) is True)
