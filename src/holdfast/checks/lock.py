"""The check `lock`: is the lock what pyproject.toml asks for, and whole in itself?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.checks.dependencies.subject import Subject, subject_of
from holdfast.checks.dependencies.visible import FILES
from holdfast.checks.facts import start_of, table
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status, concluded

if TYPE_CHECKING:
    from holdfast.checks.dependencies.model import Lock

NAME = "lock"
KEEPS = {"poetry": ("poetry.lock", "poetry lock"), "uv": ("uv.lock", "uv lock")}
"""The lock that a tool keeps, and the command that makes it."""
LIMIT = 64 * 2**20
UV_ALONE = frozenset({"pip", "index", "index-url", "extra-index-url", "cache-keys", "build-backend"})
"""Tables of uv that say nothing of a project: those who use uv as an installer, or to build, have them too."""
PATHS = {
    "poetry": (b'type = "directory"', b'type = "file"'),
    "uv": (b'editable = "', b'directory = "', b'path = "', b'virtual = "'),
    "pylock": (b'path = "',),
}
"""What names a path in a lock of each kind, and so makes it depend on other files."""
ITSELF = b'."'
"""How the project's own path goes on: it leads nowhere else."""


class LockCheck:
    name = NAME
    summary = "the lock is what pyproject.toml asks for, and whole"

    def wanted(self, context: Context) -> bool:
        return subject_of(context).found is not None or keeper_of(context) is not None

    def inputs(self, context: Context) -> Inputs | None:
        """None where the lock leads to other files, whose metadata counts too, and where git ignores it."""
        found = subject_of(context).found
        if found is None or found[0] not in PATHS or found[1] not in context.files:
            return None
        content = start_of(context.project / found[1], LIMIT)
        if any(content.count(path) > content.count(path + ITSELF) for path in PATHS[found[0]]):
            return None
        return Inputs(files=(*FILES, "uv.toml", "*.lock", "pylock*.toml"), variables=("HOLDFAST_DEPENDENCIES",))

    def run(self, context: Context) -> Result:
        """What is wrong with the lock. A project whose tool keeps none has nothing to look at: skipped."""
        from holdfast.checks.dependencies.model import Unreadable

        subject = subject_of(context)
        if subject.found is None:
            return _without(context)
        try:
            lock = subject.lock
        except Unreadable as error:
            return Result(NAME, Status.FAILED, (error.finding,), checked=Checked(0, 1, "lock"), tool=subject.found[1])
        return _looked(subject, lock) if lock else _without(context)


def _looked(subject: Subject, lock: Lock) -> Result:
    findings = tuple(subject.format.check(subject, lock)) if subject.format else ()
    count = len(lock.packages)
    checked = Checked(count, count, "packages") if count else Checked(1, 1, "lock")
    return concluded(NAME, findings, checked=checked, tool=lock.file)


def keeper_of(context: Context) -> str | None:
    """The tool that manages the project and would keep a lock."""
    tool = table(context.pyproject, "tool")
    if "poetry" in tool:
        return "poetry"
    return "uv" if table(tool, "uv").keys() - UV_ALONE else None


def _without(context: Context) -> Result:
    keeper = keeper_of(context)
    if keeper is None:
        hint = "poetry lock, uv lock, or pip lock make one"
        raise CannotRun(NAME, "the project keeps no lock", hint=hint, status=Status.SKIPPED)
    file, command = KEEPS[keeper]
    message = f"there is no {file}, so two installations of this project may differ"
    finding = Finding("LOCK001", Severity.ERROR, message, Location("pyproject.toml"), command)
    return Result(NAME, Status.FAILED, (finding,), checked=Checked(0, 1, "lock"))


CHECK = LockCheck()
