"""What python-dotenv's parser lets through without a word, though other readers of the file see something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.checks.environment_files.reading import Binding, EnvFile

_LOOKS_LIKE_ANOTHER = re.compile(r"\n[ \t]*(?:export[ \t]+)?[A-Z][A-Z0-9_]{2,}=")
CURLY = "\u2018\u2019\u201c\u201d\u201e\u201f\u00ab\u00bb"


def slips(binding: Binding) -> Iterator[str]:
    """What is wrong with the way in which one variable is written, each as the end of a sentence that names it."""
    if binding.value is None:
        yield "has no =, so that it is not set"
        return
    if binding.spaced:
        yield "has white space beside its =, which shells and Docker do not accept"
    if binding.quote:
        yield from _quoted(binding)
    else:
        yield from _unquoted(binding)


def _quoted(binding: Binding) -> Iterator[str]:
    if _LOOKS_LIKE_ANOTHER.search(binding.written):
        yield "has a value of several lines that holds what looks like another variable: is a quote missing?"


def _unquoted(binding: Binding) -> Iterator[str]:
    written = binding.written
    if written[:1] in CURLY and written:
        yield "has typographic quotes around its value, which are taken for a part of it"
    elif not _is_json(written):
        yield from _plain(written)
    if _taken_for_comment(binding):
        yield "has a value that ends where a # follows white space: put it in quotes, or a space behind the #"


def _plain(written: str) -> Iterator[str]:
    if "#" in written:
        yield "has a # in its value without quotes around it, where some readers end the value: put it in quotes"
    if '"' in written or "'" in written:
        yield "has a quote within its value and none around it: put the value in quotes of the other kind"
    elif re.search(r"\s", written):
        yield "has white space in its value without quotes around it, which a shell takes for a command"


def _taken_for_comment(binding: Binding) -> bool:
    """Whether what is taken for a comment looks like the rest of the value: one word directly behind the #."""
    return bool(binding.written) and re.fullmatch(r"#[^\s#]*[^\s#A-Za-z][^\s#]*", binding.comment) is not None


def _is_json(written: str) -> bool:
    """Lists and objects are often left without quotes; python-dotenv, Docker and others agree on them."""
    import json

    if written[:1] not in ("[", "{"):
        return False
    try:
        json.loads(written)
    except (ValueError, RecursionError):
        return False
    return True


def twice(file: EnvFile) -> Iterator[tuple[Binding, Binding]]:
    """Each variable that was set before in the same file, with where that was."""
    seen: dict[str, Binding] = {}
    for binding in file.bindings:
        if binding.name in seen:
            yield binding, seen[binding.name]
        seen[binding.name] = binding
