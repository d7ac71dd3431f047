from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.workflow_files.rules import Found
from holdfast.checks.workflow_files.steps import of_action
from tests.checks.workflow_files.texts import FILE, JOB, parsed, said

STEPS = "    steps:\n"


def test_a_step_runs_or_uses(tmp_path: Path) -> None:
    text = JOB + STEPS + "      - run: ls\n      - name: x\n      - {run: ls, uses: a/b@v1}\n      -\n"
    assert said(tmp_path, text) == [("GHA007", 7), ("GHA007", 8), ("GHA007", 9)]


@pytest.mark.parametrize("steps", ["", "    steps:\n", "    steps: []\n"])
def test_a_job_has_steps(tmp_path: Path, steps: str) -> None:
    assert [code for code, _ in said(tmp_path, JOB + steps)] == ["GHA007"]


def matrix(keys: str, use: str) -> str:
    return JOB + f"    strategy:\n      matrix: {keys}\n" + STEPS + f"      - run: echo {use}\n"


@pytest.mark.parametrize(
    ("keys", "use"),
    [
        ("{os: [a]}", "${{ matrix.os }}"),
        ("{OS: [a]}", "${{ matrix.os }}"),
        ("{os: [a], include: [{os: b, more: c}]}", "${{ matrix.more }}"),
        ("{include: '${{ fromJSON(x) }}'}", "${{ matrix.more }}"),
        ("{include: ['${{ fromJSON(x) }}']}", "${{ matrix.more }}"),
        ("'${{ fromJSON(x) }}'", "${{ matrix.more }}"),
        ("{os: [a]}", "${{ matrix.version || 'latest' }}"),
        ("{os: [a]}", "${{ matrix['version'] }} ${{ toJSON(matrix) }}"),
        ("{os: [a]}", "${{ github.event.matrix.x }} ${{ 'matrix.x' }} ${{ env.my-matrix.x }} matrix.x"),
        ("{db: [{name: a}]}", "${{ matrix.db.name }}"),
    ],
)
def test_matrix_keys_that_are_there_or_may_be_are_right(tmp_path: Path, keys: str, use: str) -> None:
    assert said(tmp_path, matrix(keys, use)) == []


@pytest.mark.parametrize(
    "use", ["${{ matrix.o }}", "${{matrix . o}}", "${{ format('{0}', matrix.o) }}", "a ${{\n           matrix.o }}"]
)
def test_a_matrix_key_that_is_not_there_is_found_once(tmp_path: Path, use: str) -> None:
    text = matrix("{os: [a]}", f"'{use}'") + "      - run: echo ${{ matrix.o }}\n"
    assert [code for code, _ in said(tmp_path, text)] == ["GHA008"]


def test_an_expression_in_a_long_text_has_its_own_line(tmp_path: Path) -> None:
    script = (
        "      - run: |\n          a\n          ${{ github.sha }}\n          ${{ matrix.x }} ${{ steps.y.outputs.z }}\n"
    )
    assert sorted(said(tmp_path, JOB + STEPS + script)) == [("GHA008", 9), ("GHA013", 9)]


def test_a_whole_strategy_may_be_an_expression(tmp_path: Path) -> None:
    text = JOB + "    strategy: ${{ fromJSON(x) }}\n" + STEPS + "      - run: ${{ matrix.os }}\n"
    assert said(tmp_path, text) == []


def test_steps_and_needs_are_there(tmp_path: Path) -> None:
    text = JOB + "    needs: b\n    outputs: {x: '${{ steps.One.outputs.y }} ${{ steps.two.outputs.y }}'}\n" + STEPS
    text += (
        "      - {id: one, run: ls}\n      - {run: ls, if: needs.b.outputs.x && needs.c.outputs.x && needs.*.result}\n"
    )
    text += "  b:\n    runs-on: x\n    steps: [{run: ls}]\n"
    assert sorted(said(tmp_path, text)) == [("GHA013", 6), ("GHA013", 9)]


def test_a_job_that_calls_a_workflow_has_needs_and_a_matrix_too(tmp_path: Path) -> None:
    text = "on: push\njobs:\n  a:\n    uses: o/r/.github/workflows/w.yml@v1\n    with: {x: '${{ matrix.os }}'}\n"
    assert said(tmp_path, text) == [("GHA008", 5)]


def test_an_id_is_there_once(tmp_path: Path) -> None:
    text = JOB + STEPS + "      - {id: a, run: ls}\n      - {id: A, run: ls}\n      - {run: ls}\n      - {run: ls}\n"
    assert said(tmp_path, text) == [("GHA015", 7)]


@pytest.mark.parametrize(("run", "line"), [("echo ${{ a }} ${{ b }", 6), ("|\n          ${{ a\n", 7)])
def test_an_expression_without_its_end_is_found(tmp_path: Path, run: str, line: int) -> None:
    assert said(tmp_path, JOB + STEPS + f"      - run: {run}\n") == [("GHA014", line)]


def test_a_hostile_number_of_expressions_takes_no_time(tmp_path: Path) -> None:
    text = JOB + STEPS + "      - run: '" + "${{ " * 200_000 + "'\n"
    assert said(tmp_path, text) == [("GHA014", 6)]
    text = JOB + STEPS + "      - run: '" + "${{x}}" * 200_000 + "'\n"
    assert said(tmp_path, text) == []


ACTION = "name: a\nruns:\n  using: composite\n  steps:\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ACTION + "    - {run: ls, shell: bash}\n    - uses: a/b@v1\n", []),
        (ACTION + "    - run: ls\n", [("GHA012", 5)]),
        (ACTION + "    - name: x\n", [("GHA007", 5)]),
        (ACTION + "    - {run: '${{ steps.x.y }}', shell: sh, if: steps.z.y}\n", [("GHA013", 5), ("GHA013", 5)]),
        (ACTION + "    - {run: '${{ matrix.x }} ${{ needs.y.z }}', shell: sh}\n", []),
        ("runs: {using: node24, main: index.js}\n", []),
        ("runs: {using: composite}\n", [("GHA007", 1)]),
    ],
)
def test_the_steps_of_an_action(tmp_path: Path, text: str, found: list[tuple[str, int]]) -> None:
    seen = Found(FILE)
    of_action(parsed(tmp_path, text), seen)
    assert [(each.id, each.location.line) for each in seen.findings if each.location] == found
