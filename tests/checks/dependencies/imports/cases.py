"""What the tests of the imports check share."""

from __future__ import annotations

from tests.checks.dependencies.projects import Project

POETRY = """\
[project]
name = "shop"
version = "1.0"
dependencies = [
    "requests>=2",
]

[tool.poetry.group.dev.dependencies]
pytest = "*"
"""


def plain(*requirements: str, more: str = "") -> str:
    listed = "".join(f'    "{each}",\n' for each in requirements)
    return f'[project]\nname = "shop"\nversion = "1.0"\ndependencies = [\n{listed}]\n{more}'


def said(project: Project) -> list[tuple[str, str, int | None]]:
    """Id, file and line of each finding that is more than a remark."""
    found = project.findings(only="imports")
    return [(each["id"], each["file"], each["line"]) for each in found if each["severity"] != "info"]


def messages(project: Project) -> str:
    return "\n".join(f"{each['severity']} {each['message']}" for each in project.findings(only="imports"))


def clouds(project: Project) -> None:
    for name in ("storage", "bigquery"):
        project.install(f"google-cloud-{name}", files={f"google/cloud/{name}/__init__.py": ""})
