"""The file of known findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from holdfast.checks.baseline import Baseline, load, save
from holdfast.core.errors import HoldfastError
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status


def finding(line: int = 1, *, file: str = "a.py", said: str = "unused", severity: Severity = Severity.ERROR) -> Finding:
    return Finding("ruff:F401", severity, said, Location(file, line))


def result(*findings: Finding, check: str = "ruff") -> Result:
    return Result(check, Status.FAILED, findings, checked=Checked(1, 1, "file"))


def written(*results: Result) -> Baseline:
    return Baseline(()).updated(results, add=True)


def test_a_finding_is_known_wherever_in_its_file_it_moved(tmp_path: Path) -> None:
    save(tmp_path / "b.json", written(result(finding(3))))
    baseline = load(tmp_path / "b.json")
    assert baseline is not None
    moved = finding(40)
    assert baseline.split("ruff", [moved]) == ([], [moved])
    assert baseline.split("ruff", [finding(3, file="b.py")])[1] == []
    assert baseline.split("flake8", [finding(3)])[1] == []


def test_a_line_number_in_the_message_does_not_make_it_new() -> None:
    baseline = written(result(finding(said="redefinition of x from line 5, see a.py:5:1")))
    again = finding(said="redefinition of x from line 17, see a.py:17:1")
    assert baseline.split("ruff", [again]) == ([], [again])
    assert baseline.split("ruff", [finding(said="redefinition of y from line 5, see a.py:5:1")])[1] == []


def test_one_more_of_the_same_words_in_the_same_file_is_new() -> None:
    baseline = written(result(finding(1), finding(2)))
    new, known = baseline.split("ruff", [finding(1), finding(2), finding(3)])
    assert (len(new), len(known)) == (1, 2)


def test_what_is_mended_is_told_with_how_often_it_is_left() -> None:
    baseline = written(result(finding(1), finding(2), finding(said="long")))
    told = {known.message: (known.times, left) for known, left in baseline.mended("ruff", [finding(9)])}
    assert told == {"unused": (2, 1), "long": (1, 0)}
    assert baseline.mended("ruff", [finding(1), finding(2), finding(said="long")]) == []


def test_without_add_the_baseline_only_loses() -> None:
    baseline = written(result(finding(1), finding(2), finding(said="long")))
    after = baseline.updated([result(finding(1), finding(said="new"))], add=False)
    assert [(each["message"], each["times"]) for each in json.loads(after.as_text())["findings"]] == [("unused", 1)]


def test_checks_that_did_not_look_keep_what_is_known_of_them() -> None:
    baseline = written(result(finding()), result(finding(), check="flake8"))
    after = baseline.updated([result(check="ruff")], add=True)
    assert [each["check"] for each in json.loads(after.as_text())["findings"]] == ["flake8"]


def test_infos_and_what_is_about_a_machine_are_never_in_it() -> None:
    machine = Finding("VENV001", Severity.ERROR, "no environment")
    assert len(written(result(finding(severity=Severity.INFO), machine))) == 0
    assert written(result(finding())).split("ruff", [machine]) == ([machine], [])


def test_the_file_is_a_line_a_finding_in_the_same_order_however_they_came() -> None:
    one, two = finding(file="b.py"), finding(file="a.py")
    text = written(result(one, two)).as_text()
    assert text == written(result(two, one)).as_text()
    assert len(text.splitlines()) == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"schema": "holdfast/baseline/2", "findings": []}',
        '{"schema": "holdfast/baseline/1"}',
        '{"schema": "holdfast/baseline/1", "findings": [1]}',
        '{"schema": "holdfast/baseline/1", "findings": [{"check": "ruff"}]}',
        '{"schema": "holdfast/baseline/1", "findings": [{"check":"r","fingerprint":"f","times":"x","message":"m"}]}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_baseline_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text, "utf-8")
    with pytest.raises(HoldfastError, match=r"b\.json"):
        load(path)
    assert path.read_text("utf-8") == text


def test_where_there_is_no_file_there_is_no_baseline(tmp_path: Path) -> None:
    assert load(tmp_path / "b.json") is None
