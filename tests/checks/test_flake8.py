from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.flake8 import CHECK
from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Location, Status

Make = Callable[..., Context]


def test_a_clean_project_passes(make_context: Make) -> None:
    assert CHECK.run(make_context({"a.py": "x = 1\n"})).status is Status.PASSED


def test_findings_have_code_and_place(make_context: Make) -> None:
    result = CHECK.run(make_context({"src/a.py": "import os\n"}))
    (finding,) = result.findings
    assert (result.status, finding.id, finding.location) == (Status.FAILED, "flake8:F401", Location("src/a.py", 1, 1))


def test_the_environment_inside_the_project_is_left_out(make_context: Make) -> None:
    context = make_context({"a.py": "x = 1\n", ".venv/lib/x.py": "import os\n"})
    assert CHECK.run(context).status is Status.PASSED


def test_a_crash_that_exits_1_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="exit code 1"):
        CHECK.run(make_context({"a.py": "", ".flake8": "[flake8]\nmax-line-length = many\n"}))


@pytest.mark.parametrize("file", [".flake8", "setup.cfg", "tox.ini"])
def test_it_is_wanted_where_configured(make_context: Make, file: str) -> None:
    assert not CHECK.wanted(make_context({file: "[other]\n"})) or file == ".flake8"
    assert CHECK.wanted(make_context({file: "[x]\n[flake8]\nmax-line-length = 100\n"}))


def test_what_the_configuration_leaves_out_beyond_the_usual_stays_out(make_context: Make) -> None:
    files = {"a.py": "x = 1\n", "old/b.py": "import os\n", "new/c.py": "import os\n"}
    context = make_context({**files, "setup.cfg": "[flake8]\nextend-exclude =\n    old,\n    ./new\n"})
    assert CHECK.run(context).status is Status.PASSED


@pytest.mark.parametrize("said", ["exclude = *", "extend-exclude = a.py"])
def test_where_the_configuration_leaves_out_every_file_nothing_was_looked_at(make_context: Make, said: str) -> None:
    with pytest.raises(CannotRun, match="found no Python files"):
        CHECK.run(make_context({"a.py": "import os\n", "setup.cfg": f"[flake8]\n{said}\n"}))


def test_it_counts_what_the_configuration_leaves(make_context: Make) -> None:
    files = {"a.py": "x = 1\n", "old/b.py": "import os\n", ".flake8": "[flake8]\nextend-exclude = old\n"}
    checked = CHECK.run(make_context(files)).checked
    assert checked is not None
    assert checked.done == 1
