from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.checks.dependencies import places, site
from holdfast.checks.dependencies.places import Place, places_of
from holdfast.checks.dependencies.site import read_site
from holdfast.checks.venv_probe import named
from tests.checks.dependencies.environments import bare, by_name, environment_at, own_python, shop, site_of
from tests.checks.dependencies.projects import PYTHON, install
from tests.checks.venvs import make_venv, tree

EGG_INFO = "Metadata-Version: 1.1\nName: {}\nVersion: {}\n"


def versions(found: site.Site) -> dict[str, str]:
    return {each.name: each.version for each in found.distributions}


def test_a_distribution_is_read_whole(tmp_path: Path) -> None:
    project = shop(tmp_path)
    path = project.install(
        "Ruamel.Yaml", "0.18", requires=["a>=1"], extras=["Big_One"], requires_python=">=3.8", files={"x.py": ""}
    )
    (found,) = site_of(project).distributions
    assert found[:4] == ("ruamel-yaml", "0.18", str(path), "dist-info")
    assert found[5:] == (("a>=1",), ("big-one",), ">=3.8", "")
    assert found.label == "ruamel-yaml 0.18"


def test_what_importlib_metadata_finds_in_this_environment_is_found() -> None:
    code = (
        "import importlib.metadata as m, re\n"
        "for d in m.distributions(): print(re.sub('[-_.]+', '-', d.name).lower(), d.version)"
    )
    said = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    expected = dict(line.split() for line in reversed(said.splitlines()))
    assert versions(read_site(environment_at(Path(sys.prefix)))) == expected


def test_nothing_is_written(tmp_path: Path) -> None:
    project = shop(tmp_path)
    project.install("a")
    before = tree(project.root)
    site_of(project)
    assert tree(project.root) == before


def test_egg_info_directories_and_files_are_distributions(tmp_path: Path) -> None:
    project = shop(tmp_path)
    old = project.site_packages / "old_one-1.0-py3.11.egg-info"
    old.mkdir()
    (old / "PKG-INFO").write_text(EGG_INFO.format("Old.One", "1.0"), "utf-8")
    (project.site_packages / "older-2.0.egg-info").write_text(EGG_INFO.format("older", "2.0"), "utf-8")
    assert versions(site_of(project)) == {"old-one": "1.0", "older": "2.0"}
    assert {each.kind for each in site_of(project).distributions} == {"egg-info"}


def test_lib64_counts_where_it_is_no_link_to_lib(tmp_path: Path) -> None:
    project = shop(tmp_path)
    project.install("a")
    (project.root / ".venv" / "lib64").symlink_to("lib")
    assert versions(site_of(project)) == {"a": "1.0"}
    assert len(site_of(project).places) == 1
    (project.root / ".venv" / "lib64").unlink()
    install(project.root / ".venv" / "lib64" / PYTHON / "site-packages", "b", "2.0")
    assert versions(site_of(project)) == {"a": "1.0", "b": "2.0"}


def test_a_path_file_adds_what_was_installed_for_development(tmp_path: Path) -> None:
    project = shop(tmp_path)
    source = tmp_path / "lib" / "src"
    (source / "lib.egg-info").mkdir(parents=True)
    (source / "lib.egg-info" / "PKG-INFO").write_text(EGG_INFO.format("lib", "0.1"), "utf-8")
    (project.site_packages / "lib.egg-link").write_text(f"{source}\n.\n", "utf-8")
    lines = f"# x\nimport os; os.getcwd()\n\n/nowhere\n{source}\n{source}\0\n../../../../outside\n"
    (project.site_packages / "easy-install.pth").write_text(lines, "utf-8")
    (found,) = site_of(project).distributions
    assert (found.name, found.version, found.place) == ("lib", "0.1", Place(str(source), linked=True))


def test_an_egg_directory_that_a_path_file_adds_is_a_distribution(tmp_path: Path) -> None:
    project = shop(tmp_path)
    egg = project.site_packages / "lib-0.1-py3.11.egg" / "EGG-INFO"
    egg.mkdir(parents=True)
    (egg / "PKG-INFO").write_text(EGG_INFO.format("lib", "0.1"), "utf-8")
    (project.site_packages / "easy-install.pth").write_text("./lib-0.1-py3.11.egg\n", "utf-8")
    assert versions(site_of(project)) == {"lib": "0.1"}


