"""The secrets that a step lists: found where it is performed, given to it, and masked in what it says.

Their values are stored nowhere. They come from the environment, else from the project's `.env`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from holdfast.core.errors import HoldfastError
from holdfast.core.files import open_regular
from holdfast.core.masking import MASK
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.interface import Place

REFERENCE = re.compile(r"\$\{\s*secrets\.([A-Za-z_][A-Za-z0-9_]*)\s*\}")
SHORTEST = 4
"""Characters. A shorter line of a secret is not masked by itself: it would stand everywhere."""
LARGEST_FILE = 2**20


def secret_names(work: Work) -> tuple[str, ...]:
    """The secrets that an attempt needs."""
    if not work.secrets and not work.env_secrets:
        return ()
    referred = {name for text in work.env_secrets.values() for name in REFERENCE.findall(text)}
    return tuple(sorted({*work.secrets, *referred}))


def find_secrets(work: Work, place: Place) -> dict[str, str]:
    """The values of an attempt's secrets by name. Raises HoldfastError, which names all that are not set."""
    names = secret_names(work)
    if not names:
        return {}
    known = known_secrets(work, place)
    missing = [name for name in names if name not in known]
    if missing:
        raise HoldfastError(
            f"{work.instance}: not set: {', '.join(missing)}",
            hint="set the variable where the step is performed, or write it into .env",
        )
    return known


def known_secrets(work: Work, place: Place) -> dict[str, str]:
    """Those of an attempt's secrets that can be found; a variable that is set but empty counts as not set."""
    names = secret_names(work)
    found = {name: place.env[name] for name in names if place.env.get(name)}
    if len(found) < len(names):
        found = {**{n: v for n, v in _env_file(place.project / ".env").items() if n in names}, **found}
    return found


def secret_environment(work: Work, values: Mapping[str, str]) -> dict[str, str]:
    """The variables in which an attempt gets its secrets."""
    given = {name: values[name] for name in work.secrets}
    for variable, text in work.env_secrets.items():
        given[variable] = REFERENCE.sub(lambda found: values[found[1]], text)
    return given


def masked_values(values: Mapping[str, str]) -> list[str]:
    """What has to be masked: each secret, its lines, and how URLs, JSON and base64 write it; the longest first."""
    forms = {form for value in values.values() if value.strip() for form in _forms(value)}
    return sorted(forms, key=len, reverse=True)


def mask_values(text: str, values: list[str]) -> str:
    """The text without those values."""
    for value in values:
        text = text.replace(value, MASK)
    return text


@cache
def _forms(value: str) -> tuple[str, ...]:
    import base64
    import json
    from urllib.parse import quote

    lines = [line.strip() for line in value.splitlines() if len(line.strip()) >= SHORTEST]
    encoded = base64.b64encode(value.encode("utf-8", "surrogateescape")).decode("ascii")
    quoted = quote(value, safe="", errors="surrogateescape", encoding="utf-8")
    return (value, value.strip(), *lines, encoded, quoted, json.dumps(value)[1:-1])


def _env_file(path: Path) -> Mapping[str, str]:
    try:
        with open_regular(path) as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise HoldfastError(f"cannot read {path}: {error.strerror or error}") from error
    if len(content) > LARGEST_FILE:
        raise HoldfastError(f"{path}: larger than {LARGEST_FILE} bytes", hint="is it a file of variables?")
    text = content.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    from io import StringIO

    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(stream=StringIO(text), interpolate=False).items() if value}
