from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks import flake8
from holdfast.checks.interface import Context, Environment
from holdfast.checks.linters.flake8_config import left_out, reads_more

Make = Callable[..., Context]


@pytest.fixture
def make(make_context: Make) -> Make:
    """A project whose environment has flake8 and what it needs."""

    def made(files: dict[str, str]) -> Context:
        context = make_context({".gitignore": ".venv\n", **files})
        root = context.project / ".venv"
        site = root / "lib" / "python3.11" / "site-packages"
        install(site, "flake8-7.0.0", "[flake8.extension]\nF = x:y\n")
        install(site, "mccabe-0.7.0", "[flake8.extension]\nC90 = x:y\n")
        install(site, "black-24.1.0", "[console_scripts]\nblack = x:y\n")
        (root / "bin").mkdir(exist_ok=True)
        (root / "bin" / "flake8").touch()
        return context._replace(environment=Environment(root, root / "bin", root / "bin" / "python", (site,)))

    return made


def install(site: Path, name: str, entry_points: str) -> None:
    (site / f"{name}.dist-info").mkdir(parents=True, exist_ok=True)
    (site / f"{name}.dist-info" / "entry_points.txt").write_text(entry_points, "utf-8")


def test_by_itself_it_reads_python_files_and_its_configuration(make: Make) -> None:
    context = make({"tox.ini": "[flake8]\nmax-line-length = 100\n"})
    assert not reads_more(context)
    assert flake8.CHECK.inputs(context).files == ("*.py", "setup.cfg", "tox.ini", ".flake8")


def test_a_plugin_may_read_anything(make: Make) -> None:
    context = make({})
    assert context.environment is not None
    install(
        context.environment.site_packages[0], "some_checker-1.0", "[console_scripts]\n[flake8.extension]\nX = x:y\n"
    )
    assert reads_more(context)
    assert flake8.CHECK.inputs(context).files == ("**",)


@pytest.mark.parametrize("name", ["plugin.egg-link", "__editable__.plugin-1.0.pth"])
def test_what_is_installed_from_elsewhere_counts_by_its_metadata(make: Make, name: str) -> None:
    context = make({})
    assert context.environment is not None
    (context.environment.site_packages[0] / name).write_text("/elsewhere\n", "utf-8")
    assert reads_more(context) is name.endswith(".egg-link")


@pytest.mark.parametrize(
    "said", ["[flake8:local-plugins]\n", "[flake8]\nfilename = *.pyx\n", "[flake8]\n filename: *\n"]
)
def test_the_configuration_may_name_other_files(make: Make, said: str) -> None:
    assert reads_more(make({".flake8": said}))


def test_a_flake8_that_is_not_the_projects_own_may_have_any_plugin(make: Make) -> None:
    context = make({})
    assert context.environment is not None
    (context.environment.bin / "flake8").unlink()
    assert reads_more(context)
    assert reads_more(context._replace(environment=None))


def test_a_configuration_above_the_project_is_the_projects_where_it_has_none(make: Make) -> None:
    context = make({})
    (context.project.parent / "tox.ini").write_text("[flake8]\nextend-exclude = shop/old\n", "utf-8")
    assert reads_more(context)
    answer = left_out(context)
    assert answer is not None
    assert [answer(name) for name in ("old/a.py", "new/a.py", ".git/a.py")] == [True, False, True]


def test_a_configuration_that_cannot_be_read_tells_nothing(make: Make) -> None:
    assert left_out(make({"setup.cfg": "[flake8]\nexclude = x\n[flake8]\nnothing\n"})) is None
