"""Being somebody who may not read everything, for tests that root runs too."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def unprivileged(path: Path) -> Iterator[None]:
    """The block as a user to whom modes apply, with the way down to a path open: pytest's directories are its own."""
    if os.geteuid() != 0:
        yield
        return
    top = Path(tempfile.gettempdir())
    for directory in (path, *path.parents):
        if directory != top and directory.is_relative_to(top):
            directory.chmod(directory.stat().st_mode | 0o055)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
