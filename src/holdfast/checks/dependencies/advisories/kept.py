"""Where the advisories of this machine's user are kept."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

INDEX = "advisories.index"
"""The name of the index in that directory."""


def directory_for(env: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Where the user's advisories are kept; None where the environment names no home."""
    cache = env.get("XDG_CACHE_HOME", "")
    if cache.startswith("/"):  # the XDG specification: a relative path is to be ignored
        return Path(cache, "holdfast", "advisories")
    if not env.get("HOME"):
        return None
    return Path(env["HOME"], "Library/Caches" if platform == "darwin" else ".cache", "holdfast", "advisories")
