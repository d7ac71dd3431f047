"""Test results from JUnit's XML, as pytest and others write it (github.com/testmoapp/junitxml)."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.workflow.gates.interface import Gate, NoData, Reading
from holdfast.workflow.gates.xml_events import read_xml

BAD = {"failure": "failures", "error": "errors", "skipped": "skipped"}


class _Counting:
    """Counts test cases, and believes a suite that admits to more failures than its cases show."""

    def __init__(self) -> None:
        self.tag = ""
        self.tests = 0
        self.found = dict.fromkeys(BAD.values(), 0)
        self.said = dict.fromkeys(BAD.values(), 0)
        self.case_time = self.suite_time = 0.0
        self.total_time: float | None = None
        self._bad_case = True

    def start(self, way: list[str], attributes: Mapping[str, str]) -> None:
        self.tag = self.tag or way[0]
        if way[-1] == "testcase":
            self.tests += 1
            self._bad_case = False
            self.case_time += _seconds(attributes)
        elif way[-1] in BAD and way[-2:-1] == ["testcase"] and not self._bad_case:
            self.found[BAD[way[-1]]] += 1
            self._bad_case = True  # a case with a failure and an error in its teardown is one
        elif way[-1] == "testsuites" and len(way) == 1 and "time" in attributes:
            self.total_time = _seconds(attributes)
        elif way[-1] == "testsuite" and "testsuite" not in way[:-1]:
            self.suite_time += _seconds(attributes)
            for name in self.said:
                self.said[name] += _count(attributes.get(name))

    def most(self, name: str) -> int:
        """How many failures, errors or skipped there are, by the cases or by the suites, whichever is more."""
        return max(self.found[name], self.said[name] if name != "skipped" else 0)


def read(gate: Gate) -> Reading:
    """`junit.tests`, `failures`, `errors`, `skipped`, `passed`, `pass_rate` (percent), `time` (s). Raises NoData."""
    counting = _Counting()
    read_xml(gate, counting.start)
    if counting.tag not in ("testsuites", "testsuite"):
        raise NoData(f"{gate.options['from']} is no JUnit report: it begins with <{counting.tag[:40]}>")
    if not counting.tests:
        raise NoData(f"{gate.options['from']} holds no tests")
    what = gate.metric.partition(".")[2]
    bad = {name: counting.most(name) for name in BAD.values()}
    passed = max(counting.tests - sum(bad.values()), 0)
    detail = f"{counting.tests:,} tests" + "".join(f", {count:,} {name}" for name, count in bad.items() if count)
    if what == "time":
        return Reading(_time(gate, counting), detail)
    if what == "pass_rate":
        ran = max(counting.tests - bad["skipped"], 0)
        if not ran:
            raise NoData(f"{gate.options['from']}: all {counting.tests:,} tests were skipped")
        return Reading(100 * passed / ran, detail)
    return Reading({"tests": counting.tests, "passed": passed, **bad}[what], detail)


def _time(gate: Gate, counting: _Counting) -> float:
    found = counting.suite_time or counting.case_time if counting.total_time is None else counting.total_time
    if found != found or found in (float("inf"), float("-inf")):
        raise NoData(f"{gate.options['from']}: a time is not a number")
    return found


def _seconds(attributes: Mapping[str, str]) -> float:
    try:
        return float(attributes.get("time", "0").replace(",", ""))
    except ValueError:
        return float("nan")


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
