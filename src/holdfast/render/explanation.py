"""Why a package is there, as text for a person."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.checks.dependencies.explain import Asker, Explanation, Version
from holdfast.render.tasks import printable


def explanation(found: Explanation) -> str:
    """What is locked and installed, who asks for it, how it comes in, and what decides its version."""
    return "".join(f"{printable(line)}\n" for line in _lines(found))


def _lines(found: Explanation) -> Iterator[str]:
    yield _headline(found)
    yield "asked for by"
    width = max((len(_who(asker)) for asker in found.asked), default=0)
    yield from (f"  {_who(asker).ljust(width)}  {_what(found.name, asker)}" for asker in found.asked)
    if not found.asked:
        yield "  nobody"
    if found.ways:
        yield "how it comes in"
        yield from (f"  {' -> '.join(way)}" for way in found.ways)
    yield "what keeps newer versions out"
    yield from (f"  {limit}" for limit in found.limits)
    if not found.limits:
        taken = f"; {found.update} takes the newest" if found.update else ""
        yield f"  nothing that is known here: it is what was chosen when it was locked{taken}"


def _headline(found: Explanation) -> str:
    locked = [_version(found.lock or "", version) for version in found.locked]
    parts = [f"{found.name}: locked {', '.join(locked)}" if locked else f"{found.name}: not locked"]
    parts.append(f"installed {', '.join(found.installed)}" if found.installed else "not installed")
    return "; ".join(parts)


def _version(lock: str, version: Version) -> str:
    place = f"{lock}:{version.line}" if version.line else lock
    said = [f"for {', '.join(version.groups)}" if version.groups else "", f"where {version.marker}"]
    return " ".join(
        [version.version or "(no version)", f"({place})", *(word for word in said if word not in ("", "where "))]
    )


def _who(asker: Asker) -> str:
    return f"{asker.who}:{asker.line}" if asker.line else asker.who


def _what(name: str, asker: Asker) -> str:
    extras = f"[{','.join(asker.need.extras)}]" if asker.need.extras else ""
    asked = f"{name}{extras}{asker.need.constraint}" if asker.need.constraint else f"{name}{extras} of any version"
    said = [asked, f"({asker.condition})" if asker.condition else ""]
    said += [f"where {asker.need.marker}" if asker.need.marker else "", "" if asker.applies else "- not here"]
    return " ".join(word for word in said if word)
