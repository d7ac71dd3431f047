"""Who may say yes: a person at a terminal. No coding agent and no CI job approves anything."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.core.who import AGENTS, GENERIC

_OFF = ("", "0", "false")


def may_approve(env: Mapping[str, str], at_terminal: bool, allowed: bool) -> str | None:
    """Why this process may not approve or reject anything; None where it may.

    `at_terminal`: whether a person can be asked here. `allowed`: whether the project takes the answer of a person who
    is at no terminal (`workflow.approve_without_terminal`), which never makes an agent a person.
    """
    agent = next((name for variable, name in AGENTS.items() if env.get(variable)), None)
    agent = agent or next(
        (env[name] for name in GENERIC if env.get(name, "").lower() not in (*_OFF, "1", "true")), None
    )
    if agent is not None:
        return f"{agent} is a coding agent, and only a person approves"
    if env.get("GITHUB_ACTIONS", "").lower() == "true":
        return "this is a job of GitHub Actions, and only a person approves"
    if env.get("CI", "").lower() not in _OFF:
        return "this is a CI job, and only a person approves"
    if not at_terminal and not allowed:
        return "there is no terminal to ask a person at"
    return None
