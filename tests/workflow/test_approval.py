"""Who may approve."""

from __future__ import annotations

import pytest

from holdfast.workflow.approval import may_approve


def test_a_person_at_a_terminal_may() -> None:
    assert may_approve({"HOME": "/home/ana", "CI": "false"}, at_terminal=True, allowed=False) is None


@pytest.mark.parametrize(
    ("env", "who"),
    [
        ({"CLAUDECODE": "1"}, "claude-code"),
        ({"HOLDFAST_AGENT": "robin"}, "robin"),
        ({"AI_AGENT": "goose"}, "goose"),
        ({"GITHUB_ACTIONS": "true", "CI": "true"}, "GitHub Actions"),
        ({"CI": "1"}, "CI"),
    ],
)
def test_no_agent_and_no_machine_may_whatever_is_configured(env: dict[str, str], who: str) -> None:
    assert who in (may_approve(env, at_terminal=True, allowed=True) or "")


def test_without_a_terminal_a_person_may_only_where_it_is_configured() -> None:
    assert (
        may_approve({}, at_terminal=False, allowed=False) == "an approval is confirmed at a terminal, and this is none"
    )
    assert may_approve({}, at_terminal=False, allowed=True) is None


def test_a_generic_variable_that_names_nobody_is_no_agent() -> None:
    assert may_approve({"AGENT": "1", "AI_AGENT": "false"}, at_terminal=True, allowed=False) is None
