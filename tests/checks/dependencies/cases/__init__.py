"""The table of cases: projects with one thing wrong, or nothing. Each module enters its own when it is imported."""

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
