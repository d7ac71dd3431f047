from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.runner import Job, run_one
from holdfast.checks.secret_scan import driver
from holdfast.checks.secret_scan.allowed import _FILTERS
from holdfast.checks.secret_scan.verdicts import Verdicts
from holdfast.checks.secrets import CHECK
from holdfast.core.findings import Result, Status
from tests.checks.secret_scan.planted import commit, git
from tests.conftest import Cli
from tests.faults.secret_values import LETTERS, Draw

DRAW = Draw(5)
TOKEN = "ghp_" + DRAW.of(LETTERS, 36)
PASSWORD = DRAW.password()
Make = Callable[..., Context]


def look(context: Context) -> Result:
    return run_one(Job(CHECK, context), strict=False)


def ids(result: Result) -> list[str]:
    return [f"{each.id} {each.location}" if each.location else each.id for each in result.findings]


def scan(project: Path, *options: str) -> dict[str, object]:
    command = [str(Path(sys.executable).with_name("detect-secrets")), "scan", "--no-verify", *options]
    done = subprocess.run(command, cwd=project, check=True, capture_output=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_secret_that_all_three_find_is_one_finding_of_the_most_specific_kind(make_context: Make) -> None:
    baseline = {"version": "1.5.0", "plugins_used": [{"name": "GitHubTokenDetector"}, {"name": "KeywordDetector"}]}
    context = make_context(
        {"a.py": f'API_TOKEN = "{TOKEN}"\n', ".secrets.baseline": json.dumps(baseline | {"results": {}})}
    )
    (finding,) = look(context).findings
    assert (finding.id, str(finding.location)) == ("SECRET001", "a.py:1")
    assert "github-token" in finding.message
    assert "pragma: allowlist secret" in finding.message


def test_two_secrets_in_one_line_are_two(make_context: Make) -> None:
    result = look(make_context({"a.py": f'f("{TOKEN}", password="{PASSWORD}")\n'}))
    assert ids(result) == ["SECRET001 a.py:1", "SECRET003 a.py:1"]


def test_without_detect_secrets_the_rest_looks_and_says_what_did_not(make_context: Make) -> None:
    context = make_context({"a.py": f'x = "{TOKEN}"\n'}, tools=False)
    result = look(context)
    assert ids(result) == ["SECRET008", "SECRET001 a.py:1"]
    assert "detect-secrets" in str(result.findings[0].fix)
    clean = look(make_context({"a.py": "x = 1\n"}, tools=False))
    assert (clean.status, ids(clean), clean.tool) == (Status.PASSED, ["SECRET008"], None)


def test_with_it_the_result_has_its_version(make_context: Make) -> None:
    result = look(make_context({"a.py": "x = 1\n"}))
    assert result.status is Status.PASSED
    assert re.fullmatch(r"detect-secrets \d+\.\d+\.\d+", str(result.tool))
    assert str(result.checked) == "2 of 2 files"


def test_what_the_baseline_accepts_is_no_finding_of_any_looker(make_context: Make) -> None:
    files = {"a.py": f'x = "{TOKEN}"\n', "k.pem": DRAW.pem(), "b.py": f'password = "{PASSWORD}"\n'}
    context = make_context(files)
    assert len(look(context).findings) == 3
    baseline = scan(context.project, "a.py", "k.pem", "b.py")
    (context.project / ".secrets.baseline").write_text(json.dumps(baseline))
    assert look(context).findings == ()
    (context.project / "b.py").write_text(f'\n\npassword = "{PASSWORD}"\n')
    assert look(context).findings == (), "a moved line is the same secret"
    (context.project / "b.py").write_text(f'password = "{DRAW.password()}"\n')
    assert [each.location.file for each in look(context).findings if each.location] == ["b.py"]


def test_what_was_audited_as_a_real_secret_is_one(make_context: Make) -> None:
    context = make_context({"a.py": f'x = "{TOKEN}"\n'})
    baseline = json.dumps(scan(context.project, "a.py"))
    (context.project / ".secrets.baseline").write_text(
        baseline.replace('"is_verified"', '"is_secret": true, "is_verified"')
    )
    assert ids(look(context)) == ["SECRET001 a.py:1"]


@pytest.mark.parametrize("what", ["files", "lines", "secrets"])
def test_the_filters_of_the_baseline_hold_for_all(make_context: Make, what: str) -> None:
    context = make_context({"tests/a.py": f'x = "{TOKEN}"  # of the tests\n'})
    pattern = {"files": "^tests/", "lines": "of the tests", "secrets": "^ghp_"}[what]
    baseline = scan(context.project, f"--exclude-{what}", pattern, "tests/a.py")
    (context.project / ".secrets.baseline").write_text(json.dumps(baseline))
    assert look(context).findings == ()


def test_the_baseline_is_read_and_never_written(make_context: Make) -> None:
    context = make_context({"a.py": f'x = "{TOKEN}"\n'})
    path = context.project / ".secrets.baseline"
    path.write_text(json.dumps(scan(context.project, "a.py") | {"version": "1.0.0"}))
    (context.project / "a.py").write_text("x = 1\n")  # detect-secrets-hook would take it out of the baseline
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert look(context).status is Status.PASSED
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", ".secrets.baseline:1: not JSON"),
        ("[]", "not a baseline"),
        ('{"results": {"a": [{}]}}', "not a baseline"),
        ("[" * 100_000, "not JSON|nested too deeply"),
        (
            json.dumps({"results": {}, "filters_used": [{"path": f"{_FILTERS}file", "pattern": ["("]}]}),
            "not a regular expression",
        ),
        ('{"results": {}}', "cannot read the baseline"),
    ],
)
def test_a_baseline_that_cannot_be_understood_is_no_pass(make_context: Make, content: str, reason: str) -> None:
    context = make_context({"a.py": "x = 1\n", ".secrets.baseline": content})
    result = look(context)
    assert result.status is Status.ERROR
    assert re.search(reason, str(result.reason))
    assert "detect-secrets scan" in str(result.hint)


