"""The SDK is no dependency of ours yet: where it is not installed, what is tried is that this is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

SERVER = """
from mcp.server.mcpserver import MCPServer
server = MCPServer("small")
@server.tool()
def add(a: int, b: int) -> dict[str, int]:
    return {"sum": a + b}
@server.tool()
def broken() -> str:
    raise ValueError("no")
server.run()
"""
needs_sdk = pytest.mark.skipif(
    find_spec("mcp") is None, reason="the MCP SDK is not installed: pip install 'holdfast[mcp]'"
)


def call(tmp_path: Path, argument: Any, *, without_sdk: bool = False) -> subprocess.CompletedProcess[str]:
    hide = "import sys; sys.modules['mcp'] = None; " if without_sdk else "import sys; "
    program = f"{hide}from holdfast.workflow.kinds.mcp_call import main; sys.exit(main(sys.argv[1:]))"
    text = argument if isinstance(argument, str) else json.dumps(argument)
    env = {**os.environ, "HOLDFAST_OUTPUT": str(tmp_path / "out")}
    command = [sys.executable, "-P", "-c", program, text]
    return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60)


def small(tmp_path: Path, tool: str, **arguments: object) -> dict[str, Any]:
    (tmp_path / "server.py").write_text(SERVER)
    return {"server": [sys.executable, str(tmp_path / "server.py")], "tool": tool, "arguments": arguments}


def test_without_the_sdk_it_says_what_to_install(tmp_path: Path) -> None:
    done = call(tmp_path, small(tmp_path, "add", a=1, b=2), without_sdk=True)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "hint: pip install 'holdfast[mcp]'"
    assert done.stderr == ""


@pytest.mark.parametrize("argument", ["", "{", "[]", '{"server": ["x"], "tool": "t"}', "3"])
def test_an_argument_that_is_no_call_is_refused(tmp_path: Path, argument: str) -> None:
    done = call(tmp_path, argument)
    assert done.returncode == 2
    assert done.stdout.startswith("usage: mcp_call")


@needs_sdk
def test_what_a_tool_gives_becomes_outputs(tmp_path: Path) -> None:
    done = call(tmp_path, small(tmp_path, "add", a=1, b=2))
    assert done.returncode == 0, done.stdout + done.stderr
    written = (tmp_path / "out").read_text()
    assert "sum=3\n" in written
    assert 'structured={"sum": 3}\n' in written


@needs_sdk
@pytest.mark.parametrize("tool", ["broken", "no_such_tool"])
def test_a_tool_that_fails_is_a_failure(tmp_path: Path, tool: str) -> None:
    done = call(tmp_path, small(tmp_path, tool))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == f"tool {tool}: failed"


@needs_sdk
def test_a_server_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    for server in (["/no/such/server"], ["true"], "http://127.0.0.1:9/mcp"):
        done = call(tmp_path, {"server": server, "tool": "t", "arguments": {}})
        assert done.returncode == 2
        assert "tool t: cannot reach the server: " in done.stdout
