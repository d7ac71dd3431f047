"""The lock is whole, and what is installed is not what it says."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import uninstall, wood
from tests.checks.dependencies.projects import Project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating nail (1.0 -> 1.2)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST002", "nail"))
def older_version_that_is_still_allowed(at: Path) -> Project:
    project = uninstall(shops.poetry(at), "nail")
    wood(project, "nail 1.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating oak (1.0 -> 2.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST002", "oak"), Says("CONF002", "oak"))
def older_version_that_is_not_allowed(at: Path) -> Project:
    project = uninstall(shops.poetry(at), "oak")
    wood(project, "oak 1.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Downgrading nail (2.0 -> 1.2)
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `oak` requires `nail>=1,<2`, but `2.0` is installed
# pip check             1:   oak 2.0 has requirement nail<2,>=1, but you have nail 2.0.
@case(Says("INST002", "nail"), Says("CONF002", "nail"))
def newer_version_than_another_package_allows(at: Path) -> Project:
    project = uninstall(shops.poetry(at), "nail")
    wood(project, "nail 2.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Downgrading oak (2.0+cpu -> 2.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST002", "oak"))
def build_with_a_local_version(at: Path) -> Project:
    """As torch 2.1.0+cpu where 2.1.0 is locked: another build, from elsewhere."""
    project = uninstall(shops.poetry(at), "oak")
    project.install("oak", "2.0+cpu", requires=("nail>=1,<2",))
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing nail (1.2)
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `oak` requires `nail>=1,<2`, but it's not installed
# pip check             1:   oak 2.0 requires nail, which is not installed.
@case(Says("INST001", "nail"), Says("CONF001", "nail"))
def transitive_package_not_installed(at: Path) -> Project:
    return uninstall(shops.poetry(at), "nail")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing elm-wood (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST001", "elm-wood"), Says("CONF001", "elm-wood"))
def direct_package_not_installed(at: Path) -> Project:
    project = shops.poetry(at)
    for path in project.site_packages.glob("[eE]lm*"):
        shutil.rmtree(path)
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing bulb (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST001", "bulb"), Says("CONF003", "bulb"))
def package_of_an_extra_not_installed(at: Path) -> Project:
    """As uvicorn[standard] without uvloop."""
    return uninstall(shops.poetry(at), "bulb")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing dust (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `chalk` requires `dust`, but it's not installed
# pip check             1:   chalk 1.0 requires dust, which is not installed.
@case(Says("INST001", "dust"), Says("CONF001", "dust"))
def package_of_a_group_not_installed(at: Path) -> Project:
    return uninstall(shops.poetry(at), "dust")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing chalk (1.0); Installing dust (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("INST001", "INST001", Says("CONF001", "chalk"))
def whole_group_not_installed(at: Path) -> Project:
    return uninstall(shops.poetry(at), "chalk", "dust")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing brush (1.0); Installing paint (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST001", "paint"), Says("INST001", "brush"), Says("CONF001", "paint"), options=("--with", "docs"))
def optional_group_asked_for_and_not_there(at: Path) -> Project:
    return shops.poetry(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing glue (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST001", "glue"), Says("CONF001", "glue"), options=("--extras", "sticky"))
def extra_of_the_project_asked_for_and_not_there(at: Path) -> Project:
    return shops.poetry(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating cord (1.0 -> 2.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST002", "cord"), Says("CONF002", "cord"))
def version_that_is_locked_for_another_python(at: Path) -> Project:
    project = uninstall(shops.poetry_multi(at), "cord")
    wood(project, "cord 1.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing twine (5.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST003", "twine"), exit_code=0)
def package_that_the_lock_does_not_know(at: Path) -> Project:
    project = shops.poetry(at)
    project.install("twine", "5.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing twine (5.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST003", "twine"), options=("--strict",))
def package_that_the_lock_does_not_know_under_strict(at: Path) -> Project:
    project = shops.poetry(at)
    project.install("twine", "5.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing twine (5.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def package_that_the_lock_does_not_know_and_that_is_ignored(at: Path) -> Project:
    project = shops.poetry(at)
    project.install("twine", "5.0")
    with (at / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('\n[tool.holdfast.dependencies]\nignore = ["Twine"]\n')
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing setuptools (70.0); Removing wheel (70.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def pip_setuptools_and_wheel_are_there_too(at: Path) -> Project:
    project = shops.poetry(at)
    for name in ("pip", "setuptools", "wheel"):
        project.install(name, "70.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating nail (1.0 -> 1.2)
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `nail` has multiple installed distributions:; - /s...
# pip check             0:   No broken requirements found.
@case(Says("INST006", "nail"))
def two_versions_of_one_distribution(at: Path) -> Project:
    project = shops.poetry(at)
    wood(project, "nail 1.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating elm-wood (0.9 -> 1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `elm-wood` has multiple installed distributions:; ...
# pip check             0:   No broken requirements found.
@case(Says("INST006", "elm"))
def one_distribution_twice_under_two_spellings(at: Path) -> Project:
    """As an old pip left Elm.Wood and a new one installed elm_wood."""
    project = shops.poetry(at)
    info = next(project.site_packages.glob("elm_wood-*.dist-info"))
    shutil.copytree(info, info.with_name("Elm.Wood-0.9.dist-info"))
    metadata = info.with_name("Elm.Wood-0.9.dist-info") / "METADATA"
    metadata.write_text(metadata.read_text("utf-8").replace("1.0", "0.9"), "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing nail (1.2); Project environment contains an invalid distribution (/shop/.ven...
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `nail` is broken or incomplete (unable to read `ME...
# pip check             0:   No broken requirements found.
@case(Says("INST007", "nail"))
def dist_info_without_metadata(at: Path) -> Project:
    project = shops.poetry(at)
    (project.site_packages / "nail-1.2.dist-info" / "METADATA").unlink()
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing nail (1.2); Project environment contains an invalid distribution (/shop/.ven...
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `nail` is broken or incomplete (unable to read `ME...
# pip check             0:   No broken requirements found.
@case(Says("INST007", "nail"))
def metadata_is_empty(at: Path) -> Project:
    project = shops.poetry(at)
    (project.site_packages / "nail-1.2.dist-info" / "METADATA").write_text("", "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST008", "~ail"), exit_code=0)
def leftovers_of_an_interrupted_uninstallation(at: Path) -> Project:
    project = shops.poetry(at)
    shutil.copytree(project.site_packages / "nail", project.site_packages / "~ail")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST009", "nail"))
def files_of_a_package_deleted(at: Path) -> Project:
    project = shops.poetry(at)
    shutil.rmtree(project.site_packages / "nail")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def changed_file_without_deep(at: Path) -> Project:
    project = shops.poetry(at)
    (project.site_packages / "nail" / "__init__.py").write_text("broken = True\n", "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST010", "nail/__init__.py"), options=("--deep",))
def changed_file_with_deep(at: Path) -> Project:
    project = shops.poetry(at)
    (project.site_packages / "nail" / "__init__.py").write_text("broken = True\n", "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(options=("--deep",))
def whole_environment_with_deep(at: Path) -> Project:
    return shops.poetry(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def old_egg_info_of_the_locked_version(at: Path) -> Project:
    """As pip without wheel, and Debian, install."""
    project = uninstall(shops.poetry(at), "dust")
    project.write(f"{project.site_packages}/dust/__init__.py", "")
    project.write(
        f"{project.site_packages}/dust-1.0.egg-info/PKG-INFO", "Metadata-Version: 1.1\nName: dust\nVersion: 1.0\n"
    )
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing bulb, chalk, cord and 5 more
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   Checked 0 packages; all compatible
# pip check             0:   No broken requirements found.
@case("INST001", "INST001", "INST001", "INST001", "INST001", "INST001", "INST001", "INST001", *(["CONF001"] * 5))
def environment_is_empty(at: Path) -> Project:
    return shops.shop(at, "poetry2")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing glue (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST001", "glue"), Says("CONF001", "glue"), options=("--extras", "sticky-tape"))
def package_that_two_extras_share_not_installed(at: Path) -> Project:
    return shops.poetry_platforms(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating nail (1.2 -> 2.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST002", "nail 1.2"))
def version_of_another_platform_installed(at: Path) -> Project:
    project = uninstall(shops.poetry_platforms(at), "nail")
    wood(project, "nail 1.2")
    return project
