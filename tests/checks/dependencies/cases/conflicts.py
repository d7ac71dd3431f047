"""What installed packages ask of each other, whatever a lock says."""

from __future__ import annotations

from pathlib import Path

from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import wood
from tests.checks.dependencies.projects import Project, make_project

PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.9"\ndependencies = [{}]\n'


def _room(at: Path, *requires: str, declares: str = '"room"', **more: object) -> Project:
    """A project with one package that asks for things."""
    project = make_project(at, PYPROJECT.format(declares))
    project.install("room", "1.0", requires=requires, **more)
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `room` requires `nail>=1`, but it's not installed
# pip check             1:   room 1.0 requires nail, which is not installed.
@case(Says("CONF001", "nail"), only="conflicts")
def requirement_not_installed(at: Path) -> Project:
    return _room(at, "nail>=1")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `room` requires `nail>=1,<2`, but `2.0` is installed
# pip check             1:   room 1.0 has requirement nail<2,>=1, but you have nail 2.0.
@case(Says("CONF002", "nail"), only="conflicts")
def requirement_at_another_version(at: Path) -> Project:
    project = _room(at, "nail>=1,<2")
    wood(project, "nail 2.0")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("CONF003", "bulb"), only="conflicts")
def extra_that_an_installed_package_asks_for(at: Path) -> Project:
    project = _room(at, "lamp[bright]")
    wood(project, "lamp 1.0")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("CONF002", "bulb"), only="conflicts")
def extra_whose_package_is_at_another_version(at: Path) -> Project:
    project = _room(at, "lamp[bright]")
    wood(project, "lamp 1.0", "bulb 2.0")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("CONF003", "nail"), only="conflicts")
def extra_that_stands_for_other_extras(at: Path) -> Project:
    """As many packages have an extra `all` that asks for themselves."""
    requires = ('room[wall]; extra == "all"', 'nail; extra == "wall"')
    return _room(at, *requires, declares='"room[all]"', extras=("all", "wall"))


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(only="conflicts")
def extra_that_nobody_asks_for(at: Path) -> Project:
    return _room(at, 'nail; extra == "wall"', extras=("wall",))


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(only="conflicts")
def extra_under_another_spelling(at: Path) -> Project:
    project = _room(at, 'nail; extra == "bright-light"', declares='"room[Bright_Light]"', extras=("bright-light",))
    wood(project, "nail 1.2")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("CONF005", "dim"), exit_code=0, only="conflicts")
def extra_that_there_is_not(at: Path) -> Project:
    project = _room(at, "lamp[dim]")
    wood(project, "lamp 1.0")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("CONF004", "relic"), only="conflicts")
def package_for_older_pythons(at: Path) -> Project:
    project = _room(at, "relic")
    wood(project, "relic 1.0")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `room` is broken or incomplete (unable to read `ME...
# pip check             1:   WARNING: Error parsing dependencies of room: .* suffix can only be used with `==` or `!...
@case(Says("CONF006", "nail"), exit_code=0, only="conflicts")
def requirement_that_cannot_be_read(at: Path) -> Project:
    """As setuptools of old wrote what setup.py said."""
    return _room(at, "nail (>=1.0.*")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(only="conflicts")
def requirement_of_another_platform(at: Path) -> Project:
    return _room(at, 'winnail; sys_platform == "win32"', "winnail; platform_system == 'Windows'")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(only="conflicts")
def pre_release_that_meets_a_requirement(at: Path) -> Project:
    project = _room(at, "nail>=1")
    project.install("nail", "1.3rc1")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(only="conflicts")
def local_version_that_meets_an_exact_requirement(at: Path) -> Project:
    project = _room(at, "nail==1.2")
    project.install("nail", "1.2+cpu")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(only="conflicts")
def requirement_by_url_that_is_installed(at: Path) -> Project:
    project = _room(at, "nail @ https://example.invalid/nail.zip")
    wood(project, "nail 1.2")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(only="conflicts")
def names_with_dots_case_and_underscores(at: Path) -> Project:
    project = _room(at, "elm_wood", "ELM.WOOD>=1")
    wood(project, "Elm.Wood 1.0")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("CONF001", "nail"), Says("CONF002", "oak"), only="conflicts")
def requirements_of_a_project_that_is_not_installed(at: Path) -> Project:
    project = make_project(at, PYPROJECT.format('"oak>=2", "nail"'))
    wood(project, "oak 1.1")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             1:   chalk 1.0 requires dust, which is not installed.
@case(Says("CONF001", "dust"), only="conflicts")
def requirement_in_old_egg_info(at: Path) -> Project:
    project = make_project(at, PYPROJECT.format('"chalk"'))
    info = f"{project.site_packages}/chalk-1.0.egg-info"
    project.write(f"{info}/PKG-INFO", "Metadata-Version: 1.1\nName: chalk\nVersion: 1.0\n")
    project.write(f"{info}/requires.txt", 'dust\n\n[:sys_platform == "win32"]\nwinnail\n\n[wall]\nnail\n')
    return project
