"""Adopts and un-adopts a repository, killed at each call that touches the disk: `killed.py DIRECTORY`.

Prints a JSON object: `adopting` and `removing`, how many kills there were of each; `wrong`, what was not as it must be.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from holdfast.adoption import facts
from holdfast.adoption.apply import apply
from holdfast.adoption.parts import Wish, all_parts, removable
from holdfast.adoption.plan import removal, wanted
from tests.adoption.repositories import AT, PYPROJECT, repository, tree

FILES = {"pyproject.toml": PYPROJECT, "Makefile": "all: ; @echo all", ".pre-commit-config.yaml": "repos: []\n"}
EVENTS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")


def main(directory: Path) -> None:
    """Kills at the first call, the second ... until one run comes to its end."""
    os.fsync = lambda fd: None  # noqa: ARG005 - which is for power cuts, and takes most of the time
    model = repository(directory / "model" / "shop", FILES)
    wish = Wish(facts.look(model))
    adopted = directory / "adopted" / "shop"
    shutil.copytree(model, adopted)
    adopt(adopted, wish)
    wrong: list[str] = []
    adopting = until_whole(model, adopted, directory / "a", lambda root: adopt(root, wish), wrong)
    removing = until_whole(adopted, model, directory / "b", remove, wrong)
    print(json.dumps({"adopting": adopting, "removing": removing, "wrong": wrong}))  # noqa: T201 - its answer


def adopt(root: Path, wish: Wish) -> None:
    apply(root, wanted(root, all_parts(wish), wish, at=AT))


def remove(root: Path) -> None:
    apply(root, removal(root, removable()))


def until_whole(model: Path, goal: Path, work: Path, act: Callable[[Path], None], wrong: list[str]) -> int:
    """Runs `act` on copies of a model until it is not killed; the second run of each has to reach the goal."""
    number, killed = 0, True
    before, after = tree(model), tree(goal)
    while killed:
        number += 1
        root = work / "shop"
        shutil.copytree(model, root)
        killed = killed_at(number, root, act)
        now = tree(root)
        torn = [name for name in now if ".tmp" not in name and now[name] not in (before.get(name), after.get(name))]
        wrong += [f"{number}: {name} is torn" for name in torn]
        for path in root.rglob(".holdfast-*.tmp"):
            os.utime(path, (0, 0))
        act(root)
        wrong += [f"{number}: {name} differs" for name in differing(tree(root), after)]
        shutil.rmtree(work)
    return number - 1


def differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def killed_at(number: int, root: Path, act: Callable[[Path], None]) -> bool:
    """Runs `act` in a process that kills itself at the call of that number; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = number

        def hook(event: str, args: tuple[object, ...]) -> None:
            nonlocal left
            if event in EVENTS and any(str(root) in str(each) for each in args if "__pycache__" not in str(each)):
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        act(root)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
