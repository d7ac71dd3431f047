"""Writes the table in benchmarks/README.md: `python -m benchmarks`. Workflows and adoption have tables of their own."""

from __future__ import annotations

from benchmarks import commands, dependencies, hooks, registry
from benchmarks.measure import publish

MARKS = ("<!-- results: begin -->", "<!-- results: end -->")


def main() -> None:
    """All rows, shown as they come."""
    publish(MARKS, (row for rows in (registry.rows, commands.rows, hooks.rows, dependencies.rows) for row in rows()))


if __name__ == "__main__":
    main()
