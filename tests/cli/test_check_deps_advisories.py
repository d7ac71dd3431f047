"""`holdfast check-deps --update-advisories`, and what the checks make of it, as a user sees them."""

from __future__ import annotations

import json
from pathlib import Path

from holdfast.core.clock import iso, now_ms
from tests.checks.dependencies.osv_records import REQUESTS, REQUESTS_GITHUB, record, write_zip
from tests.checks.dependencies.projects import install, make_project
from tests.checks.dependencies.servers import Answer, serving
from tests.conftest import Cli

PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\n'
INDEX = Path("holdfast", "advisories", "advisories.index")


def test_advisories_are_taken_in_and_the_next_check_knows_them(tmp_path: Path, holdfast: Cli) -> None:
    project = make_project(tmp_path / "shop", PYPROJECT)
    project.install("requests", "2.30.0")
    source = write_zip(tmp_path / "all.zip", [REQUESTS, REQUESTS_GITHUB])
    before = holdfast("check-deps", "--only", "vulnerabilities", cwd=project.root)
    assert before.exit_code == 2
    assert "skipped" in before.stdout
    assert "no advisory data" in before.stdout
    said = holdfast("check-deps", "--update-advisories", source, cwd=tmp_path)
    index = tmp_path / "home" / INDEX
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout == f"2 advisories for 1 package, the newest of 2024-02-16, kept in {index}\n"
    after = holdfast("check-deps", "--only", "vulnerabilities", cwd=project.root)
    assert after.exit_code == 1
    assert "requests 2.30.0 (installed) has PYSEC-2023-74" in after.stdout
    assert "advisory data of 2024-02-16, " in after.stdout.rpartition("vulnerabilities  ")[2]


def test_every_format_says_how_old_the_data_is(tmp_path: Path, holdfast: Cli) -> None:
    project = make_project(tmp_path / "shop", PYPROJECT)
    project.install("flask", "3.0.0")
    today = {**REQUESTS, "modified": iso(now_ms())}
    holdfast("check-deps", "--update-advisories", write_zip(tmp_path / "all.zip", [today]), cwd=tmp_path)
    for form in ("text", "json", "github", "sarif", "junit"):
        said = holdfast("check-deps", "--only", "vulnerabilities", "--format", form, cwd=project.root)
        assert said.exit_code == 0
        assert f"advisory data of {iso(now_ms())[:10]}, 0 days old" in said.stdout, form


def test_what_was_left_out_is_talk_and_a_source_without_advisories_is_an_error(tmp_path: Path, holdfast: Cli) -> None:
    withdrawn = {**record("PYSEC-1", "foo"), "withdrawn": "2026-01-01T00:00:00Z"}
    source = write_zip(tmp_path / "all.zip", [REQUESTS, withdrawn])
    said = holdfast("check-deps", "--update-advisories", source, cwd=tmp_path)
    assert said.stderr == "left out: 1 withdrawn, 0 without a version of a Python package\n"
    (tmp_path / "empty.json").write_text("{}")
    refused = holdfast("check-deps", "--update-advisories", "empty.json", cwd=tmp_path)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.splitlines() == [
        "holdfast: empty.json: 1 of 1 records could not be read, such as empty.json: no OSV record: no id",
        "hint: nothing was taken in; what was known before still counts",
    ]


def test_a_source_that_is_not_there_is_an_error(tmp_path: Path, holdfast: Cli) -> None:
    for source in ("gone.zip", "http://example.invalid/all.zip", "", "file:///gone"):
        said = holdfast("check-deps", "--update-advisories", source, cwd=tmp_path)
        assert said.exit_code == 2, source
        assert said.stderr.startswith("holdfast: ")


def test_without_a_home_there_is_no_place_for_advisories(tmp_path: Path, holdfast: Cli) -> None:
    env = {"HOME": "", "XDG_CACHE_HOME": ""}
    said = holdfast("check-deps", "--update-advisories", "x", cwd=tmp_path, env=env)
    assert said.exit_code == 2
    assert "neither HOME nor XDG_CACHE_HOME is set" in said.stderr


def test_online_asks_the_service_that_is_configured(tmp_path: Path, holdfast: Cli) -> None:
    project = make_project(tmp_path / "shop", PYPROJECT)
    install(project.site_packages, "requests", "2.31.0")
    with serving(lambda _path, _body: Answer(b'{"results": [{}]}')) as web:
        env = {"HOLDFAST_ADVISORIES_SERVICE": web.url}
        said = holdfast(
            "check-deps", "--only", "vulnerabilities", "--online", "--format", "json", cwd=project.root, env=env
        )
    assert said.exit_code == 0
    (result,) = json.loads(said.stdout)["results"]
    assert result["reason"] == f"1 of 1 packages; asked {web.url}, which was told names and versions of 1 packages"


UV_LOCK = """\
version = 1
revision = 1
requires-python = ">=3.11"

[[package]]
name = "requests"
version = "2.30.0"
source = { registry = "https://example.invalid/simple" }

[[package]]
name = "thing"
version = "1.0"
source = { git = "https://example.invalid/thing.git#31351a702a408a9e7595a8fc6150fc3f43bb6bf7" }

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "requests" }, { name = "thing" }]
"""


def test_a_vulnerability_has_its_line_in_the_lock_and_the_command_that_mends_it(tmp_path: Path, holdfast: Cli) -> None:
    project = make_project(tmp_path / "shop", PYPROJECT, {"uv.lock": UV_LOCK})
    holdfast("check-deps", "--update-advisories", write_zip(tmp_path / "all.zip", [REQUESTS]), cwd=tmp_path)
    report = project.check(only="vulnerabilities")
    (result,) = report["results"]
    finding = next(each for each in result["findings"] if each["id"] == "VULN001")
    assert (finding["file"], finding["line"]) == ("uv.lock", 5)
    assert finding["fix"] == "uv lock --upgrade-package requests"
    assert result["checked"] == {"done": 1, "total": 2, "unit": "packages"}


def test_validate_env_looks_for_vulnerabilities_once_there_are_advisories(tmp_path: Path, holdfast: Cli) -> None:
    project = make_project(tmp_path / "shop", PYPROJECT)
    project.install("requests", "2.30.0")
    listed = holdfast("validate-env", "--list", cwd=project.root).stdout
    assert "vulnerabilities  -   " in listed
    holdfast("check-deps", "--update-advisories", write_zip(tmp_path / "all.zip", [REQUESTS]), cwd=tmp_path)
    assert "vulnerabilities  runs" in holdfast("validate-env", "--list", cwd=project.root).stdout
    said = holdfast("validate-env", "--only", "vulnerabilities", "--no-log", cwd=project.root)
    assert said.exit_code == 1
    assert "VULN001" in said.stdout
