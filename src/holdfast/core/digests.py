"""SHA-256 of what is in memory, without loading OpenSSL."""

from __future__ import annotations

import sys
from importlib import import_module


def sha256(content: bytes) -> str:
    """The digest of a few bytes in hexadecimal.

    By the interpreter's own module where it has one, as `random` does: hashlib loads OpenSSL, which takes 2 ms.
    """
    try:
        built_in = import_module("_sha256" if sys.version_info < (3, 12) else "_sha2")
    except ImportError:
        built_in = import_module("hashlib")
    digested: str = built_in.sha256(content).hexdigest()
    return digested
