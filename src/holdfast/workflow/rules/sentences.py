"""Texts of others made harmless for one line of Markdown, and the sentence that a finished item leaves behind."""

from __future__ import annotations

import re
import unicodedata

from holdfast.core.masking import mask_text

TITLE_LIMIT = 200
"""Code points of a title that are kept."""
SENTENCE_LIMIT = 400
"""Code points of a sentence that somebody else made."""
_SPECIAL = re.compile(r"[\\`*\[\]<>|~#]|!(?=--)|(?<!\w)_|_(?!\w)")
_JOINERS = "\u200c\u200d"  # which emoji and some scripts need


def one_line(text: str, limit: int = 0) -> str:
    """A text as one line: white space of any kind is a space, secrets are masked, what cannot be seen is gone.

    Longer than `limit` code points it is cut; 0 is no limit.
    """
    spaced = " ".join(text.split())
    seen = "".join(char for char in spaced if char in _JOINERS or unicodedata.category(char)[0] != "C")
    shown = " ".join(mask_text(seen).split())
    return f"{shown[: limit - 3].rstrip()}..." if limit and len(shown) > limit else shown


def inert(text: str, limit: int = 0) -> str:
    """The same, with what Markdown would read as markup escaped: no heading, cell, comment or link begins in it."""
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", one_line(text, limit))


def summary(title: str, item: str, commands: tuple[str, ...], commit: str) -> str:
    """The sentence about a finished item: what it was, which commands passed, and at which commit."""
    named = inert(title, TITLE_LIMIT).rstrip(".! ") or "an item without a title"
    number = f" (item {inert(item, 40)})" if item and item != title else ""
    proof = f": {_listed([inert(name, 40) for name in commands])} passed" if commands else ""
    at = f" at {commit}" if proof and commit else ""
    return f"Completed {named}{number}{proof}{at}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
