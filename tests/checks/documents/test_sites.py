from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.documents.sites import sites


@pytest.mark.parametrize(
    ("file", "content", "rendered"),
    [
        ("mkdocs.yml", "site_name: x\n", {"docs/"}),
        ("a/mkdocs.yaml", "docs_dir: './pages'  # here\n", {"a/pages/"}),
        ("zensical.toml", '[project]\ndocs_dir = "site"\n', {"site/"}),
        ("doc/conf.py", "", {"doc/"}),
        ("book.toml", "", {"src/"}),
        ("docs/.vitepress/config.mts", "", {"docs/"}),
        ("website/docusaurus.config.js", "", {"website/", "docs/"}),
        ("_config.yml", "", {""}),
        ("README.md", "", set()),
    ],
)
def test_what_a_generator_renders_is_told_by_its_configuration(
    tmp_path: Path, file: str, content: str, rendered: set[str]
) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(content, "utf-8")
    assert set(sites(tmp_path, [file])) == rendered
