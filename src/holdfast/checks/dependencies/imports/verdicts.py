"""From what deptry says to findings: its known mistakes taken out, and what it cannot see put in."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cached_property

from holdfast.checks.dependencies.imports import known
from holdfast.checks.dependencies.imports.deptry import Violation
from holdfast.checks.dependencies.imports.guards import optional
from holdfast.checks.dependencies.imports.layout import Kind
from holdfast.checks.dependencies.imports.look import Look
from holdfast.checks.dependencies.imports.namespaces import Part
from holdfast.checks.dependencies.model import Declared, normal
from holdfast.core.findings import Finding, Location, Severity


class Verdicts:
    """Findings about one project, for an environment of Python 3.`minor`."""

    def __init__(self, look: Look, minor: int) -> None:
        self._look, self._minor = look, minor

    def all(self, violations: Sequence[Violation]) -> list[Finding]:
        """Every finding: of undeclared modules one for each file, and for all tests and scripts together."""
        seen = set()
        findings = []
        for found in filter(None, (*map(self._judged, violations), *map(self._part, self._look.parts))):
            file = found.location.file if found.location else ""
            package = self._look.layout.kind(file) is Kind.PACKAGE
            if (found.message, package and file) not in seen:
                seen.add((found.message, package and file))
                findings.append(found)
        return [*findings, *self._unused_ones(violations)]

    def _judged(self, said: Violation) -> Finding | None:
        if said.code in ("DEP001", "DEP003", "DEP004"):
            return self._import(said) if self._counts(said) else None
        return self._standard(said) if said.code == "DEP005" else None

    def _counts(self, said: Violation) -> bool:
        """Whether an import is the project's to declare, and nothing in the code says that it may fail."""
        look, module = self._look, said.name
        if (
            said.file not in look.files
            or module in {*look.namespaces.tops, *look.layout.vendored}
            or look.layout.beside(said.file, module)
        ):
            return False
        if known.REMOVED_IN.get(module, 0) > self._minor or self._minor >= known.ADDED_IN.get(module, sys.maxsize):
            return False
        kind = look.layout.kind(said.file)
        if kind not in (Kind.PACKAGE, Kind.DEVELOPMENT) or (kind is Kind.DEVELOPMENT and said.code == "DEP004"):
            return False
        tree = look.code.tree(said.file) if said.line else None
        return not (tree and optional(tree, said.line or 0, module))

    def _import(self, said: Violation) -> Finding | None:
        look = self._look
        owners = frozenset(each.name for each in look.brought.by_module.get(said.name, ()))
        if not owners and (look.may_be_declared(said.name) or look.made_by_test(said.file, said.name)):
            return None
        place = Location(said.file, said.line, said.column)
        return self.undeclared(said.name, owners, place)

    def undeclared(self, module: str, owners: frozenset[str], place: Location) -> Finding | None:
        """What an import of a module is, by who brings it; None where that is declared as it has to be."""
        look, package = self._look, self._look.layout.kind(place.file) is Kind.PACKAGE
        if look.own & owners or look.main & owners:
            return None
        development = sorted(look.declared.names & owners)
        if development:
            return self._misplaced(module, development[0], place) if package else None
        severity = Severity.ERROR if package else Severity.WARNING
        if owners:
            return self._transitive(module, owners, place, severity)
        usual = known.DISTRIBUTIONS.get(module, ())[:1]
        message = f"{module} is imported, but no declared and no installed package brings it"
        message += f"; it is usually {usual[0]}" if usual else ""
        fix = look.fixes.add(usual[0], development=not package) if usual else None
        return Finding("IMP001", severity, message, place, fix)

    def _transitive(self, module: str, owners: frozenset[str], place: Location, severity: Severity) -> Finding:
        look = self._look
        owner = look.brought.by_name[min(owners)]
        needed = look.brought.who_needs(owner.name, sorted(look.declared.names))
        itself = normal(module) == owner.name
        what = "it" if itself else f"{owner.title}, which brings it,"
        if needed:
            message = f"{module} is imported, but {what} is here only because {needed} needs it"
        else:
            message = f"{module} is imported{' and installed, but' if itself else f', but {what} is'} not declared"
        fix = look.fixes.add(owner.title, development=severity is not Severity.ERROR)
        return Finding("IMP003", severity, message, place, fix)

    def _misplaced(self, module: str, name: str, place: Location) -> Finding | None:
        look = self._look
        declared = look.declared.of(name)[0]
        if name in look.hosts_of_plugins:
            return None
        where = f"extra {declared.extra}" if declared.extra else f"group {declared.group}"
        title = look.title(name)
        message = f"{module} is imported by the package, but {title} is declared for development only ({where})"
        return Finding("IMP004", Severity.ERROR, message, place, look.fixes.move(title, declared))

    def _part(self, part: Part) -> Finding | None:
        look, kind = self._look, self._look.layout.kind(part.file)
        if kind is Kind.ELSEWHERE or look.ignores_part(part):
            return None
        if not part.owners and (look.may_be_declared(part.module) or look.made_by_test(part.file, part.module)):
            return None
        found = self.undeclared(part.module, part.owners, Location(part.file, part.line, part.column))
        return None if found and look.guarded(part) else found

    def _standard(self, said: Violation) -> Finding | None:
        look = self._look
        stated = [each for each in look.declared.of(said.name) if look.holds(each)]
        if not stated:
            return None  # for other Pythons alone
        message = f"{said.name} is declared, but it is a module of the standard library"
        fix = look.fixes.remove(said.name, stated[0])
        return Finding("IMP005", Severity.WARNING, message, _place(stated[0]), fix)

    def _unused_ones(self, violations: Sequence[Violation]) -> Iterator[Finding]:
        """What is declared and not used, or used by tests alone."""
        look = self._look
        said = {normal(each.name): each.name for each in violations if each.code == "DEP002"}
        standard = {normal(each.name) for each in violations if each.code == "DEP005"}
        missing = []
        for name in dict.fromkeys((*said, *self._seen_in_tests)):
            stated = [each for each in look.declared.of(name) if look.holds(each)]
            if not stated or name in look.own or name in standard or look.ignores("DEP002", said.get(name, name)):
                continue
            if name in look.brought.by_name:
                yield from self._unused(name, stated[0])
            elif name in said:
                missing.append(said[name])
        if missing:
            message = f"not installed, so whether they are used is not known: {', '.join(sorted(missing))}"
            yield Finding("IMP002", Severity.INFO, message, Location("pyproject.toml"))

    @cached_property
    def _seen_in_tests(self) -> tuple[str, ...]:
        """What the package is said to need, and does not seem to import."""
        look = self._look
        if not any(look.layout.kind(file) is Kind.PACKAGE for file in look.code.texts):
            return ()
        return tuple(
            name
            for name in sorted(look.required)
            if name in look.brought.by_name and not look.imported_by_package(name)
        )

    def _unused(self, name: str, stated: Declared) -> Iterator[Finding]:
        look = self._look
        distribution = look.brought.by_name[name]
        hosts = list(look.use.hosts_here(distribution))
        idle = [host for host in hosts if name in look.required and host in known.FOR_DEVELOPMENT - look.main]
        if look.imported_by_package(name) or look.use.shown(
            distribution, hosts=[each for each in hosts if each not in idle]
        ):
            return
        tests = look.imported_by_others(name)
        if tests and (name not in look.required or not all(map(look.layout.is_test, tests))):
            return
        if tests or idle:
            how = f"tests alone import it ({tests[0]})" if tests else f"serves only as a plugin of {idle[0]}"
            message = f"{distribution.title} is declared for the package, but {how}"
            fix = look.fixes.to_development(distribution.title, stated)
        else:
            message = f"{distribution.title} is declared, but {'; '.join(self._why(name))}"
            fix = look.fixes.remove(distribution.title, stated)
        yield Finding("IMP002", Severity.WARNING, message, _place(stated), fix)

    def _why(self, name: str) -> Iterator[str]:
        look = self._look
        distribution = look.brought.by_name[name]
        modules = sorted(each for each in distribution.modules if each.isidentifier() and not each.startswith("_"))
        yield f"nothing imports {', '.join(modules[:3])}" if modules else "it brings nothing to import"
        if programs := look.use.programs(distribution):
            yield f"no file names its program{'s' if len(programs) > 1 else ''} {', '.join(programs[:3])}"
        if hosts := look.use.hosts(distribution):
            yield f"{', '.join(hosts[:3])}, which would load it as a plugin, is not here"
        if needed := look.brought.who_needs(name, sorted(look.declared.names - {name}), but=look.own):
            yield f"{needed} needs it, and brings it anyway"


def _place(declared: Declared) -> Location:
    return Location(declared.file, declared.line)
