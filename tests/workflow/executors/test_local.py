"""Attempts on this machine: what a hostile or clumsy program may do, and what is kept of it."""

from __future__ import annotations

import os
import signal
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.core.ids import new_id
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.interface import Place
from holdfast.workflow.executors.local import LocalExecutor
from holdfast.workflow.executors.perform import perform
from holdfast.workflow.records import Outcome

RUN = new_id(now_ms())
"""Of this process alone: what is left of an attempt is found by the run's id, wherever on the machine it is."""
SECRET = "s3cret value"  # noqa: S105 - one of the test's own


@pytest.fixture
def place(tmp_path: Path) -> Place:
    project = tmp_path / "shop"
    project.mkdir()
    return Place(project, project / ".holdfast/workflow/runs", {"TOKEN": SECRET}, grace_s=0.3)


def work(*argv: str, **more: Any) -> Work:
    given: dict[str, Any] = {"env": {"PATH": os.environ["PATH"]}, "instance": "a", "attempt": 1}
    return Work(RUN, argv=argv, **{**given, **more})


def performed(place: Place, *argv: str, **more: Any) -> Outcome:
    return perform(LocalExecutor(), work(*argv, **more), place, on_process=lambda _: None, stopped=lambda: None)


def shell(place: Place, script: str, **more: Any) -> Outcome:
    return performed(place, "/bin/sh", "-c", script, **more)


def log(place: Place, outcome: Outcome) -> str:
    assert outcome.log
    return (place.project / outcome.log).read_text("utf-8")


def test_a_step_sees_its_own_environment_and_no_more(place: Place) -> None:
    outcome = performed(place, "env", env={"PATH": os.environ["PATH"], "GREETING": "a b"}, idempotency_key="3f1c")
    seen = dict(line.split("=", 1) for line in log(place, outcome).splitlines())
    shells_own = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert seen.keys() - shells_own == {
        *("PATH", "GREETING", "HOLDFAST_RUN_ID", "HOLDFAST_STEP", "HOLDFAST_ATTEMPT"),
        *("HOLDFAST_IDEMPOTENCY_KEY", "HOLDFAST_OUTPUT"),
    }
    assert seen["GREETING"] == "a b"
    assert (seen["HOLDFAST_STEP"], seen["HOLDFAST_ATTEMPT"], seen["HOLDFAST_IDEMPOTENCY_KEY"]) == ("a", "1", "3f1c")


def test_arguments_arrive_as_they_are(place: Place) -> None:
    hostile = ["", " ", "a\nb", "$HOME `id` \"'", "-n", "*", "\udcff"]
    outcome = performed(place, sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))", *hostile)
    assert log(place, outcome) == f"{hostile!a}\n"


def test_a_builtin_of_the_shell_is_not_taken_for_a_program(place: Place) -> None:
    for name in ("exit", "exec", ":", "eval", "cd"):
        outcome = performed(place, name, "0")
        assert (outcome.status, outcome.exit_code) == ("failed", 127), name


def test_standard_input_is_empty_and_output_is_for_this_user_alone(place: Place) -> None:
    outcome = performed(place, "cat")
    assert outcome.status == "succeeded"
    assert outcome.log
    assert stat.S_IMODE((place.project / outcome.log).stat().st_mode) == 0o600


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells")
def test_a_program_has_the_signals_as_usual(place: Place) -> None:
    said = log(place, performed(place, "grep", "SigIgn", "/proc/self/status"))
    ignored = int(said.split()[1], 16)
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        assert not ignored >> (number - 1) & 1, number.name


@pytest.mark.parametrize(
    ("argv", "code", "reason"),
    [
        ((), 126, "there is no command to run"),
        (("",), 127, "an empty name: not found"),
        (("no-such-program",), 127, "no-such-program: not found"),
        (("a\0b",), 126, "an argument cannot hold a null character"),
        (("true", "a\0b"), 126, "an argument cannot hold a null character"),
        (("true", "x" * 2**20), 126, "Argument list too long"),
        (("true", "\ud800"), 126, "surrogates not allowed"),
        (("./plain",), 126, "may not be executed"),
        (("./folder",), 127, "not found"),
    ],
)
def test_what_cannot_be_run_is_said(place: Place, argv: tuple[str, ...], code: int, reason: str) -> None:
    (place.project / "plain").write_text("echo", "utf-8")
    (place.project / "folder").mkdir()
    outcome = performed(place, *argv)
    assert (outcome.status, outcome.exit_code) == ("failed", code)
    assert outcome.reason
    assert reason in outcome.reason


