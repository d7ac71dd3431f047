"""An example file from the code: what it reads, of what kind, whether it has to be there, and where it is read.

What an existing example says stays as it is, byte for byte; what it does not name is added at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from holdfast.checks.environment_files.comparison import given
from holdfast.checks.environment_files.demand import Variable, demand_of
from holdfast.checks.environment_files.kinds import kind_of
from holdfast.checks.environment_files.places import places_of
from holdfast.checks.environment_files.platform import is_platforms, matches
from holdfast.checks.environment_files.reading import NAME, parsed
from holdfast.checks.interface import Context
from holdfast.core.masking import find_secrets, is_secret_name

HEADER = "# The environment variables of this project. Copy this file to .env and fill it in there.\n"
PLACES = 3
_RANDOM = re.compile(r"(?=[^\s/.]*\d)(?=[^\s/.]*[A-Za-z])[A-Za-z0-9+=_-]{16,}")
_PLAIN = re.compile(r"[A-Za-z0-9_.,:/@%+=-]*")


class Merged(NamedTuple):
    """The text of an example, and the names that were added to it."""

    text: str
    added: tuple[str, ...]


def example_for(context: Context, file: str, old: str | None) -> Merged:
    """The example `file` of the project: the old text with what the code reads and it does not name.

    The code is that below the file's directory; where there is none, that of the project.
    """
    directory = file.rpartition("/")[0] + "/" if "/" in file else ""
    if not any(name.startswith(directory) and name.endswith(".py") for name in context.files):
        directory = ""
    others = [each.directory for each in places_of(context).groups]
    demand = demand_of(context, directory, others)
    before = parsed(file, old or "")
    names = {*before.last(), *before.commented_out, *before.hidden}
    lacking = [
        variable
        for variable in demand.variables.values()
        if not is_platforms(variable.name)
        and not matches(variable.name, context.config.dotenv.ignore)
        and variable.name not in demand.sets
        and NAME.fullmatch(variable.name)
        and not any(given(read, names) for read in variable.reads)
    ]
    return merged(old, lacking)


def merged(old: str | None, variables: Iterable[Variable]) -> Merged:
    """The old text, and the variables behind it, each with a comment that declares it."""
    some = list(variables)
    if old is not None and not some:
        return Merged(old, ())
    ending = "\r\n" if old and "\r\n" in old else "\n"
    start = HEADER if old is None else old
    if start and not start.endswith(("\n", "\r")):
        start += ending
    added = "".join("\n".join(["", *_lines(each), ""]) for each in some)
    return Merged(start + added.replace("\n", ending), tuple(each.name for each in some))


def _lines(variable: Variable) -> list[str]:
    default = None if variable.required else _written(variable)
    kind = kind_of(variable.kind) if variable.kind else None
    need = "required" if variable.required else "optional"
    places = list(dict.fromkeys(f"{read.file}:{read.line}" for read in variable.reads))
    more = f" and {len(places) - PLACES} more" if len(places) > PLACES else ""
    lines = [f"# Read in {', '.join(places[:PLACES])}{more}", f"# type: {kind.name if kind else 'string'}, {need}"]
    if variable.required:
        return [*lines, f"{variable.name}="]
    return [*lines, f"{variable.name}={default}" if default else f"# {variable.name}="]


def _written(variable: Variable) -> str | None:
    """The default as the file has it; None where there is none, or where it may be a secret."""
    default = variable.default
    if not default or may_be_secret(variable.name, default) or any(ord(each) < 32 for each in default):
        return None
    kind = kind_of(variable.kind) if variable.kind else None
    if kind is not None and not kind.holds(default):
        return None
    if _PLAIN.fullmatch(default):
        return default
    return f"'{default}'" if "'" not in default and "\\" not in default and "${" not in default else None


def may_be_secret(name: str, value: str) -> bool:
    """Whether a default is better not copied: its name says so, or it looks like a token or a password."""
    if is_secret_name(name) or any(
        word in name.upper().split("_") for word in ("KEY", "SECRET", "SALT", "PASS", "DSN")
    ):
        return True
    if next(find_secrets(f"{name}={value}"), None) or next(find_secrets(value), None):
        return True
    return any(_RANDOM.fullmatch(part) for part in re.split(r"[\s/:@?&,;]+", value))
