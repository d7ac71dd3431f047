"""OSV records as the databases publish them, and archives of them."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

REQUESTS = {
    "id": "PYSEC-2023-74",
    "modified": "2023-06-05T01:13:00.534973Z",
    "published": "2023-05-26T18:15:00Z",
    "aliases": ["CVE-2023-32681", "GHSA-j8r2-6x86-q33q"],
    "details": "Requests is a HTTP library. Since Requests 2.3.0, Requests has been leaking Proxy-Authorization "
    "headers to destination servers when redirected to an HTTPS endpoint. This is a product of how we use it.\n\n",
    "affected": [
        {
            "package": {"name": "requests", "ecosystem": "PyPI", "purl": "pkg:pypi/requests"},
            "ranges": [
                {
                    "type": "GIT",
                    "repo": "https://github.com/psf/requests",
                    "events": [{"introduced": "0"}, {"fixed": "74ea7cf7a6a27a4eeb2ae24e162bcc942a6706d5"}],
                },
                {"type": "ECOSYSTEM", "events": [{"introduced": "2.3.0"}, {"fixed": "2.31.0"}]},
            ],
            "versions": ["2.10.0", "2.3.0", "2.30.0", "2.9.2"],
        }
    ],
}
REQUESTS_GITHUB = {
    "schema_version": "1.4.0",
    "id": "GHSA-j8r2-6x86-q33q",
    "modified": "2024-02-16T08:22:50.927661Z",
    "aliases": ["CVE-2023-32681", "PYSEC-2023-74"],
    "summary": "Unintended leak of Proxy-Authorization header in requests",
    "details": "### Impact\n\nSince Requests v2.3.0 ...",
    "affected": [
        {
            "package": {"name": "requests", "ecosystem": "PyPI", "purl": "pkg:pypi/requests"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.3.0"}, {"fixed": "2.31.0"}]}],
        }
    ],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:N"}],
    "database_specific": {"severity": "MODERATE", "cwe_ids": ["CWE-200"]},
}
YAML = """\
id: PYSEC-2023-74
details: |+
  Requests is a HTTP library. Since Requests 2.3.0, Requests has been leaking headers.

affected:
- package:
    name: requests
    ecosystem: PyPI
    purl: pkg:pypi/requests
  ranges:
  - type: GIT
    repo: https://github.com/psf/requests
    events:
    - introduced: "0"
    - fixed: 74ea7cf7a6a27a4eeb2ae24e162bcc942a6706d5
  - type: ECOSYSTEM
    events:
    - introduced: 2.3.0
    - fixed: 2.31.0
  versions:
  - 2.10
  - 2.30.0
aliases:
- CVE-2023-32681
- GHSA-j8r2-6x86-q33q
modified: 2023-06-05T01:13:00.534973Z
published: "2023-05-26T18:15:00Z"
"""


def record(name: str, package: str, *events: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """A record about one package, with one range of versions where there are events."""
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    affected = {"package": {"name": package, "ecosystem": "PyPI"}, "ranges": ranges, **more.pop("affected", {})}
    return {"id": name, "modified": "2026-11-13T10:00:00Z", "affected": [affected], **more}


def write_zip(path: Path, records: Iterable[Mapping[str, Any]], **others: bytes) -> Path:
    """An archive as OSV's all.zip is: a JSON file for each record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in records:
            archive.writestr(f"{each['id']}.json", json.dumps(each))
        for name, content in others.items():
            archive.writestr(f"{name}.json", content)
    return path


def write_tar(path: Path, files: Mapping[str, bytes], mode: str = "w:gz") -> Path:
    """A tar archive of files."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # the mode is a parameter
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path
