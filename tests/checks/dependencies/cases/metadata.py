"""Installations that look unusual on disk and are whole, and such that look whole and are not."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import uninstall
from tests.checks.dependencies.projects import Project


def _without_dust(at: Path) -> Project:
    return uninstall(shops.poetry(at), "dust")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def dist_info_named_as_the_project_spells_it(at: Path) -> Project:
    """Wheels of older tools kept dots and capitals in the directory's name."""
    project = shops.poetry(at)
    info = project.site_packages / "elm_wood-1.0.dist-info"
    info.rename(info.with_name("Elm.Wood-1.0.dist-info"))
    record = info.with_name("Elm.Wood-1.0.dist-info") / "RECORD"
    record.write_text(record.read_text("utf-8").replace("elm_wood-1.0", "Elm.Wood-1.0"), "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 1:   'utf-8' codec can't decode byte 0xfc in position 55: invalid start byte
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             1:   chalk 1.0 requires dust, which is not installed.; WARNING: Error parsing dependencies o...
@case()
def metadata_in_latin_1(at: Path) -> Project:
    project = shops.poetry(at)
    path = project.site_packages / "dust-1.0.dist-info" / "METADATA"
    path.write_bytes(path.read_bytes().replace(b"Summary: x", b"Author: M\xfcller\nSummary: x"))
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def metadata_with_folded_headers_and_windows_line_ends(at: Path) -> Project:
    project = shops.poetry(at)
    path = project.site_packages / "oak-2.0.dist-info" / "METADATA"
    text = path.read_text("utf-8").replace("Summary: x", "License: one line\n        and another")
    path.write_bytes(text.replace("\n", "\r\n").encode())
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 1:   Invalid version 'None' on package dust
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `dust` is broken or incomplete (unable to read `ME...
# pip check             0:   No broken requirements found.
@case(Says("INST007", "dust"))
def metadata_without_a_version(at: Path) -> Project:
    project = shops.poetry(at)
    path = project.site_packages / "dust-1.0.dist-info" / "METADATA"
    path.write_text(path.read_text("utf-8").replace("Version: 1.0\nSummary", "Summary"), "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing dust (1.0); Project environment contains an invalid distribution (/shop/.ven...
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `dust` is broken or incomplete (unable to read `ME...
# pip check             0:   No broken requirements found.
@case(Says("INST007", "dust"))
def metadata_is_a_directory(at: Path) -> Project:
    project = shops.poetry(at)
    path = project.site_packages / "dust-1.0.dist-info" / "METADATA"
    path.unlink()
    path.mkdir()
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing dust (1.0); Project environment contains an invalid distribution (/shop/.ven...
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `dust` is broken or incomplete (unable to read `ME...
# pip check             0:   No broken requirements found.
@case(Says("INST007", "dust"))
def dist_info_is_empty(at: Path) -> Project:
    """As an interrupted installation of uv or Poetry leaves it."""
    project = shops.poetry(at)
    info = project.site_packages / "dust-1.0.dist-info"
    shutil.rmtree(info)
    info.mkdir()
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def record_is_missing_as_debian_and_conda_leave_it(at: Path) -> Project:
    project = shops.poetry(at)
    (project.site_packages / "dust-1.0.dist-info" / "RECORD").unlink()
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def record_lists_scripts_outside_site_packages(at: Path) -> Project:
    project = shops.poetry(at)
    record = project.site_packages / "dust-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text("utf-8") + "../../../bin/dust,,\n/etc/hostname,,\n", "utf-8")
    project.write(".venv/bin/dust", "#!/bin/sh\n")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def namespace_shared_by_two_distributions(at: Path) -> Project:
    project = _without_dust(at)
    uninstall(project, "chalk")
    project.install("chalk", "1.0", requires=("dust",), files={"board/chalk/__init__.py": ""})
    project.install("dust", "1.0", files={"board/dust/__init__.py": ""})
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST009", "dust"))
def part_of_a_shared_namespace_deleted(at: Path) -> Project:
    project = namespace_shared_by_two_distributions(at)
    shutil.rmtree(project.site_packages / "board" / "dust")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST009", "dust"))
def module_of_a_single_file_deleted(at: Path) -> Project:
    project = _without_dust(at)
    project.install("dust", "1.0", files={"dust.py": ""})
    (project.site_packages / "dust.py").unlink()
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def compiled_module_and_stubs(at: Path) -> Project:
    project = _without_dust(at)
    files = {"_dust.cpython-311-x86_64-linux-gnu.so": "x", "dust-stubs/__init__.pyi": "", "dust.libs/libdust.so": "x"}
    project.install("dust", "1.0", files=files)
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def distribution_without_modules(at: Path) -> Project:
    """As packages that only gather others have it."""
    project = _without_dust(at)
    project.install("dust", "1.0", files={})
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `chalk` requires `dust`, but it's not installed
# pip check             0:   No broken requirements found.
@case()
def egg_directory_of_easy_install(at: Path) -> Project:
    project = _without_dust(at)
    egg = project.site_packages / "dust-1.0-py3.11.egg"
    project.write(f"{egg}/EGG-INFO/PKG-INFO", "Metadata-Version: 1.1\nName: dust\nVersion: 1.0\n")
    project.write(f"{egg}/dust/__init__.py", "")
    (project.site_packages / "easy-install.pth").write_text("./dust-1.0-py3.11.egg\n", "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def files_that_are_no_distributions(at: Path) -> Project:
    project = shops.poetry(at)
    (project.site_packages / "README.txt").write_text("x", "utf-8")
    (project.site_packages / "__pycache__").mkdir()
    (project.site_packages / ".hidden").mkdir()
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations; Project environment contains an invalid distribution (/shop/.venv/lib/pyt...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.; WARNING: Skipping /shop/.venv/lib/python3.11/site-packag...
@case(Says("INST007", "notes.dist-info"))
def dist_info_that_is_a_file(at: Path) -> Project:
    project = shops.poetry(at)
    (project.site_packages / "notes.dist-info").write_text("a file", "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(options=("--deep",))
def compiled_files_and_their_directories_deleted(at: Path) -> Project:
    """As a cleaning of __pycache__ leaves it; virtualenv's RECORD of pip names these directories besides."""
    project = shops.poetry(at)
    record = project.site_packages / "dust-1.0.dist-info" / "RECORD"
    lost = "dust/__pycache__,,\ndust/__pycache__/__init__.cpython-311.pyc,,\n"
    record.write_text(lost + record.read_text("utf-8"), "utf-8")
    return project
