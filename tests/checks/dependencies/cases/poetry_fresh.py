"""Poetry's locks that are as they should be, in every form that is met: nothing is to be said of them."""

from __future__ import annotations

from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import case
from tests.checks.dependencies.cases.shops import edit
from tests.checks.dependencies.projects import Project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def poetry_2_with_a_project_table(at: Path) -> Project:
    return shops.poetry(at)


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def poetry_1_metadata_locked_by_poetry_2(at: Path) -> Project:
    return shops.poetry_classic(at)


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def lock_of_poetry_1_8_without_groups_or_markers(at: Path) -> Project:
    return shops.poetry_classic(at, "poetry18.lock")


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def lock_of_poetry_1_1_with_hashes_in_the_metadata(at: Path) -> Project:
    return shops.poetry_classic(at, "poetry11.lock")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def dependency_group_that_includes_another(at: Path) -> Project:
    return shops.poetry_groups(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def package_locked_twice_for_different_pythons(at: Path) -> Project:
    return shops.poetry_multi(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def path_and_git_dependencies_in_place(at: Path) -> Project:
    return shops.paths(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def description_and_version_changed(at: Path) -> Project:
    project = edit(shops.poetry(at), "pyproject.toml", '"Sells lamps"', '"Sells lamps and cord"')
    return edit(project, "pyproject.toml", 'version = "1.0"', 'version = "1.1"')


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def toml_quotes_and_comments_changed(at: Path) -> Project:
    project = edit(shops.poetry(at), "pyproject.toml", '"oak>=1.1",', "'oak>=1.1',  # wood")
    return edit(project, "pyproject.toml", "[tool.poetry]", "# Poetry's own\n[tool.poetry]")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def line_ends_of_windows(at: Path) -> Project:
    project = shops.poetry(at)
    for name in ("pyproject.toml", "poetry.lock"):
        path = at / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing brush (1.0); Removing paint (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def optional_group_is_installed_unasked(at: Path) -> Project:
    project = shops.poetry(at)
    shops.wood(project, "paint 1.0", "brush 1.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing glue (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def extra_of_the_project_is_installed_unasked(at: Path) -> Project:
    project = shops.poetry(at)
    shops.wood(project, "glue 1.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(options=("--with", "docs", "--extras", "sticky"))
def optional_group_and_extra_asked_for_and_there(at: Path) -> Project:
    project = shops.poetry(at)
    shops.wood(project, "paint 1.0", "brush 1.0", "glue 1.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(options=("--without", "dev"))
def group_left_out_and_not_there(at: Path) -> Project:
    return shops.uninstall(shops.poetry(at), "chalk", "dust")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def package_in_two_groups_with_a_marker_for_each(at: Path) -> Project:
    """As Poetry locks what one group wants on Windows alone, and another everywhere."""
    project = edit(shops.poetry(at), "poetry.lock", 'name = "winnail"', 'name = "winnail"\n# in two groups')
    text = shops.block(project, "winnail")
    both = text.replace('groups = ["main"]', 'groups = ["main", "docs"]').replace(
        'markers = "sys_platform == \\"win32\\""', 'markers = {main = "sys_platform == \\"win32\\""}'
    )
    return edit(project, "poetry.lock", text, both)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def versions_spelled_differently(at: Path) -> Project:
    """1.0.0 is 1.0 (PEP 440)."""
    project = shops.uninstall(shops.poetry(at), "dust")
    project.install("dust", "1.0.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def versions_for_each_platform_and_markers_for_each_group(at: Path) -> Project:
    return shops.poetry_platforms(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing nail (2.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(options=("--without", "test"))
def marker_of_a_group_that_is_left_out(at: Path) -> Project:
    """dust is then required by another group, without a marker, and nail by none."""
    return shops.poetry_platforms(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(options=("--extras", "Sticky_Tape"))
def extra_that_is_spelled_otherwise(at: Path) -> Project:
    project = shops.poetry_platforms(at)
    shops.wood(project, "glue 1.0")
    return project
