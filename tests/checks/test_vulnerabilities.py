"""What is known of what is locked and installed is told, with its age; without knowledge nothing passes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from holdfast.checks.dependencies import site
from holdfast.checks.dependencies.advisories.kept import INDEX
from holdfast.checks.dependencies.advisories.model import Advisory, Span
from holdfast.checks.dependencies.advisories.osv import read_record
from holdfast.checks.dependencies.advisories.report import UPDATE
from holdfast.checks.dependencies.model import Locked, Source, Unreadable
from holdfast.checks.runner import Job, run_one
from holdfast.checks.tools import CannotRun
from holdfast.checks.vulnerabilities import CHECK
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status
from tests.checks.dependencies.osv_records import REQUESTS, REQUESTS_GITHUB
from tests.checks.dependencies.projects import install
from tests.checks.dependencies.servers import Answer, serving
from tests.checks.vulnerable import Kind, Project, lock_of
from tests.unprivileged import unprivileged

SAYS = "advisory data of 2026-11-13, 7 days old, taken in 2026-11-19"
KNOWN = [advisory for each in (REQUESTS, REQUESTS_GITHUB) for advisory in read_record(each).advisories]
MESSAGE = (
    "requests 2.30.0 has PYSEC-2023-74 (GHSA-j8r2-6x86-q33q, CVE-2023-32681, moderate): "
    "Unintended leak of Proxy-Authorization header in requests; mended in 2.31.0"
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def messages(result: Result) -> list[str]:
    return [f"{finding.severity} {finding.id} {finding.message}" for finding in result.findings]


def test_a_vulnerability_is_told_once_with_all_its_names_where_it_is_locked(project: Project) -> None:
    project.know(*KNOWN)
    result = project.ask(lock_of(("flask", "3.0.0"), ("requests", "2.30.0")))
    assert result.findings == (
        Finding("VULN001", Severity.ERROR, MESSAGE, Location("poetry.lock", 10), "poetry update requests"),
    )
    assert result.status is Status.FAILED
    assert result.checked == Checked(2, 2, "packages")
    assert result.reason == f"2 of 2 packages; {SAYS}"
    assert result.tool == SAYS


def test_a_project_without_known_vulnerabilities_passes_and_the_age_is_said(project: Project) -> None:
    project.know(*KNOWN)
    result = project.ask(lock_of(("flask", "3.0.0"), ("requests", "2.31.0")))
    assert (result.status, result.findings, result.reason) == (Status.PASSED, (), f"2 of 2 packages; {SAYS}")


def test_without_advisories_nothing_passes(project: Project) -> None:
    result = project.ask(lock_of(("requests", "2.30.0")))
    assert (result.status, result.reason, result.hint) == (Status.SKIPPED, "no advisory data", UPDATE)


def test_what_is_installed_is_looked_at_too(project: Project) -> None:
    project.know(*KNOWN)
    install(project.site, "Requests", "2.30.0")
    install(project.site, "flask", "3.0.0")
    (project.site / "~equests-2.30.0.dist-info").mkdir()
    (project.site / "README").touch()
    result = project.ask()
    (finding,) = result.findings
    assert finding.message == MESSAGE.replace("2.30.0 has", "2.30.0 (installed) has")
    assert finding.location is None
    assert finding.fix == ".venv/bin/python -m pip install 'requests>=2.31.0'"
    assert result.checked == Checked(2, 2, "packages")


def test_what_is_installed_as_it_is_locked_is_one_package(project: Project) -> None:
    project.know(*KNOWN)
    install(project.site, "requests", "2.30.0")
    result = project.ask(lock_of(("requests", "2.30.0")))
    assert [finding.message for finding in result.findings] == [MESSAGE]
    assert result.checked == Checked(1, 1, "packages")


def test_an_old_version_that_is_installed_beside_a_good_lock_is_mended_by_installing_the_lock(project: Project) -> None:
    project.know(*KNOWN)
    install(project.site, "requests", "2.30.0")
    (finding,) = project.ask(lock_of(("requests", "2.31.0"))).findings
    assert (finding.location, finding.fix) == (None, "install the lock")


def test_two_versions_with_the_same_vulnerability_are_one_finding(project: Project) -> None:
    project.know(*KNOWN)
    install(project.site, "requests", "2.28.0")
    result = project.ask(lock_of(Locked("requests", "2.29.0"), Locked("requests", "2.30.0")))
    (finding,) = result.findings
    assert finding.message.startswith("requests 2.28.0 (installed), 2.29.0, 2.30.0 has PYSEC-2023-74")
    assert finding.location == Location("poetry.lock", 0)
    assert result.checked == Checked(3, 3, "packages")


@pytest.mark.parametrize(
    ("kind", "fix"),
    [
        ("poetry", "poetry update requests"),
        ("uv", "uv lock --upgrade-package requests"),
        ("pylock", "make the lock"),
        ("requirements", "make the lock"),
    ],
)
def test_the_fix_is_the_command_of_the_tool_that_made_the_lock(project: Project, kind: str, fix: str) -> None:
    project.know(*KNOWN)
    assert [finding.fix for finding in project.ask(lock_of(("requests", "2.30.0"), kind=kind)).findings] == [fix]


@pytest.mark.parametrize(
    ("made_by", "fix"),
    [
        ("uv pip compile -o x.txt x.in", "uv pip compile -o x.txt x.in --upgrade-package requests"),
        ("pip-compile x.in", "pip-compile x.in --upgrade-package requests"),
        ("uv export -o x.txt", "uv lock --upgrade-package requests && uv export -o x.txt"),
        ("poetry export -o x.txt", "poetry update requests && poetry export -o x.txt"),
    ],
)
def test_requirements_are_made_anew_by_what_made_them_with_a_newer_version(
    project: Project, monkeypatch: pytest.MonkeyPatch, made_by: str, fix: str
) -> None:
    project.know(*KNOWN)
    monkeypatch.setattr(Kind, "lock_command", lambda *_: made_by)
    (finding,) = project.ask(lock_of(("requests", "2.30.0"), kind="requirements")).findings
    assert finding.fix == fix


def test_one_command_mends_all_that_is_known_of_a_package(project: Project) -> None:
    project.know(
        Advisory("django", "PYSEC-1", spans=(Span("", "3.2.9", "fixed"),)),
        Advisory("django", "PYSEC-2", spans=(Span("", "3.2.10", "fixed"),)),
        Advisory("django", "PYSEC-3", spans=(Span(""),)),
    )
    install(project.site, "django", "3.2.1")
    result = project.ask()
    command = ".venv/bin/python -m pip install 'django>=3.2.10'"
    assert [(finding.message.replace(" (installed)", ""), finding.fix) for finding in result.findings] == [
        ("django 3.2.1 has PYSEC-1; mended in 3.2.9", command),
        ("django 3.2.1 has PYSEC-2; mended in 3.2.10", command),
        ("django 3.2.1 has PYSEC-3; no version is known to mend it", None),
    ]


def test_what_does_not_come_from_an_index_is_counted_and_not_checked(project: Project) -> None:
    project.know(*KNOWN)
    elsewhere = [
        Locked("requests", "2.30.0", source=Source("git", "https://example.invalid/x.git")),
        Locked("pathy", "", source=Source("directory", "../pathy")),
    ]
    install(project.site, "local", "1.0", direct_url={"url": "file:///x", "dir_info": {}})
    install(project.site, "pathy", "0.9")
    result = project.ask(lock_of(("flask", "3.0.0"), *elsewhere))
    assert (result.status, result.findings, result.checked) == (Status.PASSED, (), Checked(1, 5, "packages"))
    none = project.ask(lock_of(*elsewhere))
    assert (none.status, none.reason) == (
        Status.SKIPPED,
        "none of the packages comes from an index: no advisory can concern it",
    )


def test_the_project_itself_is_not_looked_at(project: Project) -> None:
    project.know(Advisory("shop", "PYSEC-1", spans=(Span(""),)))
    install(project.site, "shop", "1.0")
    assert project.ask(lock_of(("flask", "3.0.0"), project="shop")).findings == ()


def test_where_nothing_is_locked_or_installed_there_is_nothing_to_look_at(project: Project) -> None:
    project.know(*KNOWN)
    result = project.ask()
    assert (result.status, result.reason) == (
        Status.SKIPPED,
        "nothing is locked, and nothing installed: no advisory can concern it",
    )


def test_a_lock_that_cannot_be_read_is_no_pass(project: Project) -> None:
    project.know(*KNOWN)
    trouble = Unreadable(Finding("LOCK002", Severity.ERROR, "not TOML", Location("poetry.lock", 3), "poetry lock"))
    result = project.ask(trouble)
    assert (result.status, result.reason, result.hint) == (Status.ERROR, "poetry.lock:3: not TOML", "poetry lock")


def test_an_environment_that_cannot_be_listed_is_no_pass(project: Project) -> None:
    project.know(*KNOWN)
    project.site.mkdir(parents=True)
    project.site.chmod(0)
    project.root.chmod(0o777)  # asking writes its pyproject.toml
    (project.root / "pyproject.toml").unlink(missing_ok=True)
    with unprivileged(project.site.parent):
        result = project.ask(lock_of(("requests", "2.31.0")))
    project.site.chmod(0o755)
    assert (result.status, "cannot list" in str(result.reason)) == (Status.ERROR, True)


def test_an_environment_of_too_many_files_is_no_pass(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.know(*KNOWN)
    install(project.site, "requests", "2.31.0")
    monkeypatch.setattr(site, "MOST_ENTRIES", 1)
    result = project.ask(lock_of(("requests", "2.31.0")))
    assert (result.status, "cannot list" in str(result.reason)) == (Status.ERROR, True)


def test_an_index_that_cannot_be_trusted_is_no_pass(project: Project) -> None:
    project.know(*KNOWN)
    path = project.cache / "holdfast" / "advisories" / INDEX
    path.write_bytes(path.read_bytes()[:-5])
    result = project.ask(lock_of(("requests", "2.31.0")))
    assert result.status is Status.ERROR
    assert result.reason == f"{path}: damaged: its content is not what it was written as"


def test_old_data_is_a_warning_by_the_day_of_its_newest_record(project: Project) -> None:
    project.know(*KNOWN, modified="2026-11-13T11:59:59Z")
    result = project.ask(lock_of(("requests", "2.31.0")))
    assert messages(result) == [f"warning VULN002 the {SAYS}: what became known since is not in it"]
    assert (result.status, result.findings[0].fix) == (Status.PASSED, UPDATE)
    assert project.ask(lock_of(("requests", "2.31.0")), max_age="8d").findings == ()
    assert run_one(Job(CHECK, project.context(lock_of(("requests", "2.31.0")))), strict=True).status is Status.FAILED


@pytest.mark.parametrize(
    ("modified", "old"),
    [("2026-11-19T12:00:00Z", "1 day old"), ("2026-11-20T11:00:00Z", "0 days old"), ("2026-12-24", "0 days old")],
)
def test_the_age_is_counted_in_whole_days(project: Project, modified: str, old: str) -> None:
    project.know(*KNOWN, modified=modified)
    assert f", {old}, taken in" in str(project.ask(lock_of(("requests", "2.31.0"))).reason)


def test_versions_that_cannot_be_compared_are_warnings(project: Project) -> None:
    project.know(Advisory("binderhub", "PYSEC-2021-371", unclear=("0.2.0-n653",)), *KNOWN)
    result = project.ask(lock_of(("binderhub", "0.2"), ("requests", "banana")))
    assert messages(result) == [
        "warning VULN006 binderhub 0.2 could not be compared with PYSEC-2021-371: it has no bounds but 0.2.0-n653",
        *(
            f"warning VULN006 requests banana could not be compared with {name}: the version is not PEP 440"
            for name in ("GHSA-j8r2-6x86-q33q", "PYSEC-2023-74")
        ),
    ]


def ignore(name: str, **said: str) -> str:
    lines = "".join(f'{key} = "{value}"\n' for key, value in said.items())
    return f"[tool.holdfast.advisories.ignore.{name}]\n{lines}"


@pytest.mark.parametrize("name", ["CVE-2023-32681", "cve-2023-32681", "ghsa-J8R2-6x86-q33q", "PYSEC-2023-74"])
def test_what_is_ignored_by_any_of_its_names_stays_to_be_seen(project: Project, name: str) -> None:
    project.know(*KNOWN)
    project.config = ignore(name, reason="no proxy here", until="2026-11-20")
    result = project.ask(lock_of(("requests", "2.30.0")))
    assert messages(result) == [f"info VULN001 {MESSAGE}; ignored until 2026-11-20: no proxy here"]
    assert (result.status, result.findings[0].fix) == (Status.PASSED, None)


def test_an_ignore_that_has_expired_is_a_finding_and_ignores_nothing(project: Project) -> None:
    project.know(*KNOWN)
    project.config = ignore("CVE-2023-32681", reason="no proxy here", until="2026-11-19")
    result = project.ask(lock_of(("requests", "2.30.0")))
    assert messages(result) == [
        f"error VULN001 {MESSAGE}",
        "error VULN003 CVE-2023-32681 was ignored until 2026-11-19 (no proxy here): look again",
    ]
    assert result.findings[1].location == Location("pyproject.toml", 6)


def test_an_ignore_that_lacks_its_reason_or_its_day_is_a_finding_and_ignores_nothing(project: Project) -> None:
    project.know(*KNOWN)
    project.config = ignore("CVE-2023-32681", until="2026-12-31") + ignore("PYSEC-2023-74", reason=" ")
    result = project.ask(lock_of(("requests", "2.30.0")))
    assert messages(result) == [
        f"error VULN001 {MESSAGE}",
        "error VULN004 CVE-2023-32681 is to be ignored without a reason, and is not",
        "error VULN004 PYSEC-2023-74 is to be ignored without a reason and a day in until, and is not",
    ]
    assert [str(finding.location) for finding in result.findings[1:]] == ["pyproject.toml:5", "pyproject.toml:7"]


def test_an_ignore_that_matches_nothing_can_go(project: Project) -> None:
    project.know(*KNOWN)
    project.config = ignore("PYSEC-1", reason="x", until="2026-12-31") + ignore("A-1", reason="x", until="2025-12-31")
    result = project.ask(lock_of(("requests", "2.31.0")))
    assert messages(result) == [
        "error VULN003 A-1 was ignored until 2025-12-31 (x): it concerns nothing any more, so the ignore can go",
        "info VULN005 PYSEC-1 concerns nothing that is locked or installed: the ignore can go",
    ]
    assert result.status is Status.FAILED


def answering(ids: Mapping[str, Sequence[str]]) -> Any:
    records = {str(each["id"]): each for each in (REQUESTS, REQUESTS_GITHUB)}

    def answer(path: str, body: bytes) -> Answer:
        if path != "/v1/querybatch":
            return Answer(json.dumps(records[path.rpartition("/")[2]]).encode())
        names = [query["package"]["name"] for query in json.loads(body)["queries"]]
        results = [{"vulns": [{"id": each} for each in ids.get(name, ())]} for name in names]
        return Answer(json.dumps({"results": results}).encode())

    return answer


def test_online_the_service_is_asked_and_what_left_this_machine_is_said(project: Project) -> None:
    private = Locked("private-thing", "1.0", source=Source("git", "https://example.invalid/x.git"))
    lock = lock_of(("flask", "3.0.0"), ("requests", "2.30.0"), private)
    with serving(answering({"requests": ["PYSEC-2023-74", "GHSA-j8r2-6x86-q33q"]})) as web:
        result = project.ask(lock, online=True, service=web.url)
    says = f"asked {web.url}, which was told names and versions of 2 packages"
    assert messages(result) == [f"error VULN001 {MESSAGE}"]
    assert (result.reason, result.tool) == (f"2 of 3 packages; {says}", says)
    assert b"private-thing" not in b"".join(body for *_, body in web.asked)


def test_online_a_service_that_does_not_answer_is_no_pass(project: Project) -> None:
    project.know(*KNOWN)
    with serving(lambda _path, _body: Answer(status=403)) as web:
        result = project.ask(lock_of(("requests", "2.31.0")), online=True, service=web.url)
    assert result.status is Status.ERROR
    assert result.reason == f"{web.url}/v1/querybatch: HTTP 403 Forbidden"


def test_it_is_wanted_where_there_is_something_to_ask_and_something_to_ask_about(project: Project) -> None:
    lock = lock_of(("requests", "2.30.0"))
    assert not CHECK.wanted(project.context(lock))
    assert CHECK.wanted(project.context(lock, online=True))
    project.know(*KNOWN)
    assert CHECK.wanted(project.context(lock))
    assert not CHECK.wanted(project.context())
    project.site.mkdir(parents=True)
    assert CHECK.wanted(project.context())
    assert CHECK.inputs(project.context()) is None


def test_a_machine_without_a_home_has_no_advisories(project: Project) -> None:
    context = project.context(lock_of(("requests", "2.30.0")))._replace(env={})
    assert not CHECK.wanted(context)
    with pytest.raises(CannotRun, match="no advisory data"):
        CHECK.run(context)


def test_looking_changes_nothing(project: Project) -> None:
    project.know(*KNOWN)
    install(project.site, "requests", "2.30.0")
    project.ask()

    def state() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(project.root.parent.rglob("*"))}

    context = project.context()
    before = state()
    run_one(Job(CHECK, context), strict=False)
    assert state() == before
