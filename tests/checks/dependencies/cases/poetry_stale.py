"""pyproject.toml changed since poetry.lock was made from it, in meaning or in looks."""

from __future__ import annotations

from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import commit, drop, edit, uninstall
from tests.checks.dependencies.projects import Project

PYPROJECT = "pyproject.toml"


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "oak"))
def constraint_loosened(at: Path) -> Project:
    return edit(shops.poetry(at), PYPROJECT, "oak>=1.1", "oak>=1.0")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", ">=1.1", PYPROJECT, 7))
def constraint_loosened_since_the_last_commit(at: Path) -> Project:
    return edit(commit(shops.poetry(at)), PYPROJECT, "oak>=1.1", "oak>=1.0")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "oak"), Says("CONF002", "oak"))
def constraint_tightened_beyond_what_is_locked(at: Path) -> Project:
    return edit(shops.poetry(at), PYPROJECT, "oak>=1.1", "oak>=2.1")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "twine"), Says("CONF001", "twine"))
def requirement_added(at: Path) -> Project:
    return edit(shops.poetry(at), PYPROJECT, '    "oak>=1.1",\n', '    "oak>=1.1",\n    "twine>=1",\n')


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "elm-wood"))
def requirement_removed(at: Path) -> Project:
    return edit(shops.poetry(at), PYPROJECT, '    "Elm.Wood",\n', "")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "Elm.Wood was removed"))
def requirement_removed_since_the_last_commit(at: Path) -> Project:
    return edit(commit(shops.poetry(at)), PYPROJECT, '    "Elm.Wood",\n', "")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "lamp[bright]>=1 -> lamp>=1", PYPROJECT, 8))
def extra_of_a_requirement_removed(at: Path) -> Project:
    return edit(shops.poetry(at), PYPROJECT, "lamp[bright]>=1", "lamp>=1")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "lamp>=1 -> lamp[bright]>=1"), Says("LOCK009", "bulb"), Says("CONF003", "bulb"))
def extra_of_a_requirement_added(at: Path) -> Project:
    """The lock is the one that Poetry made for lamp without its extra."""
    project = drop(uninstall(shops.poetry(at), "bulb"), "bulb")
    asks = '[package.dependencies]\nbulb = {version = ">=1,<2", optional = true, markers = "extra == \\"bright\\""}\n'
    edit(project, "poetry.lock", asks, "")
    before = "63508e0741aa1a9f0e9ece4f9d783c5e371d373773a1d7165f4ba1726ffba02e"
    return edit(project, "poetry.lock", "502b09e3943cad45a0c6860255ed99e582e6f79fd8f9814f33d8d8421c54275a", before)


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "cord"))
def marker_of_a_requirement_changed_since_the_last_commit(at: Path) -> Project:
    return edit(commit(shops.poetry(at)), PYPROJECT, "sys_platform != 'win32'", "sys_platform == 'linux'")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "test"))
def group_of_poetry_added(at: Path) -> Project:
    project = shops.poetry(at)
    with (at / PYPROJECT).open("a", encoding="utf-8") as file:
        file.write('\n[tool.poetry.group.test.dependencies]\ndust = "^1.0"\n')
    return project


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "paint"))
def requirement_of_an_optional_group_changed_since_the_last_commit(at: Path) -> Project:
    return edit(commit(shops.poetry(at)), PYPROJECT, 'paint = "*"', 'paint = "^1.0"')


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "dust"))
def requirement_added_to_an_included_group(at: Path) -> Project:
    return edit(shops.poetry_groups(at), PYPROJECT, 'write = ["chalk"]', 'write = ["chalk", "dust"]')


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "chalk"))
def constraint_of_poetry_1_changed_since_the_last_commit(at: Path) -> Project:
    return edit(commit(shops.poetry_classic(at)), PYPROJECT, 'chalk = "^1.0"', 'chalk = ">=1.0"')


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "wood"))
def source_of_packages_added(at: Path) -> Project:
    project = commit(shops.poetry(at))
    with (at / PYPROJECT).open("a", encoding="utf-8") as file:
        file.write(
            '\n[[tool.poetry.source]]\nname = "wood"\nurl = "https://example.invalid/wood"\npriority = "explicit"\n'
        )
    return project


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK005", "3.10"))
def requires_python_narrowed(at: Path) -> Project:
    return edit(shops.poetry(at), PYPROJECT, 'requires-python = ">=3.9"', 'requires-python = ">=3.10"')


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK006", exit_code=0)
def spaces_in_a_requirement(at: Path) -> Project:
    return edit(shops.poetry(at), PYPROJECT, "oak>=1.1", "oak >= 1.1")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK006", exit_code=0)
def parentheses_as_poetry_add_writes_them(at: Path) -> Project:
    return edit(shops.poetry(at), PYPROJECT, "oak>=1.1", "oak (>=1.1)")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK006", exit_code=0)
def case_of_a_name(at: Path) -> Project:
    return edit(shops.poetry(at), PYPROJECT, "Elm.Wood", "elm-wood")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK006", exit_code=0)
def order_of_requirements(at: Path) -> Project:
    project = edit(shops.poetry(at), PYPROJECT, '    "oak>=1.1",\n', "")
    return edit(project, PYPROJECT, '    "Elm.Wood",\n', '    "Elm.Wood",\n    "oak>=1.1",\n')


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK006", exit_code=0)
def quotes_in_a_marker_since_the_last_commit(at: Path) -> Project:
    project = commit(shops.poetry(at))
    return edit(project, PYPROJECT, "\"cord>=1; sys_platform != 'win32'\"", "'cord>=1; sys_platform != \"win32\"'")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK006", exit_code=1, options=("--strict",))
def order_in_a_group_since_the_last_commit(at: Path) -> Project:
    project = commit(shops.poetry_groups(at))
    return edit(
        project, PYPROJECT, '[{ include-group = "write" }, "paint>=1"]', '["paint>=1", { include-group = "write" }]'
    )


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK007")
def lock_without_a_content_hash(at: Path) -> Project:
    project = shops.poetry(at)
    hashed = next(line for line in (at / "poetry.lock").read_text("utf-8").splitlines() if "content-hash" in line)
    return edit(project, "poetry.lock", hashed, "")


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK007")
def content_hash_cut_short(at: Path) -> Project:
    return edit(shops.poetry(at), "poetry.lock", 'content-hash = "502b09e3', 'content-hash = "502b')


# poetry check --lock   1:   poetry.lock was not found.
# poetry sync --dry-run 0:   Updating dependencies; Resolving dependencies...; 0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK001", exit_code=1)
def no_lock(at: Path) -> Project:
    project = shops.poetry(at)
    (at / "poetry.lock").unlink()
    return project
