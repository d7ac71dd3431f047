"""The fields of one pydantic class: their names, aliases, defaults, and what their annotations say of values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks.environment_files.reads import Names, constant, keyword

NAMED = {
    "str": "string",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "Decimal": "float",
    "UUID": "uuid",
    "UUID4": "uuid",
}
NAMED |= dict.fromkeys(("SecretStr", "AnyStr"), "string")
NAMED |= dict.fromkeys(("PositiveInt", "NonNegativeInt", "NegativeInt", "StrictInt"), "int")
NAMED |= dict.fromkeys(("PositiveFloat", "NonNegativeFloat", "FiniteFloat"), "float")
NAMED |= dict.fromkeys(("AnyUrl", "AnyHttpUrl", "HttpUrl", "WebsocketUrl", "PostgresDsn", "RedisDsn", "AmqpDsn"), "url")
NAMED |= dict.fromkeys(
    ("MongoDsn", "MySQLDsn", "MariaDBDsn", "KafkaDsn", "NatsDsn", "ClickHouseDsn", "CockroachDsn"), "url"
)
NAMED |= {"EmailStr": "email", "NameEmail": "email", "Path": "path", "FilePath": "path", "DirectoryPath": "path"}
COMPLEX = frozenset(
    {"list", "List", "dict", "Dict", "set", "Set", "tuple", "Tuple", "frozenset", "FrozenSet", "Sequence"}
)
"""What pydantic-settings reads as JSON."""
MAY_BE_EMPTY = frozenset({"", "string", "path", "list"})
VALIDATORS = frozenset({"field_validator", "validator", "root_validator", "model_validator"})


class Field(NamedTuple):
    """One field of a class."""

    name: str
    line: int
    required: bool
    kind: str
    default: str | None
    alias: tuple[str, ...]
    """The variables that it is read from, where it says them itself."""
    type_name: str
    """The class that its annotation names, where it names one."""

    @property
    def filled(self) -> bool:
        """Whether an empty text cannot be its value."""
        return self.kind not in MAY_BE_EMPTY


def fields_of(node: ast.ClassDef, names: Names) -> Iterator[Field]:
    """The fields that the class itself declares."""
    changed = _changed_before(node, names)
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            annotation = _unquoted(statement.annotation)
            if not name.startswith("_") and name != "model_config" and _last(annotation) != "ClassVar":
                field = _field(name, statement, annotation, names)
                field = field._replace(kind="") if changed & {name, "*"} else field
                yield field._replace(required=False) if "*" in changed else field


def _field(name: str, statement: ast.AnnAssign, annotation: ast.expr, names: Names) -> Field:
    value = statement.value
    call = value if isinstance(value, ast.Call) and _last(value.func) == "Field" else None
    kind, type_name, inside = kind_in(annotation)
    call = call or inside
    default, required = _default(value, call, names)
    alias = _aliases(call, names)
    return Field(name, statement.lineno, required, kind, default, alias, type_name)


def _default(value: ast.expr | None, call: ast.Call | None, names: Names) -> tuple[str | None, bool]:
    """The default as text where it has one, and whether there is none at all."""
    given = value if value is not None and value is not call else None
    if given is None and call is not None:
        given = call.args[0] if call.args else keyword(call, "default")
        if given is None and keyword(call, "default_factory") is not None:
            return None, False
    if given is None or (isinstance(given, ast.Constant) and given.value is Ellipsis):
        return None, True
    return constant(given, names), False


def _aliases(call: ast.Call | None, names: Names) -> tuple[str, ...]:
    said = keyword(call, "validation_alias", "env", "alias") if call else None
    if isinstance(said, ast.Call) and _last(said.func) in ("AliasChoices", "AliasPath"):
        several = said.args if _last(said.func) == "AliasChoices" else said.args[:1]
        inner = [each.args[0] if isinstance(each, ast.Call) and each.args else each for each in several]
        return tuple(text for each in inner if (text := names.text(each)))
    return tuple(names.texts(said)) if said is not None else ()


def kind_in(annotation: ast.expr) -> tuple[str, str, ast.Call | None]:
    """The kind of an annotation, the class that it may name, and the `Field(...)` within an `Annotated`."""
    annotation = _unquoted(annotation)
    if isinstance(annotation, ast.Subscript):
        return _subscripted(annotation)
    if isinstance(annotation, ast.BinOp):  # X | None
        parts = [part for part in _alternatives(annotation) if not _is_none(part)]
        return kind_in(parts[0]) if len(parts) == 1 else ("", "", None)
    name = _last(annotation)
    if name in NAMED:
        return NAMED[name], "", None
    return ("json", "", None) if name in COMPLEX else ("", name, None)


def _subscripted(annotation: ast.Subscript) -> tuple[str, str, ast.Call | None]:
    name, inner = _last(annotation.value), annotation.slice
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name == "Annotated" and parts:
        kind, type_name, _ = kind_in(parts[0])
        fields = [each for each in parts[1:] if isinstance(each, ast.Call) and _last(each.func) == "Field"]
        plain = len(fields) == len(parts) - 1  # NoDecode, BeforeValidator and others change what a value may be
        return kind if plain else "", type_name, fields[0] if fields else None
    if name in ("Optional", "Union"):
        some = [part for part in parts if not _is_none(part)]
        return kind_in(some[0]) if len(some) == 1 else ("", "", None)
    if name == "Literal":
        texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        return (f"choice({'|'.join(texts)})" if len(texts) == len(parts) else ""), "", None
    return ("json" if name in COMPLEX else ""), "", None


def _alternatives(node: ast.expr) -> list[ast.expr]:
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found.append(node.right)
        node = node.left
    return [node, *found[::-1]]


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _last(node: ast.expr) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Subscript):
        return _last(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _unquoted(annotation: ast.expr) -> ast.expr:
    """An annotation in quotes as what it says."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError):
            return annotation
    return annotation


def _changed_before(node: ast.ClassDef, names: Names) -> set[str]:
    """The fields whose text a validator may change before it is judged; `*` for all, which it may fill in too."""
    found: set[str] = set()
    for statement in node.body:
        for decorator in statement.decorator_list if isinstance(statement, ast.FunctionDef) else ():
            if isinstance(decorator, ast.Call) and _last(decorator.func) in VALIDATORS:
                mode = names.text(keyword(decorator, "mode"))
                before = mode in ("before", "wrap", "plain") or keyword(decorator, "pre") is not None
                if before:
                    found.update(text for each in decorator.args for text in names.texts(each))
                    found.update({"*"} if not decorator.args else ())
    return found