def test_no_service_is_asked_even_where_the_baseline_says_so(git_project: Path) -> None:
    slack = "xoxb-" + DRAW.of("0123456789", 12) + "-" + DRAW.of(LETTERS, 24)
    (git_project / "a.py").write_text(f'x = "{slack}"\n')
    filters = [{"path": driver.ASKS_SERVICES, "min_level": 2}]
    baseline = {"version": "1.5.0", "plugins_used": [{"name": "SlackDetector"}], "filters_used": filters, "results": {}}
    (git_project / ".secrets.baseline").write_text(json.dumps(baseline))
    code = "import runpy, socket, sys; socket.getaddrinfo = lambda *a, **k: sys.exit(99)"
    code += f"; sys.argv = ['x', '.secrets.baseline', 'a.py']; runpy.run_path({driver.__file__!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=git_project, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])[4] == "Slack Token"


def test_one_edited_file_is_one_file_that_is_looked_into(make_context: Make) -> None:
    context = make_context({f"{name}.py": "x = 1\n" for name in "abc"} | {"bad.py": f'x = "{TOKEN}"\n'})
    look(context)
    kept = json.loads((context.scratch / "secrets.json").read_text())
    assert sorted(kept["clean"]) == ["a.py", "b.py", "c.py", "pyproject.toml"], "of what is not clean, nothing is kept"
    (context.project / "a.py").write_text(f'x = "{TOKEN}"\n')
    verdicts = Verdicts(context.scratch, kept["key"])
    assert verdicts.is_clean("b.py", kept["clean"]["b.py"])
    assert ids(look(context)) == ["SECRET001 a.py:1", "SECRET001 bad.py:1"]
    assert sorted(json.loads((context.scratch / "secrets.json").read_text())["clean"]) == [
        "b.py",
        "c.py",
        "pyproject.toml",
    ]