def test_a_directory_that_is_not_there_is_said(place: Place) -> None:
    outcome = performed(place, "true", cwd="gone")
    assert outcome.reason == f"its directory is not there: {place.project}/gone"


def test_a_step_works_in_its_directory_and_finds_programs_there(place: Place) -> None:
    inner = place.project / "-odd dir"
    inner.mkdir()
    (inner / "tool").write_text("#!/bin/sh\npwd\n", "utf-8")
    (inner / "tool").chmod(0o755)
    assert log(place, performed(place, "./tool", cwd="-odd dir")) == f"{inner}\n"


def test_a_signal_that_ended_it_has_its_name(place: Place) -> None:
    outcome = shell(place, "kill -SEGV $$")
    assert (outcome.status, outcome.exit_code, outcome.signal) == ("failed", 139, "SIGSEGV")
    assert outcome.reason == "ended by SIGSEGV"


def test_a_step_that_kills_its_own_shell_is_a_failure_and_leaves_nothing(place: Place) -> None:
    outcome = shell(place, "echo $$ > inner; kill -9 $PPID; sleep 1000")
    assert (outcome.status, outcome.signal) == ("failed", "SIGKILL")
    inner = (place.project / "inner").read_text("utf-8").strip()
    assert not Path(f"/proc/{inner}/cmdline").exists() or not Path(f"/proc/{inner}/cmdline").read_bytes()


def test_processes_that_it_left_in_the_group_are_ended(place: Place) -> None:
    outcome = shell(place, "sleep 1000 & exit 3")
    assert outcome.exit_code == 3
    assert any("ended" in note for note in outcome.notes)


def test_a_step_that_closes_its_output_ends_as_it_should(place: Place) -> None:
    outcome = shell(place, "exec >&- 2>&-; exit 4")
    assert (outcome.exit_code, outcome.log_bytes) == (4, 0)


def test_output_beyond_the_limit_keeps_its_beginning_and_its_end(place: Place) -> None:
    small = place._replace(output_limit=1000)
    outcome = shell(small, "echo BEGIN; seq 100000; echo END; exit 1")
    said = log(small, outcome)
    whole = len("BEGIN\nEND\n") + sum(len(str(n)) + 1 for n in range(1, 100001))
    assert outcome.log_bytes == whole
    assert said.startswith("BEGIN\n1\n2\n")
    assert said.endswith("99999\n100000\nEND\n")
    assert f"[holdfast: {whole - 1000} bytes were cut here]" in said
    assert len(said) < 1100
    assert outcome.tail.endswith("END")
    assert "the middle of its output was cut" in outcome.notes


def test_output_without_end_does_not_fill_the_disk(place: Place) -> None:
    small = place._replace(output_limit=2**20)
    outcome = shell(small, "yes", timeout_s=0.6)
    assert (outcome.status, outcome.reason) == ("timed_out", "it took longer than 0.6 s")
    assert outcome.log_bytes > 2**20
    assert len(log(small, outcome)) < 2**20 + 100


def test_a_successful_step_has_no_tail_and_a_failed_one_its_last_lines(place: Place) -> None:
    assert shell(place, "seq 100").tail == ""
    assert shell(place, "seq 100; exit 1", attempt=2).tail.splitlines() == [str(n) for n in range(81, 101)]


def test_bytes_that_are_no_text_are_kept_and_shown_as_far_as_possible(place: Place) -> None:
    outcome = shell(place, r"printf 'a\377b\n'; exit 1")
    assert outcome.log
    assert (place.project / outcome.log).read_bytes() == b"a\xffb\n"
    assert outcome.tail == "a\ufffdb"


def test_a_secret_reaches_the_step_and_is_masked_in_what_it_says(place: Place) -> None:
    script = (
        'echo "token $TOKEN"; echo "value=<$TOKEN>" > $HOLDFAST_OUTPUT; [ "$TOKEN" = "s3cret value" ] || exit 5; exit 1'
    )
    outcome = shell(place, script, secrets=("TOKEN",))
    assert outcome.exit_code == 1
    assert log(place, outcome) == "token ***\n"
    assert outcome.outputs == {"value": "<***>"}
    assert outcome.tail == "token ***"
    kept = [path for path in place.runs.rglob("*") if path.is_file()]
    assert len(kept) == 3
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]


