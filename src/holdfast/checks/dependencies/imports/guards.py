"""Imports that the code itself says may fail: within `try`, `suppress(ImportError)`, `find_spec`, `importorskip`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def optional(tree: ast.Module, line: int, module: str) -> bool:
    """Whether the import of a top-level module at a line is one that may fail."""
    if any(_guarded(above, module) for above in _ancestors(tree, line, module)):
        return True
    return any(_skips(node, module) for node in ast.walk(tree))


def for_types(tree: ast.Module, line: int, module: str) -> bool:
    """Whether an import stands under `if TYPE_CHECKING`."""
    return any(
        isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for above in _ancestors(tree, line, module)
        for node in above
    )


def _ancestors(tree: ast.Module, line: int, module: str) -> Iterator[tuple[ast.AST, ...]]:
    """For each import of the module at the line, the nodes from the top down to it."""
    waiting: list[tuple[ast.AST, ...]] = [(tree,)]
    while waiting:
        path = waiting.pop()
        node = path[-1]
        if getattr(node, "lineno", None) == line and _names(node, module):
            yield path
        waiting.extend((*path, child) for child in ast.iter_child_nodes(node) if _covers(child, line))


def _covers(node: ast.AST, line: int) -> bool:
    start, end = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    return start is None or end is None or start <= line <= end


def _names(node: ast.AST, module: str) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] == module for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return not node.level and (node.module or "").split(".")[0] == module
    return isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__") and _first(node) == module


def _guarded(path: tuple[ast.AST, ...], module: str) -> bool:
    for node, child in pairwise(path):
        if isinstance(node, ast.Try | ast.TryStar) and _catches(node) and child not in node.finalbody:
            return True
        if isinstance(node, ast.With) and any(_suppresses(item.context_expr) for item in node.items):
            return True
        if isinstance(node, ast.If) and any(_asks(each, module) for each in ast.walk(node.test)):
            return True
    return False


def _catches(node: ast.Try | ast.TryStar) -> bool:
    return any(handler.type is None or _is_import_error(handler.type) for handler in node.handlers)


def _is_import_error(kind: ast.expr) -> bool:
    parts = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(
        (isinstance(part, ast.Name) and part.id in _CAUGHT)
        or (isinstance(part, ast.Attribute) and part.attr in _CAUGHT)
        for part in parts
    )


def _suppresses(call: ast.expr) -> bool:
    return isinstance(call, ast.Call) and _called(call) == "suppress" and any(map(_is_import_error, call.args))


def _asks(node: ast.AST, module: str) -> bool:
    return isinstance(node, ast.Call) and _called(node) == "find_spec" and _first(node) == module


def _skips(node: ast.AST, module: str) -> bool:
    return isinstance(node, ast.Call) and _called(node) == "importorskip" and _first(node) == module


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", None) or getattr(call.func, "attr", None) or ""


def _first(call: ast.Call) -> str | None:
    """The top-level module that a call's first argument names."""
    value = getattr(call.args[0], "value", None) if call.args else None
    return value.split(".")[0] if isinstance(value, str) else None
