from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from tests.render import workflow_runs as runs

from holdfast.render.workflow_markdown import LIMIT
from holdfast.render.workflow_reports import FORMATS, render
from holdfast.workflow.model import Step
from holdfast.workflow.records import FAILED
from holdfast.workflow.reports.model import RunReport

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "specs" / "run.schema.json").read_text("utf-8"))
ALL = (runs.failed, runs.interrupted, runs.waiting, runs.unknown, runs.hostile)
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def cases(report: RunReport) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(render(report, "junit"))  # noqa: S314 - our own output
    return list(root.iter("testcase"))


@pytest.mark.parametrize("made", ALL)
def test_the_json_document_is_what_its_schema_says(made: object) -> None:
    assert callable(made)
    document = json.loads(render(made(), "json"))
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(document)
    assert document["schema"] == "holdfast/run/1"


def test_the_json_document_has_every_item_and_what_a_program_has_to_know() -> None:
    document = json.loads(render(runs.failed(), "json"))
    assert (document["status"], document["exit_code"], document["duration_s"]) == ("failed", 1, 13.0)
    steps = {step["step"]: step for step in document["steps"]}
    assert steps["fan"]["counts"] == {"failed": 1, "succeeded": 2}
    assert [item["status"] for item in steps["fan"]["items"]] == ["succeeded", "succeeded", "failed"]
    assert steps["tests"]["attempts"] == 2
    assert steps["tests"]["artifacts"] == [{"path": "out/junit.xml", "sha256": "ab" * 32, "size": 1234}]
    assert document["next"][0]["command"] == f"holdfast workflow retry {runs.RUN_ID}"


def test_a_question_is_in_the_json_document_with_the_commands_that_answer_it() -> None:
    document = json.loads(render(runs.waiting(), "json"))
    asked = document["steps"][3]
    assert asked["question"]["options"] == ["publish", "hold"]
    assert document["next"][0]["command"] == f"holdfast workflow approve {runs.RUN_ID} ship --answer publish"


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_tells_a_secret(form: str) -> None:
    document = runs.workflow(Step("push", "run", ("x",), description=f"with {SECRET}"))
    end = runs.ended(
        2, "push", status=FAILED, tail=f"token {SECRET}", reason=f"no {SECRET}", outputs={"password": "hunter22"}
    )
    given = {"db_password": "hunter22", "nested": {"list": [SECRET]}}
    text = render(runs.made(document, runs.started(1, "push"), end, inputs=given, who=f"me {SECRET}"), form)
    assert SECRET not in text
    assert "hunter22" not in text
    assert "***" in text.replace("\\*", "*")


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_that_a_terminal_obeys_is_in_any_format_but_escaped(form: str) -> None:
    text = render(runs.hostile(), form)
    assert text.endswith("\n")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", text)


def test_markdown_that_is_hostile_stays_in_its_cell() -> None:
    text = render(runs.hostile(), "markdown")
    (row,) = [line for line in text.split("\n") if line.startswith("| a")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 6
    assert "<script" not in text.partition("<details>")[0]
    assert "<img" not in text.partition("<details>")[0]
    assert "\n### \\<" not in text
    assert text.startswith("### &lt;b&gt;evil&lt;/b&gt;")


def test_output_in_markdown_cannot_end_the_fence_that_it_is_in() -> None:
    text = render(runs.hostile(), "markdown")
    fences = [line for line in text.split("\n") if re.fullmatch("`{3,}(text|sh)?", line)]
    assert "````text" in fences
    assert "````" in fences
    inside = text.partition("````text\n")[2].partition("\n````\n")[0]
    assert "</pre></details>" in inside


def test_markdown_that_is_too_long_for_a_step_summary_is_cut_and_says_so() -> None:
    document = runs.workflow(*(Step(f"s{number}", "run", ("x",)) for number in range(300)))
    records = [runs.started(1, step.id) for step in document.steps]
    records += [runs.ended(2, step.id, status=FAILED, tail="x" * 70000) for step in document.steps]
    text = render(runs.made(document, *records), "markdown")
    assert len(text.encode()) <= LIMIT
    assert "did not fit" in text
    assert text.count("```text") * 2 == text.count("```")


def test_each_step_and_item_is_a_test_case_with_the_right_end() -> None:
    found = {case.get("name"): [child.tag for child in case] for case in cases(runs.failed())}
    assert found == {
        "venv": [], "tests": ["failure"], "fan[0]": [], "fan[1]": [], "fan[2]": ["failure"],
        "ship": ["skipped"], "publish": ["skipped"],
    }  # fmt: skip
    root = ElementTree.fromstring(render(runs.failed(), "junit"))  # noqa: S314 - our own output
    counts = {name: root[0].get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "7", "failures": "2", "errors": "0", "skipped": "2"}
    failure = root.find(".//testcase[@name='tests']/failure")
    assert failure is not None
    assert failure.attrib == {"message": "failed: exit code 1", "type": "failed"}
    assert failure.text == "FAILED tests/test_a.py::test_b\n1 failed in 5.9s"


def test_what_nobody_knows_is_an_error_and_what_is_not_over_is_skipped() -> None:
    assert [child.tag for child in cases(runs.unknown())[0]] == ["error"]
    assert [[child.tag for child in case] for case in cases(runs.interrupted())][1] == ["skipped"]


def test_a_failure_that_is_allowed_fails_no_test() -> None:
    document = runs.workflow(Step("lint", "run", ("x",), allow_failure=True))
    report = runs.made(document, runs.started(1, "lint"), runs.ended(2, "lint", status=FAILED, exit_code=1))
    assert [child.tag for child in cases(report)[0]] == ["skipped"]
    assert "failed (allowed)" in render(report, "text")


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(report: RunReport) -> Page:
    found = Page()
    found.feed(render(report, "html"))
    return found


def test_a_page_runs_nothing_loads_nothing_and_allows_neither() -> None:
    found = page(runs.hostile())
    names = {tag for tag, _ in found.tags}
    assert names.isdisjoint({"script", "img", "link", "iframe", "b", "a", "form", "object"})
    policy = next(attrs["content"] for _, attrs in found.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on") or name in ("style", "src")]


def test_a_page_can_be_read_by_a_screen_reader() -> None:
    found = page(runs.failed())
    assert ("html", {"lang": "en"}) in found.tags
    assert [tag for tag, _ in found.tags].count("h1") == 1
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in found.tags if tag == "th")
    regions = [attrs for tag, attrs in found.tags if attrs.get("tabindex") == "0" and tag in ("pre", "div")]
    assert regions
    assert all(attrs.get("aria-label") or attrs.get("aria-labelledby") for attrs in regions)


@pytest.mark.parametrize("form", ["html", "markdown", "text"])
def test_ten_thousand_items_are_a_page_and_not_ten_thousand_lines(form: str) -> None:
    report = runs.big(10_000, 700)
    text = render(report, form)
    assert len(text.split("\n")) < (1200 if form != "text" else 50)
    assert "9,300 succeeded" in text.replace("\\", "")


def test_every_item_is_shown_where_everything_is_asked_for() -> None:
    text = render(runs.big(1000, 3), "text", everything=True)
    assert len([line for line in text.split("\n") if re.match(r"  fan\[\d+\]", line)]) == 1000