def test_an_installed_distribution_goes_before_the_egg_info_in_its_source(tmp_path: Path) -> None:
    project = shop(tmp_path)
    source = tmp_path / "lib"
    (source / "lib.egg-info").mkdir(parents=True)
    (source / "lib.egg-info" / "PKG-INFO").write_text(EGG_INFO.format("lib", "0.1"), "utf-8")
    (project.site_packages / "lib.pth").write_text(f"{source}\n", "utf-8")
    project.install("lib", "0.2")
    assert versions(site_of(project)) == {"lib": "0.2"}
    assert site_of(project).twice == ()


def test_path_files_in_a_directory_that_a_path_file_adds_are_not_followed(tmp_path: Path) -> None:
    project = shop(tmp_path)
    install(tmp_path / "far", "far", "1.0")
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "more.pth").write_text(f"{tmp_path / 'far'}\n", "utf-8")
    (project.site_packages / "near.pth").write_text(f"{tmp_path / 'near'}\n", "utf-8")
    assert versions(site_of(project)) == {}


def base_of(root: Path) -> Path:
    """A base interpreter's prefix, with two packages of its own."""
    (root / "bin").mkdir(parents=True)
    (root / "bin" / PYTHON).touch(0o755)
    install(root / "lib" / PYTHON / "site-packages", "a", "9.0")
    install(root / "lib" / PYTHON / "site-packages", "base", "1.0")
    return root


def let_in(venv: Path, home: Path) -> None:
    (venv / "pyvenv.cfg").write_text(f"home = {home}\nInclude-System-Site-Packages = TRUE\n", "utf-8")


def test_the_base_packages_count_where_pyvenv_cfg_does_not_say_so_as_for_the_interpreter(tmp_path: Path) -> None:
    project, base = shop(tmp_path), base_of(tmp_path / "base")
    (project.root / ".venv" / "pyvenv.cfg").write_text(f"home = {base}/bin\n", "utf-8")
    assert versions(site_of(project)) == {"a": "9.0", "base": "1.0"}


def test_the_base_packages_count_where_pyvenv_cfg_lets_them_in(tmp_path: Path) -> None:
    project, base = shop(tmp_path), base_of(tmp_path / "base")
    project.install("a", "1.0")
    config = project.root / ".venv" / "pyvenv.cfg"
    config.write_text(f"home = {base}/bin\ninclude-system-site-packages = false\n", "utf-8")
    assert versions(site_of(project)) == {"a": "1.0"}
    let_in(project.root / ".venv", base / "bin")
    found = site_of(project)
    assert versions(found) == {"a": "1.0", "base": "1.0"}
    assert [by_name(found)[name].place.base for name in ("a", "base")] == [False, True]
    assert found.twice == ()


def test_a_home_that_is_a_directory_of_links_leads_to_where_they_lead(tmp_path: Path) -> None:
    project, base = shop(tmp_path), base_of(tmp_path / "base")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / PYTHON).symlink_to(base / "bin" / PYTHON)
    let_in(project.root / ".venv", tmp_path / "links")
    assert "base" in versions(site_of(project))


def test_a_home_that_is_gone_leaves_where_the_interpreter_leads(tmp_path: Path) -> None:
    project, base = shop(tmp_path), base_of(tmp_path / "base")
    (project.root / ".venv" / "bin" / "python").unlink()
    (project.root / ".venv" / "bin" / "python").symlink_to(base / "bin" / PYTHON)
    let_in(project.root / ".venv", tmp_path / "gone")
    assert "base" in versions(site_of(project))


