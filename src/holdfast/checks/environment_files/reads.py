"""What is known of one place in the code that reads an environment variable."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple


class Read(NamedTuple):
    """A place that reads a variable. Any of `names` will do, the first being the usual one."""

    names: tuple[str, ...]
    file: str
    line: int
    required: bool = False
    """Whether the program cannot go on without it."""
    kind: str = ""
    """What its value has to be, as `kinds.kind_of` understands it; empty where that is not known."""
    default: str | None = None
    """What is taken where it is not set, as such a file would have it; None where that is nothing, or not known."""
    ignore_case: bool = False
    instead: tuple[str, ...] = ()
    """Names that give it too, in another form."""
    filled: bool = False
    """Whether an empty text cannot be its value."""


class FileReads(NamedTuple):
    """All that one file reads, and what it does itself."""

    reads: tuple[Read, ...] = ()
    sets: frozenset[str] = frozenset()
    """Variables that the program sets."""
    asked: frozenset[str] = frozenset()
    """Variables that it looks for before it reads them."""
    computed: tuple[int, ...] = ()
    """The lines at which a variable is read whose name is not known before the program runs."""


class Names:
    """What the names in one module mean: imported things by their dotted path, and constant texts."""

    def __init__(self, tree: ast.Module) -> None:
        self.imported: dict[str, str] = {}
        self.classes: list[ast.ClassDef] = []
        self.calls: dict[str, set[str]] = {}
        """For each name that is called, the keywords that its calls pass; `*` where that is not known."""
        self._constants: dict[str, ast.expr] = {}
        bound: Counter[str] = Counter()
        for node in ast.walk(tree):  # once: a project may have thousands of files
            self._note(node, bound)
        for statement in tree.body:
            name, value = assigned(statement)
            if name and value is not None and bound[name] == 1:  # one that is bound again has no one value
                self._constants[name] = value
                if isinstance(value, ast.Name | ast.Attribute) and (path := self.path(value)):
                    self.imported.setdefault(name, path)

    def _note(self, node: ast.AST, bound: Counter[str]) -> None:
        if isinstance(node, ast.Name):
            bound[node.id] += isinstance(node.ctx, ast.Store)
        elif isinstance(node, ast.arg):
            bound[node.arg] += 1
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            self.calls.setdefault(name, set()).update(each.arg or "*" for each in node.keywords)
        elif isinstance(node, ast.ClassDef):
            self.classes.append(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self.imported.update(_imports(node))

    def path(self, node: ast.expr) -> str:
        """The dotted path that an expression means, such as `os.environ`; empty where that is not known."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        start = self.imported.get(node.id, "") if isinstance(node, ast.Name) else ""
        return ".".join([start, *parts]) if start else ""

    def text(self, node: ast.expr | None, depth: int = 5) -> str | None:
        """The text that an expression always is; None where that is not known."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if depth == 0:
            return None
        if isinstance(node, ast.Name):
            return self.text(self._constants.get(node.id), depth - 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts = [self.text(node.left, depth - 1), self.text(node.right, depth - 1)]
        elif isinstance(node, ast.JoinedStr):
            parts = [self._part(each, depth - 1) for each in node.values]
        else:
            return None
        return "".join(part for part in parts if part is not None) if None not in parts else None

    def _part(self, node: ast.expr, depth: int) -> str | None:
        if isinstance(node, ast.FormattedValue):
            return self.text(node.value, depth) if node.conversion == -1 and node.format_spec is None else None
        return self.text(node, depth)

    def texts(self, node: ast.expr | None) -> list[str]:
        """The texts of a constant text or of a list of them; fewer where some are not known."""
        items = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
        return [text for each in items if (text := self.text(each)) is not None]


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        yield from ((alias.asname or alias.name, f"{module}.{alias.name}") for alias in node.names)
        return
    for alias in node.names:
        top = alias.name.partition(".")[0]
        yield (alias.asname, alias.name) if alias.asname else (top, top)


def assigned(statement: ast.stmt) -> tuple[str, ast.expr | None]:
    """The name and the value of a plain assignment to one name."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return "", None
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if len(targets) == 1 and isinstance(targets[0], ast.Name):
        return targets[0].id, statement.value
    return "", None


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first of these keyword arguments that a call has."""
    return next((each.value for name in names for each in call.keywords if each.arg == name), None)


def constant(node: ast.expr | None, names: Names | None = None) -> str | None:
    """A constant as a file of variables would have it: `8000`, `true`; None where it is none or has no such form."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = constant(node.operand)
        return f"-{inner}" if inner else None
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else None
    return names.text(node) if names and node is not None else None
