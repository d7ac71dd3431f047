from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from holdfast.checks.dependencies.agreement import as_text, disagreements
from holdfast.checks.dependencies.model import Declared, Need, Source
from holdfast.checks.dependencies.target import Target, target_of
from holdfast.core.findings import Finding, Location, Severity
from tests.checks.dependencies.environments import environment_at, ids, one, shop, site_of
from tests.checks.dependencies.projects import VERSION, Project, install
from tests.checks.venvs import make_venv


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return shop(tmp_path)


def ask(
    project: Project,
    *declared: Declared,
    target: Target | None = None,
    extras: Sequence[tuple[str, str]] = (),
) -> list[Finding]:
    site = site_of(project)
    there = target or target_of(environment_at(project.root / ".venv"))
    return list(disagreements(site.distributions, there, declared, extras=extras, mend=as_text))


def test_requirements_that_are_met_are_no_findings(project: Project) -> None:
    project.install("a", requires=["B_B>=1,<3", "c", "d @ https://example.invalid/d.whl", "e (>=1)", "f==1.*"])
    for name, version in (("b.b", "2.0"), ("c", "9"), ("d", "1"), ("e", "2.0rc1"), ("f", "1.4.post1")):
        project.install(name, version)
    assert ask(project) == []


def test_a_missing_requirement_names_who_asks(project: Project) -> None:
    project.install("fastapi", "0.110", requires=["starlette >=0.36, <0.37"])
    found = one(ask(project))
    assert (found.id, found.severity, found.location) == ("CONF001", Severity.ERROR, None)
    assert found.message == "fastapi 0.110 asks for starlette>=0.36,<0.37, which is not installed"
    assert found.fix == "starlette>=0.36,<0.37"


def test_a_requirement_that_is_not_met_names_both(project: Project) -> None:
    project.install("fastapi", "0.110", requires=["starlette>=0.36,<0.37"])
    project.install("starlette", "0.27")
    found = one(ask(project))
    assert found.id == "CONF002"
    assert found.message == "fastapi 0.110 asks for starlette>=0.36,<0.37; starlette 0.27 is installed"


def test_pre_releases_count_as_versions(project: Project) -> None:
    project.install("a", requires=["b>=1"])
    project.install("b", "2.0.dev1")
    assert ask(project) == []


def test_markers_are_those_of_the_target(project: Project) -> None:
    project.install("a", requires=["b ; sys_platform == 'win32'", "c ; python_version < '3.8'", "d ; extra == 'x'"])
    assert ask(project) == []
    old = Target(
        (*(pair for pair in target_of(None).variables if pair[0] != "python_version"), ("python_version", "3.7"))
    )
    assert [each.message for each in ask(project, target=old)] == ["a 1.0 asks for c, which is not installed"]


def test_what_an_extra_adds_is_asked_for_where_the_extra_is(project: Project) -> None:
    project.install("uvicorn", "0.30", requires=["uvloop>=0.14 ; extra == 'standard'"], extras=["standard"])
    assert ask(project) == []
    project.install("app", requires=["uvicorn[Standard]"])
    found = one(ask(project))
    assert (found.id, found.fix) == ("CONF003", "uvloop>=0.14")
    said = "uvicorn 0.30 with its extra standard asks for uvloop>=0.14, which is not installed"
    assert found.message == f"{said} (app 1.0 asks for that extra)"
    project.install("uvloop", "0.13")
    assert ids(ask(project)) == ["CONF002"]
    project.install("uvloop", "0.14")
    (project.site_packages / "uvloop-0.13.dist-info" / "METADATA").unlink()
    assert ask(project) == []


def test_extras_lead_to_extras(project: Project) -> None:
    requires = ["a[two] ; extra == 'one'", "b[deep] ; extra == 'two'"]
    project.install("a", requires=requires, extras=["one", "two"])
    project.install("b", requires=["c ; extra == 'deep'"], extras=["deep"])
    project.install("d", requires=["a[one]"])
    assert one(ask(project)).message == (
        "b 1.0 with its extra deep asks for c, which is not installed (a 1.0 asks for that extra)"
    )


