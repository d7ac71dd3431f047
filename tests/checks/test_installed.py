from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from holdfast.checks.dependencies import site
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.installed import CHECK
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.snapshot import distributions
from holdfast.core.config import Config, DependenciesConfig, read_pyproject
from tests.checks.dependencies.environments import bare, environment_at
from tests.checks.dependencies.projects import Project, install, make_project
from tests.checks.venvs import tree

LOCKS = {"poetry.lock": """\
[[package]]
name = "a"
version = "1.0"
optional = false
python-versions = "*"
groups = ["main"]
files = []

[[package]]
name = "docs"
version = "2.0"
optional = true
python-versions = "*"
groups = ["docs"]
files = []

[[package]]
name = "only-there"
version = "1.0"
optional = false
python-versions = "*"
groups = ["main"]
markers = "sys_platform == \\"win32\\""
files = []

[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "0000000000000000000000000000000000000000000000000000000000000000"
"""}
PYPROJECT = """\
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["a>=1", "only-there>=1 ; sys_platform == 'win32'"]

[tool.poetry]
package-mode = false

[tool.poetry.group.docs]
optional = true

[tool.poetry.group.docs.dependencies]
docs = ">=2"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "shop", PYPROJECT, LOCKS)


def said(project: Project, *options: str | Path) -> dict[str, object]:
    report = project.check(*options, only="installed")
    assert len(report["results"]) == 1, report
    result: dict[str, object] = report["results"][0]
    return result


def test_an_environment_that_is_as_the_lock_says_passes(project: Project) -> None:
    project.install("a")
    result = said(project)
    assert (result["status"], result["findings"], result["tool"]) == ("passed", [], "poetry.lock")
    assert result["checked"] == {"done": 1, "total": 1, "unit": "packages"}


def test_a_finding_has_its_place_in_the_lock_and_the_command_that_mends_it(project: Project) -> None:
    project.install("a", "1.1")
    (finding,) = project.findings(only="installed")
    assert (finding["id"], finding["file"], finding["line"]) == ("INST002", "poetry.lock", 1)
    assert finding["fix"] == "poetry sync"


def test_groups_that_are_named_are_required(project: Project) -> None:
    project.install("a")
    assert project.ids("--with", "docs", only="installed") == ["INST001"]
    assert said(project, "--with", "docs")["checked"] == {"done": 1, "total": 2, "unit": "packages"}


def test_what_the_environment_lacks_beside_the_lock_is_found(project: Project) -> None:
    project.install("a")
    (project.install("stray") / "METADATA").unlink()
    (project.site_packages / "~x").mkdir()
    assert project.ids(only="installed") == ["INST007", "INST008"]


def test_deep_reads_every_file(project: Project) -> None:
    project.install("a", files={"a/__init__.py": "x = 1\n"})
    (project.site_packages / "a" / "__init__.py").write_text("x = 2\n", "utf-8")
    assert project.ids(only="installed") == []
    assert project.ids("--deep", only="installed") == ["INST010"]


def test_what_the_configuration_ignores_may_be_there(project: Project) -> None:
    project.install("a")
    project.install("Stray_One")
    assert project.ids(only="installed") == ["INST003"]
    project.write("pyproject.toml", f'{PYPROJECT}\n[tool.holdfast.dependencies]\nignore = ["stray.one"]\n')
    assert project.ids(only="installed") == []


def test_commands_are_those_of_pip_where_it_is_there_and_of_uv_where_it_is_not(project: Project) -> None:
    project.install("a")
    (project.site_packages / "a" / "__init__.py").unlink()
    (finding,) = project.findings(only="installed")
    assert finding["fix"] == "uv pip uninstall --python .venv/bin/python a && poetry sync"
    project.install("pip")
    (finding,) = project.findings(only="installed")
    assert finding["fix"] == ".venv/bin/python -m pip uninstall -y a && poetry sync"


def test_a_path_with_odd_names_is_quoted_in_commands(project: Project) -> None:
    project.install("a")
    (project.site_packages / "~x; rm -r y").mkdir()
    (finding,) = project.findings(only="installed")
    assert finding["fix"] == f"rm -r '{project.site_packages.relative_to(project.root)}/~x; rm -r y'"


def test_the_project_itself_from_another_checkout_has_its_line_and_an_environment_of_its_own(
    project: Project, tmp_path: Path
) -> None:
    project.write("pyproject.toml", PYPROJECT.replace("package-mode = false", ""))
    project.install("a")
    (finding,) = project.findings(only="installed")
    assert (finding["id"], finding["file"], finding["line"], finding["fix"]) == (
        "INST011",
        "pyproject.toml",
        2,
        "poetry sync",
    )
    project.install("shop", direct_url={"url": tmp_path.as_uri(), "dir_info": {"editable": True}})
    (finding,) = project.findings(only="installed")
    assert (finding["id"], finding["line"], finding["fix"]) == ("INST005", 2, "poetry sync")
    (project.root / ".venv").rename(tmp_path / "shared")
    (project.root / ".venv").symlink_to(tmp_path / "shared")
    (finding,) = project.findings(only="installed")
    assert finding["fix"] == "rm .venv && python3 -m venv .venv && poetry sync"


def test_without_a_lock_it_is_skipped(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", '[project]\nname = "shop"\nversion = "1.0"\n')
    project.install("a")
    result = said(project)
    assert (result["status"], result["reason"]) == ("skipped", "the project keeps no lock")


def test_a_lock_that_cannot_be_read_is_named_with_the_place(project: Project) -> None:
    project.write("poetry.lock", "[[package]]\nname = 3\n")
    result = said(project)
    assert result["status"] == "error"
    assert "the lock cannot be read: poetry.lock" in str(result["reason"])


def test_without_an_environment_it_could_not_run(project: Project) -> None:
    (project.root / ".venv").rename(project.root / "away")
    result = said(project)
    assert (result["status"], result["reason"]) == ("error", "the project has no environment")


def test_an_environment_whose_site_packages_leads_back_to_itself_has_none(project: Project) -> None:
    project.site_packages.rmdir()
    project.site_packages.symlink_to("site-packages")
    result = said(project)
    assert (result["status"], result["reason"]) == ("error", f"{project.root}/.venv has no site-packages")


def test_site_packages_that_cannot_be_listed_is_said(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "MOST_ENTRIES", 0)
    project.install("a")
    result = said(project)
    assert result["status"] == "error"
    assert result["reason"] == f"cannot list {project.site_packages}: more than 0 entries"


def test_an_interpreter_with_no_packages_directory_is_said(project: Project, tmp_path: Path) -> None:
    (tmp_path / "alone" / "bin").mkdir(parents=True)
    python = tmp_path / "alone" / "bin" / "python3"
    python.touch(0o755)
    result = said(project, "--python", python)
    assert (result["status"], result["reason"]) == ("error", f"{tmp_path}/alone has no site-packages")


def test_a_lock_that_asks_for_nothing_here_is_told_of_honestly(project: Project) -> None:
    result = said(project, "--without", "main")
    assert (result["status"], result["reason"]) == (
        "skipped",
        "poetry.lock asks for no package here, and none is installed",
    )
    project.install("docs", "2.0")
    assert said(project, "--without", "main")["checked"] == {"done": 1, "total": 1, "unit": "installed packages"}


def test_neither_project_nor_environment_is_changed(project: Project) -> None:
    project.install("a", "2.0")
    (project.root / ".venv" / "bin" / "python").unlink()
    (project.root / ".venv" / "bin" / "python").symlink_to("gone")
    before = tree(project.root)
    assert project.ids("--deep", only="installed") == ["INST002"]
    assert tree(project.root) == before


def context_of(project: Project, **dependencies: object) -> Context:
    return Context(
        project=project.root,
        pyproject=read_pyproject(project.root),
        files=("pyproject.toml", "poetry.lock"),
        config=Config(dependencies=DependenciesConfig(**dependencies)),
        env={},
        child_env={},
        environment=environment_at(project.root / ".venv"),
        scratch=project.root / ".holdfast",
    )


def inputs(context: Context) -> Inputs | None:
    assert CHECK.wanted(context) is (Subject(context).found is not None and context.environment is not None)
    return CHECK.inputs(context)


def test_its_inputs_are_the_lock_and_what_says_what_is_asked_for(project: Project) -> None:
    found = inputs(context_of(project))
    assert found is not None
    assert {"pyproject.toml", "poetry.lock"} <= set(found.files)
    assert found.variables == ("HOLDFAST_DEPENDENCIES",)


def test_its_success_is_not_remembered_where_it_reads_more_than_is_looked_at(project: Project) -> None:
    context = context_of(project)
    assert inputs(context_of(project, deep=True)) is None
    assert inputs(context._replace(files=("pyproject.toml",))) is None
    assert inputs(context._replace(environment=None)) is None
    assert inputs(context._replace(environment=bare(Path("/nowhere/bin/python3")))) is not None
    install(project.root / ".venv" / "lib64" / project.site_packages.parent.name / "site-packages", "b")
    assert inputs(context) is None


def test_its_success_is_not_remembered_where_the_bases_packages_are_visible(project: Project, tmp_path: Path) -> None:
    base = Project(tmp_path / "base")
    base.install("b")
    config = f"home = {base.root / '.venv' / 'bin'}\ninclude-system-site-packages = true\n"
    (project.root / ".venv" / "pyvenv.cfg").write_text(config, "utf-8")
    assert inputs(context_of(project)) is None


def test_an_edit_of_installed_metadata_makes_it_run_again(project: Project) -> None:
    metadata = project.install("a", files={"a/__init__.py": "", "space/part/x.py": ""})
    url = metadata / "direct_url.json"

    def look() -> dict[str, str]:
        return distributions((project.site_packages,), project.root)

    seen = [look()]
    os.utime(metadata / "METADATA", ns=(1, 1))
    seen.append(look())
    url.write_text("{}", "utf-8")
    seen.append(look())
    os.utime(url, ns=(1, 1))
    seen.append(look())
    (project.site_packages / "a" / "__init__.py").unlink()
    seen.append(look())
    (project.site_packages / "space" / "part").rename(project.site_packages / "space" / "other")
    seen.append(look())
    (project.site_packages / "~x").mkdir()
    seen.append(look())
    assert all(before != after for before, after in pairwise(seen))


def test_what_imports_compile_does_not_make_it_run_again(project: Project) -> None:
    project.install("a", files={"a/__init__.py": "", "space/part/x.py": ""})
    before = distributions((project.site_packages,), project.root)
    for place in ("", "a", "space"):
        (project.site_packages / place / "__pycache__").mkdir()
    assert distributions((project.site_packages,), project.root) == before
