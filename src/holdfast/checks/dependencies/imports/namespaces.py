"""Imports from namespaces that several distributions have parts in, such as `google.cloud`, told apart by part.

deptry looks at the first name of an import alone, and so takes `google.cloud.bigquery` for declared wherever
google-cloud-storage is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks.dependencies.imports.brought import Brought
from holdfast.checks.dependencies.imports.code import Code, imports_in
from holdfast.checks.dependencies.imports.layout import Kind


class Part(NamedTuple):
    """An import from a namespace, and who brings the part that it names."""

    module: str
    owners: frozenset[str]
    """Normalised names of distributions; empty where none that is installed brings it."""
    file: str
    line: int
    column: int


class Namespaces:
    """The parts of an environment's namespaces."""

    def __init__(self, brought: Brought) -> None:
        self.tops = brought.namespaces
        self._modules: dict[str, set[str]] = {}
        self._directories: set[str] = set()
        for top, several in self.tops.items():
            for distribution in several:
                for file in distribution.code:
                    if file.startswith(f"{top}/"):
                        self._add(file, distribution.name)

    def _add(self, file: str, owner: str) -> None:
        *directories, name = file.split("/")
        stem = name.split(".")[0]
        path = directories if stem == "__init__" else [*directories, stem]
        self._modules.setdefault(".".join(path), set()).add(owner)
        self._directories.update(".".join(directories[:depth]) for depth in range(1, len(directories) + 1))

    def imports(self, code: Code) -> Iterator[Part]:
        """Every import from a namespace in the project's files, but of what the project brings itself."""
        for top in self.tops:
            for file in code.by_module.get(top, ()):
                tree = code.tree(file) if code.layout.kind(file) not in (Kind.VENDORED, Kind.DATA) else None
                for name, node in imports_in(tree) if tree else ():
                    if name.split(".")[0] == top and not code.layout.brings(name):
                        found = self._found(name)
                        if found is not None:
                            yield Part(*found, file, node.lineno, node.col_offset + 1)

    def _found(self, name: str) -> tuple[str, frozenset[str]] | None:
        """The module that an import means, with its owners; None where it names no more than the namespace."""
        if name in self._directories and name not in self._modules:
            return None
        module = name
        while module:
            if module in self._modules:
                return module, frozenset(self._modules[module])
            module = module.rpartition(".")[0]
        return name, frozenset()
