"""`holdfast.mk`, which is ours, and the line in the Makefile that includes it.

The rules are written so that whatever a Makefile sets (a prefix of recipes, a shell, warnings, exports, a rule that
matches anything) neither breaks them nor is changed by them, and for GNU make 3.81 and later.
"""

from __future__ import annotations

import re
from pathlib import Path

from holdfast.adoption.parts import Part, Place, Unfit, Wish, at_end, nothing_else

TARGETS = {
    "holdfast-help": ("list these targets", ""),
    "holdfast-validate": ("run every check", "validate-env"),
    "holdfast-venv": ("is the environment the right one, and whole?", "venv-check"),
    "holdfast-deps": ("do pyproject.toml, the lock, the environment and the imports agree?", "check-deps"),
    "holdfast-log": ("what ran here", "task-log list"),
    "holdfast-drift": ("is all that holdfast init wrote as it was?", "init --check"),
}

_RULES = """\
# The targets of holdfast, for the Makefile to include. Written by `holdfast init`, which also keeps it up to date.
# Recipes stand on the lines of their targets, and names have dots, so that no setting of the Makefile's changes them.

ifndef holdfast.included
holdfast.included := yes
holdfast.goal := $(if $(filter undefined,$(origin .DEFAULT_GOAL)),,$(.DEFAULT_GOAL))
holdfast.none :=

# No rule of the Makefile's that matches anything is to make this file.
$(lastword $(MAKEFILE_LIST)): ;

# The holdfast of the project's own environment, with nothing activated; else the one on PATH.
holdfast.run = for it in "$${UV_PROJECT_ENVIRONMENT:-.venv}" .venv venv "$$(test -f poetry.lock && test ! -d .venv && \\
  poetry env info --path 2>/dev/null)"; do \\
  if test -x "$$it/bin/holdfast"; then exec "$$it/bin/holdfast" "$$@"; fi; done; \\
  command -v holdfast >/dev/null && exec holdfast "$$@"; \\
  echo "holdfast: not installed, neither in the project's environment nor on PATH" >&2; exit 2

.PHONY: @TARGETS@
@TARGETS@: SHELL := /bin/sh
@TARGETS@: .SHELLFLAGS := -c

@RULES@

.DEFAULT_GOAL := $(holdfast.goal)
endif

# What the Makefile's own targets see is as it was, however often it includes this.
MAKEFILE_LIST := $(subst $(holdfast.none) $(lastword $(MAKEFILE_LIST)),,$(MAKEFILE_LIST))
"""


def _rules(_wish: Wish, _kind: str) -> str:
    return _RULES.replace("@TARGETS@", " ".join(TARGETS)).replace("@RULES@", "\n".join(_rule(name) for name in TARGETS))


def _rule(target: str) -> str:
    _, command = TARGETS[target]
    if not command:
        shown = " ".join(f"'  {name.ljust(18)} {said}'" for name, (said, _) in TARGETS.items())
        return f"{target}: ; @printf '%s\\n' {shown}"
    return f"{target}: ; @set -- {command}; $(holdfast.run)"


def _include(_wish: Wish, kind: str) -> str:
    line = "include $(wildcard holdfast.mk)\n"
    return f"{line}.DEFAULT_GOAL := holdfast-help\n" if kind == "created" else line


def _place(text: str) -> Place:
    last = text.rstrip("\r\n").rpartition("\n")[2]
    if (len(last) - len(last.rstrip("\\"))) % 2:
        raise Unfit("its last line goes on (it ends in a backslash)")
    taken = re.search(rf"(?m)^({'|'.join(TARGETS)})[ \t]*:(?!=)", text)
    if taken:
        raise Unfit(f"it has a target {taken[1]} of its own")
    return at_end(text)


def _included(text: str, _project: Path) -> str | None:
    return "it includes holdfast.mk already" if re.search(r"(?m)^[ -]?include\s.*\bholdfast\.mk\b", text) else None


RULES = Part("rules", ("holdfast.mk",), _rules, place=nothing_else)
INCLUDE = Part("makefile", ("GNUmakefile", "makefile", "Makefile"), _include, place=_place, there=_included)
