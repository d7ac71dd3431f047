"""uv's workspaces, and projects that ask for extras of themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import edit, uninstall
from tests.checks.dependencies.projects import Project


@case()
def workspace_as_the_root_installs_it(at: Path) -> Project:
    return shops.uv_workspace(at)


@case()
def workspace_with_all_of_its_packages(at: Path) -> Project:
    """As `uv sync --all-packages` leaves it."""
    project = shops.uv_workspace(at)
    shops.wood(project, "oak 1.1")
    return project


@case(Says("INST001", "nail"), Says("CONF001", "nail"))
def workspace_member_asks_for_what_is_not_installed(at: Path) -> Project:
    return uninstall(shops.uv_workspace(at), "nail")


@case(Says("LOCK011", "nail"))
def workspace_member_changed_its_requirements(at: Path) -> Project:
    return edit(shops.uv_workspace(at), "bench/pyproject.toml", "nail>=1.1", "nail>=1.2")


@case(Says("INST005", "bench"))
def workspace_member_installed_from_another_checkout(at: Path) -> Project:
    project = shops.uv_workspace(at)
    shutil.rmtree(project.site_packages / "bench-0.1.dist-info")
    shops.editable(project, "bench", "0.1", at.parent / "other" / "bench", requires=("nail>=1.1",))
    return project


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


@case()
def extra_of_the_project_asked_for_by_its_own_group(at: Path) -> Project:
    return shops.uv_self(at)


@case(Says("INST001", "glue"), Says("CONF003", "glue"))
def extra_of_the_project_asked_for_by_its_own_group_and_not_there(at: Path) -> Project:
    return uninstall(shops.uv_self(at), "glue")


@case(Says("INST011", "shop"))
def uv_project_itself_not_installed(at: Path) -> Project:
    project = shops.uv_self(at)
    shutil.rmtree(project.site_packages / "shop-1.0.dist-info")
    (project.site_packages / "shop.pth").unlink()
    return project


@case(Says("LOCK005", "sticky"))
def extra_that_the_project_asks_itself_for_changed(at: Path) -> Project:
    return edit(shops.uv_self(at), "pyproject.toml", 'all = ["shop[sticky]"]', "all = []")
