"""Which of a project's files are its package, which are for its development, and what it brings itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any

from holdfast.checks.dependencies.model import normal
from holdfast.checks.facts import own_name, table

TESTS = frozenset({"tests", "test"})
DEVELOPMENT = TESTS | frozenset(
    {"testing", "scripts", "script", "tools", "benchmarks", "benchmark", "bench", "ci", ".ci", ".github", "notebooks"}
)
ELSEWHERE = frozenset({"docs", "doc", "docs_src", "examples", "example", "samples", "demo", "demos", "tutorials"})
ELSEWHERE_FILES = frozenset({"noxfile.py", "setup.py", "fabfile.py", "dodo.py", "tasks.py", "toxfile.py"})
DATA = frozenset({"data", "testdata", "fixtures", "cases", "snapshots", "resources", "assets"})
VENDORED = frozenset({"_vendor", "vendor", "_vendored", "vendored", "third_party", "thirdparty", "site-packages"})


class Kind(StrEnum):
    """What a file is for."""

    PACKAGE = "package"
    """Runs where the package is installed."""
    DEVELOPMENT = "development"
    """Runs in the development environment alone: tests, scripts."""
    ELSEWHERE = "elsewhere"
    """Often runs in an environment of its own: nox and invoke files, documentation, examples, projects within."""
    DATA = "data"
    """What tests read and never run."""
    VENDORED = "vendored"
    """Somebody else's code, kept in the tree; what it imports is not for this project to declare."""


class Layout:
    """A project's Python files by kind, and its first-party modules."""

    def __init__(self, files: Sequence[str], pyproject: Mapping[str, Any]) -> None:
        self.files = tuple(name for name in files if name.endswith((".py", ".pyi", ".ipynb")))
        self.name = own_name(pyproject)
        self._pyproject = pyproject
        self._packages = frozenset(name.rpartition("/")[0] for name in self.files if name.endswith("/__init__.py"))
        self._directories = frozenset(_above(self.files))
        owned = {name.rpartition("/")[0] for name in files if name.endswith("/pyproject.toml")}
        self._nested = owned - self._packages
        """Directories that are projects of their own, as the members of a workspace."""
        self._present = frozenset(self.files)

    def kind(self, file: str) -> Kind:
        *directories, name = file.split("/")
        if VENDORED.intersection(directories):
            return Kind.VENDORED
        first = directories[0] if directories else ""
        own = first and normal(first) == self.name
        if not self._nested.isdisjoint(_above([file])):
            return Kind.ELSEWHERE
        if not own and (first in ELSEWHERE or (not directories and name in ELSEWHERE_FILES)):
            return Kind.ELSEWHERE
        if self.is_test(file) and DATA.intersection(directories):
            return Kind.DATA
        if self.is_test(file) or (not own and first in DEVELOPMENT):
            return Kind.DEVELOPMENT
        return Kind.PACKAGE

    def is_test(self, file: str) -> bool:
        *directories, name = file.split("/")
        in_tests = any(each in TESTS or each.startswith(("test_", "tests_")) for each in directories)
        return in_tests or name == "conftest.py" or name.startswith("test_")

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The directories that the project's modules are imported from, relative to it; "" is the project itself."""
        tool = table(self._pyproject, "tool")
        packages = table(tool, "poetry").get("packages")
        listed = [each.get("from") for each in packages if isinstance(each, dict)] if isinstance(packages, list) else []
        listed += _texts(table(tool, "setuptools", "packages", "find").get("where"))
        listed += table(tool, "setuptools", "package-dir").values()
        listed += _texts(table(tool, "pytest", "ini_options").get("pythonpath"))
        listed += [path.rpartition("/")[0] for path in self._wheel()]
        named = [text.strip("./") for text in listed if isinstance(text, str)]
        sources = [name for name in self._directories if name == "src" or name.endswith("/src")]
        return tuple(dict.fromkeys(["", *named, *sorted(sources)]))

    def first_party(self, namespaces: Iterable[str]) -> frozenset[str]:
        """The top-level modules that the project brings; not a part of a namespace that others have parts in too."""
        tops = {top: root for root in self.roots for top in self._tops(root)}
        others = frozenset(namespaces)
        return frozenset(
            top for top, root in tops.items() if top.isidentifier() and not (top in others and self._open(root, top))
        )

    @cached_property
    def vendored(self) -> frozenset[str]:
        """The top-level modules that vendored code has; a package may import them from there by their own names."""
        found: set[str] = set()
        for name in self.files:
            *directories, last = name.split("/")
            for above, module in pairwise((*directories, last.rpartition(".")[0])):
                found.update({module} if above in VENDORED else ())
        return frozenset(found)

    def brings(self, module: str) -> bool:
        """Whether a dotted module, or a package above it but not the top, is the project's own."""
        path = module.replace(".", "/")
        while "/" in path:
            for root in self.roots:
                place = f"{root}/{path}" if root else path
                if place in self._directories or f"{place}.py" in self._present:
                    return True
            path = path.rpartition("/")[0]
        return False

    def beside(self, file: str, module: str) -> bool:
        """Whether a script or test finds the module near it: in its directory, or in one above that is no package.

        A test finds it anywhere among the tests.
        """
        directory = start = file.rpartition("/")[0]
        if self.is_test(file) and module in self._among_tests:
            return True
        while directory:
            if directory not in self._packages or (directory == start and self.kind(file) is Kind.DEVELOPMENT):
                place = f"{directory}/{module}"
                if place in self._directories or f"{place}.py" in self._present:
                    return True
            directory = directory.rpartition("/")[0]
        return False

    @cached_property
    def _among_tests(self) -> frozenset[str]:
        """The names of all that tests keep; some put directories of theirs on the import path."""
        names = {name.rpartition(".")[0] for name in self.files if self.is_test(name)}
        return frozenset(part for name in names for part in name.split("/"))

    def _tops(self, root: str) -> Iterator[str]:
        start = f"{root}/" if root else ""
        for name in self.files:
            if name.startswith(start):
                first, slash, _ = name[len(start) :].partition("/")
                yield first if slash else first.rpartition(".")[0]

    def _open(self, root: str, top: str) -> bool:
        """Whether a first-party directory is a namespace's part, without `__init__`."""
        place = f"{root}/{top}" if root else top
        return place in self._directories and place not in self._packages

    def _wheel(self) -> list[str]:
        return _texts(table(self._pyproject, "tool", "hatch", "build", "targets", "wheel").get("packages"))


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _above(files: Iterable[str]) -> Iterator[str]:
    """Every directory that holds one of the files, at whatever depth."""
    seen = set()
    for name in files:
        directory = name.rpartition("/")[0]
        while directory and directory not in seen:
            seen.add(directory)
            yield directory
            directory = directory.rpartition("/")[0]