def test_a_secret_is_masked_though_it_comes_in_pieces(place: Place) -> None:
    script = "printf 's3cr'; sleep 0.1; printf 'et val'; sleep 0.1; printf 'ue and s3cret\\n'"
    assert log(place, shell(place, script, secrets=("TOKEN",))) == "*** and s3cret\n"


def test_a_variable_may_hold_a_secret_and_more(place: Place) -> None:
    outcome = shell(place, "echo $URL; env | grep -c MASK", env_secrets={"URL": "https://u:${secrets.TOKEN}@host"})
    assert log(place, outcome) == "https://u:***@host\n0\n"


def test_a_secret_comes_from_the_projects_file_too(place: Place) -> None:
    (place.project / ".env").write_text("OTHER='from file'\nTOKEN=ignored\n", "utf-8")
    outcome = shell(place, '[ "$OTHER-$TOKEN" = "from file-s3cret value" ]', secrets=("OTHER", "TOKEN"))
    assert outcome.status == "succeeded"


def test_a_secret_that_is_not_set_is_named(place: Place) -> None:
    outcome = shell(place, "true", secrets=("ONE", "TOKEN", "TWO"))
    assert outcome.status == "failed"
    assert outcome.reason
    assert "not set: ONE, TWO" in outcome.reason


def test_a_filter_does_not_wait_for_a_daemon(place: Place) -> None:
    outcome = shell(place, "setsid sleep 1000 & echo hi; exit 3", secrets=("TOKEN",))
    assert (outcome.exit_code, log(place, outcome)) == (3, "hi\n")


def test_a_stopped_step_with_secrets_ends(place: Place) -> None:
    outcome = shell(place, "echo begun; sleep 1000", secrets=("TOKEN",), timeout_s=0.3)
    assert (outcome.status, log(place, outcome).splitlines()[0]) == ("timed_out", "begun")


def test_files_are_kept_under_their_digest(place: Place) -> None:
    outcome = shell(place, "mkdir -p out; echo hello > out/a.xml; echo hello > out/b.xml", artifacts=("out/*.xml",))
    assert [(each.path, each.size) for each in outcome.artifacts] == [("out/a.xml", 6), ("out/b.xml", 6)]
    digest = outcome.artifacts[0].sha256
    assert (place.runs / RUN / "artifacts" / digest).read_text("utf-8") == "hello\n"
    assert [path.name for path in (place.runs / RUN / "artifacts").iterdir()] == [digest]


def test_a_file_with_a_secret_in_it_is_not_kept(place: Place) -> None:
    script = 'head -c 1048570 /dev/zero > big; echo "$TOKEN" >> big; echo "$TOKEN" > a; echo fine > b'
    outcome = shell(place, script, secrets=("TOKEN",), artifacts=("big", "a", "b"))
    assert (outcome.status, [each.path for each in outcome.artifacts]) == ("succeeded", ["b"])
    assert outcome.notes == ("big was not kept: it holds a secret", "a was not kept: it holds a secret")
    kept = list((place.runs / RUN / "artifacts").iterdir())
    assert [path.read_bytes() for path in kept] == [b"fine\n"]


def test_a_step_that_makes_no_declared_file_has_failed(place: Place) -> None:
    outcome = shell(place, "true", artifacts=("out/*.xml", "b"))
    assert (outcome.status, outcome.exit_code, outcome.reason) == ("failed", 0, "made no out/*.xml, b")
    assert shell(place, "exit 3", artifacts=("out/*.xml",), attempt=2).reason == "exit code 3"


def test_nothing_outside_the_project_is_kept(place: Place) -> None:
    outside = place.project.parent / "outside"
    outside.write_text("private", "utf-8")
    script = "ln -s ../outside link; ln -s .. up; mkfifo pipe; echo x > fine"
    outcome = shell(place, script, artifacts=("link", "up/outside", "../outside", "pipe", "fine"))
    assert [each.path for each in outcome.artifacts] == ["fine"]
    assert outcome.status == "failed"
    assert sum("was not kept" in note for note in outcome.notes) == 4


def test_an_attempt_that_is_performed_again_does_not_see_what_the_earlier_left(place: Place) -> None:
    shell(place, "echo a=1 > $HOLDFAST_OUTPUT; echo first; exit 7")
    outcome = shell(place, "echo second")
    assert (outcome.exit_code, outcome.outputs) == (0, {})
    assert log(place, outcome) == "first\nsecond\n"


def test_a_name_that_cannot_be_a_files_is_escaped(place: Place) -> None:
    for instance in ("../../x", "a/b", "." * 300, "ü" * 200):
        outcome = shell(place, "echo hi", instance=instance)
        assert outcome.log
        assert "/../" not in outcome.log
        assert log(place, outcome) == "hi\n"


