"""The right version from the wrong place: other checkouts, worktrees, files and finders of editable installations."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import editable, uninstall
from tests.checks.dependencies.projects import Project


def _without_bench(at: Path) -> Project:
    project = shops.paths(at)
    shutil.rmtree(project.site_packages / "bench-0.1.dist-info")
    (project.site_packages / "bench.pth").unlink()
    return project


def _without_shop(at: Path) -> Project:
    project = shops.poetry_classic(at)
    shutil.rmtree(project.site_packages / "shop-1.0.dist-info")
    (project.site_packages / "shop.pth").unlink()
    return project


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST011", "shop"))
def project_itself_not_installed(at: Path) -> Project:
    return _without_shop(at)


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "shop"))
def project_installed_from_another_checkout(at: Path) -> Project:
    project = _without_shop(at)
    editable(project, "shop", "1.0", at.parent / "other", "src")
    return project


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "shop"))
def worktree_that_shares_the_environment_of_the_main_checkout(at: Path) -> Project:
    main = shops.poetry_classic(at.parent / "main")
    project = Project(at)
    at.mkdir()
    for name in ("pyproject.toml", "poetry.lock"):
        shutil.copy(main.root / name, at / name)
    (at / "src" / "shop").mkdir(parents=True)
    (at / "src" / "shop" / "__init__.py").touch()
    (at / ".venv").symlink_to(main.root / ".venv")
    return project


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "copy"), exit_code=0)
def project_installed_as_a_copy_of_this_checkout(at: Path) -> Project:
    """As `pip install .` and `uv sync --no-editable` do."""
    project = _without_shop(at)
    project.install("shop", "1.0", direct_url={"url": at.as_uri(), "dir_info": {}})
    return project


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def project_reached_through_a_link(at: Path) -> Project:
    shops.poetry_classic(at.parent / "real")
    at.symlink_to(at.parent / "real")
    return Project(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating bench (0.1 /other/bench -> 0.1 /shop/bench)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "bench"))
def path_dependency_installed_from_another_checkout(at: Path) -> Project:
    project = _without_bench(at)
    editable(project, "bench", "0.1", at.parent / "other" / "bench", requires=("nail>=1.1",))
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def path_dependency_installed_by_the_finder_of_setuptools(at: Path) -> Project:
    project = _without_bench(at)
    _finder(project, at / "bench")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating bench (0.1 /other/bench -> 0.1 /shop/bench)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "bench"))
def finder_of_setuptools_leads_to_another_checkout(at: Path) -> Project:
    project = _without_bench(at)
    _finder(project, at.parent / "other" / "bench")
    return project


def _finder(project: Project, directory: Path) -> None:
    (directory / "bench").mkdir(parents=True, exist_ok=True)
    (directory / "bench" / "__init__.py").touch()
    mapping = f"MAPPING: dict[str, str] = {{'bench': '{directory / 'bench'}'}}\n"
    project.install(
        "bench",
        "0.1",
        requires=("nail>=1.1",),
        files={
            "__editable___bench_0_1_finder.py": f"from __future__ import annotations\n{mapping}\ndef install(): ...\n",
            "__editable__.bench-0.1.pth": "import __editable___bench_0_1_finder; "
            "__editable___bench_0_1_finder.install()\n",
        },
        direct_url={"url": directory.as_uri(), "dir_info": {"editable": True}},
    )


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating bench (0.1 /shop/bench -> 0.1 /shop/bench)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def path_dependency_installed_by_setup_py_develop(at: Path) -> Project:
    """An egg-link, the directory in easy-install.pth, and the metadata beside the source."""
    project = _without_bench(at)
    (at / "bench" / "bench").mkdir(exist_ok=True)
    project.write("bench/bench.egg-info/PKG-INFO", "Metadata-Version: 2.1\nName: bench\nVersion: 0.1\n")
    project.write("bench/bench.egg-info/requires.txt", "nail>=1.1\n")
    (project.site_packages / "bench.egg-link").write_text(f"{at / 'bench'}\n.", "utf-8")
    (project.site_packages / "easy-install.pth").write_text(f"{at / 'bench'}\n", "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating oak (2.0 /oak -> 2.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "oak"))
def package_of_the_index_installed_from_a_checkout(at: Path) -> Project:
    project = uninstall(shops.poetry(at), "oak")
    editable(project, "oak", "2.0", at.parent / "oak", requires=("nail>=1,<2",))
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating oak (2.0 /oak-2.0-py3-none-any.whl -> 2.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "oak"))
def package_of_the_index_installed_from_a_wheel_on_disk(at: Path) -> Project:
    project = uninstall(shops.poetry(at), "oak")
    url = (at.parent / "oak-2.0-py3-none-any.whl").as_uri()
    project.install("oak", "2.0", requires=("nail>=1,<2",), direct_url={"url": url, "archive_info": {}})
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating oak (2.0 e9333de -> 2.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "oak"))
def package_of_the_index_installed_from_git(at: Path) -> Project:
    project = uninstall(shops.poetry(at), "oak")
    vcs = {"vcs": "git", "commit_id": "e9333de0a6a1e2a0c1e9cbb1a6c3b0a0f6b1c2d3"}
    project.install(
        "oak", "2.0", requires=("nail>=1,<2",), direct_url={"url": "https://example.invalid/oak.git", "vcs_info": vcs}
    )
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   - bench==0.1 (from file:///other/bench); + bench @ file:///shop/bench
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "bench"))
def uv_path_dependency_installed_from_another_checkout(at: Path) -> Project:
    project = shops.uv_paths(at)
    shutil.rmtree(project.site_packages / "bench-0.1.dist-info")
    editable(project, "bench", "0.1", at.parent / "other" / "bench", requires=("nail>=1.1",))
    return project
