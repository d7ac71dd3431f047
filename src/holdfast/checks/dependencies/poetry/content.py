"""What of a pyproject.toml Poetry hashes, and the hash.

Source: `_get_content_hash` and `is_fresh` in poetry/packages/locker.py of Poetry 2.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from holdfast.checks.facts import table
from holdfast.core.digests import sha256

PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")
LEGACY_KEYS = ("dependencies", "source", "extras", "dev-dependencies")
POETRY_KEYS = (*LEGACY_KEYS, "group")


def relevant(pyproject: Mapping[str, Any], *, groups: bool = True) -> dict[str, Any]:
    """What the hash is made of; `groups` are those of PEP 735, which Poetry before 2.3 left out."""
    project = {key: value for key in PROJECT_KEYS if (value := table(pyproject, "project").get(key)) is not None}
    dependency_groups = dict(table(pyproject, "dependency-groups")) if groups else {}
    poetry = table(pyproject, "tool", "poetry")
    stated = bool(project or dependency_groups)
    own = {
        key: poetry.get(key)
        for key in POETRY_KEYS
        if poetry.get(key) is not None or (key in LEGACY_KEYS and not stated)  # as Poetry 1 hashed what is not there
    }
    if not stated:
        return own
    return {
        **({"project": project} if project else {}),
        **({"dependency-groups": dependency_groups} if dependency_groups else {}),
        "tool": {"poetry": own},
    }


def digest(content: Mapping[str, Any]) -> str:
    """The hash of what `relevant` gave. Raises TypeError for values that JSON has not, such as dates."""
    import json

    return sha256(json.dumps(content, sort_keys=True).encode())


def content_hash(pyproject: Mapping[str, Any], *, groups: bool = True) -> str | None:
    """The content-hash of a parsed pyproject.toml; None where Poetry cannot compute one either."""
    try:
        return digest(relevant(pyproject, groups=groups))
    except (TypeError, RecursionError):
        return None


def without_groups(lock_text: str) -> bool:
    """Whether the lock's first line names a Poetry before 2.3, so that its hash may leave out PEP 735's groups."""
    match = re.search(r"Poetry (\d{1,6})\.(\d{1,6})((?:\.0)*(?:a|b|rc|\.dev)\d)?", lock_text.partition("\n")[0])
    if match is None:
        return False
    version = (int(match[1]), int(match[2]))
    return version < (2, 3) or (version == (2, 3) and match[3] is not None)
