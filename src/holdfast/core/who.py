"""Who is at work here: a named agent, a coding agent that the environment tells of, CI, or user@host."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping

AGENTS = {
    "CLAUDECODE": "claude-code",
    "CODEX_THREAD_ID": "codex",
    "CODEX_SANDBOX": "codex",
    "CODEX_CI": "codex",
    "CURSOR_AGENT": "cursor",
    "GEMINI_CLI": "gemini-cli",
    "COPILOT_CLI": "copilot-cli",
    "COPILOT_AGENT_SESSION_ID": "copilot",
    "OPENCODE": "opencode",
    "QWEN_CODE": "qwen-code",
    "AUGMENT_AGENT": "augment",
    "CLINE_ACTIVE": "cline",
}
"""The variables that each coding agent sets for the commands it runs, as their documentation and sources say; not
those that a user sets to configure them (CODEX_HOME, CLINE_API_KEY)."""

GENERIC = ("AI_AGENT", "AGENT")
"""Name the agent themselves: AI_AGENT=claude-code, AGENT=goose."""

THROUGH = {"PRE_COMMIT": "pre-commit", "MAKELEVEL": "make"}
"""What called us on somebody's behalf."""


def who(env: Mapping[str, str]) -> str:
    """`HOLDFAST_AGENT`, else the coding agent or CI that the environment tells of, else user@host and through what."""
    if env.get("HOLDFAST_AGENT"):
        return env["HOLDFAST_AGENT"]
    for variable, name in AGENTS.items():
        if env.get(variable):
            return name
    for variable in GENERIC:
        if env.get(variable, "") not in ("", "0", "1", "true", "false"):
            return env[variable]
    if env.get("GITHUB_ACTIONS") == "true":
        return f"github-actions ({env['GITHUB_ACTOR']})" if env.get("GITHUB_ACTOR") else "github-actions"
    through = next((f" ({name})" for variable, name in THROUGH.items() if env.get(variable)), "")
    return f"{_user(env)}@{os.uname().nodename}{through}"


def _user(env: Mapping[str, str]) -> str:
    named = env.get("LOGNAME") or env.get("USER")
    if named:
        return named
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container that runs under a bare number
        return f"uid{os.getuid()}"
