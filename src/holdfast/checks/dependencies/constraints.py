"""Poetry's own constraint syntax as PEP 440 specifiers.

Sources: poetry/core/constraints/version/parser.py of poetry-core 2.5, and PEP 440.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_BOUND = r"(?:[!=]=\d+(?:\.\d+)*\.\*|(?:>=|<=|!=|==|<|>)\d+(?:\.\d+)*(?:\.post\d+|(?:a|b|rc)\d+)?)"
_PLAIN = re.compile(f"{_BOUND}(?:,{_BOUND})*")
_OR = r"\s*\|\|?\s*"
_AND = r"(?<!^)(?<![\^~=>< ,]) *(?<!-)[, ](?!-) *(?!,|$)"
_ANY = r"v?[xX*](\.[xX*])*"
_SINGLE = (
    "(?i)"
    r"(?P<op>\^|~=|~|<>|!=|>=|<=|===?|=|>|<)?\s*"
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?P<tags>(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?\d*)?"
    r"(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?)"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?(?P<wild>(?:\.\*)*)"
)
_USUAL = 200
_LONGEST = 2000
"""Characters; a longer constraint is not one that a person or a tool wrote."""


class Unclear(ValueError):
    """Not a constraint."""


class _Version(NamedTuple):
    epoch: str
    release: tuple[int, ...]
    tags: str
    local: str

    @property
    def public(self) -> str:
        return f"{self.epoch}{'.'.join(map(str, self.release))}{self.tags}"

    def below(self, place: int) -> str:
        """`<V` with V the release that has one more at a place and ends there."""
        padded = (*self.release, 0, 0, 0)
        return f"<{self.epoch}{'.'.join(map(str, (*padded[:place], padded[place] + 1)))}"


@lru_cache(maxsize=8192)
def specifiers(constraint: str) -> str:
    """The PEP 440 specifiers of a Poetry constraint, alternatives parted by "||"; empty for any version.

    A local version as the bound of a range (`>=1.2+cpu`), which PEP 440 does not know, is read as its public version
    with the bound included: rather too much is allowed than too little. Raises Unclear.
    """
    text = constraint.strip()
    if text in ("", "*"):
        return ""
    exact = f"=={text}" if text[0].isdigit() else text
    if len(text) < _USUAL and _PLAIN.fullmatch(exact):
        return exact
    if len(text) > _LONGEST:
        raise Unclear("too long")
    alternatives = [_conjunction(part) for part in re.split(_OR, text)]
    return "" if "" in alternatives else "||".join(alternatives)


def _conjunction(text: str) -> str:
    """One alternative."""
    parts = re.split(_AND, text.rstrip(",").rstrip())
    return ",".join(filter(None, map(_single, parts)))


def _single(text: str) -> str:
    if re.fullmatch(_ANY, text):
        return ""
    if text.lstrip("=<>! ").lower() == "dev":  # Poetry's old word for a branch
        text = text.lower().replace("dev", "0.0.dev0")
    match = re.fullmatch(_SINGLE, text)
    if match is None or len(match["release"]) > 200:
        raise Unclear(f"{text!r} is not a constraint" if len(text) < 100 else "not a constraint")
    epoch = f"{int(match['epoch'])}!" if match["epoch"] else ""
    release = tuple(map(int, match["release"].split(".")))
    version = _Version(epoch, release, match["tags"], match["local"] or "")
    if match["op"] in ("^", "~", "~="):
        if match["wild"]:
            raise Unclear(f"{text!r} has both {match['op']} and a wildcard")
        return f">={version.public},{version.below(_moving(match['op'], release))}"
    return _compared(match["op"] or "==", version, wild=bool(match["wild"]))


def _moving(operator: str, release: tuple[int, ...]) -> int:
    """The place of a release that `^`, `~` or `~=` lets move one up at most."""
    if operator == "~=":
        return max(len(release) - 2, 0)
    if operator == "~":
        return min(len(release) - 1, 1)
    first = next((place for place, part in enumerate(release[:2]) if part), len(release) - 1)
    return min(first, 2)


def _compared(operator: str, version: _Version, *, wild: bool) -> str:
    operator = {"=": "==", "===": "==", "<>": "=="}.get(operator, operator)  # what Poetry makes of `<>`
    if operator in ("==", "!="):
        if wild:
            return _wild(operator, version)
        return f"{operator}{version.public}{'+' if version.local else ''}{version.local}"
    if version.local:
        operator = f"{operator[0]}="
    return f"{operator}{version.public}"


def _wild(operator: str, version: _Version) -> str:
    if version.tags or version.local:
        raise Unclear("a wildcard after a pre-release, a post-release or a local version")
    return f"{operator}{version.public}.*"


def python_marker(constraint: str) -> str:
    """The marker (PEP 508) that holds for the Pythons of a Poetry constraint. Raises Unclear."""
    alternatives = [
        " and ".join(map(_python, filter(None, part.split(",")))) for part in specifiers(constraint).split("||")
    ]
    return either(alternatives)


def _python(specifier: str) -> str:
    match = re.fullmatch(r"([=!<>~]+)(.*)", specifier)
    operator, version = (match[1], match[2]) if match else ("==", specifier)
    short = version.count(".") < 2 and operator in ("==", ">=", "<")
    # `python_version == "3.8"` is every 3.8, as Poetry means "3.8"; with other operators the patch level counts.
    return f'{"python_version" if short else "python_full_version"} {operator} "{version}"'


def platform_marker(constraint: str) -> str:
    """The marker for a Poetry `platform`, such as "linux || darwin" or "!=win32"."""
    return either([" and ".join(map(_platform, part.split(","))) for part in re.split(_OR, constraint.strip())])


def _platform(text: str) -> str:
    match = re.fullmatch(r"\s*(!=|={1,3})?\s*(.*?)\s*", text, re.DOTALL)
    operator, value = (match[1], match[2]) if match else (None, text)
    return "" if value in ("", "*") else f'sys_platform {"!=" if operator == "!=" else "=="} "{value}"'


def either(markers: list[str]) -> str:
    """The marker that holds where one of them does; an empty one always does."""
    if not all(markers):
        return ""
    return " or ".join(f"({marker})" if len(markers) > 1 and " and " in marker else marker for marker in markers)


def both(*markers: str) -> str:
    """The marker that holds where all of them do."""
    given = [marker for marker in dict.fromkeys(markers) if marker]
    return " and ".join(f"({marker})" if len(given) > 1 and " or " in marker else marker for marker in given)
