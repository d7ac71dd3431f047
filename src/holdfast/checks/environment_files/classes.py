"""The settings classes of pydantic, as the code writes them: which variables their fields are read from.

Source: the documentation of pydantic-settings 2, the parts on names of variables, on aliases and on nested models.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from holdfast.checks.environment_files.annotations import Field, fields_of
from holdfast.checks.environment_files.reads import Names, Read, assigned

SETTINGS = frozenset({"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings"})
SETTINGS |= {"pydantic_settings.main.BaseSettings", "pydantic.env_settings.BaseSettings"}
MODELS = frozenset({"pydantic.BaseModel", "pydantic.v1.BaseModel", "pydantic.main.BaseModel"})
OTHER_SOURCES = frozenset(
    {"secrets_dir", "yaml_file", "toml_file", "json_file", "cli_parse_args", "pyproject_toml_table_header"}
)
"""Options that let values come from elsewhere than the environment: then no variable is required."""
CUSTOM = frozenset({"settings_customise_sources", "customise_sources"})
DEEPEST = 4

Options = dict[str, object]


class Class(NamedTuple):
    """One class of the project."""

    name: str
    node: ast.ClassDef
    names: Names
    file: str
    made: bool = True
    """Whether it is called by its name somewhere."""
    given: frozenset[str] = frozenset()
    """What those calls pass; `*` where that is not known."""

    @property
    def bases(self) -> list[str]:
        """The dotted paths of the bases, or their names."""
        return [self.names.path(base) or (base.id if isinstance(base, ast.Name) else "") for base in self.node.bases]


class Classes:
    """The classes of a project by name. Of several with one name, that of the same file counts, else none."""

    def __init__(self, found: Iterable[Class]) -> None:
        self._by_name: dict[str, list[Class]] = {}
        for each in found:
            self._by_name.setdefault(each.name, []).append(each)

    def named(self, name: str, file: str) -> Class | None:
        """The class that the last part of a dotted path means in a file."""
        candidates = self._by_name.get(name.rpartition(".")[2], [])
        here = [each for each in candidates if each.file == file]
        return here[0] if here else (candidates[0] if len(candidates) == 1 else None)

    def lineage(self, of: Class) -> list[Class]:
        """The class and what it inherits from, the nearest first; each once, for code may inherit in circles."""
        line = [of]
        for each in line:  # which grows meanwhile
            above = (self.named(base, each.file) for base in each.bases)
            line += [one for one in above if one and not any(one.node is other.node for other in line)]
        return line

    def is_a(self, of: Class, roots: frozenset[str]) -> bool:
        """Whether a class inherits from one of those."""
        return any(base in roots for each in self.lineage(of) for base in each.bases)

    def all_settings(self) -> list[Class]:
        """Every class that inherits from pydantic's settings."""
        return [each for several in self._by_name.values() for each in several if self.is_a(each, SETTINGS)]

    def settings(self) -> Iterator[Class]:
        """The settings classes that the program makes: those that are called, and those that nothing inherits from."""
        found = self.all_settings()
        inherited = {id(above.node) for each in found for above in self.lineage(each)[1:]}
        return (each for each in found if each.made or id(each.node) not in inherited)

    def unknown_in(self, of: Class, seen: set[int]) -> Iterator[str]:
        """The names of classes that fields and bases name and that are not known; `seen` are those looked at before."""
        seen.add(id(of.node))
        for each in self.lineage(of):
            named = [*each.bases, *(field.type_name for field in fields_of(each.node, each.names))]
            for name in (name for name in named if name and name not in SETTINGS | MODELS):
                found = self.named(name, each.file)
                if found is None:
                    yield name.rpartition(".")[2]
                elif id(found.node) not in seen and self.is_a(found, MODELS):
                    yield from self.unknown_in(found, seen)

    def reads(self) -> Iterator[Read]:
        """What all settings classes read."""
        for each in self.settings():
            yield from self._reads_of(each)

    def _reads_of(self, of: Class) -> Iterator[Read]:
        line = self.lineage(of)
        options: Options = {}
        for each in reversed(line):
            options |= options_of(each)
        sure = not OTHER_SOURCES.intersection(name for name, value in options.items() if value is not None)
        sure &= not any(
            isinstance(part, ast.FunctionDef) and part.name in CUSTOM for each in line for part in each.node.body
        )
        prefix, case = str(options.get("env_prefix") or ""), bool(options.get("case_sensitive"))
        for field, owner in self._fields(line):
            required = field.required and sure and not {field.name, "*"} & of.given
            names = _names_of(field, prefix, options)
            shown = tuple(dict.fromkeys(names if case else map(str.upper, names)))
            nested = self._nested(field, owner)
            separator = options.get("env_nested_delimiter")
            if nested and isinstance(separator, str) and separator:
                yield from self._parts(nested, shown[0], separator, owner.file, required=required, ignore_case=not case)
                continue
            kind, filled = ("json", True) if nested else (field.kind, field.filled)
            filled &= not options.get("env_ignore_empty")
            place = (owner.file, field.line)
            yield Read(shown, *place, required, kind, field.default, not case, filled=filled)

    def _fields(self, line: list[Class]) -> Iterator[tuple[Field, Class]]:
        """The fields of a class and of those above it, each as it is first said."""
        seen: set[str] = set()
        for each in line:
            for field in fields_of(each.node, each.names):
                if field.name not in seen:
                    seen.add(field.name)
                    yield field, each

    def _nested(self, field: Field, owner: Class) -> Class | None:
        found = self.named(field.type_name, owner.file) if field.type_name else None
        return found if found and self.is_a(found, MODELS | SETTINGS) else None

    def _parts(
        self,
        of: Class,
        name: str,
        separator: str,
        file: str,
        *,
        required: bool,
        ignore_case: bool,
        depth: int = DEEPEST,
    ) -> Iterator[Read]:
        """A nested model's fields as variables of their own: `DB__HOST`; or all of it as JSON in `DB`."""
        for field, owner in self._fields(self.lineage(of)):
            inner = f"{name}{separator}{field.alias[0] if field.alias else field.name}"
            inner = inner.upper() if ignore_case else inner
            nested = self._nested(field, owner)
            if nested and depth:
                wanted = required and field.required
                yield from self._parts(
                    nested, inner, separator, file, required=wanted, ignore_case=ignore_case, depth=depth - 1
                )
                continue
            above = _above(inner, separator)
            must = required and field.required
            yield Read(
                (inner,),
                owner.file,
                field.line,
                must,
                field.kind,
                field.default,
                ignore_case,
                above,
                filled=field.filled,
            )


