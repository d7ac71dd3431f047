"""uv.lock, healthy, stale, damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import block, drop, edit
from tests.checks.dependencies.projects import Project

LOCK = "uv.lock"
PYPROJECT = "pyproject.toml"


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def uv_with_extras_groups_and_a_fork(at: Path) -> Project:
    return shops.uv(at)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def uv_path_and_git_dependencies_in_place(at: Path) -> Project:
    return shops.uv_paths(at)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def uv_requirements_in_another_order_case_and_spacing(at: Path) -> Project:
    project = edit(shops.uv(at), PYPROJECT, '    "oak>=1.1",\n', "")
    return edit(project, PYPROJECT, '    "Elm.Wood",\n', '    "elm-wood",\n    "Oak >= 1.1",\n')


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(options=("--with", "docs", "--extras", "sticky"))
def uv_group_and_extra_asked_for_and_there(at: Path) -> Project:
    project = shops.uv(at)
    shops.wood(project, "paint 1.0", "brush 1.0", "glue 1.0")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   Would update lockfile at: uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "dev -> docs"))
def uv_default_groups_changed(at: Path) -> Project:
    project = shops.uninstall(shops.uv(at), "chalk", "dust")
    shops.wood(project, "paint 1.0", "brush 1.0")
    with (at / PYPROJECT).open("a", encoding="utf-8") as file:
        file.write('\n[tool.uv]\ndefault-groups = ["docs"]\n')
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def uv_revision_of_a_later_uv(at: Path) -> Project:
    """A revision adds what older readers may pass over; the version would say that they must not."""
    return edit(shops.uv(at), LOCK, "revision = 5", "revision = 99")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   No solution found when resolving dependencies for split (markers: python_full_version >...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "twine"), Says("CONF001", "twine"))
def uv_requirement_added(at: Path) -> Project:
    return edit(shops.uv(at), PYPROJECT, '    "oak>=1.1",\n', '    "oak>=1.1",\n    "twine>=1",\n')


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   Would update lockfile at: uv.lock; - elm-wood==1.0
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "elm-wood"))
def uv_requirement_removed(at: Path) -> Project:
    return edit(shops.uv(at), PYPROJECT, '    "Elm.Wood",\n', "")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   Would update lockfile at: uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", ">=1.1", PYPROJECT, 6))
def uv_constraint_loosened(at: Path) -> Project:
    return edit(shops.uv(at), PYPROJECT, "oak>=1.1", "oak>=1.0")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   Would update lockfile at: uv.lock; - bulb==1.0
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "lamp"))
def uv_extra_of_a_requirement_removed(at: Path) -> Project:
    return edit(shops.uv(at), PYPROJECT, "lamp[bright]>=1", "lamp>=1")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   Would update lockfile at: uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "dust"))
def uv_group_added(at: Path) -> Project:
    return edit(shops.uv(at), PYPROJECT, 'docs = ["paint"]', 'docs = ["paint"]\ntest = ["dust"]')


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   Would update lockfile at: uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "glue"))
def uv_extra_of_the_project_removed(at: Path) -> Project:
    return edit(shops.uv(at), PYPROJECT, '[project.optional-dependencies]\nsticky = ["glue>=1"]\n', "")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   Would update lockfile at: uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK017", "3.10"))
def uv_requires_python_narrowed(at: Path) -> Project:
    return edit(shops.uv(at), PYPROJECT, 'requires-python = ">=3.9"', 'requires-python = ">=3.10"')


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK001")
def uv_no_lock(at: Path) -> Project:
    project = shops.uv(at)
    (at / LOCK).unlink()
    return edit(project, PYPROJECT, "[dependency-groups]", "[tool.uv]\npackage = false\n\n[dependency-groups]")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       2:   The lockfile at `uv.lock` uses an unsupported schema version (v2, but only v1 is suppor...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK004", exit_code=2)
def uv_lock_of_a_later_version(at: Path) -> Project:
    return edit(shops.uv(at), LOCK, "version = 1\n", "version = 2\n")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       2:   Failed to parse `uv.lock`; cause: TOML parse error at line 103, column 9; |; 103 | <<<<...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK003", exit_code=2)
def uv_merge_markers_in_the_lock(at: Path) -> Project:
    project = shops.uv(at)
    oak = block(project, "oak", LOCK)
    return edit(project, LOCK, oak, f"<<<<<<< HEAD\n{oak}=======\n{oak.replace('2.0', '1.1')}>>>>>>> other\n")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       2:   Failed to parse `uv.lock`; cause: TOML parse error at line 112, column 47; |; 112 | { u...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK002", exit_code=2)
def uv_lock_cut_off_in_the_middle(at: Path) -> Project:
    project = shops.uv(at)
    text = (at / LOCK).read_text("utf-8")
    project.write(LOCK, text[: text.index("oak-2.0") + 4])
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK008", "oak"), Says("CONF002", "oak"))
def uv_version_put_below_what_pyproject_asks(at: Path) -> Project:
    project = shops.uv(at)
    oak = block(project, "oak", LOCK)
    edit(project, LOCK, oak, oak.replace("2.0", "1.0"))
    shops.uninstall(project, "oak")
    project.install("oak", "1.0")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       2:   Failed to parse `uv.lock`; cause: Dependency `nail` has missing `source` field but has ...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK009", "nail"), Says("INST003", "nail"))
def uv_block_removed_that_another_package_needs(at: Path) -> Project:
    return drop(shops.uv(at), "nail", LOCK)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       2:   Failed to parse `uv.lock`; cause: Dependency `nail` has missing `source` field but has ...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK013", "nail"))
def uv_block_there_twice_after_a_merge(at: Path) -> Project:
    project = shops.uv(at)
    return edit(project, LOCK, block(project, "nail", LOCK), 2 * block(project, "nail", LOCK))


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       2:   Failed to parse `uv.lock`; cause: TOML parse error at line 112, column 77; |; 112 | { u...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK012", "oak"))
def uv_hash_cut_short(at: Path) -> Project:
    return edit(shops.uv(at), LOCK, "sha256:9a451a", "sha256:9a")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   Would update lockfile at: uv.lock; - bench==0.1 (from file:///shop/bench); + bench @ fi...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK011", "nail"))
def uv_path_dependency_asks_for_another_version_now(at: Path) -> Project:
    return edit(shops.uv_paths(at), "bench/pyproject.toml", "nail>=1.1", "nail>=1.2")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       2:   Failed to generate package metadata for `bench==0.1 @ editable+bench`; cause: Distribut...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK010", "bench"), Says("INST009", "bench"))
def uv_path_dependency_deleted(at: Path) -> Project:
    project = shops.uv_paths(at)
    shutil.rmtree(at / "bench")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   - saw==0.3 (from git+https://example.invalid/saw.git@e9333de0a6a1e2a0c1e9cbb1a6c3b0a0f6...
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST004", "e9333de"))
def uv_git_dependency_at_another_commit(at: Path) -> Project:
    project = shops.uninstall(shops.uv_paths(at), "saw")
    shops.saw(project, "e9333de0a6a1e2a0c1e9cbb1a6c3b0a0f6b1c2d3")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   + chalk==1.0; + dust==1.0
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST001", "chalk"), Says("INST001", "dust"), Says("CONF001", "chalk"))
def uv_default_group_not_installed(at: Path) -> Project:
    return shops.uninstall(shops.uv(at), "chalk", "dust")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def uv_lock_with_a_bom(at: Path) -> Project:
    project = shops.uv(at)
    (at / LOCK).write_bytes(b"\xef\xbb\xbf" + (at / LOCK).read_bytes())
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def uv_pyproject_with_a_bom(at: Path) -> Project:
    project = shops.uv(at)
    (at / PYPROJECT).write_bytes(b"\xef\xbb\xbf" + (at / PYPROJECT).read_bytes())
    return project
