"""Globs over a project's files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def matching(files: Iterable[str], globs: tuple[str, ...]) -> list[str]:
    """The files that any of the globs matches, in their order.

    `*` and `?` stop at slashes, `**` does not, `[...]` is a set of characters, and a pattern without a slash matches
    a name at any depth, as in .gitignore.
    """
    if "**" in globs:
        return list(files)
    endings, names, rest = _parted(globs)
    pattern = _compiled(rest)
    return [
        file
        for file in files
        if file.endswith(endings) or not names.isdisjoint(file.split("/")) or (rest and pattern.match(file))
    ]


def witnesses(files: Iterable[str], words: set[str], directory: str = "") -> set[str]:
    """Globs of files by which it shows whether what the words name is there: its name, or one file in it.

    The words are paths from a directory of the project, or end like one.
    """
    import posixpath
    from bisect import bisect_left

    ends = {word.rpartition("/")[2] for word in words}
    files = sorted(files)  # which git has sorted already
    found = {name for file in files if (name := file[file.rfind("/") + 1 :]) in ends}
    for word in words:
        inside = posixpath.normpath(f"{directory}/{word}".lstrip("/")) + "/"
        at = bisect_left(files, inside)
        if at < len(files) and files[at].startswith(inside):
            found.add(files[at])
    return found


def _parted(globs: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str], tuple[str, ...]]:
    """The endings that `*.py` and its like mean and the bare names, which need no pattern, and the other globs."""
    endings, names, rest = [], set(), []
    for glob in globs:
        if glob.startswith("*.") and not WILDCARDS & set(glob[1:]):
            endings.append(glob[1:])
        elif not WILDCARDS & set(glob):
            names.add(glob)
        else:
            rest.append(glob)
    return tuple(endings), frozenset(names), tuple(rest)


@lru_cache(maxsize=64)
def _compiled(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_translated(glob) for glob in globs) or r"(?!)")


WILDCARDS = frozenset("*?[/")
TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^]/]*\]|.", re.DOTALL)
WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _translated(glob: str) -> str:
    anywhere = "" if "/" in glob.rstrip("/") else "(?:.*/)?"
    inside = "(?:/.*)?" if not glob.endswith("/") else ".*"  # a directory's name stands for what is in it
    return anywhere + "".join(map(_part, TOKEN.findall(glob.removeprefix("./")))) + inside + r"\Z"


def _part(token: str) -> str:
    if token in WILD:
        return WILD[token]
    if token.startswith("[") and len(token) > 1:
        inside = token[1:-1].replace("\\", r"\\").replace("[", r"\[")
        characters = "[" + ("^" + inside[1:] if inside.startswith("!") else inside.replace("^", r"\^")) + "]"
        return characters if _is_pattern(characters) else "(?!)"
    return re.escape(token)


def _is_pattern(text: str) -> bool:
    """Whether a set of characters is one; a range that runs backward, as in [z-a], matches nothing."""
    try:
        re.compile(text)
    except re.error:
        return False
    return True