def _above(name: str, separator: str) -> tuple[str, ...]:
    parts = name.split(separator)
    return tuple(separator.join(parts[:count]) for count in range(1, len(parts)))


def _names_of(field: Field, prefix: str, options: Mapping[str, object]) -> tuple[str, ...]:
    own = (f"{prefix}{field.name}",)
    if not field.alias:
        return own
    by_name = options.get("populate_by_name") or options.get("validate_by_name")
    return (*field.alias, *own) if by_name else field.alias


def options_of(of: Class) -> Options:
    """`model_config`, the inner class `Config` and the keywords of the class statement, as far as they are constant."""
    found: Options = {each.arg: _value(each.value, of.names) for each in of.node.keywords if each.arg}
    for statement in of.node.body:
        name, value = assigned(statement)
        if name == "model_config":
            found |= _from_call(value, of.names)
        elif isinstance(statement, ast.ClassDef) and statement.name == "Config":
            pairs = map(assigned, statement.body)
            found |= {inner: _value(said, of.names) for inner, said in pairs if inner and said is not None}
    return found


def _from_call(value: ast.expr | None, names: Names) -> Options:
    if isinstance(value, ast.Call):
        return {each.arg: _value(each.value, names) for each in value.keywords if each.arg}
    if isinstance(value, ast.Dict):
        return {
            key: _value(each, names)
            for at, each in zip(value.keys, value.values, strict=True)
            if (key := names.text(at))
        }
    return {}


def _value(node: ast.expr, names: Names) -> object:
    """A constant, or something that is not None where it is not known."""
    if isinstance(node, ast.Constant):
        return node.value
    return names.text(node) or node
