from __future__ import annotations

import sys
from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.plugins import BUILT_IN, Registered, StepKinds, registered, step_kinds
from holdfast.workflow import model

MODULE = """
from holdfast.core.findings import Checked, Result, Status

class Spelling:
    name = "spelling"
    summary = "words"
    def wanted(self, context): return True
    def inputs(self, context): return None
    def run(self, context): return Result("spelling", Status.PASSED, checked=Checked(1, 1, "word"))

CHECK = Spelling()
NOT_A_CHECK = object()
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of installed distributions, on the import path."""
    directory = tmp_path / "site"
    directory.mkdir()
    monkeypatch.syspath_prepend(directory)
    return directory


def install(site: Path, name: str, module: str, entry_points: str) -> None:
    (site / f"{module}.py").write_text(MODULE)
    metadata = site / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text(entry_points)


def test_the_built_in_checks_come_through_the_door() -> None:
    assert [check.name for check in registered([]).load()] == list(BUILT_IN)


def test_a_distributions_entry_point_comes_through_the_same_door(site: Path) -> None:
    ours = "[holdfast.checks]\n# ours\nspelling = plugin_a:CHECK [extra]\n"
    text = f"[console_scripts]\nspell = x:y\n\n{ours}\n[other]\nz = q:r\n"
    install(site, "spell", "plugin_a", text)
    assert [check.name for check in registered([str(site)]).load()] == [*BUILT_IN, "spelling"]
    sys.modules.pop("plugin_a")


def test_a_distribution_that_is_on_the_path_twice_counts_once(site: Path) -> None:
    install(site, "spell", "plugin_b", "[holdfast.checks]\nspelling = plugin_b:CHECK\n")
    checks = list(registered([str(site), str(site), str(site / "gone")]).load())
    assert [check.name for check in checks].count("spelling") == 1
    sys.modules.pop("plugin_b")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("spelling = plugin_c:NOTHING", "check spelling of spell-1.0 cannot be loaded from plugin_c:NOTHING"),
        ("spelling = no_such_module:CHECK", "cannot be loaded from no_such_module:CHECK"),
        ("spelling = plugin_c:NOT_A_CHECK", "is not a check: it has no name, summary, wanted, inputs, run"),
        ("other = plugin_c:CHECK", "is not a check: it calls itself spelling"),
    ],
)
def test_a_plugin_that_is_no_check_is_named_with_its_distribution(site: Path, entry: str, message: str) -> None:
    install(site, "spell", "plugin_c", f"[holdfast.checks]\n{entry}\n")
    with pytest.raises(HoldfastError) as caught:
        list(registered([str(site)]).load())
    assert message in caught.value.message
    sys.modules.pop("plugin_c", None)


def test_two_checks_of_one_name_are_an_error_that_names_both(site: Path) -> None:
    install(site, "spell", "plugin_d", "[holdfast.checks]\nruff = plugin_d:CHECK\n")
    with pytest.raises(HoldfastError, match=r"two checks are called ruff: one from holdfast, one from spell-1\.0"):
        registered([str(site)])


@pytest.mark.parametrize("code", ["raise ValueError('boom')", "raise SystemExit(0)"])
def test_a_package_that_crashes_when_it_is_imported_is_told_of(tmp_path: Path, code: str) -> None:
    (tmp_path / "crashing_check.py").write_text(code)
    checks = Registered()
    checks.register("spelling", "crashing_check:CHECK", source="crashing-1.0")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        with pytest.raises(HoldfastError, match=r"check spelling of crashing-1\.0 cannot be loaded"):
            list(checks.load())


KIND = """
class Notebook:
    name = "notebook"
    on_crash = "rerun"
    waits = False
    def problems(self, body): return []
    def command(self, body, setting): return ("jupyter", body)
    def question(self, body): return {}

KIND = Notebook()
NOT_A_KIND = object()
"""


def install_steps(site: Path, name: str, module: str, entry_points: str) -> None:
    install(site, name, module, f"[holdfast.steps]\n{entry_points}")
    (site / f"{module}.py").write_text(KIND)


def test_a_kind_of_step_comes_through_the_same_door_and_is_imported_when_asked_for(site: Path) -> None:
    install_steps(site, "books", "plugin_k", "notebook = plugin_k:KIND\nbroken = plugin_k:NOTHING\nodd = gone:KIND\n")
    kinds = step_kinds([str(site)])
    assert list(kinds) == [*model.KINDS, "notebook", "broken", "odd"]
    assert "plugin_k" not in sys.modules
    assert kinds["notebook"].name == "notebook"
    assert "notebook" in kinds
    assert len(kinds) == len(model.KINDS) + 3
    assert "notebook" not in registered([str(site)]).__dict__["_targets"]
    sys.modules.pop("plugin_k")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("notebook = plugin_l:NOTHING", "kind of step notebook of books-1.0 cannot be loaded from plugin_l:NOTHING"),
        ("notebook = no_such_module:KIND", "cannot be loaded from no_such_module:KIND"),
        ("notebook = plugin_l:NOT_A_KIND", "is not a kind of step: it has no name, on_crash, waits, problems"),
        ("other = plugin_l:KIND", "kind of step other of books-1.0 is not a kind of step: it calls itself notebook"),
    ],
)
def test_a_kind_of_step_that_is_broken_is_named_when_it_is_used(site: Path, entry: str, message: str) -> None:
    install_steps(site, "books", "plugin_l", entry)
    kinds = step_kinds([str(site)])
    assert kinds["run"].name == "run"
    with pytest.raises(HoldfastError) as refused:
        kinds[entry.split()[0]]
    assert message in refused.value.message
    sys.modules.pop("plugin_l", None)


def test_two_kinds_of_step_of_one_name_are_an_error_when_one_is_used(site: Path) -> None:
    install_steps(site, "books", "plugin_m", "run = plugin_m:KIND\n")
    kinds = step_kinds([str(site)])
    assert next(iter(kinds)) == "run"
    with pytest.raises(HoldfastError, match=r"two kinds of step are called run: one from holdfast, one from books-1.0"):
        kinds["run"]


def test_a_kind_of_step_that_there_is_not_is_a_key_error(site: Path) -> None:
    with pytest.raises(KeyError):
        step_kinds([str(site)])["no-such-kind"]


def test_the_built_in_kinds_are_found_without_looking_at_what_is_installed() -> None:
    kinds = StepKinds(["/no/such/directory"])
    assert kinds["gate"].name == "gate"
    assert kinds._targets is None
