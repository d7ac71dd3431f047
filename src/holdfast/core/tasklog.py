"""How a command logs itself in the task registry: one `started` event, and one `finished` when it ends."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic

from holdfast import __version__
from holdfast.core.clock import iso, now_ms
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.git import GitState, git_state
from holdfast.core.ids import new_id
from holdfast.core.masking import mask_argv, mask_text
from holdfast.core.process_identity import identity
from holdfast.core.registry import Registry
from holdfast.core.who import who

STATUSES = ("succeeded", "failed", "timed_out", "cancelled", "skipped")
"""How a task ends. Running and interrupted are never stored: they follow from what is."""

ARGUMENTS_KEPT = 200
ARGUMENT_LENGTH = 2000

Say = Callable[[str], None]


class Entry:
    """One task in one registry; without a registry it has an id and logs nothing.

    Not a dataclass: that takes a millisecond to make. `git` says what the tree is like at the end.
    """

    __slots__ = ("began", "finished", "git", "id", "registry", "say")

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name
        began: float,
        registry: Registry | None = None,
        git: Callable[[], GitState] | None = None,
        say: Say = lambda _line: None,
    ) -> None:
        self.id = id
        self.began = began
        self.registry = registry
        self.git = git
        self.say = say
        self.finished = False

    def finish(self, status: str, exit_code: int | None = None, **more: object) -> None:
        """Logs the end of the task, once. What keeps it from being logged is said, not raised."""
        if self.finished:
            return
        self.finished = True
        if self.registry is None:
            return
        event = finished(self.id, status, exit_code, at_ms=now_ms(), duration_s=monotonic() - self.began)
        if self.git is not None:
            event |= _git_fields(self.git())
        try:
            self.registry.append(event | more)
        except HoldfastError as error:
            self.say(f"the end of task {self.id} ({status}) could not be logged: {error.message}")
        _pass_on(self.registry, self.say)


def started_event(
    run_id: str, task: str, *, at_ms: int, agent: str, argv: Sequence[str], cwd: str, process: Mapping[str, object]
) -> dict[str, object]:
    """The event that opens a task; secrets are masked, and what is too long is cut."""
    shown = [_cut(argument) for argument in mask_argv(argv)]
    if len(shown) > ARGUMENTS_KEPT:
        shown[ARGUMENTS_KEPT:] = [f"... and {len(shown) - ARGUMENTS_KEPT} more"]
    return {
        "event": "started",
        "id": run_id,
        "task": _cut(mask_text(task)),
        "agent": _cut(mask_text(agent)),
        "at": iso(at_ms),
        "argv": shown,
        "cwd": cwd,
        **process,
        "holdfast": __version__,
    }


def another(event: Mapping[str, object], run_id: str, task: str, *, at_ms: int) -> dict[str, object]:
    """The event that opens another task of the same caller: what is the same for both is not masked again."""
    return {**event, "id": run_id, "task": _cut(mask_text(task)), "at": iso(at_ms)}


def finished(run_id: str, status: str, exit_code: int | None, *, at_ms: int, duration_s: float) -> dict[str, object]:
    """The event that closes a task; `status` is one of STATUSES. Raises ValueError for any other."""
    if status not in STATUSES:
        raise ValueError(f"{status} is not one of {', '.join(STATUSES)}")
    event: dict[str, object] = {"event": "finished", "id": run_id, "status": status}
    if exit_code is not None:
        event["exit_code"] = exit_code
    return event | {"duration_s": round(max(0.0, duration_s), 3), "at": iso(at_ms)}


def is_off(env: Mapping[str, str]) -> bool:
    """Whether HOLDFAST_NO_LOG says that nothing is to be logged."""
    return env.get("HOLDFAST_NO_LOG", "") not in ("", "0")


@contextmanager
def logged(
    registry: Path,
    *,
    task: str,
    project: Path,
    argv: Sequence[str],
    env: Mapping[str, str],
    say: Say,
    enabled: bool = True,
    changes_tree: bool = True,
) -> Iterator[Entry]:
    """Logs the block as a task, where the project keeps a registry and neither the caller nor HOLDFAST_NO_LOG says no.

    The block calls `finish`; where it ends without, the task succeeded, or failed or was cancelled by what it raised.
    A registry that cannot be written is told through `say` and stops nothing. With `changes_tree` false git is asked
    while the block runs, and its answer stands in the event of the end alone: the tree is the same at both.
    """
    if not enabled or is_off(env) or not registry.exists():
        yield Entry(new_id(now_ms()), monotonic())
        return
    with Registry(registry, project=project.name) as writer:
        try:
            entry = begin(
                writer,
                task=task,
                project=project,
                argv=argv,
                agent=who(env),
                say=say,
                look_now=changes_tree,
                sync=False,
            )
        except HoldfastError as error:
            say(f"not logged: {error.message}")
            _pass_on(writer, say)
            entry = Entry(new_id(now_ms()), monotonic())
        with ending(entry):
            yield entry


@contextmanager
def ending(entry: Entry) -> Iterator[None]:
    """Sees to it that an entry has an end when the block is left, whichever way."""
    try:
        yield
    except KeyboardInterrupt:
        entry.finish("cancelled", ExitCode.INTERRUPTED, signal="SIGINT")
        raise
    except HoldfastError as error:
        entry.finish("failed", error.exit_code, reason=_cut(mask_text(error.message)))
        raise
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        entry.finish("failed" if code else "succeeded", code)
        raise
    except BaseException as error:
        entry.finish("failed", ExitCode.BUG, reason=type(error).__name__)
        raise
    entry.finish("succeeded", ExitCode.OK)


def begin(
    registry: Registry,
    *,
    task: str,
    project: Path,
    argv: Sequence[str],
    agent: str,
    say: Say,
    pid: int | None = None,
    look_now: bool = True,
    sync: bool = True,
) -> Entry:
    """Logs the start of a task that this process, or the one that `pid` names, works on.

    With a `pid` of 0 no process is named, and nobody can tell later whether it still runs. Without `look_now` git is
    asked meanwhile, for the end. Without `sync` the start is on disk when the end is: a power cut would end both.
    Raises HoldfastError where it cannot be logged.
    """
    now = now_ms()

    def look() -> GitState:
        return git_state(project, apart_from=own_files(registry.path, project))

    looks = look if look_now else _meanwhile(look)
    process = identity(os.getpid() if pid is None else pid) if pid != 0 else {"host": os.uname().nodename}
    event = started_event(new_id(now), task, at_ms=now, agent=agent, argv=argv, cwd=_cwd(project), process=process)
    registry.append(event | (_git_fields(look()) if look_now else {}), sync=sync)
    _pass_on(registry, say)
    return Entry(str(event["id"]), monotonic(), registry, looks, say)


def _meanwhile(look: Callable[[], GitState]) -> Callable[[], GitState]:
    """Calls a function in a thread of its own at once; the function that is returned waits for its answer."""
    answers: list[GitState] = []
    thread = Thread(target=lambda: answers.append(look()), daemon=True)
    thread.start()

    def answer() -> GitState:
        thread.join()
        return answers[0] if answers else GitState(None, None)

    return answer


def own_files(registry: Path, project: Path) -> list[str]:
    """What the registry consists of, relative to the project: the file, what was cut from it, its archives.

    These and .holdfast make no tree dirty. Empty where the registry lies outside the project's repository.
    """
    target = Path(os.path.realpath(registry))
    root = project.resolve()
    while not (root / ".git").exists() and root != root.parent:
        root = root.parent
    if not target.is_relative_to(root):
        return [".holdfast"]
    try:
        beside = os.listdir(target.parent)  # noqa: PTH208 - names are all that is needed
    except OSError:
        beside = []
    own = own_names(target.name)
    names = {target.name, *(name for name in beside if own.fullmatch(name))}
    folder = os.path.relpath(target.parent, project.resolve())
    return [".holdfast", *sorted(os.path.normpath(f"{folder}/{name}") for name in names)]


def own_names(registry: str) -> re.Pattern[str]:
    """The names of a registry, of what stands beside it (copies, what was cut), and of its archives by month."""
    stem, dot, ending = registry.rpartition(".")
    before, after = (re.escape(stem), re.escape(dot + ending)) if dot else (re.escape(registry), "")
    beside = r"\.(?:(?:before-repair|cut-|torn-).*|[0-9a-f]+\.tmp)"
    return re.compile(rf"\.?(?:{re.escape(registry)}(?:{beside})?|{before}\.\d{{4}}-\d\d{after})", re.DOTALL)


def _cwd(project: Path) -> str:
    try:
        return os.path.relpath(Path.cwd(), project)
    except FileNotFoundError:  # somebody removed the directory that we stand in
        return "?"


def _git_fields(state: GitState) -> dict[str, object]:
    return {} if state.dirty is None else {"commit": state.commit, "dirty": state.dirty}


def _cut(argument: str) -> str:
    if len(argument) <= ARGUMENT_LENGTH:
        return argument
    return f"{argument[:ARGUMENT_LENGTH]}... and {len(argument) - ARGUMENT_LENGTH} characters more"


def _pass_on(registry: Registry, say: Say) -> None:
    while registry.notices:
        say(registry.notices.pop(0))
