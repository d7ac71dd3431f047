"""The check `imports` with real environments and the real deptry."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.dependencies.imports import deptry
from holdfast.checks.imports import CHECK
from holdfast.checks.interface import Context, Environment
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Severity, Status
from tests.checks.dependencies.imports.cases import POETRY, clouds, plain, said
from tests.checks.dependencies.projects import install, make_project

Make = Callable[..., Context]


def test_code_that_imports_what_is_declared_passes_with_the_files_counted(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", plain("requests"), {"src/shop/__init__.py": "import requests, os\n"})
    project.install("requests")
    project.write("src/shop/more.py", "from shop import sys\nfrom . import more\n")
    (result,) = project.check(only="imports")["results"]
    assert (result["status"], result["findings"]) == ("passed", [])
    assert result["checked"] == {"done": 2, "total": 2, "unit": "Python files"}
    assert result["tool"].startswith("deptry ")


def test_each_kind_of_finding_has_its_place_its_reason_and_the_command_of_the_projects_tool(tmp_path: Path) -> None:
    code = "import yaml\nimport urllib3\nimport pytest\n"
    pyproject = POETRY.replace('"requests>=2",', '"requests>=2",\n    "leftover",\n    "dataclasses",')
    project = make_project(tmp_path / "shop", pyproject, {"shop/__init__.py": "import requests\n", "shop/a.py": code})
    project.install("requests", requires=["urllib3<3"])
    for name in ("urllib3", "pytest", "leftover"):
        project.install(name)
    found = {each["id"]: each for each in project.findings(only="imports")}
    assert {key: (each["file"], each["line"], each["column"]) for key, each in found.items()} == {
        "IMP001": ("shop/a.py", 1, 8),
        "IMP002": ("pyproject.toml", 6, None),
        "IMP003": ("shop/a.py", 2, 8),
        "IMP004": ("shop/a.py", 3, 8),
        "IMP005": ("pyproject.toml", 7, None),
    }
    assert {key: (each["severity"], each["fix"]) for key, each in found.items()} == {
        "IMP001": ("error", "poetry add PyYAML"),
        "IMP002": ("warning", "poetry remove leftover"),
        "IMP003": ("error", "poetry add urllib3"),
        "IMP004": ("error", "poetry remove --group dev pytest && poetry add pytest"),
        "IMP005": ("warning", "poetry remove dataclasses"),
    }
    assert "is here only because requests needs it" in found["IMP003"]["message"]
    assert "nothing imports leftover" in found["IMP002"]["message"]
    assert "group dev" in found["IMP004"]["message"]


def test_a_module_that_nobody_is_known_to_bring_gets_no_command_that_would_install_a_guess(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", POETRY, {"shop/__init__.py": "import requests, internaltool\n"})
    project.install("requests")
    (found,) = project.findings(only="imports")
    assert (found["id"], found["fix"]) == ("IMP001", None)


def test_uv_gets_its_own_commands_and_a_plain_project_none(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "import urllib3\n", "tests/test_a.py": "import attr\n"}
    for name, more, fixes in (
        ("uv", "[tool.uv]\n", ["uv add urllib3", "uv add --dev attrs"]),
        ("plain", "", [None, None]),
    ):
        project = make_project(tmp_path / name, plain(more=more), files)
        project.install("urllib3")
        project.install("attrs", files={"attr/__init__.py": ""})
        found = project.findings(only="imports")
        assert sorted((each["fix"] for each in found), key=str, reverse=True) == sorted(fixes, key=str, reverse=True)


def test_without_an_environment_it_cannot_look(make_context: Make) -> None:
    context = make_context({"a.py": "import yaml\n"})._replace(environment=None)
    with pytest.raises(CannotRun) as raised:
        CHECK.run(context)
    assert raised.value.result.status is Status.ERROR
    assert "environment" in str(raised.value)


def test_without_deptry_it_is_skipped_with_the_command_that_installs_it(
    make_context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(deptry, "OWN", tmp_path / "nowhere")
    with pytest.raises(CannotRun) as raised:
        CHECK.run(make_context({"a.py": "import yaml\n"}, tools=False))
    result = raised.value.result
    assert (result.status, result.reason) == (Status.SKIPPED, "deptry is not installed")
    assert result.hint == "pip install 'holdfast[imports]'"


def test_a_deptry_on_path_is_run_by_the_interpreter_beside_it(
    make_context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(deptry, "OWN", tmp_path / "nowhere")
    linked = tmp_path / "bin" / "deptry"
    linked.parent.mkdir()
    linked.symlink_to(Path(sys.prefix, "bin", "deptry"))
    context = make_context({"a.py": "import no_such_thing\n"}, tools=False)
    found = CHECK.run(context._replace(child_env={"PATH": str(linked.parent)})).findings
    assert [each.id for each in found] == ["IMP001", "TOOL001"]
    assert "neither Holdfast's nor the project's" in found[1].message


def test_a_deptry_that_ends_without_a_verdict_is_could_not_run(make_context: Make) -> None:
    context = make_context({"a.py": "", "pyproject.toml": plain() + '[tool.deptry]\nno_such_key = "x"\n'})
    with pytest.raises(CannotRun, match="could not check: exit code 2") as raised:
        CHECK.run(context)
    assert "no_such_key" in raised.value.result.output


def test_a_project_without_python_files_has_not_passed(tmp_path: Path) -> None:
    (result,) = make_project(tmp_path / "shop", plain()).check(only="imports")["results"]
    assert (result["status"], result["reason"]) == ("error", "deptry found no Python files to look at")


def test_what_cannot_be_read_is_said_and_not_counted_as_looked_at(tmp_path: Path) -> None:
    files = {"a.py": "import os\n", "bad.py": "import os\ndef (:\n", "bad.ipynb": "{no"}
    project = make_project(tmp_path / "shop", plain(), files)
    (project.root / "latin.py").write_bytes(b"# \xe9\nimport unheard_of\n")
    (result,) = project.check(only="imports")["results"]
    assert result["checked"] == {"done": 2, "total": 4, "unit": "Python files"}
    assert said(project) == [("IMP001", "latin.py", 2), ("IMP006", "bad.py", 2), ("IMP006", "bad.ipynb", None)]


def test_looking_changes_nothing_and_runs_nothing_of_the_environment(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", plain("requests"), {"shop/__init__.py": "import requests\n"})
    project.install("requests", files={"requests/__init__.py": "", "enum.py": "raise SystemExit('ran')\n"})
    project.write(
        f".venv/lib/{project.site_packages.parent.name}/site-packages/sitecustomize.py", "raise SystemExit(7)\n"
    )
    before = digests(project.root)
    assert said(project) == []
    assert digests(project.root) == before


def digests(root: Path) -> dict[str, str]:
    files = [Path(directory, name) for directory, _, names in os.walk(root) for name in names]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()}


def test_it_is_wanted_where_deptry_is_configured_or_depended_on(make_context: Make) -> None:
    assert not CHECK.wanted(make_context({}))
    assert CHECK.wanted(make_context({"pyproject.toml": plain(more="[tool.deptry]\n")}))
    assert CHECK.wanted(make_context({"pyproject.toml": plain("deptry>=0.23")}))


def test_its_inputs_name_the_files_that_show_use(make_context: Make) -> None:
    inputs = CHECK.inputs(make_context({}))
    assert {"*.py", "pyproject.toml", "Makefile", "*.yml"} <= set(inputs.files)
    assert "deptry" in inputs.programs


@pytest.mark.parametrize(("minor", "own"), [(9, "binhex, asyncore"), (99, "annotationlib, compression.zstd")])
def test_another_python_than_the_environments_is_said_and_its_standard_library_allowed_for(
    make_context: Make, tmp_path: Path, minor: int, own: str
) -> None:
    root = tmp_path / "other"
    library = root / "lib" / f"python3.{minor}" / "site-packages"
    library.mkdir(parents=True)
    install(library, "requests")
    environment = Environment(root, root / "bin", root / "bin" / "python", (library,))
    context = make_context({"pyproject.toml": plain("requests"), "shop.py": f"import requests, {own}, unheard_of\n"})
    found = CHECK.run(context._replace(environment=environment)).findings
    assert [(each.id, each.severity) for each in found] == [("IMP001", Severity.ERROR), ("IMP007", Severity.INFO)]
    assert f"environment on 3.{minor}:" in found[1].message
    assert "unheard_of" in found[0].message


HOSTILE = """\
[project]
name = "shop"
dependencies = ["", ";;", "requests", 3]
optional-dependencies = ["x"]
[dependency-groups]
dev = "pytest"
[tool.poetry]
packages = [1, { from = "../.." }]
group = { x = 1 }
[tool.setuptools]
package-dir = { "" = 4 }
dynamic = 1
[tool.hatch]
build = []
[tool.deptry]
"""


@pytest.mark.parametrize(
    "more", ["", 'exclude = "x"\n', "known_first_party = 3\n", "ignore = 1\n", "per_rule_ignores = 4\n"]
)
def test_settings_of_the_wrong_kind_end_in_no_traceback(tmp_path: Path, more: str) -> None:
    project = make_project(tmp_path / "shop", HOSTILE + more, {"a.py": "import requests\n", "b\n.py": "import x\n"})
    (result,) = project.check(only="imports")["results"]
    assert result["status"] in ("error", "failed")
    assert "could not check" in result["reason"] if result["status"] == "error" else result["findings"]


def test_code_that_would_exhaust_a_parser_never_passes(tmp_path: Path) -> None:
    code = "import unheard_of\nx = " + "(" * 5000 + ")" * 5000 + "\n"
    project = make_project(tmp_path / "shop", plain(), {"a.py": code, "b.py": "import google.cloud.missing\n\0"})
    clouds(project)
    assert project.check(only="imports")["exit_code"] in (1, 2)


def test_a_project_of_which_no_file_can_be_read_has_not_passed(tmp_path: Path) -> None:
    (result,) = make_project(tmp_path / "shop", plain(), {"a.py": "def (:\n"}).check(only="imports")["results"]
    assert (result["status"], result["checked"]["done"]) == ("failed", 0)
