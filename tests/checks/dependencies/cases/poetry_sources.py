"""Poetry's path dependencies, its groups and requirements that cannot be understood, and a second lock."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import edit
from tests.checks.dependencies.projects import Project

BENCH = "bench/pyproject.toml"


# poetry check --lock   0:   All set!; Path /shop/bench for bench does not exist
# poetry sync --dry-run 0:   0 operations; Path /shop/bench for bench does not exist
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK010", "bench"), Says("INST009", "bench"))
def path_dependency_deleted(at: Path) -> Project:
    project = shops.paths(at)
    shutil.rmtree(at / "bench")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK011", "nail"), exit_code=1)
def path_dependency_asks_for_another_version_now(at: Path) -> Project:
    return edit(shops.paths(at), BENCH, "nail>=1.1", "nail>=1.2")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK011", "elm"), exit_code=1)
def path_dependency_asks_for_one_more_package(at: Path) -> Project:
    return edit(shops.paths(at), BENCH, '"nail>=1.1"', '"nail>=1.1", "Elm.Wood"')


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK011", "0.2"), exit_code=1)
def path_dependency_has_another_version_now(at: Path) -> Project:
    return edit(shops.paths(at), BENCH, 'version = "0.1"', 'version = "0.2"')


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK011", "workbench"), exit_code=1)
def path_dependency_has_another_name_now(at: Path) -> Project:
    return edit(shops.paths(at), BENCH, 'name = "bench"', 'name = "workbench"')


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def path_dependency_described_otherwise(at: Path) -> Project:
    return edit(shops.paths(at), BENCH, 'version = "0.1"', 'version = "0.1"\ndescription = "To work at"')


# poetry check --lock   1:   The Poetry configuration is invalid:; Cyclic dependency group include in write: dev -> ...
# poetry sync --dry-run 1:   The Poetry configuration is invalid:; Cyclic dependency group include in write: dev -> ...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK005", Says("LOCK016", "dev includes itself"), Says("LOCK016", "write includes itself"))
def groups_that_include_each_other(at: Path) -> Project:
    project = shops.poetry_groups(at)
    return edit(project, "pyproject.toml", 'write = ["chalk"]', 'write = ["chalk", { include-group = "dev" }]')


# poetry check --lock   1:   Group 'dev' includes group 'wrote' which is not defined.
# poetry sync --dry-run 1:   Group 'dev' includes group 'wrote' which is not defined.
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK005", Says("LOCK016", "wrote"))
def group_that_includes_one_that_there_is_not(at: Path) -> Project:
    return edit(shops.poetry_groups(at), "pyproject.toml", 'include-group = "write"', 'include-group = "wrote"')


# poetry check --lock   1:   The requirement is invalid: invalid version constraint ">>1.1"
# poetry sync --dry-run 1:   The requirement is invalid: invalid version constraint ">>1.1"
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK005", Says("LOCK016", "oak>>1.1", "pyproject.toml", 7))
def requirement_that_is_not_pep_508(at: Path) -> Project:
    return edit(shops.poetry(at), "pyproject.toml", "oak>=1.1", "oak>>1.1")


# poetry check --lock   1:   Could not parse version constraint: newest
# poetry sync --dry-run 1:   Could not parse version constraint: newest
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK005", Says("LOCK016", "oak", "pyproject.toml"))
def constraint_of_poetry_that_is_none(at: Path) -> Project:
    return edit(shops.poetry_classic(at), "pyproject.toml", 'oak = ">=1.1"', 'oak = "newest"')


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       1:   Would update lockfile at: uv.lock; - chalk==1.0; - cord==1.0; + cord==2.0; - dust==1.0;...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK015", "uv.lock"), exit_code=0)
def lock_of_uv_beside_that_of_poetry(at: Path) -> Project:
    project = shops.poetry(at)
    project.write("uv.lock", (shops.DATA / "uv" / "uv.lock").read_text("utf-8"))
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating saw (0.3 e9333de -> 0.3 f5b205a)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST004", "e9333de"))
def git_dependency_at_another_commit(at: Path) -> Project:
    project = shops.uninstall(shops.paths(at), "saw")
    shops.saw(project, "e9333de0a6a1e2a0c1e9cbb1a6c3b0a0f6b1c2d3")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating saw (0.3 -> 0.3 f5b205a)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "saw"))
def git_dependency_installed_from_the_index(at: Path) -> Project:
    project = shops.uninstall(shops.paths(at), "saw")
    project.install("saw", "0.3", requires=("oak",))
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating bench (0.1 -> 0.1 /shop/bench)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "bench"))
def path_dependency_installed_from_the_index(at: Path) -> Project:
    project = shops.paths(at)
    shutil.rmtree(project.site_packages / "bench-0.1.dist-info")
    (project.site_packages / "bench.pth").unlink()
    project.install("bench", "0.1", requires=("nail>=1.1",))
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def wheel_directory_and_index_of_its_own_in_place(at: Path) -> Project:
    return shops.sources(at)


# poetry check --lock   0:   All set!; Path /shop/wheels/glue-1.0-py3-none-any.whl for glue does not exist
# poetry sync --dry-run 0:   0 operations; Path /shop/wheels/glue-1.0-py3-none-any.whl for glue does not exist
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK010", "glue"))
def wheel_on_disk_deleted(at: Path) -> Project:
    project = shops.sources(at)
    shutil.rmtree(at / "wheels")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating glue (1.0 -> 1.0 /shop/wheels/glue-1.0-py3-none-any.whl)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "glue"))
def wheel_on_disk_locked_and_the_index_installed(at: Path) -> Project:
    project = shops.uninstall(shops.sources(at), "glue")
    shops.wood(project, "glue 1.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating bench (0.0.9 /shop/bench -> 0.1 /shop/bench)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST002", "bench"))
def directory_installed_as_a_copy_at_an_older_version(at: Path) -> Project:
    project = shops.uninstall(shops.sources(at), "bench")
    url = (at / "bench").as_uri()
    project.install("bench", "0.0.9", requires=("nail>=1.1",), direct_url={"url": url, "dir_info": {}})
    return project