def test_extras_that_lead_back_come_to_an_end(project: Project) -> None:
    project.install("a", requires=["b[x] ; extra == 'x'"], extras=["x"])
    project.install("b", requires=["a[x] ; extra == 'x'"], extras=["x"])
    project.install("c", requires=["a[x]"])
    assert ask(project) == []


def test_what_holds_without_the_extra_is_asked_for_once(project: Project) -> None:
    project.install("a", requires=["b ; extra == 'x' or python_version > '3'"], extras=["x"])
    project.install("c", requires=["a[x]"])
    assert ids(ask(project)) == ["CONF001"]


def test_an_extra_that_does_not_exist_is_a_warning(project: Project) -> None:
    project.install("a", requires=["b[nope]"])
    project.install("b", "2.0")
    found = one(ask(project))
    assert (found.id, found.severity) == ("CONF005", Severity.WARNING)
    assert found.message == "a 1.0 asks for b[nope]; b 2.0 has no extra nope"


def test_an_extra_that_markers_alone_know_exists(project: Project) -> None:
    project.install("a", requires=["b[X_1]"])
    project.install("b", requires=["c ; extra == 'x.1'"])
    assert ids(ask(project)) == ["CONF003"]


def test_an_extra_of_what_is_missing_or_broken_is_not_looked_for(project: Project) -> None:
    project.install("a", requires=["b[x]", "c[x]"])
    (project.install("c") / "METADATA").unlink()
    assert ids(ask(project)) == ["CONF001"]


MINOR = VERSION.rpartition(".")[0]


@pytest.mark.parametrize(
    ("requires_python", "expected"),
    [(">=3.8", []), ("<3", ["CONF004"]), ("", []), ("not a version", []), (f"!={MINOR}.*", ["CONF004"])],
)
def test_the_python_has_to_be_one_that_a_package_supports(
    project: Project, requires_python: str, expected: list[str]
) -> None:
    project.install("a", requires_python=requires_python)
    found = ask(project)
    assert ids(found) == expected
    assert not found or found[0].message == f"a 1.0 is for Python {requires_python}; this is Python {VERSION}"


def test_a_patch_level_that_no_file_tells_is_not_held_against_a_package(project: Project) -> None:
    project.install("a", requires_python=">=3.11.4")
    unknown = Target((("python_full_version", "3.11.0"),))
    assert ask(project, target=unknown) == []
    older = Target((("python_full_version", "3.11.3"),))
    assert ids(ask(project, target=older)) == ["CONF004"]


@pytest.mark.parametrize(
    "text", ["b (>dev)", "b >= ", "-", "b ; python_version ~~ '3'", "b; os_name ==", "b " * 6000, "b ; " + "(" * 5000]
)
def test_a_requirement_that_cannot_be_read_is_a_warning(project: Project, text: str) -> None:
    project.install("a", requires=[text])
    found = one(ask(project))
    assert (found.id, found.severity) == ("CONF006", Severity.WARNING)
    assert found.message.startswith("a 1.0 has a requirement that cannot be read: ")
    assert len(found.message) < 1000


def test_a_version_that_cannot_be_compared_is_a_warning(project: Project) -> None:
    project.install("a", requires=["b>=1"])
    project.install("b", "2004d")
    found = one(ask(project))
    assert (found.id, found.severity) == ("CONF006", Severity.WARNING)
    assert found.message == "a 1.0 asks for b>=1; that cannot be compared with the installed b 2004d"


def test_what_the_project_asks_for_is_asked_for(project: Project) -> None:
    project.install("a", "1.0", extras=["x"], requires=["c ; extra == 'x'"])
    found = ask(
        project,
        Declared(Need("a", ">=2", extras=("x",)), "a[x]>=2", line=7),
        Declared(Need("b"), "b", group="dev"),
        Declared(Need("windows", marker="sys_platform == 'win32'"), ""),
        Declared(Need("d", "<1||>=2"), ""),
    )
    assert [(each.id, each.message) for each in found] == [
        ("CONF002", "pyproject.toml asks for a[x]>=2; a 1.0 is installed"),
        ("CONF001", "pyproject.toml (group dev) asks for b, which is not installed"),
        ("CONF001", "pyproject.toml asks for d<1 or >=2, which is not installed"),
        ("CONF003", "a 1.0 with its extra x asks for c, which is not installed (pyproject.toml asks for that extra)"),
    ]
    assert [each.location and each.location.line for each in found] == [7, None, None, None]
    assert found[1].location == Location("pyproject.toml")


