from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.workflow_files.texts import JOB, said

FILES = (
    "scripts/a.sh",
    "tools/b.py",
    "web/package.json",
    ".github/actions/x/action.yml",
    "docker/Dockerfile",
    "top.sh",
)


def found(tmp_path: Path, steps: str, **more: str) -> list[tuple[str, int]]:
    """What is said of a job with these steps, the first of which is on line 6 where nothing more is given."""
    extra = "".join(f"    {key}: {value}\n" for key, value in more.items())
    text = JOB + extra + "    steps:\n" + "".join(f"      {line}\n" for line in steps.splitlines())
    return said(tmp_path, text, FILES, ("vendored",))


@pytest.mark.parametrize(
    "steps",
    [
        "- uses: ./.github/actions/x",
        "- uses: ./docker",
        "- uses: ./vendored/action",
        "- uses: ./${{ inputs.where }}",
        "- uses: docker://alpine",
        "- run: git clone u made\n- uses: ./made",
        "- uses: actions/checkout@v4\n  with: {repository: a/b, path: made}\n- uses: ./made",
        "- run: ls\n  working-directory: web",
        "- run: ls\n  working-directory: ./web/",
        "- run: ls\n  working-directory: ${{ matrix.x || 'a' }}",
        "- run: ls\n  working-directory: $HOME/a",
        "- run: ls\n  working-directory: /tmp/a",
        "- run: ls\n  working-directory: ../other",
        "- run: cmake -B made\n- run: ls\n  working-directory: made",
        "- run: ls\n  working-directory: dist",
        "- run: ls\n  working-directory: vendored/x",
        "- uses: actions/download-artifact@v4\n- run: bash other/x.sh",
        "- run: bash scripts/a.sh && ./scripts/a.sh",
        "- run: python -u tools/b.py --all",
        "- run: ./a.sh\n  working-directory: scripts",
        "- run: ../top.sh\n  working-directory: web",
        "- run: ./gone\n",
        "- run: bash ${{ github.action_path }}/gone.sh",
        "- run: bash $X/gone.sh; bash x/*.sh",
        "- run: |\n    curl -o made/x.sh u\n    bash made/x.sh",
        "- run: |\n    cd web\n    bash gone/x.sh",
        "- run: |\n    cat > x <<EOF\n    bash gone/x.sh\n    EOF",
        "- run: |\n    tool \\\n      bash gone/x.sh",
        "- run: python gone/x.py\n  shell: python",
        "- run: bash gone/x.sh\n  shell: pwsh",
        "- run: echo bash gone/x.sh",
    ],
)
def test_what_is_there_or_may_be_is_right(tmp_path: Path, steps: str) -> None:
    assert found(tmp_path, steps) == []


@pytest.mark.parametrize(
    ("steps", "code", "line"),
    [
        ("- uses: ./.github/actions/y", "GHA009", 6),
        ("- uses: ./web", "GHA009", 6),
        ("- run: ls\n  working-directory: wob", "GHA010", 7),
        ("- run: bash scripts/b.sh", "GHA011", 6),
        ("- run: ./scripts/b.sh --all", "GHA011", 6),
        ("- run: python3 -u tools/c.py", "GHA011", 6),
        ("- run: |\n    set -e\n    sudo bash -x ./scripts/b.sh", "GHA011", 8),
        ("- run: ./b.sh\n  working-directory: scripts", "GHA011", 6),
        ("- run: bash scripts/b.sh\n  shell: bash -l {0}", "GHA011", 6),
    ],
)
def test_what_is_not_there_is_found(tmp_path: Path, steps: str, code: str, line: int) -> None:
    assert found(tmp_path, steps) == [(code, line)]


def test_defaults_say_where_steps_run(tmp_path: Path) -> None:
    assert found(tmp_path, "- run: ./a.sh", defaults="{run: {working-directory: scripts}}") == []
    assert found(tmp_path, "- run: ./a.sh", defaults="{run: {working-directory: web}}") == [("GHA011", 7)]
    assert found(tmp_path, "- run: ls", defaults="{run: {working-directory: wob}}") == [("GHA010", 5)]
    assert found(tmp_path, "- run: bash gone/a.sh", defaults="{run: {shell: pwsh}}") == []


def test_a_workflow_of_the_repository_is_there(tmp_path: Path) -> None:
    text = "on: push\njobs:\n  a: {uses: ./.github/workflows/w.yml}\n  b: {uses: o/r/.github/workflows/w.yml@v1}\n"
    assert said(tmp_path, text) == [("GHA009", 3)]
    assert said(tmp_path, text, (".github/workflows/w.yml",)) == []


def test_what_is_on_disk_and_not_in_git_is_there(tmp_path: Path) -> None:
    (tmp_path / "project" / "made").mkdir(parents=True)
    assert said(tmp_path, JOB + "    steps:\n      - {run: ls, working-directory: made}\n") == []
    long = "x" * 5000
    assert said(tmp_path, JOB + f"    steps:\n      - {{run: ls, working-directory: {long}}}\n") == [("GHA010", 6)]
