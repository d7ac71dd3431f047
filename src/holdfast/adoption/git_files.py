"""`.gitignore` and `.gitattributes`."""

from __future__ import annotations

from pathlib import Path

from holdfast.adoption.parts import Part, Wish

IGNORED = (".holdfast/", ".holdfast-*.tmp")
MERGED = "task_registry*.json merge=union"


def _ignored(_wish: Wish, _kind: str) -> str:
    return "\n".join(IGNORED) + "\n"


def _ignored_already(text: str, _project: Path) -> str | None:
    lines = {line.strip().strip("/") for line in text.splitlines()}
    return "it ignores .holdfast already" if {".holdfast", ".holdfast/*", ".holdfast/**"} & lines else None


def _merged(_wish: Wish, _kind: str) -> str:
    return f"{MERGED}\n"


def _merged_already(text: str, _project: Path) -> str | None:
    lines = {" ".join(line.split()) for line in text.splitlines()}
    wanted = {MERGED, MERGED.replace("*", "")}
    return "it joins task_registry.json already" if wanted & lines else None


IGNORE = Part("gitignore", (".gitignore",), _ignored, there=_ignored_already)
ATTRIBUTES = Part("gitattributes", (".gitattributes",), _merged, there=_merged_already)