def test_a_url_that_the_project_asks_for_is_met_by_presence(project: Project) -> None:
    project.install("a", "1.0")
    need = Need("a", ">=2", source=Source("url", "https://example.invalid/a.whl"))
    assert ask(project, Declared(need, "")) == []


def test_the_extras_of_the_project_that_the_user_names_are_followed(project: Project) -> None:
    project.install("shop", requires=["redis ; extra == 'cache'"], extras=["cache"])
    assert ask(project) == []
    assert ids(ask(project, extras=[("shop", "cache")])) == ["CONF003"]


def test_what_the_bases_packages_ask_for_is_not_this_environments_concern(project: Project, tmp_path: Path) -> None:
    base = Project(tmp_path / "base")
    base.install("a", requires=["gone"], requires_python="<3")
    base.install("b", "2.0")
    config = f"home = {base.root / '.venv' / 'bin'}\ninclude-system-site-packages = true\n"
    (project.root / ".venv" / "pyvenv.cfg").write_text(config, "utf-8")
    project.install("own", requires=["a", "b<2"])
    assert [each.message for each in ask(project)] == ["own 1.0 asks for b<2; b 2.0 is installed"]


def name_in(text: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", text)
    assert match, text
    return match[0]


def of_pip(venv: Path) -> set[tuple[str, str]]:
    """Who asks for what, as pip says that it is missing or of another version."""
    command = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "check"]
    said = subprocess.run(command, capture_output=True, text=True).stdout
    found = re.findall(r"(?m)^(\S+) \S+ (?:requires|has requirement) (\S+)", said)
    return {(who, name_in(what)) for who, what in found}


def of_uv(venv: Path) -> set[tuple[str, str]]:
    """The same as uv says it."""
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "check", "--python", str(venv / "bin" / "python"), "--no-cache", "--color", "never"]
    said = subprocess.run(command, capture_output=True, text=True).stderr
    return {(who, name_in(what)) for who, what in re.findall(r"The package `(\S+)` requires `([^`]+)`", said)}


def of_ours(venv: Path) -> set[tuple[str, str]]:
    from holdfast.checks.dependencies.site import read_site

    environment = environment_at(venv)
    found = disagreements(
        read_site(environment).distributions,
        target_of(environment),
        mend=lambda need: json.dumps([need.name]),
    )
    return {(each.message.split()[0], json.loads(each.fix)[0]) for each in found if each.fix}


def test_pip_and_uv_say_the_same_of_a_broken_environment(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv")
    packages = environment_at(venv).site_packages[0]
    install(packages, "fastapi", "0.110", requires=["starlette<0.37,>=0.36", "gone>=1", "ok[x]>=1", "here"])
    install(packages, "starlette", "0.27", requires=["win ; sys_platform == 'win32'", "opt ; extra == 'full'"])
    install(packages, "ok", "1.5rc1", requires=["here (<3)", "pre>=2"])
    install(packages, "here", "2.0", requires=["fastapi!=0.110"])
    install(packages, "pre", "2.0rc1")
    ours = of_ours(venv)
    assert ours == {("fastapi", "starlette"), ("fastapi", "gone"), ("here", "fastapi"), ("ok", "pre")}
    assert of_pip(venv) == ours
    assert of_uv(venv) == ours


def test_pip_and_uv_find_a_whole_environment_whole(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv")
    packages = environment_at(venv).site_packages[0]
    install(packages, "a", "1.0", requires=["b>=1; python_version >= '3'", "c; extra == 'x'"], extras=["x"])
    install(packages, "b", "2!1.0+local")
    assert (of_ours(venv), of_pip(venv), of_uv(venv)) == (set(), set(), set())


def test_what_an_extra_lacks_pip_and_uv_do_not_see(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv")
    packages = environment_at(venv).site_packages[0]
    install(packages, "app", "1.0", requires=["uvicorn[standard]"])
    install(packages, "uvicorn", "0.30", requires=["uvloop; extra == 'standard'"], extras=["standard"])
    assert of_ours(venv) == {("uvicorn", "uvloop")}
    assert (of_pip(venv), of_uv(venv)) == (set(), set())
