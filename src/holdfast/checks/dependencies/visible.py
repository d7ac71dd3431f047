"""Whether all that the checks of an environment read is among the inputs that are looked at between two runs."""

from __future__ import annotations

import os

from holdfast.checks.dependencies.places import places_of
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.interface import Inputs

FILES = ("pyproject.toml", "holdfast.yaml", "holdfast.json")
INCLUDED = ("*.txt", "*.in")
"""What a requirements file may include."""


def seen_by_inputs(subject: Subject) -> Inputs | None:
    """The inputs of a check of the environment; None where it may read something that they do not tell of.

    That is so with `--deep`, where the base interpreter's packages are visible, where packages lie in more than one
    directory, and where the lock lies outside the project or git ignores it.
    """
    context = subject.context
    environment = context.environment
    if environment is None or context.config.dependencies.deep:
        return None
    if [place.path for place in places_of(environment)] != [os.fspath(path) for path in environment.site_packages]:
        return None
    lock = (subject.found[1],) if subject.found else ()
    if any(file not in context.files for file in lock):
        return None
    included = INCLUDED if subject.found and subject.found[0] == "requirements" else ()
    return Inputs(files=(*FILES, *lock, *included), variables=("HOLDFAST_DEPENDENCIES",))
