"""What every format promises."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.render import reports

from holdfast.core.findings import Result
from holdfast.render import FORMATS, render


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("results", [(), reports.ALL, *[(result,) for result in reports.ALL]])
def test_a_format_renders_every_kind_of_result_as_text_that_ends_in_a_newline(
    form: str, results: tuple[Result, ...]
) -> None:
    shown = render(reports.report(*results), form)
    assert shown.endswith("\n")
    assert all(result.check in shown for result in results if form != "sarif" or result.findings)
    assert shown.encode().decode() == shown


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_loses_a_finding_or_a_reason(form: str) -> None:
    shown = render(reports.report(*reports.ALL), form)
    for word in ("imported but unused", "Line too long", "evil", "outside >=3.11", "exit code 1", "exit code 4"):
        assert word in shown.replace("\\u003e", ">").replace("&gt;", ">")


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"json"}))
def test_no_control_character_reaches_the_reader(form: str) -> None:
    shown = render(reports.report(*reports.ALL), form)
    assert not [char for char in shown if ord(char) < 32 and char not in "\n\t"]
    assert "\u202e" not in shown


@pytest.mark.parametrize("form", FORMATS)
def test_only_text_is_coloured(form: str) -> None:
    report = reports.report(*reports.ALL)
    colored = render(report, form, color=True, width=80) != render(report, form)
    assert colored is (form == "text")


def test_an_unknown_format_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        render(reports.report(), "yaml")


def test_rendering_imports_only_the_format_that_was_asked_for() -> None:
    code = (
        "import sys; import holdfast.render\n"
        "assert not [name for name in sys.modules if name.startswith('holdfast.render.')]\n"
        "from tests.render import reports\n"
        "holdfast.render.render(reports.report(reports.PASSED), 'text')\n"
        "assert 'rich' not in sys.modules and 'xml.etree' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
