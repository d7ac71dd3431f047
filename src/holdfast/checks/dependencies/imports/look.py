"""All that the judgement of a project's imports rests on, gathered once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from holdfast.checks.dependencies.imports.brought import Brought, Distribution
from holdfast.checks.dependencies.imports.code import Code
from holdfast.checks.dependencies.imports.declared import Declarations, for_development
from holdfast.checks.dependencies.imports.fixes import Fixes
from holdfast.checks.dependencies.imports.guards import for_types, optional
from holdfast.checks.dependencies.imports.known import DISTRIBUTIONS, HOSTS
from holdfast.checks.dependencies.imports.layout import Kind, Layout
from holdfast.checks.dependencies.imports.namespaces import Namespaces, Part
from holdfast.checks.dependencies.imports.options import settings
from holdfast.checks.dependencies.imports.use import Use
from holdfast.checks.dependencies.model import Declared, normal
from holdfast.checks.dependencies.target import Target
from holdfast.checks.facts import table
from holdfast.checks.interface import Context


class Look:
    """A project's code, what its environment brings, and what it declares."""

    def __init__(
        self, context: Context, layout: Layout, brought: Brought, declared: Declarations, target: Target
    ) -> None:
        self.layout, self.brought, self.declared = layout, brought, declared
        self.files = frozenset(context.files)
        self.code = Code(context.project, layout)
        self.fixes = Fixes(context)
        self.use = Use(context, self.code, brought, declared)
        self.own = frozenset({layout.name} - {""})
        self.main = frozenset(each.need.name for each in declared.all if not for_development(each))
        self.required = frozenset(
            each.need.name for each in declared.all if not for_development(each) and not each.extra
        )
        self._pyproject, self._target = context.pyproject, target

    def holds(self, declared: Declared) -> bool:
        """Whether a requirement is one on this platform and Python."""
        marker = declared.need.marker
        return "extra" in marker or self._target.holds(marker)

    def title(self, name: str) -> str:
        """A distribution's name as it writes it."""
        installed = self.brought.by_name.get(name)
        return installed.title if installed else name

    @cached_property
    def namespaces(self) -> Namespaces:
        return Namespaces(self.brought)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self.namespaces.imports(self.code))

    @cached_property
    def hosts_of_plugins(self) -> frozenset[str]:
        """What loads the project's own plugins: there whenever they are imported."""
        groups: Mapping[str, Any] = {
            **table(self._pyproject, "project", "entry-points"),
            **table(self._pyproject, "tool", "poetry", "plugins"),
        }
        return frozenset(
            HOSTS.get(group) or normal(re.split(r"[.:_]", group)[0]).rstrip("0123456789") for group in groups
        )

    def may_be_declared(self, module: str) -> bool:
        """Whether a declared package that is not installed may well bring a module that no installed one does."""
        absent = self.declared.names - self.brought.by_name.keys()
        name = normal(module.replace(".", "-"))
        usual = set(map(normal, DISTRIBUTIONS.get(module.split(".")[0], ())))
        likely = {name, f"python-{name}", f"py{name}", f"{name}-python", f"python{name}", f"py-{name}", f"{name}-py"}
        return bool(absent & (usual | likely))

    def made_by_test(self, file: str, module: str) -> bool:
        """Whether a module that nothing brings may be one that a test makes for itself."""
        return self.layout.is_test(file) and self.code.makes(file, module)

    def imported_by_package(self, name: str) -> bool:
        """Whether anything but the development's files imports what a distribution brings."""
        if any(name in part.owners and self._serves(part.file) for part in self.parts):
            return True
        modules = self._modules(self.brought.by_name[name])
        return next(self.code.importers(modules, Kind.PACKAGE, Kind.ELSEWHERE, Kind.VENDORED), None) is not None

    def imported_by_others(self, name: str) -> list[str]:
        """The development's files that do."""
        found = [part.file for part in self.parts if name in part.owners and not self._serves(part.file)]
        return found + list(self.code.importers(self._modules(self.brought.by_name[name]), Kind.DEVELOPMENT))

    def _serves(self, file: str) -> bool:
        return self.layout.kind(file) is not Kind.DEVELOPMENT

    def _modules(self, distribution: Distribution) -> frozenset[str]:
        return distribution.modules - self.namespaces.tops.keys()

    def guarded(self, part: Part) -> bool:
        """Whether the code says itself that an import may fail, or that it is for type checkers alone."""
        tree, top = self.code.tree(part.file), part.module.split(".")[0]
        return tree is not None and (optional(tree, part.line, top) or for_types(tree, part.line, top))

    @property
    def _excluded(self) -> list[str]:
        own = settings(self._pyproject)
        said = [own.get("exclude"), own.get("extend_exclude")]
        return [each for several in said if isinstance(several, list) for each in several if isinstance(each, str)]

    def ignores(self, code: str, *names: str) -> bool:
        """Whether `[tool.deptry]` says that a rule does not count, for any of the names."""
        own = settings(self._pyproject)
        ignored, by_rule = own.get("ignore"), table(own, "per_rule_ignores").get(code, ())
        listed = by_rule if isinstance(by_rule, list) else [by_rule]
        return (isinstance(ignored, list) and code in ignored) or any(name in listed for name in names)

    def ignores_part(self, part: Part) -> bool:
        """The same for an import from a namespace, where its line may say so too, or its file is left out."""
        if any(_matches(pattern, part.file) for pattern in self._excluded):
            return True
        code = "DEP003" if part.owners else "DEP001"
        lines = self.code.texts[part.file].splitlines()
        line = lines[part.line - 1] if part.line <= len(lines) else ""
        if match := re.search(r"#\s*deptry:\s*ignore(?:\[([^\]]*)\])?", line):
            return not match[1] or code in match[1]
        return self.ignores(code, part.module.split(".")[0], part.module)


def _matches(pattern: str, file: str) -> bool:
    """Whether one of deptry's patterns, which are Rust's, leaves a file out; one that Python cannot read does not."""
    try:
        return re.match(pattern, file) is not None
    except re.error:
        return False
