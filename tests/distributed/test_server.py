"""Finding a PostgreSQL to test with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.distributed import server


def program(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "initdb").touch(mode=0o755)
    return folder


def test_the_newest_version_is_taken_whatever_it_is_and_else_the_one_on_path(tmp_path: Path) -> None:
    on_path = program(tmp_path / "elsewhere" / "bin")
    assert server.find_binaries(tmp_path, str(on_path)) == on_path
    assert server.find_binaries(tmp_path, str(tmp_path)) is None
    program(tmp_path / "usr" / "lib" / "postgresql" / "9.6" / "bin")
    newer = program(tmp_path / "usr" / "lib" / "postgresql" / "17" / "bin")
    assert server.find_binaries(tmp_path, str(on_path)) == newer


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_without_one_tests_are_skipped_but_fail_in_ci(
    ci: str, outcome: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "BINARIES", tmp_path)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="there is no PostgreSQL server here"), server.serving():
        pass
