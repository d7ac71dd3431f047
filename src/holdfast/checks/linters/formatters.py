"""Which formatter owns the code: black or ruff. Two of them undo each other's work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks import facts
from holdfast.checks.interface import Context
from holdfast.core.findings import Finding, Location, Severity

_HOOK = r"(?m)^[^#\n]*\bid:\s*[\"']?({})[\"']?\s*(?:[,}}#]|$)"  # not compiled here: most projects have no such file
_RUFF_TABLE = r"(?m)^[ \t]*\[format\]|^[ \t]*format\."


class Claim(NamedTuple):
    """A place that makes a formatter the one of the code."""

    what: str
    place: Location


def black_is_wanted(context: Context) -> bool:
    """Whether the project formats with black: a dependency alone does not say so where ruff's formatter is set up."""
    if "black" in facts.table(context.pyproject, "tool"):
        return True
    return facts.depends_on(context, "black") and not ruff_formats(context)


def ruff_formats(context: Context) -> bool:
    """Whether the project formats with ruff."""
    if "format" in facts.table(context.pyproject, "tool", "ruff"):
        return True
    return next(_ruff_elsewhere(context), None) is not None


def two_owners(context: Context) -> tuple[Finding, ...]:
    """FMT001, which the check of black says, and that of ruff's formatter where black's is not wanted."""
    black, ruff = list(_of_black(context)), list(_of_ruff(context))
    if not black or not ruff:
        return ()
    places = [" and ".join(f"{claim.what} ({claim.place})" for claim in claims) for claims in (black, ruff)]
    message = f"two formatters own the code: black by {places[0]}, ruff format by {places[1]}; remove one"
    return (Finding("FMT001", Severity.ERROR, message, black[0].place),)


def _of_black(context: Context) -> Iterator[Claim]:
    if "black" in facts.table(context.pyproject, "tool"):
        yield Claim("[tool.black]", Location("pyproject.toml", _line(context, ("tool", "black"))))
    yield from _hook(context, "black|black-jupyter")


def _of_ruff(context: Context) -> Iterator[Claim]:
    if "format" in facts.table(context.pyproject, "tool", "ruff"):
        yield Claim("[tool.ruff.format]", Location("pyproject.toml", _line(context, ("tool", "ruff", "format"))))
    yield from _ruff_elsewhere(context)


def _ruff_elsewhere(context: Context) -> Iterator[Claim]:
    for name in ("ruff.toml", ".ruff.toml"):
        text = _text(context, name) if name in context.files else ""
        if match := re.search(_RUFF_TABLE, text):
            yield Claim("[format]", Location(name, text.count("\n", 0, match.end()) + 1))
    yield from _hook(context, "ruff-format")


def _hook(context: Context, names: str) -> Iterator[Claim]:
    text = _text(context, facts.PRE_COMMIT) if facts.PRE_COMMIT in context.files else ""
    if match := re.search(_HOOK.format(names), text):
        yield Claim(f"the hook {match[1]}", Location(facts.PRE_COMMIT, text.count("\n", 0, match.start(1)) + 1))


def _text(context: Context, file: str) -> str:
    return facts.text_of(context.project / file)


def _line(context: Context, path: tuple[str, ...]) -> int | None:
    from holdfast.core.config.toml_positions import toml_positions

    text = _text(context, "pyproject.toml")
    offset = toml_positions(text).get(path)
    return None if offset is None else text.count("\n", 0, offset) + 1
