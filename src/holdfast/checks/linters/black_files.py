"""Which files black leaves out when it looks for them itself (black/files.py, `gen_python_files`)."""

from __future__ import annotations

import re
from collections.abc import Callable

from holdfast.checks.facts import table
from holdfast.checks.interface import Context

EXCLUDED = (
    r"/(\.direnv|\.eggs|\.git|\.hg|\.ipynb_checkpoints|\.mypy_cache|\.nox|\.pytest_cache|\.ruff_cache|\.tox|\.svn|\.venv"
    r"|\.vscode|__pypackages__|_build|buck-out|build|dist|venv)/"
)
INCLUDED = r"(\.pyi?|\.ipynb)$"


def left_out(context: Context) -> Callable[[str], bool] | None:
    """Whether the configuration leaves a file out; None where its patterns cannot be read."""
    own = table(context.pyproject, "tool", "black")
    try:
        excluded = [_pattern(own.get("exclude", EXCLUDED))]
        excluded += [_pattern(own[key]) for key in ("extend-exclude", "force-exclude") if own.get(key)]
        included = _pattern(own.get("include", INCLUDED))
    except (re.error, TypeError):
        return None

    def answer(file: str) -> bool:
        whole = f"/{file}"
        directories = [whole[: match.end()] for match in re.finditer("/", whole)][1:]
        return not included.search(whole) or any(
            (found := pattern.search(path)) and found[0] for pattern in excluded for path in (*directories, whole)
        )

    return answer


def _pattern(text: object) -> re.Pattern[str]:
    """A pattern as black compiles it. Raises re.error, and TypeError for what is no text."""
    if not isinstance(text, str):
        raise TypeError(text)
    return re.compile(text, re.VERBOSE if "\n" in text else 0)