def test_what_was_clean_is_looked_into_again_where_the_baseline_is_another(make_context: Make) -> None:
    context = make_context({"a.py": f'x = "{DRAW.of(LETTERS, 40)}"\n'})
    assert look(context).findings == ()
    baseline = {"version": "1.5.0", "plugins_used": [{"name": "Base64HighEntropyString", "limit": 4.5}], "results": {}}
    (context.project / ".secrets.baseline").write_text(json.dumps(baseline))
    assert ids(look(context)) == ["SECRET006 a.py:1"]


@pytest.mark.parametrize("content", ["{", "[]", '{"key": 1}', "[" * 100_000])
def test_a_cache_that_cannot_be_understood_is_forgotten(make_context: Make, content: str) -> None:
    context = make_context({"a.py": f'x = "{TOKEN}"\n'})
    context.scratch.mkdir(parents=True)
    (context.scratch / "secrets.json").write_text(content)
    assert ids(look(context)) == ["SECRET001 a.py:1"]


def test_a_run_that_is_limited_looks_at_what_changed_alone(make_context: Make) -> None:
    context = make_context({"a.py": f'x = "{TOKEN}"\n', "b.py": f'x = "{TOKEN}"\n'})
    assert ids(look(context._replace(scope=frozenset(["b.py"])))) == ["SECRET001 b.py:1"]
    nothing = look(context._replace(scope=frozenset()))
    assert (nothing.status, nothing.unaffected) == (Status.SKIPPED, True)


def test_where_a_link_or_a_submodule_alone_has_changed_nothing_of_it_has(make_context: Make) -> None:
    context = make_context({"a.py": f'x = "{TOKEN}"\n'})
    (context.project / "link").symlink_to("a.py")
    (context.project / "sub").mkdir()
    there = context._replace(files=("a.py", "link", "sub"), scope=frozenset(["link", "sub"]))
    result = look(there)
    assert (result.status, result.unaffected) == (Status.SKIPPED, True)