def test_a_place_that_cannot_be_written_is_said(place: Place) -> None:
    (place.project / ".holdfast").write_text("in the way", "utf-8")
    with pytest.raises(HoldfastError, match="cannot make"):
        LocalExecutor().start(work("true"), place)


def test_a_full_disk_is_a_failure_with_a_reason(place: Place) -> None:
    executor = LocalExecutor()
    running = executor.start(work("/bin/sh", "-c", "true"), place)
    exit_folder = place.runs / RUN / "exit"
    exit_folder.rename(exit_folder.with_name("moved"))
    running.go()
    while (outcome := running.poll()) is None:
        pass
    assert outcome.status == "failed"
    assert outcome.reason
    assert "it could not be written" in outcome.reason


def test_a_program_that_a_step_installed_is_found_by_the_next(place: Place) -> None:
    """Nothing is remembered of where programs are."""
    executor = LocalExecutor()
    env = {"PATH": f"{place.project}/bin:{os.environ['PATH']}"}
    install = "mkdir bin; printf '#!/bin/sh\\nexit 9\\n' > bin/true; chmod +x bin/true"
    codes = []
    for number, argv in enumerate([("true",), ("/bin/sh", "-c", install), ("true",)], 1):
        todo = work(*argv, env=env, attempt=number)
        codes.append(perform(executor, todo, place, on_process=lambda _: None, stopped=lambda: None).exit_code)
        executor.prepare(todo)
    executor.close()
    assert codes == [0, 0, 9]


def test_a_shell_that_waits_serves_only_the_same_environment(place: Place) -> None:
    executor = LocalExecutor()
    for number, value in enumerate(("a", "b", "b"), 1):
        todo = work("/bin/sh", "-c", "echo $NAME", env={"PATH": os.environ["PATH"], "NAME": value}, attempt=number)
        outcome = perform(executor, todo, place, on_process=lambda _: None, stopped=lambda: None)
        assert log(place, outcome) == f"{value}\n"
        executor.prepare(todo)
    executor.close()
    executor.close()


def test_processes_that_leave_orphans_behind_in_numbers_are_all_ended(place: Place) -> None:
    outcome = shell(place, "for n in 1 2 3 4 5; do setsid sleep 1000 & done; for n in 1 2 3; do sleep 1000 & done")
    assert outcome.status == "succeeded"
    assert outcome.notes


def test_a_step_that_ignores_the_signal_and_forks_away_is_ended(place: Place) -> None:
    deaf = "trap '' TERM; echo $$ > inner; while :; do sleep 0.1; done"
    script = 'trap "" TERM; setsid sh -c "$DEAF" & wait'
    outcome = shell(place, script, env={"PATH": os.environ["PATH"], "DEAF": deaf}, timeout_s=0.5)
    assert outcome.status == "timed_out"
    inner = (place.project / "inner").read_text("utf-8").strip()
    state = Path(f"/proc/{inner}/stat")
    assert not state.exists() or state.read_bytes().rpartition(b") ")[2][:1] == b"Z"


def test_a_name_that_is_no_variables_is_refused(place: Place) -> None:
    outcome = shell(place, "true", env_secrets={"a.b": "${secrets.TOKEN}"})
    assert outcome.reason == "'a.b' cannot be the name of a variable"


def test_a_file_of_variables_that_is_too_large_is_refused(place: Place) -> None:
    (place.project / ".env").write_bytes(b"#" * (2**20 + 1))
    reason = shell(place, "true", secrets=("OTHER",)).reason
    assert reason
    assert "larger than" in reason


def test_outputs_beyond_the_limit_are_not_read(place: Place) -> None:
    outcome = shell(
        place,
        "echo a=1 > $HOLDFAST_OUTPUT; yes b=2 | head -c 2000000 >> $HOLDFAST_OUTPUT; echo c=3 >> $HOLDFAST_OUTPUT",
    )
    assert outcome.outputs == {"a": "1", "b": "2"}
    assert any("more than" in note for note in outcome.notes)


def test_outputs_are_only_read_from_a_file(place: Place) -> None:
    assert shell(place, "mkfifo $HOLDFAST_OUTPUT").outputs == {}
    assert shell(place, "ln -s /etc/hostname $HOLDFAST_OUTPUT", attempt=2).outputs == {}
    assert shell(place, "mkdir $HOLDFAST_OUTPUT", attempt=3).outputs == {}
