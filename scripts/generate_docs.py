"""Writes the generated parts of docs/, or says which are stale.

    python scripts/generate_docs.py [--check]

Exit 1 where --check finds a stale page. Each page has a function that makes its new text from the old one; a
generated part of a hand-written page stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from holdfast.cli.main import COMMANDS, app
from holdfast.core.config.schema import json_schema, mistakes_table, settings_table, variables_table
from holdfast.workflow.definition.json_schema import json_schema as workflow_json_schema

ROOT = Path(__file__).resolve().parent.parent


def configuration_schema(_old: str) -> str:
    """docs/config.schema.json: what `holdfast config schema` prints."""
    return json.dumps(json_schema(), indent=2) + "\n"


def workflow_schema(_old: str) -> str:
    """docs/workflow.schema.json: what `holdfast workflow schema` prints."""
    return json.dumps(workflow_json_schema(), indent=2) + "\n"


def configuration_spec(old: str) -> str:
    """The tables of docs/specs/004-configuration.md."""
    tables = {"settings": settings_table(), "variables": variables_table(), "findings": mistakes_table()}
    for name, table in tables.items():
        old = with_part(old, name, table)
    return old


def command_line(_old: str) -> str:
    """docs/cli.md: what `--help` says of every command."""
    parts = [
        "# The command line",
        "",
        "What `--help` says, for every command. Generated: `make docs` writes it anew.",
        "",
    ]
    for words in commands():
        said = CliRunner().invoke(
            app, [*words, "--help"], prog_name="holdfast", terminal_width=100, env={"COLUMNS": "100"}
        )
        if said.exit_code != 0:
            raise ValueError(f"{' '.join(words)} --help: exit code {said.exit_code}")
        heading = " ".join(["holdfast", *words])
        parts += [f"## {heading}", "", "```text", said.stdout.strip(), "```", ""]
    return "\n".join(parts)


def commands() -> Iterator[tuple[str, ...]]:
    """The words of every command and group, the root first."""
    yield ()
    for name, module in COMMANDS.items():
        yield from _below((name,), get_command(import_module(module).app))


def _below(words: tuple[str, ...], command: Any) -> Iterator[tuple[str, ...]]:
    yield words
    for name in getattr(command, "lazily", getattr(command, "commands", ())):
        yield from _below((*words, name), command.get_command(None, name))


PAGES: dict[str, Callable[[str], str]] = {
    "docs/cli.md": command_line,
    "docs/config.schema.json": configuration_schema,
    "docs/specs/004-configuration.md": configuration_spec,
    "docs/workflow.schema.json": workflow_schema,
}


def with_part(page: str, name: str, content: str) -> str:
    """The page with its generated part of that name replaced. Raises ValueError where the page has no such part."""
    pattern = rf"(<!-- generated: {name} -->\n).*?(\n<!-- end: {name} -->)"
    new, count = re.subn(pattern, lambda match: f"{match[1]}\n{content}\n{match[2]}", page, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"the page has {count} parts named {name}")
    return new


def stale_pages() -> dict[Path, str]:
    """The pages that are not what they would be if they were made now, with their new text."""
    stale = {}
    for name, make in PAGES.items():
        path = ROOT / name
        old = path.read_text("utf-8") if path.exists() else ""
        if (new := make(old)) != old:
            stale[path] = new
    return stale


def main(argv: list[str]) -> int:
    """Runs the script; returns its exit code."""
    checking = argv == ["--check"]
    if argv and not checking:
        print(__doc__, file=sys.stderr)
        return 2
    stale = stale_pages()
    for path, text in stale.items():
        print(f"{path.relative_to(ROOT)}: {'stale: run python scripts/generate_docs.py' if checking else 'written'}")
        if not checking:
            path.write_text(text, "utf-8")
    return 1 if checking and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
