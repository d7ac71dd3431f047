"""What a workflow file says, as values."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.workflow.definition.kinds import ALL, Anything

from holdfast.core.digests import sha256
from holdfast.workflow.definition import DefinitionError, load
from holdfast.workflow.definition.loading import CACHE
from holdfast.workflow.model import Concurrency, Input, Queue, Retry, Step, Workflow

NIGHTLY = """\
name: nightly
inputs:
  target: {type: string, default: ".", description: what to check}
  targets: {type: list, default: [src, tests], description: what to check one by one}
defaults: {timeout: 10m, retry: {times: 0}}
steps:
  - {id: venv,  check: venv}
  - {id: deps,  check: deps, needs: [venv]}
  - id: tests
    needs: [venv]
    run: [pytest, -q, --junit-xml=out/junit.xml, --cov, --cov-report=xml:out/coverage.xml]   # argv
    retry: {times: 2, backoff: 2s, jitter: true, on: [timeout, exit:75]}
    artifacts: [out/*.xml]
  - {id: coverage, needs: [tests], gate: {metric: coverage.line, from: out/coverage.xml, at_least: 85}}
  - {id: fan, needs: [deps], for_each: "inputs.targets", max_parallel: 4, run: [holdfast, check-deps, "${item}"]}
  - id: ship
    needs: [coverage]
    approve: {question: Publish?, options: [publish, hold], expires: 24h}
  - {id: publish, needs: [ship], if: "steps.ship.answer == 'publish'", run: [make, publish],
     idempotency_key: "${commit}", on_failure: rollback}
  - {id: rollback, when: never, run: [make, rollback]}
"""
Loaded = Callable[..., Workflow]


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """Reads a text as the file `w.yaml` of a project."""

    def read(text: str, *, keep: bool = False, fresh: bool = False) -> Workflow:
        (tmp_path / "w.yaml").write_bytes(text.encode())
        return load(tmp_path / "w.yaml", tmp_path, ALL, keep=keep, fresh=fresh)

    return read


@pytest.fixture
def step(loaded: Loaded) -> Callable[..., Step]:
    """The first step of a workflow that says this of it, in YAML, and this besides."""

    def read(says: str, top: str = "") -> Step:
        return loaded(
            f"{top}\nsteps:\n- {{id: a, run: [x], {says}}}\n- {{id: b, when: never, run: [x]}}\n"
            "- {id: c, run: [x], on_failure: b}"
        ).steps[0]

    return read


def test_the_whole_example_is_read(loaded: Loaded) -> None:
    workflow = loaded(NIGHTLY)
    assert workflow.name == "nightly"
    assert workflow.file == "w.yaml"
    assert workflow.digest == sha256(NIGHTLY.encode())
    assert workflow.inputs == (
        Input("target", "string", ".", required=False, description="what to check"),
        Input("targets", "list", ["src", "tests"], required=False, description="what to check one by one"),
    )
    assert [step.id for step in workflow.steps] == [
        "venv",
        "deps",
        "tests",
        "coverage",
        "fan",
        "ship",
        "publish",
        "rollback",
    ]
    tests = workflow.step("tests")
    assert tests.retry == Retry(2, 2.0, jitter=True, on=("timeout", "exit:75"))
    assert (tests.needs, tests.artifacts, tests.timeout_s, tests.line) == (("venv",), ("out/*.xml",), 600.0, 9)
    assert workflow.step("coverage").body == {"metric": "coverage.line", "from": "out/coverage.xml", "at_least": 85}
    assert (workflow.step("fan").for_each, workflow.step("fan").max_parallel) == ("inputs.targets", 4)
    assert workflow.step("publish").condition == "steps.ship.answer == 'publish'"
    assert (workflow.step("publish").idempotency_key, workflow.step("publish").on_failure) == ("${commit}", "rollback")
    assert workflow.step("rollback").when == "never"


def test_a_step_has_the_crash_rule_of_its_kind_unless_it_says_another(loaded: Loaded) -> None:
    workflow = loaded("steps: [{id: a, check: x}, {id: b, run: [x]}, {id: c, check: x, on_crash: never}]")
    assert [step.on_crash for step in workflow.steps] == ["rerun", "ask", "never"]


@pytest.mark.parametrize(
    ("says", "field", "value"),
    [
        ("needs: c", "needs", ("c",)),
        ("if: false", "condition", "false"),
        ("if: true", "condition", "true"),
        ("for_each: [a, 'é\"', 1]", "for_each", '["a", "é\\"", 1]'),
        ("timeout: 1h30m", "timeout_s", 5400.0),
        ("timeout: 2.5", "timeout_s", 2.5),
        ("timeout: 7", "timeout_s", 7.0),
        ("retry: 3", "retry", Retry(3)),
        ("retry: {times: 1, factor: 3, longest: 1m, on: timeout}", "retry", Retry(1, 1.0, 3.0, 60.0, on=("timeout",))),
        ("retry: {backoff: 0s}", "retry", Retry(0, 0.0)),
        ("retry: {backoff: 0}", "retry", Retry(0, 0.0)),
        ("retry: {backoff: 0.0}", "retry", Retry(0, 0.0)),
        ("retry: {backoff: '0'}", "retry", Retry(0, 0.0)),
        ("continue-on-error: true", "allow_failure", True),
        ("allow_failure: true", "allow_failure", True),
        ("on_crash: probe, probe: [test, -e, x]", "probe", ("test", "-e", "x")),
        ("on_crash: probe, probe: test -e x", "probe", "test -e x"),
        ("env: [A, B]", "pass_env", ("A", "B")),
        ("env: {A: '1', B: null}", "pass_env", ("B",)),
        ("env: {A: '1', B: null}", "env", {"A": "1"}),
        ("secrets: [TOKEN]", "secrets", ("TOKEN",)),
        ("concurrency: deploy", "concurrency", Concurrency("deploy")),
        ("concurrency: {group: deploy, on_conflict: cancel}", "concurrency", Concurrency("deploy", "cancel")),
        ("uses: docker", "uses", "docker"),
        ("cwd: sub/dir", "cwd", "sub/dir"),
        ("when: always", "when", "always"),
    ],
)
def test_a_field_means_what_the_specification_says(
    step: Callable[..., Step], says: str, field: str, value: object
) -> None:
    assert getattr(step(says), field) == value


def test_defaults_hold_where_a_step_says_nothing_else(step: Callable[..., Step]) -> None:
    top = "defaults: {timeout: 5s, retry: {times: 2, backoff: 3}, env: {A: '1', B: '2'}, allow_failure: true}"
    plain = step("description: x", top)
    assert (plain.timeout_s, plain.retry, plain.allow_failure) == (5.0, Retry(2, 3.0), True)
    own = step("timeout: 6s, retry: {times: 4}, env: {B: '3', C: null}, continue-on-error: false", top)
    assert (own.timeout_s, own.retry, own.allow_failure) == (6.0, Retry(4, 3.0), False)
    assert (own.env, own.pass_env) == ({"A": "1", "B": "3"}, ("C",))
    assert step("env: [A]", top).pass_env == ("A",)
    assert step("retry: 7", top).retry == Retry(7, 3.0)


def test_what_holds_for_the_whole_file_is_read(loaded: Loaded) -> None:
    workflow = loaded(
        "description: what for\ntimeout: 2h\nconcurrency: {group: '${branch}', on_conflict: fail}\n"
        "queues: {api: {limit: 5, period: 1m, concurrency: 2}, plain: {}}\n"
        "inputs: {n: {type: integer, choices: [1, 2]}, s: {}, o: {required: false}}\n"
        "steps: [{id: a, run: [x], queue: api}]"
    )
    assert (workflow.name, workflow.description, workflow.timeout_s) == ("w", "what for", 7200.0)
    assert workflow.concurrency == Concurrency("${branch}", "fail")
    assert workflow.queues == (Queue("api", 5, 60.0, 2), Queue("plain"))
    assert workflow.inputs == (
        Input("n", "integer", required=True, choices=(1, 2)),
        Input("s", required=True),
        Input("o", required=False),
    )


@pytest.mark.parametrize("change", ["\ufeff", "\r\n"], ids=["byte order mark", "CRLF"])
def test_byte_order_marks_and_line_ends_of_windows_change_nothing(loaded: Loaded, change: str) -> None:
    plain = loaded(NIGHTLY)
    other = loaded(change + NIGHTLY if change == "\ufeff" else NIGHTLY.replace("\n", change))
    assert other._replace(digest="") == plain._replace(digest="")


def cached_files(project: Path) -> list[Path]:
    return sorted((project / CACHE).glob("*")) if (project / CACHE).exists() else []


def test_reading_writes_nothing_unless_it_is_asked_to(loaded: Loaded, tmp_path: Path) -> None:
    loaded(NIGHTLY)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["w.yaml"]
    loaded(NIGHTLY, keep=True)
    assert len(cached_files(tmp_path)) == 1


def read_apart(project: Path) -> tuple[list[str], str]:
    """What a process of its own imports to read `w.yaml`, of what is slow to import; and what it read."""
    program = (
        "import sys; from pathlib import Path; from tests.workflow.definition.kinds import ALL;"
        "from holdfast.workflow.definition import load;"
        "workflow = load(Path(sys.argv[1]) / 'w.yaml', Path(sys.argv[1]), ALL);"
        "print(*sorted({'ruamel.yaml', 'pydantic', 'pydantic_core', 'difflib'} & set(sys.modules)));"
        "print(repr(workflow))"
    )
    argv = [sys.executable, "-c", program, str(project)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    imported, _, read = done.stdout.partition("\n")
    return imported.split(), read.strip()


def test_a_file_that_was_kept_is_read_without_its_parsers(loaded: Loaded, tmp_path: Path) -> None:
    kept = loaded(NIGHTLY, keep=True)
    assert read_apart(tmp_path) == ([], repr(kept))


def test_a_new_file_is_read_without_the_classes_of_pydantic(loaded: Loaded, tmp_path: Path) -> None:
    fresh = loaded(NIGHTLY)
    assert read_apart(tmp_path) == (["pydantic_core", "ruamel.yaml"], repr(fresh))


def test_a_cache_file_that_comes_with_a_copy_of_the_project_is_passed_over(loaded: Loaded, tmp_path: Path) -> None:
    loaded(NIGHTLY, keep=True)
    shutil.copytree(tmp_path / CACHE, tmp_path / "copy" / CACHE)
    shutil.copy2(tmp_path / "w.yaml", tmp_path / "copy" / "w.yaml")
    assert "ruamel.yaml" in read_apart(tmp_path / "copy")[0]


def test_what_comes_from_the_cache_is_what_was_read(loaded: Loaded, tmp_path: Path) -> None:
    fresh = loaded(NIGHTLY, keep=True)
    assert loaded_again(tmp_path) == fresh
    assert loaded(NIGHTLY, fresh=True) == fresh


def test_an_edited_file_is_read_anew(loaded: Loaded) -> None:
    loaded(NIGHTLY, keep=True)
    assert loaded(NIGHTLY.replace("10m", "20m"), keep=True).steps[0].timeout_s == 1200.0


def _forged(body: bytes) -> bytes:
    return sha256(body).encode() + b"\n" + body


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda content: content[:-20],
        lambda content: content.replace(b"make", b"evil"),
        lambda content: _forged(content.partition(b"\n")[2].replace(b"make", b"evil")),
        lambda _: _forged(b"null"),
        lambda _: _forged(b"[" * 100_000),
        lambda _: b"\xff\n\n",
    ],
)
def test_a_cache_file_that_is_damaged_or_forged_is_passed_over(
    loaded: Loaded, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    fresh = loaded(NIGHTLY, keep=True)
    (kept,) = cached_files(tmp_path)
    kept.write_bytes(spoil(kept.read_bytes()))
    assert loaded_again(tmp_path) == fresh


def loaded_again(project: Path) -> Workflow:
    return load(project / "w.yaml", project, ALL)


def test_a_cache_file_of_another_shape_is_passed_over(loaded: Loaded, tmp_path: Path) -> None:
    fresh = loaded(NIGHTLY, keep=True)
    (kept,) = cached_files(tmp_path)
    kept.unlink()
    os.mkfifo(kept)
    assert loaded_again(tmp_path) == fresh
    kept.unlink()
    kept.mkdir()
    assert loaded_again(tmp_path) == fresh
    kept.rmdir()
    with kept.open("wb") as file:
        file.truncate(100 * 2**30)
    assert loaded_again(tmp_path) == fresh


def test_a_file_whose_kind_of_step_is_gone_is_judged_anew(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("steps: [{id: a, brew: tea}]", "utf-8")
    load(tmp_path / "w.yaml", tmp_path, {**ALL, "brew": Anything("brew")}, keep=True)
    with pytest.raises(DefinitionError, match="brew: unknown key"):
        loaded_again(tmp_path)


def test_one_cache_file_is_kept_for_each_workflow(loaded: Loaded, tmp_path: Path) -> None:
    loaded(NIGHTLY, keep=True)
    loaded(NIGHTLY.replace("10m", "20m"), keep=True)
    assert len(cached_files(tmp_path)) == 1


def test_a_cache_that_cannot_be_written_does_not_matter(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / ".holdfast").write_text("a file", "utf-8")
    assert loaded(NIGHTLY, keep=True).name == "nightly"


def test_a_file_with_a_mistake_is_never_kept(loaded: Loaded, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        loaded("steps: []", keep=True)
    assert cached_files(tmp_path) == []
