"""Agreement with Poetry, uv and pip on known projects: locked and installed afresh, then changed and broken.

Every disagreement is an entry of `KNOWN`, with who is right and why; one that is not there fails, and so does an entry
that no longer occurs.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from holdfast.checks.dependencies.model import normal
from tests.checks.dependencies import real_projects
from tests.checks.dependencies.projects import Project
from tests.checks.dependencies.real_projects import POETRY, UV, Edit, Real
from tests.checks.dependencies.real_tools import Changes, Locker, PoetryLocker, Tools, UvLocker

pytestmark = pytest.mark.real


class Disagreement(NamedTuple):
    """That we say one thing of a project and a tool another."""

    stage: str
    tool: str
    ours: str
    theirs: str


class Known(NamedTuple):
    """A disagreement that is understood."""

    project: str
    """`poetry lock` or `uv lock`: every project that is locked with it; else a project's name."""
    stage: str
    tool: str
    ours: str
    """A pattern for all that we say."""
    why: str


NOTHING = r"Changes\(missing=frozenset\(\), other=frozenset\(\), foreign=frozenset\(\)\) "

KNOWN: tuple[Known, ...] = (
    Known(
        "poetry lock",
        "changed in looks",
        "poetry",
        "LOCK006",
        "Poetry hashes the text, so a space or a capital letter is a lock that 'changed significantly'. Nothing that "
        "is installed differs: we say that it is cosmetic, a warning, and pass.",
    ),
    *(
        Known(
            name,
            "optional",
            tool,
            NOTHING,
            "It is locked for an optional group or an extra, and somebody installed that: `--with docs` is no mistake. "
            "The tool would remove it unless the same options are given again.",
        )
        for tool, names in (("poetry", ("poetry", "rich", "questionary")), ("uv", ("flask", "arq")))
        for name in names
    ),
    *(
        Known(
            "arq",
            "broken",
            tool,
            r"\[\('redis', 'hiredis'\)\]",
            "arq asks for redis[hiredis]. pip and uv look at what redis needs without extras; we follow those.",
        )
        for tool in ("pip check", "uv pip check")
    ),
    *(
        Known(
            "cruft",
            "broken",
            tool,
            r"\[\('ruff',\)\]",
            "The project's own group asks for ruff>=0.8.4. Groups are in no package's metadata, so only who reads "
            "pyproject.toml can see it.",
        )
        for tool in ("pip check", "uv pip check")
    ),
)


@cache
def _unreachable() -> str:
    return real_projects.unreachable()


@pytest.fixture
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    """The tools, with one cache for all processes of this test run."""
    if _unreachable():
        if os.environ.get("CI") == "true":
            pytest.fail(_unreachable())
        pytest.skip(_unreachable())
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if base.name.startswith("popen-") else base) / "tools"
    home.mkdir(exist_ok=True)
    return Tools(home)


@pytest.mark.parametrize("real", POETRY, ids=lambda real: real.name)
def test_we_agree_with_poetry_and_pip(real: Real, tools: Tools, tmp_path: Path) -> None:
    _hold(real, tools, PoetryLocker(tools, real_projects.unpack(real, tmp_path)))


@pytest.mark.parametrize("real", UV, ids=lambda real: real.name)
def test_we_agree_with_uv_and_pip(real: Real, tools: Tools, tmp_path: Path) -> None:
    _hold(real, tools, UvLocker(tools, real_projects.unpack(real, tmp_path)))


def _hold(real: Real, tools: Tools, locker: Locker) -> None:
    """Compares a project at every stage, and requires that each disagreement is known and each known one is there."""
    locker.lock()
    tools.commit(locker.root)
    found = [*_locks(real, locker), *_environments(real, tools, locker)]
    shutil.rmtree(locker.root)  # they are large
    known = [known for known in KNOWN if known.project in (f"{locker.name} lock", real.name)]
    unexplained = [each for each in found if not any(_explains(one, each) for one in known)]
    assert not unexplained, "\n".join(map(str, unexplained))
    assert [one for one in known if not any(_explains(one, each) for each in found)] == []


def _explains(known: Known, found: Disagreement) -> bool:
    return (known.stage, known.tool) == (found.stage, found.tool) and bool(re.fullmatch(known.ours, found.ours))


