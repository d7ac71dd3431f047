from __future__ import annotations

import sys
from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.plugins import BUILT_IN, Registered, registered

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
