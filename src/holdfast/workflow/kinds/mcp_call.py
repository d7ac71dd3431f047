"""Calling one tool of an MCP server: the program of a `tool` step, and the only importer of the mcp SDK.

The text that the tool gives goes to standard output. Its text and its structured content become the outputs `text` and
`structured` (JSON), and each key of a structured map an output of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.workflow.outputs import write_outputs

USAGE = 'usage: mcp_call \'{"server": ["my-mcp-server"], "tool": "search", "arguments": {"query": "flaky"}}\''
INSTALL = "tool steps need the MCP SDK, which is not installed\nhint: pip install 'holdfast[mcp]'"
LONGEST = 2**20


def main(arguments: Sequence[str]) -> int:
    """Makes the call; 0 where it succeeded, 1 where the tool says that it failed, 2 where it could not be made."""
    try:
        call = json.loads(arguments[0])
        call = {name: call[name] for name in ("server", "tool", "arguments")}
    except (ValueError, LookupError, TypeError):
        return _say(USAGE, 2)
    try:
        return asyncio.run(_call_or_end(call))
    except asyncio.CancelledError:
        return _say(f"tool {call['tool']}: ended before it answered", 128 + signal.SIGTERM)
    except ImportError:
        return _say(INSTALL, 2)


async def _call_or_end(call: Mapping[str, Any]) -> int:
    """Ends the server on SIGTERM: the SDK starts it in a session of its own, where the step's signals do not reach."""
    calling = asyncio.ensure_future(_call(call))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, calling.cancel)
    return await calling


async def _call(call: Mapping[str, Any]) -> int:
    from mcp import Client, MCPError

    try:
        async with Client(_server(call["server"])) as client:
            result = await client.call_tool(call["tool"], dict(call["arguments"]))
    except MCPError as error:
        return _say(f"tool {call['tool']}: {error}", 2)
    except (OSError, ValueError, TimeoutError) as error:
        return _say(f"tool {call['tool']}: cannot reach the server: {error}", 2)
    except BaseExceptionGroup as group:
        causes = "; ".join(str(error) or type(error).__name__ for error in _leaves(group))
        return _say(f"tool {call['tool']}: cannot reach the server: {causes}", 2)
    return _reported(call["tool"], result)


def _server(server: Any) -> Any:
    """What the SDK's client takes: an address, or a program with this step's own environment."""
    from mcp.client.stdio import StdioServerParameters

    if isinstance(server, str):
        return server
    return StdioServerParameters(command=server[0], args=list(server[1:]), env=dict(os.environ))


def _leaves(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


def _reported(tool: str, result: Any) -> int:
    texts = [block.text for block in result.content if block.type == "text"]
    others = [block.type for block in result.content if block.type != "text"]
    text = "\n".join(texts)
    for line in (text, *(f"({kind} content is not shown)" for kind in others)):
        if line:
            _say(line)
    if result.is_error:
        return _say(f"tool {tool}: failed", 1)
    structured = result.structured_content
    outputs = {"text": text[:LONGEST]}
    if structured is not None:
        keys = structured if isinstance(structured, dict) else {}
        outputs |= {name: _written(value) for name, value in keys.items()}
        outputs["structured"] = json.dumps(structured, ensure_ascii=False)
    write_outputs(os.environ, outputs)
    return 0


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _say(text: str, code: int = 0) -> int:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
