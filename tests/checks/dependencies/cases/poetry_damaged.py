"""poetry.lock was edited by hand, merged badly, or written by something else than Poetry."""

from __future__ import annotations

from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import block, drop, edit
from tests.checks.dependencies.projects import Project

LOCK = "poetry.lock"


# poetry check --lock   1:   Invalid statement (at line 113, column 1)
# poetry sync --dry-run 1:   Invalid statement (at line 113, column 1)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK003", exit_code=2)
def merge_markers_in_the_lock(at: Path) -> Project:
    project = shops.poetry(at)
    oak = block(project, "oak")
    return edit(project, LOCK, oak, f"<<<<<<< HEAD\n{oak}=======\n{oak.replace('2.0', '1.1')}>>>>>>> other\n")


# poetry check --lock   1:   Invalid statement (at line 160, column 1)
# poetry sync --dry-run 1:   Invalid statement (at line 160, column 1)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK003", exit_code=2)
def merge_markers_around_the_content_hash_alone(at: Path) -> Project:
    project = shops.poetry(at)
    line = (at / LOCK).read_text("utf-8").splitlines()[-1]
    return edit(project, LOCK, line, f"<<<<<<< HEAD\n{line}\n=======\n{line.replace('502', '602')}\n>>>>>>> other")


# poetry check --lock   1:   Invalid TOML file /shop/pyproject.toml: Unexpected character: '<' at line 7 col 0
# poetry sync --dry-run 1:   Invalid TOML file /shop/pyproject.toml: Unexpected character: '<' at line 7 col 0
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   warning: Failed to parse `pyproject.toml` during settings discovery:; TOML parse error ...
# pip check             0:   No broken requirements found.
@case(exit_code=2)
def merge_markers_in_pyproject_toml(at: Path) -> Project:
    return edit(
        shops.poetry(at), "pyproject.toml", '    "oak>=1.1",', '<<<<<<< HEAD\n    "oak>=1.1",\n=======\n>>>>>>> x'
    )


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK013")
def block_there_twice_after_a_merge(at: Path) -> Project:
    project = shops.poetry(at)
    return edit(project, LOCK, block(project, "nail"), 2 * block(project, "nail"))


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Downgrading nail (1.2 -> 1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK013", "nail"))
def two_versions_that_both_hold_here(at: Path) -> Project:
    project = shops.poetry(at)
    nail = block(project, "nail")
    return edit(project, LOCK, nail, nail + nail.replace('"1.2"', '"1.0"').replace("-1.2-", "-1.0-"))


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK008", "oak"), Says("CONF002", "oak"))
def version_put_below_what_pyproject_asks(at: Path) -> Project:
    project = edit(shops.poetry(at), LOCK, 'name = "oak"\nversion = "2.0"', 'name = "oak"\nversion = "1.0"')
    shops.uninstall(project, "oak")
    project.install("oak", "1.0")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating nail (1.2 -> 2.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK008", "nail"), Says("INST002", "nail"))
def version_put_above_what_another_package_asks(at: Path) -> Project:
    return edit(shops.poetry(at), LOCK, 'name = "nail"\nversion = "1.2"', 'name = "nail"\nversion = "2.0"')


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing nail (1.2)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK009", "nail"), Says("INST003", "nail"))
def block_removed_that_another_package_needs(at: Path) -> Project:
    return drop(shops.poetry(at), "nail")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing elm-wood (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK009", "Elm.Wood"), Says("INST003", "elm-wood"))
def block_removed_that_pyproject_asks_for(at: Path) -> Project:
    return drop(shops.poetry(at), "elm-wood")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing bulb (1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK009", "bulb"), Says("INST003", "bulb"))
def block_removed_that_an_extra_needs(at: Path) -> Project:
    return drop(shops.poetry(at), "bulb")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK009", "brush"))
def block_removed_that_an_optional_group_needs(at: Path) -> Project:
    return drop(shops.poetry(at), "brush")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def block_removed_that_only_windows_needs(at: Path) -> Project:
    """On this machine, the lock is whole; a finding would be about another one."""
    return drop(shops.poetry(at), "winnail")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def digits_of_a_hash_altered(at: Path) -> Project:
    """No file says what the hash should be: only an installation would notice."""
    return edit(shops.poetry(at), LOCK, "sha256:9a451a", "sha256:1b451a")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK012", "oak"))
def hash_cut_short(at: Path) -> Project:
    return edit(shops.poetry(at), LOCK, "sha256:9a451a", "sha256:9a")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK012", "oak"))
def hash_with_letters_that_are_not_hex(at: Path) -> Project:
    return edit(shops.poetry(at), LOCK, "sha256:9a451a", "sha256:9a451z")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK012", "nail"))
def hash_of_an_algorithm_that_there_is_not(at: Path) -> Project:
    return edit(shops.poetry(at), LOCK, "sha256:d9a6", "sha257:d9a6")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK014", "oak"), exit_code=0)
def package_of_the_index_without_files(at: Path) -> Project:
    project = shops.poetry(at)
    line = next(line for line in (at / LOCK).read_text("utf-8").splitlines() if "oak-2.0" in line)
    return edit(project, LOCK, f"files = [\n{line}\n]", "files = []")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 1:   The lock file is not compatible with the current version of Poetry.; Upgrade Poetry to ...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK004", exit_code=2)
def lock_version_of_a_later_major(at: Path) -> Project:
    return edit(shops.poetry(at), LOCK, 'lock-version = "2.1"', 'lock-version = "3.0"')


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations; The lock file might not be compatible with the current version of Poetry....
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK004")
def lock_version_of_a_later_minor(at: Path) -> Project:
    return edit(shops.poetry(at), LOCK, 'lock-version = "2.1"', 'lock-version = "2.9"')


# poetry check --lock   1:   Unterminated string (at end of document)
# poetry sync --dry-run 1:   Unterminated string (at end of document)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK002", exit_code=2)
def lock_cut_off_in_the_middle(at: Path) -> Project:
    project = shops.poetry(at)
    text = (at / LOCK).read_text("utf-8")
    project.write(LOCK, text[: text.index("oak-2.0") + 4])
    return project


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK002", exit_code=2)
def lock_is_empty(at: Path) -> Project:
    project = shops.poetry(at)
    project.write(LOCK, "")
    return project


# poetry check --lock   1:   'utf-8' codec can't decode byte 0xff in position 0: invalid start byte
# poetry sync --dry-run 1:   'utf-8' codec can't decode byte 0xff in position 0: invalid start byte
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK002", exit_code=2)
def lock_is_not_utf_8(at: Path) -> Project:
    project = shops.poetry(at)
    (at / LOCK).write_bytes((at / LOCK).read_text("utf-8").encode("utf-16"))
    return project


# poetry check --lock   1:   [Errno 21] Is a directory: '/shop/poetry.lock'
# poetry sync --dry-run 1:   [Errno 21] Is a directory: '/shop/poetry.lock'
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK002", exit_code=2)
def lock_is_a_directory(at: Path) -> Project:
    project = shops.poetry(at)
    (at / LOCK).unlink()
    (at / LOCK).mkdir()
    return project


# poetry check --lock   1:   Invalid statement (at line 1, column 1)
# poetry sync --dry-run 1:   Invalid statement (at line 1, column 1)
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK002", "byte order mark"))
def lock_with_a_bom(at: Path) -> Project:
    project = shops.poetry(at)
    (at / LOCK).write_bytes(b"\xef\xbb\xbf" + (at / LOCK).read_bytes())
    return project


# poetry check --lock   1:   Invalid TOML file /shop/pyproject.toml: Empty key at line 1 col 0
# poetry sync --dry-run 1:   Invalid TOML file /shop/pyproject.toml: Empty key at line 1 col 0
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("LOCK016", "byte order mark", "pyproject.toml", 1))
def pyproject_with_a_bom(at: Path) -> Project:
    """Poetry refuses it; others read on."""
    project = shops.poetry(at)
    (at / "pyproject.toml").write_bytes(b"\xef\xbb\xbf" + (at / "pyproject.toml").read_bytes())
    return project


# poetry check --lock   1:   pyproject.toml changed significantly since poetry.lock was last generated
# poetry sync --dry-run 1:   pyproject.toml changed significantly since poetry.lock was last generated
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case("LOCK002", exit_code=2)
def package_is_a_table_and_not_a_list(at: Path) -> Project:
    project = shops.poetry(at)
    project.write(LOCK, '[package]\nname = "oak"\n\n[metadata]\nlock-version = "2.1"\n')
    return project
