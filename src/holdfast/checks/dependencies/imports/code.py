"""What a project's Python files import and name, by their text, and by their syntax where that decides."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from holdfast.checks.dependencies.imports.layout import Kind, Layout
from holdfast.checks.venv_probe.disk import content

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\w[\w.]*)[ \t]+import\b|import[ \t]+(\w[^\n#;]*))", re.MULTILINE)


class Code:
    """The text and, where asked for, the syntax tree of each Python file; each is read and parsed once."""

    def __init__(self, project: Path, layout: Layout) -> None:
        self._project, self.layout = project, layout
        self._trees: dict[str, ast.Module | None] = {}

    @cached_property
    def texts(self) -> dict[str, str]:
        found = {}
        for name in self.layout.files:
            if not name.endswith(".ipynb"):
                found[name] = self._read(name)
        return found

    def _read(self, name: str) -> str:
        try:
            raw = content(self._project / name) or b""
        except (OSError, ValueError):
            return ""
        return raw.decode("utf-8-sig", "replace")

    def tree(self, file: str) -> ast.Module | None:
        """The syntax tree, or None where the file does not parse; deptry says so of itself."""
        if file not in self._trees:
            self._trees[file] = _parsed(self.texts.get(file, ""))
        return self._trees[file]

    @cached_property
    def by_module(self) -> dict[str, tuple[str, ...]]:
        """Which files seem to import a top-level module: a line of a docstring may look like an import too."""
        found: dict[str, dict[str, None]] = {}
        for file, text in self.texts.items():
            for one, several in _IMPORT.findall(text):
                for each in [one] if one else several.split(","):
                    found.setdefault(each.strip().split(".")[0].split(" ")[0], {})[file] = None
        return {module: tuple(files) for module, files in found.items()}

    def importers(self, modules: Iterable[str], *kinds: Kind) -> Iterator[str]:
        """The files, of these kinds or of all, that do import one of the top-level modules."""
        for module in modules:
            for file in self.by_module.get(module, ()):
                if (not kinds or self.layout.kind(file) in kinds) and self._imports(file, module):
                    yield file

    def _imports(self, file: str, module: str) -> bool:
        tree = self.tree(file)
        return tree is None or any(name.split(".")[0] == module for name, _ in imports_in(tree))

    def makes(self, file: str, module: str) -> bool:
        """Whether a test seems to make the module that it imports: it has the name in a string, as of a file."""
        pattern = rf"""['"][^'"\n]*(?<![\w.]){re.escape(module)}(?!\w)[^'"\n]*['"]"""
        return re.search(pattern, self.texts.get(file, "")) is not None

    def quotes(self, words: Iterable[str]) -> str | None:
        """The first file with a string that is one of the words, or a dotted path that begins with it."""
        alternatives = "|".join(map(re.escape, words))
        if not alternatives:
            return None
        pattern = re.compile(rf"""['"](?:{alternatives})(?:['"]|\.[A-Za-z_][\w.]*['"]|:[A-Za-z_])""")
        return next((file for file, text in self.texts.items() if pattern.search(text)), None)


def imports_in(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Every dotted path that absolute imports name, with the statement; `from a.b import c` names `a.b.c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in somebody's string is not our message
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