def _locks(real: Real, locker: Locker) -> Iterator[Disagreement]:
    """The lock as it was made, then with another requirement in pyproject.toml, then with the same in other words."""
    yield from _lock("fresh", locker)
    with _edited(locker.root, real.change):
        assert not locker.is_fresh()
        [*found] = Project(locker.root).findings(only="lock")
        named = [_mentioned(each["message"], frozenset({real.changed})) for each in found if each["id"] == "LOCK005"]
        if not found or len(named) != len(found) or not all(named):
            yield Disagreement("changed", locker.name, _shown(found), f"{real.changed} changed")
    with _edited(locker.root, real.looks):
        yield from _lock("changed in looks", locker)


def _lock(stage: str, locker: Locker) -> Iterator[Disagreement]:
    report = Project(locker.root).check(only="lock")
    found, fresh = report["results"][0]["findings"], locker.is_fresh()
    if fresh != (report["exit_code"] == 0) or (fresh and found):
        yield Disagreement(stage, locker.name, _shown(found), "fresh" if fresh else "not fresh")


@contextmanager
def _edited(root: Path, edit: Edit) -> Iterator[None]:
    pyproject = root / "pyproject.toml"
    before = pyproject.read_bytes()
    assert before.count(edit[0].encode()) >= 1, edit
    pyproject.write_bytes(before.replace(edit[0].encode(), edit[1].encode(), 1))
    yield
    pyproject.write_bytes(before)


def _environments(real: Real, tools: Tools, locker: Locker) -> Iterator[Disagreement]:
    """The environment as the tool made it, then with a package gone, one older and one that is not in the lock."""
    locker.install()
    nothing = locker.changes()
    assert nothing == Changes()
    yield from _environment("installed", tools, locker, nothing)
    if real.optional:
        tools.install(locker.root, f"{real.optional}=={_locked(locker, real.optional)}")
        theirs = locker.changes()
        assert theirs == Changes(foreign=frozenset({real.optional}))
        yield from _environment("optional", tools, locker, theirs)
        tools.uninstall(locker.root, real.optional)
    tools.uninstall(locker.root, real.gone)
    tools.install_older(locker.root, real.older)
    tools.install(locker.root, real.foreign)
    theirs = locker.changes()
    assert theirs == Changes(*(frozenset({name}) for name in (real.gone, real.older, real.foreign)))
    yield from _environment("broken", tools, locker, theirs)


def _locked(locker: Locker, name: str) -> str:
    """The version of a package that is locked once."""
    versions: dict[str, str] = dict(re.findall(r'^name = "(.+)"\nversion = "(.+)"$', _text(locker), re.M))
    return versions[name]


def _lock_names(locker: Locker) -> frozenset[str]:
    return frozenset(map(normal, re.findall(r'^name = "(.+)"$', _text(locker), re.M)))


def _text(locker: Locker) -> str:
    return (locker.root / f"{locker.name}.lock").read_text("utf-8")


def _environment(stage: str, tools: Tools, locker: Locker, theirs: Changes) -> Iterator[Disagreement]:
    report = Project(locker.root).check(only="installed,conflicts")
    installed, conflicts = (result["findings"] for result in report["results"])
    names = tools.installed(locker.root) | _lock_names(locker)
    ours = Changes(*(frozenset(_named(installed, one, names)) for one in ("INST001", "INST002", "INST003")))
    other = [each for each in installed if each["id"] not in ("INST001", "INST002", "INST003")]
    if ours != theirs or other:
        yield Disagreement(stage, locker.name, f"{ours} {_shown(other)}", str(theirs))
    pairs = {tuple(_mentioned(each["message"], names)[:2]) for each in conflicts}
    for tool, said in tools.conflicts(locker.root).items():
        if pairs != said:
            yield Disagreement(stage, tool, f"{sorted(pairs - said)}", f"{sorted(said - pairs)}")


def _named(findings: Iterable[dict[str, Any]], wanted: str, names: frozenset[str]) -> Iterator[str]:
    """The package that each finding of an id is about."""
    for each in findings:
        if each["id"] == wanted:
            yield next(iter(_mentioned(each["message"], names)), each["message"])


def _mentioned(message: str, names: frozenset[str]) -> list[str]:
    """The packages that a message names, in order."""
    words = (normal(word.rstrip(".-")) for word in re.findall(r"[A-Za-z0-9][\w.-]*", message))
    return list(dict.fromkeys(word for word in words if word in names))


def _shown(findings: Iterable[dict[str, Any]]) -> str:
    return "; ".join(f"{each['id']}" for each in findings)
