"""What a project said is no secret: `pragma: allowlist secret` in a line, and the baseline of detect-secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.files import read_text

BASELINE = ".secrets.baseline"
_HERE = re.compile(r"(?:#|//|/\*|'|--|<!--|;|\"|%)[ \t]*pragma: ?(?:allow|white)list[ -]secret")
_NEXT = re.compile(r"^[ \t]*(?:#|//|/\*|'|--|<!--|;)[ \t]*pragma: ?allowlist[ -]nextline[ -]secret")
_KEY_LINE = re.compile(r"BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?|PuTTY-User-Key-File-2")
"""What detect-secrets takes for the secret in a private key."""
_FILTERS = "detect_secrets.filters.regex.should_exclude_"


class Baseline(NamedTuple):
    """What a baseline says: the digests of what was accepted, by file; which files, lines and values do not count."""

    text: str = ""
    accepted: dict[str, frozenset[str]] = {}  # noqa: RUF012 - never changed
    files: tuple[re.Pattern[str], ...] = ()
    lines: tuple[re.Pattern[str], ...] = ()
    secrets: tuple[re.Pattern[str], ...] = ()

    @property
    def name(self) -> str:
        """The file's name in the project; empty where there is none."""
        return BASELINE if self.text else ""

    def excludes(self, path: str) -> bool:
        """Whether nothing in the file counts."""
        return any(pattern.search(path) for pattern in self.files)

    def accepts(self, path: str, line: str, values: Iterable[str]) -> bool:
        """Whether a secret in a line was accepted; `values` is what of the line could be meant by it."""
        if any(pattern.search(line) for pattern in self.lines):
            return True
        values = list(values)
        if any(pattern.search(value) for pattern in self.secrets for value in values):
            return True
        known = self.accepted.get(path, frozenset())
        return bool(known) and any(_sha1(value) in known for value in (*values, *_KEY_LINE.findall(line)))


def _sha1(value: str) -> str:
    from hashlib import sha1

    return sha1(value.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()  # what a baseline holds


def is_marked(lines: list[str], number: int) -> bool:
    """Whether a line, counted from 1, or the one before it says that what stands in it is no secret."""
    here = lines[number - 1] if number <= len(lines) else ""
    return _HERE.search(here) is not None or (number > 1 and _NEXT.search(lines[number - 2]) is not None)


def read_baseline(project: Path) -> Baseline:
    """The project's baseline; an empty one where there is none. Raises HoldfastError where it cannot be understood."""
    path = project / BASELINE
    if not path.exists():
        return Baseline()
    text = read_text(path)
    hint = "make it anew: detect-secrets scan --no-verify > .secrets.baseline"
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise HoldfastError(f"{BASELINE}: nested too deeply", hint=hint) from error
    except ValueError as error:  # whose message quotes nothing of the text
        line = getattr(error, "lineno", 1)
        raise HoldfastError(f"{BASELINE}:{line}: not JSON", hint=hint) from error
    try:
        return _understood(text, document)
    except (KeyError, TypeError, AttributeError) as error:
        raise HoldfastError(f"{BASELINE}: not a baseline of detect-secrets", hint=hint) from error
    except re.error as error:
        raise HoldfastError(f"{BASELINE}: a pattern in filters_used is not a regular expression", hint=hint) from error


def _understood(text: str, document: Any) -> Baseline:
    results = document["results"]
    accepted = {
        str(path): frozenset(str(each["hashed_secret"]) for each in found if each.get("is_secret") is not True)
        for path, found in results.items()
    }
    filters = {str(each["path"]): each.get("pattern", ()) for each in document.get("filters_used", ())}
    files, lines, secrets = (_patterns(filters.get(_FILTERS + what, ())) for what in ("file", "line", "secret"))
    return Baseline(text, accepted, files, lines, secrets)


def _patterns(said: Any) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each) for each in ([said] if isinstance(said, str) else said))
