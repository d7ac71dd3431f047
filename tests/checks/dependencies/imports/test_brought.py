"""What distributions bring, however they were installed."""

from __future__ import annotations

from pathlib import Path

from holdfast.checks.dependencies.imports.brought import Brought
from tests.checks.dependencies.projects import install


def modules(brought: Brought, name: str) -> set[str]:
    return set(brought.by_name[name].modules)


def test_modules_are_packages_single_files_and_compiled_ones(tmp_path: Path) -> None:
    files = {
        "a/__init__.py": "",
        "b.py": "",
        "_c.cpython-311-x86_64-linux-gnu.so": "",
        "../../../bin/a": "",
        "a.txt": "",
    }
    install(tmp_path, "Some.Thing", files={name: text for name, text in files.items() if ".." not in name})
    with next(tmp_path.glob("*.dist-info")).joinpath("RECORD").open("a") as record:
        record.write('"../../../bin/a,b",,\n../../../bin/a.py,,\n')
    assert modules(Brought([tmp_path]), "some-thing") == {"a", "b", "_c"}


def test_an_editable_installation_brings_what_its_pth_file_leads_to(tmp_path: Path) -> None:
    source = tmp_path / "elsewhere" / "src"
    (source / "mart").mkdir(parents=True)
    (source / "mart" / "__init__.py").touch()
    (source / "lone.py").touch()
    site = tmp_path / "site-packages"
    install(site, "mart", files={"mart.pth": f"{source}\n"})
    brought = Brought([site])
    assert modules(brought, "mart") == {"mart", "lone"}
    assert brought.import_path == (str(site), str(source))


def test_an_editable_installation_of_setuptools_brings_what_its_finder_maps(tmp_path: Path) -> None:
    finder = "MAPPING: dict[str, str] = {'mart': '/nowhere/src/mart', 'till': '/nowhere/src/till'}\n"
    install(tmp_path, "mart", files={"__editable___mart_1_0_finder.py": finder})
    assert modules(Brought([tmp_path]), "mart") == {"mart", "till"}


def test_an_egg_info_brings_its_top_levels(tmp_path: Path) -> None:
    egg = tmp_path / "Old_Thing-1.0-py3.11.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text("Name: Old_Thing\nRequires-Dist: six\n\nText\nRequires-Dist: no\n", "utf-8")
    (egg / "top_level.txt").write_text("old_thing\n_old\n", "utf-8")
    brought = Brought([tmp_path])
    assert modules(brought, "old-thing") == {"old_thing", "_old"}
    assert brought.by_name["old-thing"].requires == (("six", ""),)


def test_damage_and_absence_bring_nothing(tmp_path: Path) -> None:
    damaged = tmp_path / "broken-1.dist-info"
    damaged.mkdir()
    (damaged / "RECORD").write_bytes(b'\xff\x00,,\n\n"\n' + b"x" * 5000)
    (damaged / "METADATA").mkdir()
    brought = Brought([tmp_path, tmp_path / "gone"])
    assert (modules(brought, "broken"), brought.by_name["broken"].title) == (set(), "broken")
    assert brought.import_path == (str(tmp_path),)


def test_only_what_has_no_init_of_its_own_is_a_namespace(tmp_path: Path) -> None:
    install(tmp_path, "whole", files={"whole/__init__.py": "", "whole/part.py": ""})
    install(tmp_path, "part", files={"shared/part/__init__.py": ""})
    install(tmp_path, "single", files={"single.py": ""})
    assert set(Brought([tmp_path]).namespaces) == {"shared"}


def test_who_needs_something_is_one_that_is_declared_before_any_other(tmp_path: Path) -> None:
    install(tmp_path, "a-first", requires=["low>=1"])
    install(tmp_path, "declared", requires=["low", 'extra-only; extra == "x"'])
    brought = Brought([tmp_path])
    assert brought.who_needs("low", ["gone", "declared"]) == "declared"
    assert brought.who_needs("low", []) == "a-first"
    assert brought.who_needs("low", [], but={"a-first"}) == "declared"
    assert brought.who_needs("extra-only", ["declared"]) is None