def test_the_base_that_a_real_interpreter_sees_is_the_base_that_is_found(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv")
    text = (venv / "pyvenv.cfg").read_text("utf-8")
    (venv / "pyvenv.cfg").write_text(text.replace("packages = false", "packages = true"), "utf-8")
    code = "import sys; print(*(p for p in sys.path if p.endswith('-packages')), sep='\\n')"
    said = subprocess.run([venv / "bin" / "python", "-s", "-c", code], capture_output=True, text=True, check=True)
    assert [place.path for place in places_of(environment_at(venv))] == said.stdout.split()


def debian(root: Path, python: str) -> Path:
    """Debian's layout: packages in dist-packages, one directory shared by all Pythons."""
    (root / "bin").mkdir(parents=True)
    (root / "bin" / python).touch(0o755)
    (root / "bin" / "python3").symlink_to(python)
    install(root / "local" / "lib" / python / "dist-packages", "local", "1.0")
    install(root / "lib" / python / "dist-packages", "own", "1.0")
    return root


def test_debians_directories_are_those_of_a_bare_interpreter(tmp_path: Path) -> None:
    root = debian(tmp_path / "usr", "python3.11")
    assert versions(read_site(bare(root / "bin" / "python3"))) == {"local": "1.0", "own": "1.0"}


@pytest.mark.parametrize("python", ["/usr/bin/python3", "/usr/bin/pypy3"])
def test_the_systems_own_interpreter_is_read_as_it_reads_itself(python: str) -> None:
    if not os.access(python, os.X_OK):
        pytest.skip(f"there is no {python}")
    code = "import sys; print(*(p for p in sys.path if p.endswith('-packages')), sep='\\n')"
    said = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    found = named(Path(python))
    expected = [path for path in said.stdout.split() if "/home/" not in path and "/root/" not in path]
    assert found.kind == "bare"
    places_found = [place.path for place in places_of(bare(found.python))]
    assert [path for path in places_found if path in expected] == expected
    assert not any(list(Path(path).iterdir()) for path in set(places_found) - set(expected))


def test_pypys_library_is_found(tmp_path: Path) -> None:
    root = tmp_path / "venv"
    install(root / "lib" / "pypy3.10" / "site-packages", "a", "1.0")
    assert versions(read_site(environment_at(root, "pypy3.10"))) == {"a": "1.0"}
    (root / "bin").mkdir()
    (root / "bin" / "pypy3").touch(0o755)
    assert versions(read_site(bare(root / "bin" / "pypy3"))) == {"a": "1.0"}


def test_condas_layout_is_an_environment(tmp_path: Path) -> None:
    root = tmp_path / "conda"
    (root / "conda-meta").mkdir(parents=True)
    (root / "bin").mkdir()
    (root / "bin" / "python").touch(0o755)
    install(root / "lib" / PYTHON / "site-packages", "a", "1.0")
    found = named(root)
    assert found.kind == "conda"
    assert versions(read_site(environment_at(root))) == {"a": "1.0"}


def test_of_two_pythons_libraries_the_interpreters_counts(tmp_path: Path) -> None:
    root = tmp_path / "venv"
    (root / "bin").mkdir(parents=True)
    (root / "pyvenv.cfg").write_text("", "utf-8")
    for version in ("3.9", "3.11", "3.12"):
        (root / "lib" / f"python{version}" / "site-packages").mkdir(parents=True)
        (tmp_path / f"python{version}").touch(0o755)
    for version in ("3.9", "3.11"):
        (root / "bin" / "python").symlink_to(tmp_path / f"python{version}")
        assert named(root).site_packages == root / "lib" / f"python{version}" / "site-packages"
        (root / "bin" / "python").unlink()
    (root / "bin" / "python").symlink_to(tmp_path / "gone")
    assert named(root).site_packages == root / "lib" / "python3.12" / "site-packages"


def test_a_dangling_interpreter_is_no_hindrance(tmp_path: Path) -> None:
    project = shop(tmp_path)
    (project.root / ".venv" / "bin" / "python").unlink()
    (project.root / ".venv" / "bin" / "python").symlink_to(tmp_path / "gone")
    project.install("a")
    assert versions(site_of(project)) == {"a": "1.0"}


def test_two_of_one_name_are_told_of_and_the_newer_whole_one_is_taken(tmp_path: Path) -> None:
    project = shop(tmp_path)
    for version in ("9.0", "10.0"):
        project.install("a", version)
    found = site_of(project)
    assert [[each.version for each in group] for group in found.twice] == [["10.0", "9.0"]]
    assert versions(found) == {"a": "10.0"}
    (project.site_packages / "a-10.0.dist-info" / "METADATA").unlink()
    assert versions(site_of(project)) == {"a": "9.0"}


def test_an_egg_info_beside_the_dist_info_of_the_same_version_is_no_second_installation(tmp_path: Path) -> None:
    project = shop(tmp_path)
    project.install("a", "1.0")
    egg = project.site_packages / "a.egg-info"
    egg.write_text(EGG_INFO.format("a", "1.0"), "utf-8")
    assert site_of(project).twice == ()
    egg.write_text(EGG_INFO.format("a", "2.0"), "utf-8")
    assert len(site_of(project).twice) == 1


def test_leftovers_are_no_distributions(tmp_path: Path) -> None:
    project = shop(tmp_path)
    project.install("a").rename(project.site_packages / "~-1.0.dist-info")
    (project.site_packages / "~umpy").mkdir()
    found = site_of(project)
    assert versions(found) == {}
    assert [Path(path).name for path in found.leftovers] == ["~-1.0.dist-info", "~umpy"]


@pytest.mark.parametrize(
    ("entry", "name", "version"),
    [
        ("shop_api-1.0.dist-info", "shop-api", "1.0"),
        ("shop-api-1.0.dist-info", "shop-api", "1.0"),
        ("shop.dist-info", "shop", ""),
        (".dist-info", "-dist-info", ""),
        ("shop-1.0-py3.11.egg-info", "shop", "1.0"),
        ("shop.egg-info", "shop", ""),
    ],
)
def test_without_metadata_the_directorys_name_tells_what_it_can(
    tmp_path: Path, entry: str, name: str, version: str
) -> None:
    project = shop(tmp_path)
    (project.site_packages / entry).mkdir()
    (found,) = site_of(project).distributions
    assert (found.name, found.version) == (name, version)
    assert found.trouble


def test_a_dist_info_that_is_a_file_is_trouble(tmp_path: Path) -> None:
    project = shop(tmp_path)
    (project.site_packages / "a-1.0.dist-info").touch()
    (found,) = site_of(project).distributions
    assert found.trouble == "it is a file, not a directory"


def test_a_dist_info_that_is_a_loop_of_links_is_trouble(tmp_path: Path) -> None:
    project = shop(tmp_path)
    (project.site_packages / "a-1.0.dist-info").symlink_to("a-1.0.dist-info")
    (found,) = site_of(project).distributions
    assert "symbolic links" in found.trouble


def test_site_packages_that_leads_back_to_itself_is_said(tmp_path: Path) -> None:
    project = shop(tmp_path)
    project.site_packages.rmdir()
    project.site_packages.symlink_to("site-packages")
    assert site_of(project).troubles == (f"{project.site_packages}: Too many levels of symbolic links",)


def test_an_environment_without_site_packages_does_not_take_its_bases(tmp_path: Path) -> None:
    root = make_venv(tmp_path / "venv")
    environment = environment_at(root)._replace(site_packages=())
    assert read_site(environment).places == ()


def test_a_path_file_that_leads_to_a_directory_that_cannot_be_listed_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shop(tmp_path)
    crowded = tmp_path / "crowded"
    crowded.mkdir()
    for number in range(4):
        (crowded / str(number)).touch()
    (project.site_packages / "x.pth").write_text(f"{crowded}\n", "utf-8")
    monkeypatch.setattr(site, "MOST_ENTRIES", 3)
    found = site_of(project)
    assert found.troubles == ()
    assert [place.path for place in found.places] == [str(project.site_packages)]
    for number in range(4):
        (project.site_packages / f"{number}.py").touch()
    assert site_of(project).troubles == (f"{project.site_packages}: more than 3 entries",)


def test_a_path_file_of_any_length_is_read_in_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = shop(tmp_path)
    monkeypatch.setattr(places, "MOST_LINKED", 2)
    for name in "abc":
        (tmp_path / name).mkdir()
    (project.site_packages / "x.pth").write_text("".join(f"{tmp_path / name}\n" for name in "abc"), "utf-8")
    assert [place.path for place in site_of(project).places[1:]] == [str(tmp_path / "a"), str(tmp_path / "b")]
    (project.site_packages / "y.pth").write_text("#" * (places.PTH_LIMIT + 1), "utf-8")
    os.mkfifo(project.site_packages / "z.pth")
    assert len(site_of(project).places) == 3


def test_this_pythons_library_has_the_name_that_the_tests_think() -> None:
    assert f"python{own_python()}" == PYTHON
