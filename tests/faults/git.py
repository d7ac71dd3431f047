"""Faults in what git tracks, and repositories that only look as if they had some."""

from __future__ import annotations

from tests.faults.model import PYPROJECT, Clean, Fault

OURS, BASE, MIDDLE, THEIRS = "<" * 7 + " HEAD", "|" * 7 + " 1a2b3c4", "=" * 7, ">" * 7 + " feature"
CONFLICT = f"a = 1\n{OURS}\nb = 1\n{MIDDLE}\nb = 2\n{THEIRS}\n"
WITH_BASE = f"{OURS}\na\n{BASE}\nb\n{MIDDLE}\nc\n{THEIRS}\n"
SMALL = f'{PYPROJECT}\n[tool.holdfast.git]\nmax_file_size = "1kB"\n'
NO_LIMIT = f"{PYPROJECT}\n[tool.holdfast.git]\nmax_file_size = 0\n"

FAULTS = [
    Fault("conflict", "git", {"a.py": CONFLICT}, "GIT001", "a.py:2"),
    Fault("conflict with its base", "git", {"a.txt": WITH_BASE}, "GIT001", "a.txt:1"),
    Fault("conflict with Windows' line ends", "git", {"a.txt": CONFLICT.replace("\n", "\r\n")}, "GIT001", "a.txt:2"),
    Fault("conflict half cleared away", "git", {"a.md": f"# A\n\nb\n{MIDDLE}\nc\n{THEIRS}\n"}, "GIT001", "a.md:4"),
    Fault("large file", "git", {"data.bin": b"\0" * 600_000}, "GIT003", "data.bin"),
    Fault("file over a limit of one's own", "git", {"a.txt": "x" * 1100, "pyproject.toml": SMALL}, "GIT003", "a.txt"),
    Fault("files that differ by case", "git", {"docs/Guide.md": "", "docs/guide.md": ""}, "GIT004", "docs/Guide.md"),
    Fault("directories that differ by case", "git", {"Docs/a.md": "", "docs/b.md": ""}, "GIT004", "Docs/a.md"),
    Fault("names that look alike", "git", {"caf\u00e9.txt": "", "cafe\u0301.txt": ""}, "GIT005", "cafe\u0301.txt"),
    Fault("executable text", "git", {"notes.txt*": "text\n"}, "GIT006", "notes.txt:1"),
    Fault("executable and empty", "git", {"run*": ""}, "GIT006", "run:1"),
    Fault("script that cannot be run", "git", {"scripts/run.sh": "#!/bin/sh\n"}, "GIT007", "scripts/run.sh:1"),
    Fault("program that cannot be run", "git", {"bin/run": "#!/usr/bin/env python3\n"}, "GIT007", "bin/run:1"),
]

CLEAN = [
    Clean(
        "a repository of all kinds",
        "git",
        {
            "README.md": f"Heading\n{MIDDLE}\n\nText, and a quote:\n\n    {OURS}\n    {MIDDLE}\n    {THEIRS}\n",
            "docs/index.rst": f"Heading\n{MIDDLE}\n\n{'>' * 8} deep quote\n\nOther\n{MIDDLE}\n",
            "mail.txt": f"{'>' * 8} eight\n{'>' * 7}no space\n{MIDDLE}==\n",
            "poetry.lock": "#" * 700_000,
            "docs/pylock.toml": "#" * 700_000,
            "scripts/run.sh*": "#!/bin/sh\necho run\n",
            "scripts/tool.py*": "#!/usr/bin/env python3\n",
            "src/shop/module.py": "#!/usr/bin/env python\n",
            "bin/native*": b"\x7fELF\x02\x01\x00\x00",
            "build.cmd*": "@echo off\n",
            "src/lib.rs": "#![allow(x)]\n",
            "docs/Guide.md": "",
            "docs/guides.md": "",
            "latin-1.txt": "caf\xe9\n".encode("latin-1"),
            "empty.txt": "",
        },
    ),
    Clean("no limit", "git", {"data.bin": b"\0" * 600_000, "pyproject.toml": NO_LIMIT}),
]
