from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from holdfast.checks.snapshot import Digests, digest, distributions, git_index, outside, program, walk

LATER_NS = 10_000_000_000


def settle(path: Path) -> int:
    """A time at which the file counts as settled."""
    return path.stat().st_ctime_ns + LATER_NS


def test_a_file_is_read_again_when_its_content_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("one")
    digests = Digests(tmp_path, tmp_path / "cache.json")
    before = digests.of(("a.py",), now_ns=settle(file))
    file.write_text("two, longer")
    assert digests.of(("a.py",), now_ns=settle(file)) != before


def test_an_edit_that_keeps_size_and_modification_time_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("one")
    stamp = file.stat()
    digests = Digests(tmp_path, tmp_path / "cache.json")
    before = digests.of(("a.py",), now_ns=settle(file))
    while True:  # the file system's clock ticks in steps of a few milliseconds
        file.write_text("two")
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        if file.stat().st_ctime_ns != stamp.st_ctime_ns:
            break
    assert file.stat().st_mtime_ns == stamp.st_mtime_ns
    assert digests.of(("a.py",), now_ns=settle(file)) != before


def test_a_file_touched_just_now_is_not_taken_from_the_cache(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.py", tmp_path / "cache.json"
    file.write_text("one")
    digests = Digests(tmp_path, cache)
    digests.of(("a.py",), now_ns=time.time_ns())
    digests.save()
    assert not cache.exists()


def test_a_settled_file_is_taken_from_the_cache(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.py", tmp_path / "cache.json"
    file.write_text("one")
    first = Digests(tmp_path, cache)
    digest = first.of(("a.py",), now_ns=settle(file))["a.py"]
    first.save()
    planted = cache.read_text().replace(digest, "0" * 32)
    cache.write_text(planted)
    assert Digests(tmp_path, cache).of(("a.py",), now_ns=settle(file)) == {"a.py": "0" * 32}


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"files": 3}', '{"files": {"a.py": [1]}}'])
def test_a_cache_that_makes_no_sense_is_forgotten(tmp_path: Path, content: str) -> None:
    file, cache = tmp_path / "a.py", tmp_path / "cache.json"
    file.write_text("one")
    cache.write_text(content)
    assert len(Digests(tmp_path, cache).of(("a.py",), now_ns=settle(file))["a.py"]) == 32


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("one")
    digests = Digests(tmp_path, tmp_path / "nowhere" / "cache.json")
    assert digests.of(("a.py",), now_ns=settle(file))
    digests.save()


def test_what_is_gone_is_left_out_and_a_mode_counts(tmp_path: Path) -> None:
    file = tmp_path / "run.sh"
    file.write_text("#!/bin/sh")
    digests = Digests(tmp_path, tmp_path / "cache.json")
    plain = digests.of(("run.sh", "gone.py"), now_ns=settle(file))
    assert list(plain) == ["run.sh"]
    file.chmod(0o755)
    assert digests.of(("run.sh",), now_ns=settle(file)) != plain


def test_a_link_counts_by_its_target_and_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one")
    (tmp_path / "b").write_text("one")
    link = tmp_path / "link"
    digests = Digests(tmp_path, tmp_path / "cache.json")
    seen = set()
    for target in ("a", "b", "nowhere"):
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        seen.add(digests.of(("link",), now_ns=0)["link"])
    link.unlink()
    link.symlink_to("a")
    (tmp_path / "a").write_text("changed")
    seen.add(digests.of(("link",), now_ns=0)["link"])
    assert len(seen) == 4


def test_a_directory_counts_by_all_that_is_in_it(tmp_path: Path) -> None:
    module = tmp_path / "sub" / "deep"
    module.mkdir(parents=True)
    (module / "x.py").write_text("one")
    digests = Digests(tmp_path, tmp_path / "cache.json")
    before = digests.of(("sub",), now_ns=0)
    (module / "x.py").write_text("two")
    assert digests.of(("sub",), now_ns=0) != before


def test_a_walk_leaves_out_caches_environments_and_repositories(tmp_path: Path) -> None:
    for name in (
        "src/a.py",
        ".git/HEAD",
        "__pycache__/a.pyc",
        "myenv/pyvenv.cfg",
        "x.egg-info/PKG-INFO",
        ".mypy_cache/x",
        "b.txt",
        "http_cache/a.py",
        "venv/a.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "link").symlink_to("src")
    assert [name for name in walk(tmp_path) if not name.startswith("home/")] == [
        "b.txt",
        "link",
        "http_cache/a.py",
        "src/a.py",
        "venv/a.py",
    ]


def test_installed_distributions_count_by_their_record_and_path_files_by_what_they_lead_to(tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    (site / "shop-1.0.dist-info").mkdir(parents=True)
    record = site / "shop-1.0.dist-info" / "RECORD"
    record.write_text("shop.py,,\n")
    elsewhere.mkdir()
    (elsewhere / "lib.py").write_text("one")
    (site / "lib.pth").write_text(f"import os\n{elsewhere}\n/nowhere\n")
    first = distributions((site, tmp_path / "gone"), tmp_path / "shop")
    assert set(first) == {"shop-1.0.dist-info", "lib.pth", "modules in site"}
    (elsewhere / "lib.py").write_text("two, longer")
    second = distributions((site,), tmp_path / "shop")
    assert second["lib.pth"] != first["lib.pth"]
    assert second["shop-1.0.dist-info"] == first["shop-1.0.dist-info"]
    record.write_text("shop.py,,\nmore.py,,\n")
    assert distributions((site,), tmp_path / "shop")["shop-1.0.dist-info"] != first["shop-1.0.dist-info"]


def test_a_program_counts_by_where_it_is_and_when_it_was_made(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_text("one")
    before = program("tool", str(tool))
    tool.write_text("two, longer")
    assert program("tool", str(tool)) != before
    assert program("tool", None) == "tool: not found"


def test_configuration_above_the_project_and_at_home_counts(tmp_path: Path) -> None:
    project, home = tmp_path / "a" / "b", tmp_path / "user"
    project.mkdir(parents=True)
    (home / ".config" / "ruff").mkdir(parents=True)
    (tmp_path / "a" / "ruff.toml").write_text("")
    (project / "ruff.toml").write_text("")
    names = ("ruff.toml",), (".config/ruff", ".config/none")
    found = outside(project, home, *names, listed=("ruff.toml",))
    assert set(found) == {str(tmp_path / "a" / "ruff.toml"), str(home / ".config" / "ruff")}
    assert set(outside(project, home, *names)) == {*found, str(project / "ruff.toml")}  # where git ignores it


def test_a_path_file_into_the_project_itself_adds_nothing(tmp_path: Path) -> None:
    site, project = tmp_path / "site", tmp_path / "shop"
    site.mkdir()
    (project / "src").mkdir(parents=True)
    (project / "src" / "a.py").write_text("one")
    (site / "shop.pth").write_text(f"{project / 'src'}\n")
    before = distributions((site,), project)
    (project / "src" / "a.py").write_text("two, longer")
    assert distributions((site,), project) == before


def test_a_digest_hides_a_text_and_tells_it_from_others() -> None:
    assert digest("secret") == digest("secret")
    assert digest("secret") != digest("other")
    assert "secret" not in digest("secret")


def test_a_directory_of_too_many_files_is_never_taken_for_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.checks.snapshot.MOST_IN_DIRECTORY", 2)
    for name in ("a", "b", "c"):
        (tmp_path / "many").mkdir(exist_ok=True)
        (tmp_path / "many" / name).write_text("")
    project = tmp_path / "shop"
    project.mkdir()
    (project / "link").symlink_to("../many")
    digests = Digests(project, tmp_path / "cache.json")
    assert digests.of(("link",), now_ns=1) != digests.of(("link",), now_ns=2)


def test_links_that_lead_round_in_a_circle_have_an_end(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    (project / "up").symlink_to("..")
    (project / "self").symlink_to("self")
    (tmp_path / "a.py").write_text("one")
    digests = Digests(project, tmp_path / "gone" / "cache.json")
    before = digests.of(("up", "self"), now_ns=0)
    assert set(before) == {"up", "self"}
    (tmp_path / "a.py").write_text("two")
    assert digests.of(("up", "self"), now_ns=0)["up"] != before["up"]


@pytest.mark.parametrize("place", ["elsewhere", "with space"])
def test_what_was_installed_editable_counts_however_its_backend_did_that(tmp_path: Path, place: str) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / place
    metadata = site / "lib-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "RECORD").write_text("")
    (elsewhere / "lib").mkdir(parents=True)
    (elsewhere / "lib" / "a.py").write_text("one")
    origin = {"url": elsewhere.as_uri(), "dir_info": {"editable": True}}
    (metadata / "direct_url.json").write_text(json.dumps(origin))
    before = distributions((site,), tmp_path / "shop")
    (elsewhere / "lib" / "a.py").write_text("two, longer")
    assert distributions((site,), tmp_path / "shop") != before
    (metadata / "direct_url.json").write_text("[3]")
    assert set(distributions((site,), tmp_path / "shop")) == {"lib-1.0.dist-info", "modules in site"}


def test_a_link_to_an_environment_counts_by_where_it_leads_alone(tmp_path: Path) -> None:
    environment, project = tmp_path / "env", tmp_path / "shop"
    environment.mkdir()
    project.mkdir()
    (environment / "pyvenv.cfg").write_text("")
    (project / "env").symlink_to(environment)
    digests = Digests(project, tmp_path / "cache.json")
    before = digests.of(("env",), now_ns=1)
    (environment / "a.pyc").write_text("")
    assert digests.of(("env",), now_ns=2) == before


def test_another_environment_that_shares_metadata_by_a_link_changes_nothing(tmp_path: Path) -> None:
    metadata = tmp_path / "site" / "a-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Name: a\n", "utf-8")
    (metadata / "RECORD").write_text("", "utf-8")
    (tmp_path / "cached").hardlink_to(metadata / "METADATA")
    before = distributions((tmp_path / "site",), tmp_path / "shop")
    changed = (metadata / "METADATA").stat().st_ctime_ns
    while (metadata / "METADATA").stat().st_ctime_ns == changed:  # the clock of files ticks in milliseconds
        (tmp_path / "other").hardlink_to(metadata / "METADATA")
        (tmp_path / "other").unlink()
    assert distributions((tmp_path / "site",), tmp_path / "shop") == before
    (metadata / "METADATA").write_text("Name: b, longer\n", "utf-8")
    assert distributions((tmp_path / "site",), tmp_path / "shop") != before


def test_the_index_counts_where_git_keeps_it(tmp_path: Path) -> None:
    inside = tmp_path / "repo" / "shop"
    inside.mkdir(parents=True)
    assert git_index(inside) == ""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "repo", check=True)
    (inside / "a").write_text("a", "utf-8")
    subprocess.run(["git", "add", "-A"], cwd=inside, check=True)
    first = git_index(inside)
    assert first == git_index(inside) != ""
    subprocess.run(["git", "update-index", "--chmod=+x", "a"], cwd=inside, check=True)
    assert git_index(inside) != first
    subprocess.run(["git", "commit", "-qm", "x"], cwd=inside, check=True)
    subprocess.run(["git", "worktree", "add", "-q", str(tmp_path / "tree")], cwd=inside, check=True)
    assert git_index(tmp_path / "tree") not in ("", git_index(inside))
