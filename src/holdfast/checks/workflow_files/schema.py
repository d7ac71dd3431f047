"""The schemas of GitHub's files, by check-jsonschema, which carries them.

They are known to be weak (they let pass what GitHub refuses), and to say of a deep mistake that the whole job "is not
valid under any of the given schemas": what our own rules say of the same place is clearer, and stands instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.checks.interface import Context
from holdfast.checks.tools import Tool, crashed
from holdfast.checks.workflow_files.document import Document, Part
from holdfast.core.findings import Finding, Location, Severity

PROGRAM = "check-jsonschema"
LENGTH = 300
INSTANCE = re.compile(r"^[\[{].*[\]}] (?=is |should |has |does )", re.DOTALL)
TOLERATED = (
    ("github-workflows", re.compile(r"\$\.on\..*"), re.compile(r".* is not of type 'array'")),
    ("github-actions", re.compile(r"\$(?:\.inputs\.[^.]+)?"), re.compile(r"'(?:name|description)' is a required .*")),
    ("github-actions", re.compile(r"\$\.inputs\..*\.default"), re.compile(r".* is not of type 'string'")),
)
"""What the schemas find and GitHub takes: one text for a list of one, no description, a default that is no text."""


def against(context: Context, check: str, tool: Tool, schema: str, documents: Sequence[Document]) -> list[Finding]:
    """What the schema says of the documents that can be read.

    Exit 0 with the status "ok" is clean, 1 with "fail" findings; 1 is a crash as well, told by its answer not being
    JSON; 2 is a wrong option. Raises CannotRun for those.
    """
    from holdfast.checks.linters.program import ask, batches

    by_file = {each.file: each for each in documents if each.root is not None}
    found = []
    for batch in batches(list(by_file)):
        options = ["--builtin-schema", f"vendor.{schema}", "--output-format", "json", "--color", "never"]
        done, said = ask(context, check, tool, [*options, "--", *batch], answers=(0, 1), env={})
        try:
            if said["status"] != ("ok" if done.exit_code == 0 else "fail"):
                raise ValueError(said["status"])
            if done.exit_code and not (said["errors"] or said.get("parse_errors")):
                raise ValueError("it failed and says of nothing why")
            found += [finding for item in said["errors"] if (finding := _error(by_file, schema, item))]
            found += [_unread(by_file, schema, item) for item in said.get("parse_errors", ())]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise crashed(check, tool, done) from error
    return found


def _error(by_file: Mapping[str, Document], schema: str, item: Mapping[str, Any]) -> Finding | None:
    document = by_file[item["filename"]]
    best = item.get("best_deep_match") or item
    path, message = str(best["path"]), " ".join(INSTANCE.sub("", str(best["message"])).split())
    if any(schema == of and where.fullmatch(path) and what.fullmatch(message) for of, where, what in TOLERATED):
        return None
    line = _line(document.root, path)
    shown = message if len(message) <= LENGTH else message[:LENGTH] + " ..."
    return Finding(
        f"{PROGRAM}:{schema}",
        Severity.ERROR,
        f"{path.removeprefix('$.') or '$'}: {shown}",
        Location(document.file, line),
    )


def _unread(by_file: Mapping[str, Document], schema: str, item: Mapping[str, Any]) -> Finding:
    file = by_file[item["filename"]].file
    return Finding(f"{PROGRAM}:{schema}", Severity.ERROR, f"{PROGRAM} cannot read it", Location(file))


def _line(root: Part | None, path: str) -> int | None:
    """The line of the deepest value on a JSON path as jsonschema writes them: `$.jobs.test.steps[2]`."""
    here, rest = root, path.removeprefix("$")
    while here is not None and rest:
        if match := re.match(r"\[(\d+)\]", rest):
            below = here.items[int(match[1])] if int(match[1]) < len(here.items) else None
            key = match[0]
        else:
            named = [(shown, key) for key in here.table for shown in _shown(key) if _begins(rest, shown)]
            key, name = max(named, key=lambda pair: len(pair[0]), default=("", ""))
            below = here.table[name] if key else None
        if below is None:
            break
        here, rest = below, rest[len(key) :]
    return here.line if here else None


def _shown(key: str) -> tuple[str, ...]:
    return f".{key}", f"[{json.dumps(key)}]", f"['{key}']"


def _begins(rest: str, shown: str) -> bool:
    return rest.startswith(shown) and (len(rest) == len(shown) or rest[len(shown)] in ".[")
