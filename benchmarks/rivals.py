"""The other runners that workflows are measured beside: how each is installed, and the same work in its own format."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import ROOT, Command

STEPS = 100
FOLDER = Path(os.environ.get("HOLDFAST_RIVALS", ROOT / ".holdfast" / "rivals"))
PACKAGES = {
    "go-task": ("go-task-bin==3.54.0",),
    "luigi": ("luigi==3.8.1",),
    "spec-kit": ("specify-cli==1.2.3",),
    "snakemake": ("snakemake==9.27.1",),
    "prefect": ("prefect==3.8.8", "fastapi<0.151"),  # with a newer fastapi every flow ends in a TypeError
}
DAGU = "@dagu-org/dagu-linux-x64@1.30.2"


class Rival(NamedTuple):
    """A runner with the chain written in its format; `slow` ones are run fewer times."""

    name: str
    command: Command
    slow: bool = False


def install() -> None:
    """Puts each into an environment of its own under FOLDER."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, packages in PACKAGES.items():
        subprocess.run([sys.executable, "-m", "venv", FOLDER / name], check=True)
        subprocess.run([FOLDER / name / "bin" / "pip", "install", "-q", *packages], check=True)
    subprocess.run(["npm", "install", "--silent", "--prefix", FOLDER, DAGU], check=True)


def chains(folder: Path) -> Iterator[Rival]:
    """Each runner that is installed, with a chain of STEPS steps of `true` written into a folder."""
    for name, (write, slow) in _WRITERS.items():
        if (FOLDER / name).exists() or (name == "dagu" and (FOLDER / "node_modules").exists()):
            place = folder / name
            place.mkdir()
            yield Rival(name, write(place), slow)


def _script(place: Path, name: str, text: str) -> Path:
    path = place / name
    path.write_text(text, "utf-8")
    return path


def _task(place: Path) -> Command:
    commands = '      - "/bin/true"\n' * STEPS
    path = _script(place, "Taskfile.yml", f"version: '3'\ntasks:\n  chain:\n    cmds:\n{commands}")
    return FOLDER / "go-task" / "bin" / "task", "--silent", "--taskfile", path, "chain"


def _dagu(place: Path) -> Command:
    steps = "".join(
        f'  - name: s{n}\n    command: "/bin/true"\n' + (f"    depends: [s{n - 1}]\n" if n else "")
        for n in range(STEPS)
    )
    path = _script(place, "chain.yaml", f"type: graph\nsteps:\n{steps}")
    dagu = FOLDER / "node_modules" / DAGU.rpartition("@")[0] / "bin" / "dagu"
    return "env", f"DAGU_HOME={place}", dagu, "start", path


def _spec_kit(place: Path) -> Command:
    steps = "".join(f'  - id: s{n}\n    type: shell\n    run: "/bin/true"\n' for n in range(STEPS))
    head = 'schema_version: "1.0"\nworkflow:\n  id: chain\n  name: chain\n  version: "1.0.0"\nsteps:\n'
    path = _script(place, "chain.yml", head + steps)
    (place / ".specify").mkdir()
    return "env", "-C", place, FOLDER / "spec-kit" / "bin" / "specify", "workflow", "run", path


def _luigi(place: Path) -> Command:
    text = f"""import subprocess

import luigi


class Step(luigi.Task):
    number = luigi.IntParameter()
    done = False

    def requires(self):
        return [Step(self.number - 1)] if self.number else []

    def complete(self):
        return self.done

    def run(self):
        subprocess.run(["/bin/true"], check=True)
        self.done = True


luigi.build([Step({STEPS - 1})], local_scheduler=True, log_level="ERROR")
"""
    return FOLDER / "luigi" / "bin" / "python", _script(place, "chain.py", text)


def _snakemake(place: Path) -> Command:
    rules = "".join(
        f"rule s{n}:\n"
        + (f'    input: "done/{n - 1}"\n' if n else "")
        + f'    output: touch("done/{n}")\n    shell: "/bin/true"\n'
        for n in range(STEPS)
    )
    path = _script(place, "Snakefile", f'rule all:\n    input: "done/{STEPS - 1}"\n{rules}')
    snakemake = FOLDER / "snakemake" / "bin" / "snakemake"
    return snakemake, "--cores", "1", "--quiet", "all", "--forceall", "--directory", place, "--snakefile", path


def _prefect(place: Path) -> Command:
    text = f"""import subprocess

from prefect import flow, task


@task
def step(number):
    subprocess.run(["/bin/true"], check=True)
    return number


@flow
def chain():
    number = 0
    for _ in range({STEPS}):
        number = step(number)


chain()
"""
    python = FOLDER / "prefect" / "bin" / "python"
    quiet = "PREFECT_LOGGING_LEVEL=ERROR"
    return "env", f"PREFECT_HOME={place / 'home'}", quiet, python, _script(place, "chain.py", text)


_WRITERS: dict[str, tuple[Callable[[Path], Command], bool]] = {
    "go-task": (_task, False),
    "dagu": (_dagu, True),
    "spec-kit": (_spec_kit, True),
    "luigi": (_luigi, True),
    "snakemake": (_snakemake, True),
    "prefect": (_prefect, True),
}

if __name__ == "__main__":
    install()
