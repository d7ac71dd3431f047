from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.checks import docs
from holdfast.checks.docs import CHECK
from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun
from holdfast.core.config import Config
from holdfast.core.config.table import DocsConfig
from holdfast.core.findings import Finding, Status
from tests.conftest import Cli

Make = Callable[..., Context]
SOURCES = Path(docs.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "troubleshooting.md"


def ids(context: Context) -> list[str]:
    return [finding.id for finding in CHECK.run(context).findings]


def one(context: Context) -> Finding:
    [finding] = CHECK.run(context).findings
    return finding


def git(project: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=project, check=True)


def test_it_is_wanted_where_there_is_a_document(make_context: Make) -> None:
    assert not CHECK.wanted(make_context({"a.py": ""}))
    assert CHECK.wanted(make_context({"docs/a.md": ""}))


def test_documents_that_hold_pass_and_are_counted(make_context: Make) -> None:
    result = CHECK.run(make_context({"README.md": "# A\n\n[b](b.md#b)\n", "b.md": "# B\n"}))
    assert (result.status, str(result.checked)) == (Status.PASSED, "2 of 2 documents")


def test_no_document_is_skipped(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="no Markdown document") as caught:
        CHECK.run(make_context({"tests/data/a.md": "[x](y.md)"}))
    assert caught.value.result.status is Status.SKIPPED


def test_a_dead_link_names_what_may_be_meant(make_context: Make) -> None:
    found = one(make_context({"README.md": "[x](guide.md)\n", "docs/guide.md": ""}))
    assert found.message == "dead link: guide.md: there is no such file; is docs/guide.md meant?"
    assert str(found.location) == "README.md:1"


def test_a_dead_anchor_names_what_may_be_meant(make_context: Make) -> None:
    found = one(make_context({"README.md": "[x](b.md#Set-Up)\n", "b.md": "# Set up\n"}))
    assert found.message == "dead anchor: there is no #Set-Up in b.md; is #set-up meant?"


def test_a_link_that_is_there_twice_is_said_once_for_a_line(make_context: Make) -> None:
    assert ids(make_context({"README.md": "[x](a) [y](a)\n\n[z](a)\n"})) == ["DOC001", "DOC001"]


@pytest.mark.parametrize(
    "target",
    [
        "a%00b.md",
        "%ff%fe",
        "a" * 3000,
        "\\\\x\\..\\y",
        "a\x07b.md",
        "..",
        "../" * 500,
        "%2e%2e/%2e%2e/etc/passwd",
        "//",
        "/",
    ],
)
def test_hostile_targets_are_findings_or_nothing_and_never_break_a_line(make_context: Make, target: str) -> None:
    result = CHECK.run(make_context({"README.md": f"[x]({target})\n[y](README.md)\n"}))
    assert result.status in (Status.PASSED, Status.FAILED)
    assert all(finding.message.isprintable() and len(finding.message) < 400 for finding in result.findings)


def test_links_below_a_symbolic_link_and_in_a_directory_of_its_own_are_looked_for(
    make_context: Make, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.md").write_text("", "utf-8")
    context = make_context({"README.md": "[x](linked/a.md) [y](linked/b.md)\n"})
    (context.project / "linked").symlink_to(tmp_path / "elsewhere")
    (context.project / "loop.md").symlink_to("loop.md")
    (context.project / "gone.md").symlink_to("nothing.md")
    again = make_context({})
    assert [finding.id for finding in CHECK.run(again).findings] == ["DOC001", "DOC007", "DOC007"]


def test_a_document_that_is_a_link_to_another_is_looked_at_once(make_context: Make) -> None:
    context = make_context({"CONTRIBUTING.md": "[x](LICENSE)\n", "LICENSE": "", "docs/b.md": "[y](c.md#a)"})
    (context.project / "docs" / "c.md").symlink_to("../CONTRIBUTING.md")
    result = CHECK.run(make_context({}))
    assert (str(result.checked), [finding.id for finding in result.findings]) == ("2 of 2 documents", ["DOC005"])


def test_a_document_of_fifty_megabytes_or_of_another_kind_is_a_finding(make_context: Make) -> None:
    context = make_context({"a.md": "[x](gone.md)\n"})
    with (context.project / "a.md").open("r+b") as file:
        file.truncate(50 * 2**20)
    os.mkfifo(context.project / "b.md")
    context = make_context({})._replace(files=("a.md", "b.md", "deleted.md"))
    assert [finding.message for finding in CHECK.run(context).findings] == [
        "cannot be read: larger than 4 MiB",
        "cannot be read: not a regular file",
    ]


def test_a_million_brackets_are_no_hindrance(make_context: Make) -> None:
    assert ids(make_context({"a.md": "[" * 1_000_000 + "](" * 200_000 + "\n\n[x](gone.md)\n"})) == ["DOC001"]


def test_of_a_document_with_nothing_but_dead_anchors_so_many_are_named(make_context: Make) -> None:
    headings = "".join(f"# Heading number {n}\n" for n in range(3000))
    links = "".join(f"[x](#heading-nummer-{n})\n" for n in range(3000))
    findings = CHECK.run(make_context({"a.md": headings + links})).findings
    assert (len(findings), findings[0].id) == (501, "DOC008")
    assert sum(" meant?" in finding.message for finding in findings) == 100


def test_what_a_query_holds_is_never_shown(make_context: Make) -> None:
    [finding] = CHECK.run(make_context({"a.md": "[x](gone.md?token=hunter2#a)\n"})).findings
    assert finding.message == "dead link: gone.md#a: there is no such file"


def test_a_project_in_a_directory_of_its_repository_may_link_to_the_rest(tmp_path: Path, make_context: Make) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "LICENSE").write_text("", "utf-8")
    links = "[a](../LICENSE) [b](../NONE) [c](../../x.md) [d](../../../issues) [e](../../pulls)\n"
    found = CHECK.run(make_context({"README.md": links})).findings
    assert [finding.id for finding in found] == ["DOC001", "DOC004"]


def test_outside_a_repository_nothing_is_said_of_tracking(make_context: Make) -> None:
    assert ids(make_context({"README.md": "[x](a.txt)\n", "a.txt": ""})) == []


def test_a_limited_run_still_looks_at_the_links_of_all_documents(make_context: Make) -> None:
    context = make_context({"README.md": "[x](gone.md)\n", "b.md": ""})
    assert ids(context._replace(scope=frozenset({"b.md"}))) == ["DOC001"]


def test_a_pattern_of_unreferenced_that_matches_nothing_is_said(make_context: Make) -> None:
    config = Config(docs=DocsConfig(unreferenced=("pages/**", "docs/**")))
    context = make_context({"docs/a b.md": "", "docs/c.md": "", "README.md": "[x](docs/a%20b.md)\n"})
    found = CHECK.run(context._replace(config=config)).findings
    assert [(each.id, each.message if each.location is None else each.location.file) for each in found] == [
        ("DOC021", "docs.unreferenced names pages/**, and no file matches that"),
        ("DOC020", "docs/c.md"),
    ]
    inputs = CHECK.inputs(context._replace(config=config))
    assert inputs.files == ("**",)


def run(holdfast: Cli, project: Path) -> dict[str, Any]:
    said = holdfast("validate-env", "--only", "docs", "--format", "json", "--no-log", cwd=project)
    result: dict[str, Any] = json.loads(said.stdout)["results"][0]
    return result


@pytest.fixture
def written(git_project: Path) -> Path:
    """A project with a document that links to a source, everything in git."""
    (git_project / "README.md").write_text("[code](shop.py)\n", "utf-8")
    (git_project / "shop.py").write_text("x = 1\n", "utf-8")
    git(git_project, "add", "-A")
    git(git_project, "commit", "-qm", "more")
    return git_project


def test_editing_a_source_does_not_run_it_again_and_deleting_one_does(holdfast: Cli, written: Path) -> None:
    assert run(holdfast, written)["unchanged_since"] is None
    assert run(holdfast, written)["unchanged_since"] is not None
    (written / "shop.py").write_text("x = 2\n", "utf-8")
    assert run(holdfast, written)["unchanged_since"] is not None
    (written / "shop.py").rename(written / "cart.py")
    assert [each["id"] for each in run(holdfast, written)["findings"]] == ["DOC001"]


def test_what_git_tracks_runs_it_again(holdfast: Cli, written: Path) -> None:
    assert run(holdfast, written)["findings"] == []
    git(written, "rm", "-q", "--cached", "shop.py")
    assert [each["id"] for each in run(holdfast, written)["findings"]] == ["DOC003"]
    git(written, "add", "shop.py")
    assert run(holdfast, written)["findings"] == []


def test_sources_count_only_where_the_project_has_programs(make_context: Make) -> None:
    assert "*.py" not in CHECK.inputs(make_context({"README.md": ""})).files
    scripts = '[project]\nname = "shop"\n[project.scripts]\nshop = "shop:main"\n'
    assert "*.py" in CHECK.inputs(make_context({"pyproject.toml": scripts})).files
