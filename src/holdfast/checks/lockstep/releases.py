"""How repositories and the releases of tools are named."""

from __future__ import annotations

import re

RELEASE = re.compile(r"v?([0-9]+(?:\.[0-9]+)+(?:[-.]?[a-z]+[0-9]*)*)", re.IGNORECASE)
"""A version that stands for itself alone, or the tag of one."""


def repository_of(url: str) -> str:
    """`owner/name` in lower case, of a git repository's address."""
    path = re.sub(r"^(?:\w+://)?(?:[^/@]*@)?[^/:]*[/:]", "", url.strip())
    return path.strip("/").removesuffix(".git").lower()


def release(text: str) -> str | None:
    """The version that a tag or a pin names; None where it is a branch, a commit, a range, or `24` of an action."""
    match = RELEASE.fullmatch(text.strip())
    return match[1] if match else None
