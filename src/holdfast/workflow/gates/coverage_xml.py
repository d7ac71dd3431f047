"""Coverage from Cobertura's XML, as coverage.py writes it (cobertura.sourceforge.net/xml/coverage-04.dtd)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from holdfast.workflow.gates.interface import Gate, NoData, Reading
from holdfast.workflow.gates.xml_events import read_xml

BRANCHES = re.compile(r"\((\d{1,9})/(\d{1,9})\)")
LINE = ["class", "lines", "line"]
"""Lines stand in `methods` too, and would count twice."""


class _Count(NamedTuple):
    covered: int = 0
    there: int = 0

    def plus(self, covered: int, there: int) -> _Count:
        return _Count(self.covered + covered, self.there + there)


class _Counting:
    """Counts lines and branches, all and by package."""

    def __init__(self) -> None:
        self.root: Mapping[str, str] = {}
        self.tag = ""
        self.packages: dict[str, dict[str, _Count]] = {}
        self._here: dict[str, _Count] = {}

    def start(self, way: list[str], attributes: Mapping[str, str]) -> None:
        if len(way) == 1:
            self.tag, self.root = way[0], attributes
        elif way[-1] == "package":
            empty = {"line": _Count(), "branch": _Count()}
            self._here = self.packages.setdefault(attributes.get("name", ""), empty)
        elif way[-3:] == LINE and self._here:
            self._line(attributes)

    def _line(self, attributes: Mapping[str, str]) -> None:
        self._here["line"] = self._here["line"].plus(attributes.get("hits", "0").strip("0") != "", 1)
        found = BRANCHES.search(attributes.get("condition-coverage", ""))
        if found and attributes.get("branch") == "true":
            self._here["branch"] = self._here["branch"].plus(int(found[1]), int(found[2]))


def read(gate: Gate) -> Reading:
    """`coverage.line` or `coverage.branch` in percent, of all or of one package with those below it. Raises NoData."""
    counting = _Counting()
    read_xml(gate, counting.start)
    if counting.tag != "coverage":
        raise NoData(f"{gate.options['from']} is no coverage report: it begins with <{counting.tag[:40]}>")
    what = gate.metric.partition(".")[2]
    count = _counted(gate, counting, what)
    if count.there <= 0:
        why = "; measure them: --cov-branch" if what == "branch" else ""
        raise NoData(f"{gate.options['from']} holds no {_plural(what)}{why}")
    return Reading(100 * count.covered / count.there, f"{count.covered:,} of {count.there:,} {_plural(what)}")


def _counted(gate: Gate, counting: _Counting, what: str) -> _Count:
    wanted = gate.options.get("package")
    found = {
        name: counts[what]
        for name, counts in counting.packages.items()
        if wanted is None or name == wanted or name.startswith(f"{wanted}.")
    }
    if wanted is not None and not found:
        known = ", ".join(sorted(counting.packages)[:10]) or "none"
        raise NoData(f"{gate.options['from']} holds no package {wanted}; it holds {known}")
    count = _Count(sum(each.covered for each in found.values()), sum(each.there for each in found.values()))
    return count if count.there or wanted is not None else _summary(counting.root, what)


def _summary(root: Mapping[str, str], what: str) -> _Count:
    """What the report's first element says, for reports that hold no lines."""
    kind = _plural(what)
    try:
        return _Count(int(root[f"{kind}-covered"]), int(root[f"{kind}-valid"]))
    except (KeyError, ValueError):
        return _Count()


def _plural(what: str) -> str:
    return "branches" if what == "branch" else "lines"
