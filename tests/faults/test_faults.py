"""Every planted fault is found where it was planted, and nothing is found where nothing was."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Cli
from tests.faults import lockstep
from tests.faults.model import Clean, Fault, Files, plant

FAULTS: list[Fault] = [*lockstep.FAULTS]
CLEAN: list[Clean] = [*lockstep.CLEAN]
STRAY = "TOOL001"
"""The tools come from this test's own environment, not from the planted project's."""


def findings(holdfast: Cli, project: Path, check: str) -> list[dict[str, Any]]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = ("validate-env", "--only", check, "--no-cache", "--no-log", "--format", "json", "-C", project)
    said = holdfast(*command, cwd=project, env={"PATH": path})
    (result,) = json.loads(said.stdout)["results"]
    assert result["status"] in ("passed", "failed"), result
    return [each for each in result["findings"] if each["id"] != STRAY and each["severity"] != "info"]


def planted(tmp_path: Path, files: Files) -> Path:
    return plant(tmp_path / "shop", files)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}-{fault.name}")
def test_a_planted_fault_is_found(holdfast: Cli, tmp_path: Path, fault: Fault) -> None:
    found = findings(holdfast, planted(tmp_path, fault.files), fault.check)
    places = [
        place
        for each in found
        if each["id"] == fault.id
        for place in (None, each["file"], f"{each['file']}:{each['line']}")
    ]
    assert fault.place in places, found


@pytest.mark.parametrize("clean", CLEAN, ids=lambda clean: f"{clean.check}-{clean.name}")
def test_nothing_is_found_where_nothing_was_planted(holdfast: Cli, tmp_path: Path, clean: Clean) -> None:
    assert findings(holdfast, planted(tmp_path, clean.files), clean.check) == []


def test_no_two_faults_have_one_name() -> None:
    names = Counter([(fault.check, fault.name) for fault in FAULTS] + [(clean.check, clean.name) for clean in CLEAN])
    assert not [name for name, count in names.items() if count > 1]
