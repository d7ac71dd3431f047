"""The check `dotenv`: the files of environment variables, against their example and against what the code reads."""

from __future__ import annotations

from holdfast.checks.environment_files.places import places_of
from holdfast.checks.interface import Context, Inputs
from holdfast.core.findings import Result

NAME = "dotenv"
READ = ("*.py", ".env*", "env.example", "example.env", "pyproject.toml")
MENTIONS = (
    *(
        "*.yml",
        "*.yaml",
        "*.toml",
        "*.cfg",
        "*.ini",
        "*.sh",
        "*.mk",
        "*.js",
        "*.ts",
        "*.mjs",
        "*.cjs",
        "*.tsx",
        "*.jsx",
    ),
    *("Dockerfile*", "*.dockerfile", "Makefile", "GNUmakefile", "justfile", "Procfile*", "*.conf", "*.go", "*.rb"),
    *("*.tf", "*.service", "*.ipynb", "bin/*", ".envrc"),
)
"""Where else a variable may be used: it is then not unknown, whatever the Python code reads."""


class Dotenv:
    name = NAME
    summary = "environment variables: .env, its example, and what the code reads"

    def wanted(self, context: Context) -> bool:
        return places_of(context) != ((), (), ())

    def inputs(self, context: Context) -> Inputs | None:
        """None where git does not ignore a `.env`: whether it is tracked is in no file that could be named."""
        places = places_of(context)
        if places.exposed:
            return None
        named = context.config.dotenv
        chosen = (*named.files, *([named.example] if named.example else ()))
        return Inputs((*READ, *MENTIONS, *chosen), unlisted=places.unlisted)

    def run(self, context: Context) -> Result:
        """What is wrong with the files, with what they lack, and with what the example leaves out."""
        from holdfast.checks.environment_files.judgement import judge

        return judge(context, NAME, MENTIONS)


CHECK = Dotenv()