def test_what_cannot_be_looked_into_is_said(make_context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast.checks.secret_scan import sources

    monkeypatch.setattr(sources, "LIMIT", 1000)
    context = make_context({"large.csv": "x," * 1000, "a.py": "x = 1\n", "gone.py": ""})
    (context.project / "gone.py").unlink()
    (context.project / "link.py").symlink_to("nowhere")
    os.mkfifo(context.project / "pipe")
    result = look(context._replace(files=(*context.files, "link.py", "pipe")))
    assert ids(result) == ["SECRET007 large.csv"]
    assert (result.status, str(result.checked)) == (Status.PASSED, "2 of 3 files")


def test_a_project_without_files_is_no_pass(make_context: Make) -> None:
    assert look(make_context({})._replace(files=())).status is Status.ERROR


def test_a_tool_from_path_is_run_by_the_python_that_its_script_names(make_context: Make, tmp_path: Path) -> None:
    context = make_context({"a.txt": f"use AKC{DRAW.of(LETTERS, 60)} here\n"}, tools=False)
    tool = tmp_path / "bin" / "detect-secrets"
    tool.parent.mkdir()
    tool.write_text(f"#!{sys.executable}\n")
    tool.chmod(0o755)
    context = context._replace(child_env={"PATH": str(tool.parent)})
    assert ids(look(context)) == ["SECRET006 a.txt:1"]
    tool.write_text(f"#!/bin/sh\n'''exec' \"{sys.executable}\" \"$0\" \"$@\"\n' '''\n")
    assert ids(look(context._replace(scratch=tmp_path / "other"))) == ["SECRET006 a.txt:1"]
    tool.write_text("\x7fELF")
    broken = look(context._replace(scratch=tmp_path / "third"))
    assert (broken.status, "does not say which Python" in str(broken.reason)) == (Status.ERROR, True)


def test_a_file_that_starts_with_a_dash_is_no_option(make_context: Make) -> None:
    result = look(make_context({"-x.txt": f"one\nuse AKC{DRAW.of(LETTERS, 60)} here\n"}))
    assert ids(result) == ["SECRET006 -x.txt:2"]


def test_the_history_tells_each_secret_once_with_the_commit_that_brought_it(holdfast: Cli, git_project: Path) -> None:
    (git_project / "a.py").write_text(f'\nx = "{TOKEN}"\n')
    first = commit(git_project)
    (git_project / "a.py").write_text(f'\n\n\nx = "{TOKEN}"\ny = 1\n')
    second = commit(git_project)
    (git_project / ".env").write_text(f"DB_PASSWORD={PASSWORD}\n")
    third = commit(git_project)
    git(git_project, "checkout", "-q", "-b", "side", first)
    (git_project / "k.pem").write_text(DRAW.pem())
    fourth = commit(git_project)
    git(git_project, "checkout", "-q", "main")
    git(git_project, "rm", "-q", "a.py", ".env")
    commit(git_project)
    assert holdfast("secrets", cwd=git_project).exit_code == 0
    said = holdfast("secrets", "--history", "--format", "json", cwd=git_project)
    (result,) = json.loads(said.stdout)["results"]
    found = {(each["id"], each["file"], each["line"], each["message"][:200]) for each in result["findings"]}
    commits = {tuple(place): re.search(r"commit ([0-9a-f]{12})", message) for *place, message in found}
    assert {place: match[1] if match else None for place, match in commits.items()} == {
        ("SECRET001", "a.py", 2): first[:12],
        ("SECRET004", ".env", None): third[:12],
        ("SECRET002", "k.pem", 1): fourth[:12],
    }
    assert all("git filter-repo" in message for *_, message in found)
    since = holdfast("secrets", "--history", "--since", second, "--format", "json", cwd=git_project)
    (later,) = json.loads(since.stdout)["results"]
    assert {each["file"] for each in later["findings"]} == {".env", "k.pem"}


def test_a_secret_that_only_a_tag_or_a_merge_holds_is_found(holdfast: Cli, git_project: Path) -> None:
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=git_project, input=f"{TOKEN}\n", capture_output=True, text=True
    ).stdout.strip()
    git(git_project, "tag", "kept", blob)
    git(git_project, "checkout", "-q", "-b", "side")
    (git_project / "b.py").write_text("")
    commit(git_project)
    git(git_project, "checkout", "-q", "main")
    git(git_project, "merge", "-q", "--no-ff", "--no-commit", "side")
    (git_project / "evil.py").write_text(f'password = "{PASSWORD}"\n')
    at = commit(git_project, "merge")
    said = holdfast("secrets", "--history", cwd=git_project).stdout
    assert f"SECRET001: a secret of the kind github-token; kept by a tag alone (blob {blob[:12]})" in said
    assert re.search(rf"evil.py:1: error SECRET003: .* commit {at[:12]}", said)


def test_a_clone_that_is_not_whole_says_so(holdfast: Cli, git_project: Path, tmp_path: Path) -> None:
    (git_project / "a.py").write_text("x = 1\n")
    commit(git_project)
    git(tmp_path, "clone", "-q", "--depth", "1", git_project.as_uri(), "shallow")
    said = holdfast("secrets", "--history", cwd=tmp_path / "shallow")
    assert said.exit_code == 0
    assert "SECRET009" in said.stdout
    assert holdfast("secrets", "--history", "--strict", cwd=tmp_path / "shallow").exit_code == 1


