"""The report as one JSON document; see docs/specs/003-report.md."""

from __future__ import annotations

import json
import re
from typing import Any

from holdfast.core.findings import Report

_SURROGATE = re.compile("[\ud800-\udfff]")


def render(report: Report) -> str:
    """JSON with an indent of two, so that a person can read it too."""
    return document(report.as_json())


def document(data: dict[str, Any], *, indent: int | None = 2) -> str:
    r"""A JSON document in ASCII, the rest escaped, so that no locale can break it.

    A byte that was not UTF-8 becomes the four characters `\xff`: many readers refuse a document with a lone surrogate.
    """
    text = json.dumps(data, ensure_ascii=False)
    if _SURROGATE.search(text):
        data = json.loads(_SURROGATE.sub(lambda match: rf"\\x{ord(match[0]) & 0xFF:02x}", text))
    return json.dumps(data, indent=indent) + "\n"
