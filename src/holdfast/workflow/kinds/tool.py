"""`tool`: one call of an MCP server's tool (modelcontextprotocol.io, tools/call)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.core.config.kinds import shown
from holdfast.workflow.kinds import bodies
from holdfast.workflow.kinds.bodies import Field, Problem
from holdfast.workflow.kinds.interface import Command, Setting
from holdfast.workflow.model import ASK

EXAMPLE = "{server: [my-mcp-server], tool: search, arguments: {query: flaky}}"
SCHEMES = ("http://", "https://")


class Tool:
    """A tool call. Whether it may be made twice depends on the tool."""

    name = "tool"
    on_crash = ASK
    waits = False

    def problems(self, body: Any) -> list[Problem]:
        """What is wrong with the call."""
        return bodies.judged(body, FIELDS, EXAMPLE)

    def command(self, body: Any, setting: Setting) -> Command:
        """The client program with the call as JSON. Raises HoldfastError."""
        bodies.require(self.problems(body), self.name)
        server = body["server"]
        call = {
            "server": server if isinstance(server, str) else bodies.words_of(server),
            "tool": body["tool"],
            "arguments": body.get("arguments", {}),
        }
        argument = json.dumps(call, ensure_ascii=False)
        return Command((setting.python, "-P", "-m", "holdfast.workflow.kinds.mcp_call", argument))

    def question(self, body: Any) -> Mapping[str, Any]:
        """Nothing: it waits for nobody."""
        return {}


def _server(value: Any) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield from bodies.argv(value)
    elif not value.startswith(SCHEMES) and not bodies.is_open(value):
        yield (), f"must be a list that starts the server, or its http(s) address, not {shown(value)}"


FIELDS = {
    "server": Field(_server, required=True),
    "tool": Field(bodies.a_text, required=True),
    "arguments": Field(bodies.a_map),
}
KIND = Tool()
