"""Counting results in SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.workflow.gates.interface import Gate, NoData, Reading
from holdfast.workflow.gates.json_file import document


def read(gate: Gate) -> Reading:
    """`sarif.results`, or those of one level, or of one rule. Suppressed and absent ones do not count.

    Raises NoData where there is no run, or where a run says that its tool did not do its work: no results are good
    news only from a tool that looked.
    """
    levels = Counter(
        level for run in _runs(gate) for rule, level in _results(gate, run) if gate.options.get("rule") in (None, rule)
    )
    what = gate.metric.partition(".")[2]
    count = sum(levels.values()) if what == "results" else levels[what]
    shown = ", ".join(f"{number:,} {level}" for level, number in sorted(levels.items())) or "no results"
    rule = f" of rule {gate.options['rule']}" if "rule" in gate.options else ""
    return Reading(count, shown + rule)


def _runs(gate: Gate) -> list[Mapping[str, Any]]:
    found = document(gate)
    runs = found.get("runs") if isinstance(found, dict) else None
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        raise NoData(f"{gate.options['from']} is no SARIF: it has no runs")
    if not runs:
        raise NoData(f"{gate.options['from']} holds no run of a tool")
    for run in runs:
        if any(
            isinstance(each, dict) and each.get("executionSuccessful") is False for each in _list(run, "invocations")
        ):
            raise NoData(f"{gate.options['from']}: {_tool(run)} says that it did not succeed")
        if not isinstance(run.get("results"), list):
            raise NoData(f"{gate.options['from']}: {_tool(run)} gave no results, not even none (SARIF 3.14.23)")
    return runs


def _results(gate: Gate, run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Rule and level of each result that counts."""
    defaults = _default_levels(run)
    for result in run["results"]:
        if not isinstance(result, dict):
            raise NoData(f"{gate.options['from']} is no SARIF: a result is not a map")
        if result.get("kind", "fail") == "fail" and result.get("baselineState") != "absent" and not _suppressed(result):
            rule = _rule(run, result)
            yield rule, str(result.get("level") or defaults.get(rule, "warning"))


def _rule(run: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    if isinstance(result.get("ruleId"), str):
        return str(result["ruleId"])
    there = result.get("rule")
    named = there.get("id") if isinstance(there, dict) else None
    index = result.get("ruleIndex", -1)
    rules = _list(_driver(run), "rules")
    if named is None and isinstance(index, int) and 0 <= index < len(rules) and isinstance(rules[index], dict):
        named = rules[index].get("id")
    return str(named or "")


def _default_levels(run: Mapping[str, Any]) -> dict[str, str]:
    """The level that a rule has where a result names none (3.27.10)."""
    found = {}
    for rule in _list(_driver(run), "rules"):
        settings = rule.get("defaultConfiguration") if isinstance(rule, dict) else None
        if isinstance(settings, dict) and isinstance(settings.get("level"), str):
            found[str(rule.get("id"))] = settings["level"]
    return found


def _suppressed(result: Mapping[str, Any]) -> bool:
    """Whether somebody accepted it: a suppression under review or rejected hides nothing (3.27.23)."""
    given = _list(result, "suppressions")
    return bool(given) and all(
        isinstance(each, dict) and each.get("status", "accepted") == "accepted" for each in given
    )


def _driver(run: Mapping[str, Any]) -> Mapping[str, Any]:
    tool = run.get("tool")
    driver = tool.get("driver") if isinstance(tool, dict) else None
    return driver if isinstance(driver, dict) else {}


def _tool(run: Mapping[str, Any]) -> str:
    return str(_driver(run).get("name") or "a tool")[:60]


def _list(table: Mapping[str, Any], key: str) -> list[Any]:
    found = table.get(key)
    return found if isinstance(found, list) else []
