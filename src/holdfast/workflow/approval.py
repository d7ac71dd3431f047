"""Who may approve: a person, at a terminal, unless the project's configuration says that one need not be at one."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.core.who import AGENTS, GENERIC

CI = {
    "GITHUB_ACTIONS": "GitHub Actions",
    "GITLAB_CI": "GitLab CI",
    "JENKINS_URL": "Jenkins",
    "BUILDKITE": "Buildkite",
    "CIRCLECI": "CircleCI",
    "TF_BUILD": "Azure Pipelines",
    "TEAMCITY_VERSION": "TeamCity",
    "BITBUCKET_BUILD_NUMBER": "Bitbucket Pipelines",
    "CI": "CI",
}
"""The variables by which machines that build and test make themselves known, as their documentation says."""
_NO = ("", "0", "false", "no")


def may_approve(env: Mapping[str, str], at_terminal: bool, allowed: bool) -> str | None:
    """Why whoever calls may not approve; None where they may.

    `at_terminal`: whether they can be asked to confirm; `allowed`: workflow.approve_without_terminal. An agent may not,
    whatever is configured, and neither may a machine.
    """
    agent = _agent(env)
    if agent is not None:
        return f"an approval is a person's, and {agent} is at work here"
    machine = next((name for variable, name in CI.items() if env.get(variable, "").lower() not in _NO), None)
    if machine is not None:
        return f"an approval is a person's, and this is {machine}"
    if not at_terminal and not allowed:
        return "an approval is confirmed at a terminal, and this is none"
    return None


def _agent(env: Mapping[str, str]) -> str | None:
    if env.get("HOLDFAST_AGENT"):
        return env["HOLDFAST_AGENT"]
    for variable, name in AGENTS.items():
        if env.get(variable):
            return name
    return next((env[name] for name in GENERIC if env.get(name, "").lower() not in (*_NO, "1", "true")), None)