def test_what_the_history_cannot_look_at_is_exit_2(holdfast: Cli, git_project: Path, tmp_path: Path) -> None:
    assert holdfast("secrets", "--since", "HEAD", cwd=git_project).exit_code == 2
    said = holdfast("secrets", "--history", "--since", "--nothing", cwd=git_project)
    assert (said.exit_code, "no such commit" in said.stdout) == (2, True)
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "pyproject.toml").write_text("")
    assert "in no git repository" in holdfast("secrets", "--history", cwd=alone).stdout


def test_the_history_leaves_out_what_the_baseline_does_and_says_what_is_too_large(
    holdfast: Cli, git_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.checks.secret_scan import blobs

    monkeypatch.setattr(blobs, "LIMIT", 2000)
    (git_project / "tests").mkdir()
    (git_project / "tests" / "a.py").write_text(f'x = "{TOKEN}"\n')
    (git_project / "large.csv").write_text("x," * 2000)
    (git_project / "id_rsa").write_text("U1NIIHByaXZhdGUga2V5\n")
    (git_project / ".npmrc").write_text("//npm.shop.dev/:_password=aHVudGVyMg\n")
    (git_project / ".secrets.baseline").write_text(
        json.dumps(
            {"version": "1.5.0", "results": {}, "filters_used": [{"path": f"{_FILTERS}file", "pattern": ["^tests/"]}]}
        )
    )
    commit(git_project)
    said = json.loads(holdfast("secrets", "--history", "--format", "json", cwd=git_project).stdout)["results"][0]
    assert sorted((each["id"], each["file"]) for each in said["findings"]) == [
        ("SECRET004", ".npmrc"),
        ("SECRET004", "id_rsa"),
        ("SECRET007", "large.csv"),
    ]
    assert said["checked"]["done"] + 1 == said["checked"]["total"]


def test_the_name_of_a_file_that_is_gone_is_told_from_the_history(holdfast: Cli, git_project: Path) -> None:
    (git_project / f"{TOKEN}.txt").write_text("x\n")
    at = commit(git_project)
    git(git_project, "rm", "-q", f"{TOKEN}.txt")
    commit(git_project)
    said = holdfast("secrets", "--history", cwd=git_project).stdout
    assert re.search(rf"\*\*\*\.txt: error SECRET005: .* commit {at[:12]}", said)


def test_a_history_in_which_nothing_is_new_is_skipped_and_no_pass(holdfast: Cli, git_project: Path) -> None:
    said = holdfast("secrets", "--history", "--since", "HEAD", cwd=git_project)
    assert (said.exit_code, "no commit after HEAD has new contents" in said.stdout) == (2, True)


@pytest.fixture
def asks(
    git_project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., object]:
    """Calls the driver in this process, with nothing left of how it was called before."""
    settings = pytest.importorskip("detect_secrets.settings")
    monkeypatch.chdir(git_project)

    def ask(*arguments: str) -> tuple[int, list[object]]:
        settings.cache_bust()
        settings.get_settings().clear()
        code = driver.main(*arguments)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return ask


def test_the_driver_prints_places_and_no_values(
    git_project: Path, asks: Callable[..., tuple[int, list[object]]]
) -> None:
    (git_project / "a.txt").write_text(f"one\nuse AKC{DRAW.of(LETTERS, 20)} here\n")
    (git_project / "b.txt").write_text("nothing\n")
    code, said = asks("", "a.txt", "b.txt", "gone.txt")
    assert code == 0
    assert said[0] == [0, 2, 3, 28, "Artifactory Credentials", False]
    assert isinstance(said[1], dict)
    assert said[1]["looked_at"] == 3
    baseline = {
        "version": "1.5.0",
        "plugins_used": [{"name": "ArtifactoryDetector"}],
        "filters_used": [],
        "results": {},
    }
    (git_project / ".secrets.baseline").write_text(json.dumps(baseline))
    assert asks(".secrets.baseline", "a.txt")[1][0] == said[0]
    (git_project / ".secrets.baseline").write_text("{}")
    assert asks(".secrets.baseline", "a.txt") == (driver.BAD_BASELINE, [])
