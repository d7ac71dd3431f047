"""pylock.toml (PEP 751), as uv and pip write it."""

from __future__ import annotations

from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import drop, edit
from tests.checks.dependencies.projects import Project

LOCK = "pylock.toml"


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def pylock_of_uv(at: Path) -> Project:
    return shops.pylock(at)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def pylock_of_pip(at: Path) -> Project:
    """pip locks for one platform, and knows no groups."""
    return shops.shop(at, "uv", *shops.LAMP, "cord 2.0", lock="pip.pylock.toml", as_lock=LOCK)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK004", exit_code=2)
def pylock_of_a_later_major(at: Path) -> Project:
    return edit(shops.pylock(at), LOCK, 'lock-version = "1.0"', 'lock-version = "2.0"')


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK002", exit_code=2)
def pylock_without_its_version(at: Path) -> Project:
    return edit(shops.pylock(at), LOCK, 'lock-version = "1.0"\n', "")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK002", exit_code=2)
def pylock_that_is_no_toml(at: Path) -> Project:
    return edit(shops.pylock(at), LOCK, 'name = "oak"', "name = oak")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK003", exit_code=2)
def pylock_with_merge_markers(at: Path) -> Project:
    return edit(shops.pylock(at), LOCK, 'name = "oak"', '<<<<<<< HEAD\nname = "oak"\n=======\nname = "Oak"\n>>>>>>> x')


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK009", "oak"), Says("INST003", "oak"))
def pylock_lacks_what_pyproject_asks_for(at: Path) -> Project:
    return drop(shops.pylock(at), "oak", LOCK)


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK008", "oak"), Says("CONF002", "oak"))
def pylock_outside_what_pyproject_asks_for(at: Path) -> Project:
    return edit(shops.pylock(at), "pyproject.toml", "oak>=1.1", "oak>=2.1")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK012", "oak"))
def pylock_hash_cut_short(at: Path) -> Project:
    return edit(shops.pylock(at), LOCK, 'sha256 = "9a451a', 'sha256 = "9a')


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `oak` requires `nail>=1,<2`, but it's not installed
# pip check             1:   oak 2.0 requires nail, which is not installed.
@case(Says("INST001", "nail"), Says("CONF001", "nail"))
def pylock_package_not_installed(at: Path) -> Project:
    return shops.uninstall(shops.pylock(at), "nail")


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def pylock_for_fewer_pythons_than_the_project(at: Path) -> Project:
    """A lock may be made for some of them; this environment's is one."""
    return edit(shops.pylock(at), LOCK, 'requires-python = ">=3.9"', 'requires-python = ">=3.11"')


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK017", "3.99"))
def pylock_for_other_pythons(at: Path) -> Project:
    return edit(shops.pylock(at), LOCK, 'requires-python = ">=3.9"', 'requires-python = ">=3.99"')
