"""What is wrong with a workflow file: all of it, each with its place and what was probably meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest
from tests.workflow.definition.kinds import ALL

from holdfast.core.errors import HoldfastError
from holdfast.core.files import FileError
from holdfast.workflow import expressions
from holdfast.workflow.definition import DefinitionError, load
from holdfast.workflow.definition.mistakes import MOST, SHOWN

Wrong = Callable[[str | bytes], list[str]]


@pytest.fixture
def wrong(tmp_path: Path) -> Wrong:
    """The mistakes of a text, each as `line:column: message`."""

    def read(text: str | bytes) -> list[str]:
        path = tmp_path / "w.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            load(path, tmp_path, ALL, language=lambda: expressions)
        except DefinitionError as error:
            return [str(mistake).removeprefix("w.yaml:").strip() for mistake in error.mistakes]
        return []

    return read


@pytest.fixture
def of_step(wrong: Wrong) -> Callable[[str], list[str]]:
    """The mistakes of a step that says this, beside a step `tests` that it needs; without their lines."""

    def read(says: str) -> list[str]:
        said = wrong(f"inputs: {{x: {{}}}}\nsteps:\n- {{id: tests, run: [x]}}\n- {{id: a, {says}}}\n")
        return [message.split(": ", 1)[1] for message in said]

    return read


def test_all_mistakes_are_said_at_once_in_the_order_of_the_file(wrong: Wrong) -> None:
    assert wrong(
        "nam: nightly\n"
        "defaults:\n"
        "  timout: 10m\n"
        "steps:\n"
        "  - {id: venv, chek: venv}\n"
        "  - id: tests\n"
        "    needs: [vnev]\n"
        "    run: [pytest]\n"
        "    retry: {times: -1}\n"
    ) == [
        "1:1: nam: unknown key; did you mean `name`?",
        "3:3: defaults.timout: unknown key; did you mean `timeout`?",
        "5:16: venv.chek: unknown key; did you mean `check`?",
        "7:13: tests.needs[0]: there is no step `vnev`; did you mean `venv`?",
        "9:13: tests.retry.times: must be a whole number from 0 to 1000, not -1",
    ]


def test_the_error_of_several_mistakes_counts_and_lists_them(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("a: 1\nb: 2\nsteps: [{id: a, run: [x]}]\n", "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path / "w.yaml", tmp_path, ALL)
    assert caught.value.exit_code == 2
    assert caught.value.message.splitlines() == [
        "2 mistakes in w.yaml",
        "  w.yaml:1:1: a: unknown key",
        "  w.yaml:2:1: b: unknown key",
    ]


def test_a_file_full_of_mistakes_is_not_listed_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("".join(f"k{number}: 1\n" for number in range(3000)), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path / "w.yaml", tmp_path, ALL)
    assert len(caught.value.mistakes) == MOST
    assert len(caught.value.message.splitlines()) == SHOWN + 2


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("run: [x], timout: 1", "a.timout: unknown key; did you mean `timeout`?"),
        ("run: [x], check: y", "a.check: `run` and `check` in one step; make two steps of it"),
        ("needs: tests", "a: nothing to do; give the step one of run, check, gate, approve, guide, tool, workflow"),
        ("run: [x], needs: [tets]", "a.needs[0]: there is no step `tets`; did you mean `tests`?"),
        ("run: [x], needs: tets", "a.needs: there is no step `tets`; did you mean `tests`?"),
        ("run: [x], needs: [tests, tests]", "a.needs[1]: `tests` is named twice"),
        ("run: [x], needs: {tests: 1}", "a.needs: must be the id of a step, or a list of ids, not a table"),
        ("run: [x], needs: a", "a: steps wait for each other: a -> a"),
        ("run: [x], on_failure: tets", "a.on_failure: there is no step `tets`; did you mean `tests`?"),
        ("run: [x], on_failure: tests", "a.on_failure: `tests` runs of itself too; give it `when: never`"),
        ("run: [x], when: never", "a.when: the step can never run: no `on_failure` names it"),
        ("run: [x], when: sometimes", "a.when: must be success, failure, always or never, not 'sometimes'"),
        ("run: [x], if: 3", "a.if: must be an expression, true or false, not 3"),
        ("run: [x], for_each: 3", "a.for_each: must be an expression, or a list, not 3"),
        ("run: [x], max_parallel: -1", "a.max_parallel: must be a whole number of 0 or more, not -1"),
        ("run: [x], max_parallel: 1.5", "a.max_parallel: must be a whole number of 0 or more, not 1.5"),
        ("run: [x], max_parallel: true", "a.max_parallel: must be a whole number of 0 or more, not true"),
        ("run: [x], allow_failure: yes", "a.allow_failure: must be true or false, not 'yes'"),
        (
            "run: [x], allow_failure: true, continue-on-error: true",
            "a.continue-on-error: another name of `allow_failure`, which is given too; keep one",
        ),
        (
            "run: [x], timeout: soon",
            (
                'a.timeout: must be a time of more than 0 such as "90s", "10m", "1h30m", "7d" or a number of seconds, '
                "not 'soon'"
            ),
        ),
        ("run: [x], retry: {bakoff: 1}", "a.retry.bakoff: unknown key; did you mean `backoff`?"),
        (
            "run: [x], retry: {backoff: -1}",
            'a.retry.backoff: must be a time such as "0s", "2s", "1m30s" or a number of seconds, not -1',
        ),
        ("run: [x], retry: {factor: 0.5}", "a.retry.factor: must be a number from 1 to 100, not 0.5"),
        (
            "run: [x], retry: {on: [exit:x]}",
            "a.retry.on[0]: must be timeout, failure, interrupted, exit:CODE or signal:SIGNAME, not 'exit:x'",
        ),
        ("run: [x], retry: often", "a.retry: must be a number of times, or a table, not 'often'"),
        ("run: [x], on_crash: again", "a.on_crash: must be rerun, never, ask or probe, not 'again'"),
        (
            "run: [x], on_crash: probe",
            "a.on_crash: `on_crash: probe` needs `probe`, a command whose exit code says whether the step did its work",
        ),
        (
            "run: [x], probe: [y]",
            "a.probe: read only with `on_crash: probe`; give that too, or leave this out",
        ),
        ("run: [x], on_crash: probe, probe: []", "a.probe: is empty"),
        (
            "run: [x], env: {PORT: 8080}",
            (
                "a.env.PORT: must be text (put numbers and words like true in quotes), or null to pass the caller's "
                "value on, not 8080"
            ),
        ),
        ("run: [x], env: {a b: c}", "a.env.'a b': the name must be made of letters, digits and _, not 'a b'"),
        ("run: [x], env: [a-b]", "a.env[0]: must be a name of letters, digits and _, not 'a-b'"),
        (
            "run: [x], env: {HOLDFAST_STEP: x}",
            "a.env.HOLDFAST_STEP: HOLDFAST_STEP is what Holdfast tells the step; choose another name",
        ),
        (
            "run: [x], env: [HOLDFAST_OUTPUT]",
            "a.env[0]: HOLDFAST_OUTPUT is what Holdfast tells the step; choose another name",
        ),
        ("run: [x], secrets: TOKEN", "a.secrets: must be a list of names, not 'TOKEN'"),
        (
            "run: [x], artifacts: [../x]",
            (
                'a.artifacts[0]: must be a path or pattern inside the project such as "src/**/*.py", without .., '
                "not '../x'"
            ),
        ),
        ("run: [x], cwd: /tmp", "a.cwd: must be a path inside the project, without .., not '/tmp'"),
        ("run: [x], cwd: a/../../b", "a.cwd: must be a path inside the project, without .., not 'a/../../b'"),
        ("run: [x], uses: ''", "a.uses: must be the name of a place such as local, not ''"),
        ("run: [x], queue: slow", "a.queue: there is no queue `slow`"),
        ("run: [x], concurrency: {grup: x, group: y}", "a.concurrency.grup: unknown key; did you mean `group`?"),
        ("run: [x], concurrency: {on_conflict: wait}", "a.concurrency: `group` is missing"),
        ("run: [x], concurrency: 3", "a.concurrency: must be the name of a group, or a table with `group`, not 3"),
        ("run: [3]", "a.run[0]: must be text"),
        ('run: ["\\0"]', "a.run[0]: holds a null character"),
        ('run: ["\\ud800"]', "a.run[0]: holds half of a surrogate pair, which is no character"),
        ("gate: {at_least: .inf}", "a.gate.at_least: must be a finite number"),
        # expressions
        ("run: [x], needs: tests, if: 'steps.tets.status'", "a.if: column 7: steps has no tets; did you mean tests?"),
        ("run: ['${inputs.y}']", "a.run[0]: column 8: inputs has no y; known: x"),
        ("run: [x], if: steps.tests.answer == 'x'", "a.if: `tests` may not have ended by then; name it in `needs`"),
        ("run: ['${steps.tests.answer}']", "a.run[0]: `tests` may not have ended by then; name it in `needs`"),
        ('run: ["${commit"]', 'a.run[0]: "${commit": column 1: ${ is not closed; write $${ for a literal ${'),
        (
            "run: ['${secrets.TOKEN}'], secrets: [TOKEN]",
            "a.run[0]: a secret may stand in `env` alone, as everybody can see a program's words",
        ),
        (
            "run: [x], env: {A: '${secrets.T + 1}'}",
            "a.env.A: nothing can be computed with a secret; write ${secrets.NAME}",
        ),
        (
            "tool: {server: x, arguments: {env: '${secrets.T}'}}",
            "a.tool.arguments.env: a secret may stand in `env` alone, as everybody can see a program's words",
        ),
    ],
)
def test_a_mistake_of_a_step_is_named(of_step: Callable[[str], list[str]], says: str, message: str) -> None:
    assert of_step(says) == [message]


@pytest.mark.parametrize(
    "says",
    [
        "run: [x], needs: tests, if: steps.tests.answer == 'x'",
        "run: [x], when: always, if: steps.tests.status == 'failed'",
        "run: [x], if: \"'steps.tests' == 'x'\"",
        "run: [x], for_each: inputs.x, if: item != 'x', env: {A: '${index}'}",
        "run: [x], env: {A: 'Bearer ${secrets.TOKEN}'}",
        "run: 'echo $HOME'",
        "run: [x], idempotency_key: '$${commit}'",
    ],
)
def test_what_is_right_is_let_through(of_step: Callable[[str], list[str]], says: str) -> None:
    assert of_step(says) == []


def test_an_item_is_known_only_where_there_are_items(of_step: Callable[[str], list[str]]) -> None:
    (said,) = of_step("run: ['${item}']")
    assert said.startswith("a.run[0]: column 1: there is no item")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: must be a table with `steps`, not null"),
        ("[]", "1:1: must be a table with `steps`, not an empty list"),
        ("name: x", "1:1: `steps` is missing"),
        ("steps:", "1:1: steps: must be a list of steps, not null"),
        ("steps: []", "1:1: steps: is empty"),
        ("steps: [x]", "1:9: steps[0]: must be a table with `id` and what to do, not 'x'"),
        ("steps: [{run: [x]}]", "1:9: steps[0]: `id` is missing"),
        (
            "steps: [{id: 1a, run: [x]}]",
            "1:10: 1a.id: must be the id of a step: a letter, then letters, digits, - and _, at most 64, not '1a'",
        ),
        ("steps: [{id: a, run: [x]}, {id: a, run: [x]}]", "1:29: a.id: there is a step of this id in line 1 already"),
        ("on: push\nsteps: [{id: a, run: [x]}]", "1:1: on: unknown key"),
        ("1: x\nsteps: [{id: a, run: [x]}]", "1:1: 1: unknown key"),
        ("steps: [{id: a, run: [x], run: [y]}]", "1:27: steps[0].run: given twice; the first is in line 1"),
        ("name: a b\nsteps: [{id: a, run: [x]}]", "1:1: name: must be a name of letters, digits, ., - and _"),
        ("inputs: {x: {type: strin}}\nsteps: [{id: a, run: [x]}]", "1:14: inputs.x.type: must be string, integer,"),
        ("inputs: {x: {type: integer, default: y}}\nsteps: [{id: a, run: [x]}]", "1:29: inputs.x.default: must be a"),
        ("inputs: {x: {type: number, choices: [true]}}\nsteps: [{id: a, run: [x]}]", "1:38: inputs.x.choices[0]: must"),
        ("inputs: {x: {default: a, choices: [b]}}\nsteps: [{id: a, run: [x]}]", "1:14: inputs.x.default: must be one"),
        ("inputs: {x: {default: a, required: true}}\nsteps: [{id: a, run: [x]}]", "1:14: inputs.x.default: an input"),
        ("inputs: {x: {defalt: a}}\nsteps: [{id: a, run: [x]}]", "1:14: inputs.x.defalt: unknown key; did you mean `d"),
        ("inputs: {x-y: {}}\nsteps: [{id: a, run: [x]}]", "1:10: inputs.x-y: the name must be made of letters, digits"),
        ("queues: {q: {limt: 1}}\nsteps: [{id: a, run: [x]}]", "1:14: queues.q.limt: unknown key; did you mean `limi"),
        ("queues: {q: {}}\nsteps: [{id: a, run: [x], queue: p}]", "2:27: a.queue: there is no queue `p`"),
        ("defaults: {queue: q}\nsteps: [{id: a, run: [x]}]", "1:12: defaults.queue: there is no queue `q`"),
        ("defaults: {env: {HOLDFAST_STEP: x}}\nsteps: [{id: a, run: [x]}]", "1:18: defaults.env.HOLDFAST_STEP: HOLD"),
        ("defaults: {on_crash: probe}\nsteps: [{id: a, run: [x]}]", "2:9: a: `on_crash: probe` needs `probe`"),
        ("defaults: {cwd: '${itm}'}\nsteps: [{id: a, run: [x]}]", "1:12: defaults.cwd: column 1: there is no itm"),
        ("concurrency: '${steps.a.x}'\nsteps: [{id: a, run: [x]}]", "1:1: concurrency: column 1: there is no steps"),
        (b"name: \xff", "1:7: not UTF-8"),
        (b"a: 1\nname: \xc3\xa4\xff", "2:8: not UTF-8"),
        ("name: \x00", "1:7: not YAML: special characters are not allowed"),
        ("name: \x07", "1:7: not YAML: special characters are not allowed"),
        ("name: [", "1:8: not YAML:"),
        ("name: &a x", "1:7: anchors are not read; write the value out"),
        ("name: *a", "1:7: aliases are not read; write the value out"),
        ("a: &a {<<: *a}", "1:4: anchors are not read; write the value out"),
        ("name: !!python/object:os.system x", "1:7: tags are not read; write a plain value"),
        ("name: !include x", "1:7: tags are not read; write a plain value"),
        ("a: 1\n---\nb: 2", "2:1: more than one document"),
        ("[" * 50_000, "1:33: nested too deep"),
        ("a: [" + "1," * 250_000 + "]", "1:200003: more than 100,000 keys and elements"),
        ("#" * (2**20 + 1), "larger than 1 MiB, which no workflow is"),
    ],
)
def test_a_mistake_of_a_file_is_named(wrong: Wrong, text: str | bytes, message: str) -> None:
    said = wrong(text)
    assert len(said) == 1
    assert said[0].startswith(message)


class NoLibrary:
    """The language where its library is missing."""

    def check(self, _text: str, _known: Mapping[str, Collection[str] | None]) -> str | None:
        raise HoldfastError("expressions need a library", hint="pip install it")

    parts = staticmethod(expressions.parts)


def test_what_cannot_be_judged_without_a_library_is_said_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("steps:\n- {id: a, runn: [x], if: 1 == 1}\n", "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path / "w.yaml", tmp_path, ALL, language=NoLibrary)
    assert [str(mistake) for mistake in caught.value.mistakes] == [
        "w.yaml:2:11: a.runn: unknown key; did you mean `run`?",
        "w.yaml:2:22: a.if: expressions need a library; pip install it",
    ]


def test_circles_are_said_once_each_and_long_ones_shortened(wrong: Wrong) -> None:
    steps = [f"- {{id: s{each}, run: [x], needs: s{(each + 1) % 20}}}" for each in range(20)]
    steps += ["- {id: a, run: [x], on_failure: b}", "- {id: b, run: [x], when: never, needs: c}"]
    steps += ["- {id: c, run: [x], needs: b}", "- {id: d, run: [x], needs: [c]}"]
    assert wrong("steps:\n" + "\n".join(steps)) == [
        "2:3: s0: steps wait for each other: s0 -> s1 -> s2 -> s3 -> s4 -> s5 -> s6 -> s7 -> ... -> s19 -> s0",
        "23:3: b: steps wait for each other: b -> c -> b",
    ]


def test_a_step_that_waits_for_the_one_that_runs_on_its_failure_is_a_circle(wrong: Wrong) -> None:
    text = "steps:\n- {id: a, run: [x], needs: b, on_failure: b}\n- {id: b, run: [x], when: never}\n"
    assert wrong(text) == ["2:3: a: steps wait for each other: a -> b -> a"]


def test_more_steps_than_a_workflow_may_have_are_refused(wrong: Wrong) -> None:
    (said,) = wrong("steps:\n" + "".join(f"- {{id: s{each}, run: [x]}}\n" for each in range(5001)))
    assert said == "1:1: steps: more than 5000 steps"


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 2**30)  # a sparse file of more than any memory
    with pytest.raises(DefinitionError, match="larger than 1 MiB"):
        load(path, tmp_path, ALL)


def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(DefinitionError, match="not a regular file"):
        load(tmp_path / "pipe.yaml", tmp_path, ALL)
    with pytest.raises(DefinitionError, match="not a regular file"):
        load(tmp_path, tmp_path, ALL)
    with pytest.raises(FileError, match="No such file"):
        load(tmp_path / "none.yaml", tmp_path, ALL)


def test_lines_and_columns_hold_in_files_of_windows(wrong: Wrong) -> None:
    assert wrong("\ufeffname: x\r\nsteps:\r\n- {id: a, runn: [x]}\r\n") == [
        "3:11: a.runn: unknown key; did you mean `run`?"
    ]


def test_a_file_outside_the_project_is_called_by_its_whole_path(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "w.yaml").write_text("steps: []", "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path / "w.yaml", tmp_path / "project", ALL)
    assert caught.value.mistakes[0].file == str(tmp_path / "w.yaml")
