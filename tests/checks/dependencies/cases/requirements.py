"""Requirements files with hashes, as uv and Poetry export them and pip installs them."""

from __future__ import annotations

from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import edit
from tests.checks.dependencies.projects import Project

FILE = "requirements.txt"


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(options=("--with", "dev"))
def requirements_of_uv_in_two_files(at: Path) -> Project:
    return shops.requirements(at)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(options=("--with", "dev"))
def requirements_that_include_a_file(at: Path) -> Project:
    project = shops.requirements(at)
    text = (at / "requirements-dev.txt").read_text("utf-8")
    project.write("requirements-dev.txt", "-r requirements.txt\n--index-url https://example.invalid/simple\n" + text)
    return project


# poetry check --lock   1:   poetry.lock was not found.
# poetry sync --dry-run 0:   Updating dependencies; Resolving dependencies...; Installing dust (1.0); Installing cha...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def requirements_exported_by_poetry(at: Path) -> Project:
    """Without poetry.lock beside them, as in an image that is built from the export."""
    return shops.shop(at, "poetry2", *shops.LAMP, "cord 1.0", lock=FILE)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(exit_code=0)
def requirements_without_hashes_are_no_lock(at: Path) -> Project:
    project = shops.uv(at)
    (at / "uv.lock").unlink()
    project.write(FILE, "oak>=1.1\nlamp[bright]>=1\nElm.Wood\n")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK014", "nail", FILE))
def requirements_with_one_line_without_a_hash(at: Path) -> Project:
    project = shops.requirements(at)
    hashed = (at / FILE).read_text("utf-8").split("nail==1.2")[1].split("\n    # via")[0]
    return edit(project, FILE, f"nail==1.2{hashed}", "nail==1.2")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK009", "oak"), Says("INST003", "oak"))
def requirements_lack_what_pyproject_asks_for(at: Path) -> Project:
    project = shops.requirements(at)
    text = (at / FILE).read_text("utf-8")
    start, end = text.index("oak==2.0"), text.index("winnail==")
    project.write(FILE, text[:start] + text[end:])
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK002", exit_code=2)
def requirements_that_include_a_file_that_is_gone(at: Path) -> Project:
    project = shops.requirements(at)
    project.write(FILE, "-r base.txt\n" + (at / FILE).read_text("utf-8"))
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK013", "nail"), options=("--with", "dev"))
def requirements_files_that_pin_different_versions(at: Path) -> Project:
    project = shops.requirements(at)
    with (at / "requirements-dev.txt").open("a", encoding="utf-8") as file:
        file.write(f"nail==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST002", "nail"))
def requirements_with_another_version_installed(at: Path) -> Project:
    project = shops.uninstall(shops.requirements(at), "nail")
    shops.wood(project, "nail 1.0")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK012", "nail"))
def requirements_with_a_hash_cut_short(at: Path) -> Project:
    return edit(shops.requirements(at), FILE, "sha256:d9a6", "sha256:d9")
