"""What the check `imports` reads, by name: all that has to be known to tell whether anything of it changed."""

from __future__ import annotations

import sys
from pathlib import Path

READ = (
    *("*.py", "*.pyi", "*.ipynb", "pyproject.toml", "setup.*", ".gitignore"),
    *("requirements*.txt", "requirements*.in", "*requirements.txt"),
)
"""Code, and what declares dependencies."""
PROGRAMS = (
    *("Makefile", "*.mk", "GNUmakefile", "justfile", "Justfile", "Taskfile.y*ml", "tox.ini", "*.cfg", "*.ini"),
    *("*.toml", "*.yml", "*.yaml", "*.sh", "*.bash", "Dockerfile*", "*.dockerfile", "Procfile*", "bin/*", "scripts/*"),
    *("*.env", ".env*", "*.json", "*.conf", "*.service", "*.nix", ".*rc", "Vagrantfile", "Jenkinsfile"),
)
"""The files in which a program may be named, beside Python files and pyproject.toml."""
OWN = Path(sys.prefix, "bin")
"""Where Holdfast's own programs are."""
