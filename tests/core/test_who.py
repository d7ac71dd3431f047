from __future__ import annotations

import os

import pytest

from holdfast.core.who import AGENTS, who

HOST = os.uname().nodename
ANA = {"USER": "ana"}


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({"HOLDFAST_AGENT": "ana", "CLAUDECODE": "1"}, "ana"),
        ({"CLAUDECODE": "1", "GITHUB_ACTIONS": "true", **ANA}, "claude-code"),
        ({"CURSOR_AGENT": "1", "AI_AGENT": "other", **ANA}, "cursor"),
        ({"AI_AGENT": "goose", **ANA}, "goose"),
        ({"AGENT": "amp", **ANA}, "amp"),
        *(({"AGENT": word, **ANA}, f"ana@{HOST}") for word in ("", "0", "1", "true", "false")),
        ({"GITHUB_ACTIONS": "true", **ANA}, "github-actions"),
        ({"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "ana"}, "github-actions (ana)"),
        ({"MAKELEVEL": "1", **ANA}, f"ana@{HOST} (make)"),
        ({"PRE_COMMIT": "1", "MAKELEVEL": "1", **ANA}, f"ana@{HOST} (pre-commit)"),
        ({"LOGNAME": "bo", **ANA}, f"bo@{HOST}"),
        (ANA, f"ana@{HOST}"),
    ],
)
def test_the_environment_tells_who(env: dict[str, str], name: str) -> None:
    assert who(env) == name


@pytest.mark.parametrize("variable", AGENTS)
def test_each_coding_agent_is_known_by_its_variable(variable: str) -> None:
    assert who({variable: "1"}) == AGENTS[variable]


def test_an_empty_environment_still_has_somebody() -> None:
    user, _, host = who({}).partition("@")
    assert user
    assert host == HOST
