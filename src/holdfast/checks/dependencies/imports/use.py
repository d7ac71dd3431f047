"""How a package that is not imported may be used all the same: as a plugin, a program, a driver, an extra, a stub."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from holdfast.checks.dependencies.imports.brought import Brought, Distribution
from holdfast.checks.dependencies.imports.code import Code
from holdfast.checks.dependencies.imports.declared import DEV_EXTRAS, Declarations
from holdfast.checks.dependencies.imports.files import PROGRAMS
from holdfast.checks.dependencies.imports.known import BACKENDS, HOSTS, INSTALLERS, SCHEMES
from holdfast.checks.dependencies.model import normal
from holdfast.checks.facts import table
from holdfast.checks.interface import Context
from holdfast.checks.patterns import matching
from holdfast.checks.venv_probe.disk import loose_text

_LISTS = re.compile(
    r"(?:^|/)(?:pyproject\.toml|[\w.-]*\.lock|pylock[\w.]*\.toml|[\w.-]*lock\.json|uv\.toml|setup\.cfg)$"
)
_PROGRAMS = ("console_scripts", "gui_scripts")
_LIMIT = 2**20


class Use:
    """Everything in a project that may show that it uses a distribution without importing it."""

    def __init__(self, context: Context, code: Code, brought: Brought, declared: Declarations) -> None:
        self._context, self._code, self._brought, self._declared = context, code, brought, declared

    def shown(self, distribution: Distribution, *, hosts: Iterable[str]) -> str | None:
        """What shows that it is used, in a few words, or None. `hosts` are those whose plugins count."""
        return next(filter(None, self._evidence(distribution, hosts)), None)

    def _evidence(self, distribution: Distribution, hosts: Iterable[str]) -> Iterator[str | None]:
        modules = frozenset(each for each in distribution.modules if each.isidentifier())
        programs = self.programs(distribution)
        yield next((f"a plugin of {host}" for host in hosts), None)
        yield self._configured({distribution.name, *programs, *modules})
        yield self._stub(distribution)
        yield self._wanted_by_extra(distribution.name)
        yield self._code.quotes({*programs, *modules})
        yield self._named(programs)
        yield self._driver(distribution.name, modules)

    @staticmethod
    def programs(distribution: Distribution) -> tuple[str, ...]:
        return tuple(name for group in _PROGRAMS for name in distribution.entry_points.get(group, ()))

    @staticmethod
    def hosts(distribution: Distribution) -> tuple[str, ...]:
        """Who loads its plugins, by the names of their groups."""
        groups = (group for group in distribution.entry_points if group not in _PROGRAMS)
        hosts = (HOSTS.get(group) or normal(re.split(r"[.:_]", group)[0]).rstrip("0123456789") for group in groups)
        return tuple(dict.fromkeys(host for host in hosts if host != distribution.name and host not in INSTALLERS))

    def hosts_here(self, distribution: Distribution) -> Iterator[str]:
        """Those of them that the project has."""
        for host in self.hosts(distribution):
            related = [name for name in self._declared.names if name == host or name.startswith(f"{host}-")]
            if host in self._brought.by_name or set(related) - {distribution.name} or host in self._code.by_module:
                yield host

    def _stub(self, distribution: Distribution) -> str | None:
        partners = {each.removesuffix("-stubs") for each in distribution.modules if each.endswith("-stubs")}
        if not partners and distribution.name.startswith("types-"):
            partners = {distribution.name.removeprefix("types-").replace("-", "_")}
        found = next(self._code.importers(partners), None)
        return f"types for what {found} imports" if found else None

    def _wanted_by_extra(self, name: str) -> str | None:
        """Another declared package that works with it, and says so by an extra of its own."""
        for other in sorted(self._declared.names - {name}):
            installed = self._brought.by_name.get(other)
            for needed, extra in installed.requires if installed else ():
                if needed == name and extra and normal(extra) not in DEV_EXTRAS | {"all"}:
                    return f"{other}[{extra}]"
        return None

    def _configured(self, names: set[str]) -> str | None:
        tool = table(self._context.pyproject, "tool")
        if any(name in tool or normal(name) in tool for name in names):
            return "pyproject.toml"
        words = "|".join(re.escape(name) for name in names)
        pattern = re.compile(
            rf"\.?(?:{words})(?:rc|\.(?:ini|toml|cfg|ya?ml|json|conf|conf\.py|config\.py))|\.(?:{words})rc?"
        )
        return next((file for file in self._context.files if pattern.fullmatch(file.rpartition("/")[2])), None)

    def _named(self, programs: tuple[str, ...]) -> str | None:
        words = "|".join(re.escape(name) for name in programs)
        pattern = re.compile(rf"(?<![\w.-])(?:{words})(?![\w-])") if programs else None
        return pattern and next((file for file, text in self._texts.items() if pattern.search(text)), None)

    def _driver(self, name: str, modules: frozenset[str]) -> str | None:
        schemes = [re.escape(scheme) for scheme, drivers in SCHEMES.items() if name in drivers]
        backends = [re.escape(backend) for backend, drivers in BACKENDS.items() if name in drivers]
        words = "|".join([f"\\w+\\+{re.escape(module)}" for module in modules] + schemes)
        url = rf"(?<![\w+])(?:{words})://" if words else r"(?!)"
        pattern = re.compile("|".join([url, *backends]))
        everything = {**self._code.texts, **self._texts}
        return next((file for file, text in everything.items() if pattern.search(text)), None)

    @cached_property
    def _texts(self) -> dict[str, str]:
        """What may name a program: comments, locks and the lists of dependencies themselves left out."""
        names = [name for name in matching(self._context.files, PROGRAMS) if not _LISTS.search(name)]
        found = {name: _without_comments(loose_text(self._context.project / name, _LIMIT)) for name in names}
        found["pyproject.toml"] = "\n".join(_strings(_without_dependencies(self._context.pyproject)))
        return found


def _without_comments(text: str) -> str:
    return re.sub(r"(?m)(?:^|(?<=\s))#(?!!).*$", "", text)


def _without_dependencies(pyproject: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of tools, without those that list dependencies or settings of this very check."""
    tool = dict(table(pyproject, "tool"))
    tool.pop("deptry", None)
    for name in ("poetry", "uv", "pdm"):
        lists = (
            "dependencies",
            "group",
            "dev-dependencies",
            "extras",
            "packages",
            "sources",
            "keywords",
            "classifiers",
        )
        tool[name] = {key: value for key, value in table(tool, name).items() if key not in lists}
    return tool


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
