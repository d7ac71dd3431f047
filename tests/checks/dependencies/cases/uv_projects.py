"""uv's workspaces, and projects that ask for extras of themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import edit, uninstall
from tests.checks.dependencies.projects import Project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def workspace_as_the_root_installs_it(at: Path) -> Project:
    return shops.uv_workspace(at)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   - oak==1.1
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def workspace_with_all_of_its_packages(at: Path) -> Project:
    """As `uv sync --all-packages` leaves it."""
    project = shops.uv_workspace(at)
    shops.wood(project, "oak 1.1")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   + nail==2.0
# uv pip check          1:   Found 1 incompatibility; The package `bench` requires `nail>=1.1`, but it's not installed
# pip check             1:   bench 0.1 requires nail, which is not installed.
@case(Says("INST001", "nail"), Says("CONF001", "nail"))
def workspace_member_asks_for_what_is_not_installed(at: Path) -> Project:
    return uninstall(shops.uv_workspace(at), "nail")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   Would update lockfile at: uv.lock; - bench==0.1 (from file:///shop/bench); + bench @ fi...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK011", "nail"))
def workspace_member_changed_its_requirements(at: Path) -> Project:
    return edit(shops.uv_workspace(at), "bench/pyproject.toml", "nail>=1.1", "nail>=1.2")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   - bench==0.1 (from file:///other/bench); + bench @ file:///shop/bench
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "bench"))
def workspace_member_installed_from_another_checkout(at: Path) -> Project:
    project = shops.uv_workspace(at)
    shutil.rmtree(project.site_packages / "bench-0.1.dist-info")
    shops.editable(project, "bench", "0.1", at.parent / "other" / "bench", requires=("nail>=1.1",))
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             1:   ERROR: Could not locate Python interpreter .venv/bin/python
@case(options=("--python", "{root}/../.venv"))
def member_whose_lock_is_that_of_the_workspace(at: Path) -> Project:
    """Asked in the member's directory: the lock is above it, and nothing but what the member asks for counts."""
    project = shops.uv_workspace(at.parent)
    shops.wood(project, "oak 1.1")
    shutil.copytree(at.parent / "stall", at)
    edit(project, "pyproject.toml", '"stall"]', '"shop"]')
    shutil.rmtree(at.parent / "stall")
    edit(project, "uv.lock", 'virtual = "stall"', 'virtual = "shop"')
    return Project(at)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def extra_of_the_project_asked_for_by_its_own_group(at: Path) -> Project:
    return shops.uv_self(at)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   + glue==1.0
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST001", "glue"), Says("CONF003", "glue"))
def extra_of_the_project_asked_for_by_its_own_group_and_not_there(at: Path) -> Project:
    return uninstall(shops.uv_self(at), "glue")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   + shop @ file:///shop
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST011", "shop"))
def uv_project_itself_not_installed(at: Path) -> Project:
    project = shops.uv_self(at)
    shutil.rmtree(project.site_packages / "shop-1.0.dist-info")
    (project.site_packages / "shop.pth").unlink()
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   Would update lockfile at: uv.lock; - glue==1.0; - shop==1.0 (from file:///shop); + shop...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "sticky"))
def extra_that_the_project_asks_itself_for_changed(at: Path) -> Project:
    return edit(shops.uv_self(at), "pyproject.toml", 'all = ["shop[sticky]"]', "all = []")
