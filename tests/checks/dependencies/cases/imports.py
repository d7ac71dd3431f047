"""What the code imports against what is declared. None of the five tools looks at imports."""

from __future__ import annotations

from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.projects import Project

USED = "import cord\nimport elm_wood\nimport glue\nimport lamp\nimport oak\n"


def _code(at: Path, code: str) -> Project:
    project = shops.poetry(at)
    shops.wood(project, "glue 1.0")
    for info in project.site_packages.glob("*.dist-info"):
        module = info.name.split("-")[0]
        (info / "top_level.txt").write_text(f"{module}\n", "utf-8")
    project.write("shop/__init__.py", code)
    project.write("tests/test_shop.py", "import chalk\nimport shop\n")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing glue (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(only="imports")
def imports_as_declared(at: Path) -> Project:
    return _code(at, USED)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing glue (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("IMP001", "twine", "shop/__init__.py", 6), only="imports")
def import_that_nothing_declares(at: Path) -> Project:
    return _code(at, USED + "import twine\n")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing glue (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("IMP002", "cord"), exit_code=0, only="imports")
def requirement_that_nothing_imports(at: Path) -> Project:
    return _code(at, USED.replace("import cord\n", ""))


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing glue (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("IMP003", "nail", "shop/__init__.py", 6), only="imports")
def import_through_another_package(at: Path) -> Project:
    return _code(at, USED + "import nail\n")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing glue (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("IMP004", "chalk", "shop/__init__.py", 6), only="imports")
def development_package_imported_by_the_project(at: Path) -> Project:
    return _code(at, USED + "import chalk\n")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing glue (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(only="imports")
def import_that_may_fail(at: Path) -> Project:
    return _code(at, USED + "try:\n    import twine\nexcept ImportError:\n    twine = None\n")
