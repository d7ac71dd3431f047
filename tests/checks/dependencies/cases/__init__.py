"""The table of cases: projects with one thing wrong, or nothing. Each module enters its own when it is imported.

To add one, write a function that builds it, named for what is wrong, with @case and what is to be said of it; then
`python -m tests.checks.dependencies.cases.references NAME` writes above it what today's tools say. Locks come from
make_locks.py, packages from wheels.py.
"""

MODULES = tuple(
    f"{__name__}.{name}"
    for name in (
        "poetry_fresh",
        "poetry_stale",
        "poetry_damaged",
        "poetry_sources",
        "uv_lock",
        "uv_projects",
        "pylock",
        "requirements",
        "installed",
        "metadata",
        "origins",
        "conflicts",
        "environments",
        "imports",
    )
)
