"""Which directories a site generator renders: links and anchors there follow its rules beside GitHub's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from holdfast.checks.facts import start_of

MKDOCS = re.compile(r"(?:mkdocs|properdocs)[\w.-]*\.ya?ml|zensical\.toml")
DOCS_DIR = re.compile(rb"""(?m)^\s*docs_dir\s*[:=]\s*["']?([^"'#\r\n]+)""")
OTHERS = re.compile(
    r"conf\.py|_config\.ya?ml|docusaurus\.config\.\w+|mint\.json|hugo\.(?:toml|yaml|json)|myst\.ya?ml|_quarto\.yml"
)
LIMIT = 2**18


def sites(project: Path, files: Iterable[str]) -> tuple[str, ...]:
    """The prefixes of paths of documents that a site generator renders, `docs/` or the like."""
    return tuple({prefix for path in files for prefix in _rendered(project, path)})


def _rendered(project: Path, path: str) -> Iterator[str]:
    directory, _, name = path.rpartition("/")
    here = f"{directory}/" if directory else ""
    if MKDOCS.fullmatch(name):
        said = DOCS_DIR.search(start_of(project / path, LIMIT))
        yield f"{here}{said[1].decode('utf-8', 'replace').strip().strip('./')}/" if said else f"{here}docs/"
    elif name == "book.toml":
        yield f"{here}src/"
    elif name.startswith("config.") and directory.endswith(".vitepress"):
        yield directory.removesuffix(".vitepress")
    elif OTHERS.fullmatch(name):
        yield here
        yield "docs/" if name.startswith("docusaurus") else here
