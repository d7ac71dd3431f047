"""Asks detect-secrets about files. Runs by itself, in the environment that has it: nothing of ours is there.

Arguments: the baseline's name or nothing, then the files. Prints one JSON array for each secret: the number of the file
among the arguments, line, first and last column, kind, whether the baseline accepts it; and at the end one object.
No value is printed. Nothing is written, and no service is asked whether a secret is a real one.

Exit codes: 0, looked at all files; 3, this detect-secrets is none that we know; 4, the baseline cannot be read; any
other is a crash.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

GUESSES = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector", "IPPublicDetector")
"""Not asked where no baseline says which plugins are: in code, most of what they find is no secret."""
ASKS_SERVICES = "detect_secrets.filters.common.is_ignored_due_to_verification_policies"
UNKNOWN, BAD_BASELINE = 3, 4


def main(baseline_name: str, *files: str) -> int:
    try:
        from detect_secrets import __version__ as version
        from detect_secrets.core import baseline, scan
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
        from detect_secrets.exceptions import UnableToReadBaselineError
        from detect_secrets.settings import get_plugins, get_settings
    except ImportError:
        return UNKNOWN
    accepted: dict[str, set[tuple[str, str]]] = {}
    forms: list[Any] | None = None
    settings = get_settings()
    if baseline_name:
        try:
            known: Any = baseline.load(baseline.load_from_file(baseline_name), filename=baseline_name)
        except (UnableToReadBaselineError, KeyError, TypeError, ValueError, AttributeError):
            return BAD_BASELINE
        accepted = {
            name: {(one.type, one.secret_hash) for one in known[name] if not one.is_secret} for name in known.files
        }
    else:
        names = [each.__name__ for each in get_mapping_from_secret_type_to_class().values()]
        settings.configure_plugins([{"name": name} for name in sorted(names) if name not in GUESSES])
        forms = [form for each in get_plugins() for form in getattr(each, "denylist", ())]
    settings.disable_filters(ASKS_SERVICES)
    for number, file in enumerate(files):
        if forms is None or could_match(forms, file):
            tell(number, file, list(scan.scan_file(file)), accepted.get(file, set()))
    say({"looked_at": len(files), "version": getattr(version, "VERSION", "")})
    return 0


def tell(number: int, file: str, found: list[Any], accepted: set[tuple[str, str]]) -> None:
    """Prints what was found in a file."""
    lines = text_of(file).split("\n") if found else []
    for each in sorted(found, key=lambda each: (each.line_number, each.type)):
        line, value = lines[each.line_number - 1] if each.line_number <= len(lines) else "", each.secret_value
        start, end = (line.index(value), line.index(value) + len(value)) if value in line else (0, len(line))
        say([number, each.line_number, start, end, each.type, (each.type, each.secret_hash) in accepted])


def could_match(forms: list[Any], file: str) -> bool:
    """Whether any pattern of any plugin is in the file: detect-secrets itself takes 12 ms to look at each line."""
    text = text_of(file)
    return any(form.search(text) for form in forms)


def text_of(file: str) -> str:
    try:
        return Path(file).read_text("utf-8", "replace")
    except OSError:
        return ""


def say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
