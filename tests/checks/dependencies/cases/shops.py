"""Shops to break: the pyproject.toml and lock of a directory of data/, with an environment that is as the lock says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from holdfast.checks.dependencies.model import normal
from tests.checks.dependencies.cases.wheels import PACKAGES, put_wheel
from tests.checks.dependencies.projects import Project, make_project

DATA = Path(__file__).parent / "data"
LAMP = ("oak 2.0", "nail 1.2", "lamp 1.0", "bulb 1.0", "Elm.Wood 1.0")
DEV = ("chalk 1.0", "dust 1.0")
SAW_COMMIT = "f5b205aaaabb2709f8ada0959da98ce1864f1f48"


def shop(at: Path, kind: str, *packages: str, lock: str = "poetry.lock", as_lock: str = "") -> Project:
    """A project of a kind with one of its locks, and packages ("oak 2.0") of the family installed."""
    project = make_project(at, (DATA / kind / "pyproject.toml").read_text("utf-8"))
    if lock:
        project.write(as_lock or lock, (DATA / kind / lock).read_text("utf-8"))
    if (DATA / kind / "bench").is_dir():
        shutil.copytree(DATA / kind / "bench", at / "bench")
    wood(project, *packages)
    return project


def wood(project: Project, *packages: str) -> None:
    """Installs packages of the family, with the metadata that they have in the index."""
    for each in packages:
        name, version = each.split()
        known = next(package for package in PACKAGES if (package.name, package.version) == (name, version))
        project.install(
            name,
            version,
            requires=known.requires,
            extras=known.extras,
            requires_python=known.python,
            files={f"{normal(name).replace('-', '_')}/__init__.py": ""},
        )


def poetry(at: Path) -> Project:
    """Poetry 2 with a [project] table; the project is no package."""
    return shop(at, "poetry2", *LAMP, "cord 1.0", *DEV)


def poetry_classic(at: Path, lock: str = "poetry.lock") -> Project:
    """All in [tool.poetry], as Poetry 1 had it; the project is a package, and installed."""
    project = shop(at, "poetry1", *LAMP, *DEV, lock=lock, as_lock="poetry.lock")
    editable(project, "shop", "1.0", at, "src")
    return project


def poetry_groups(at: Path) -> Project:
    """Poetry with [dependency-groups], of which one includes another."""
    return shop(at, "pep735", "oak 2.0", "nail 1.2", *DEV, "paint 1.0", "brush 1.0")


def poetry_multi(at: Path) -> Project:
    """A requirement with a version for each Python."""
    return shop(at, "multi", "oak 2.0", "nail 1.2", "cord 2.0")


def poetry_platforms(at: Path) -> Project:
    """Versions for each platform, markers for each group, and extras that share a package."""
    return shop(at, "platforms", "cord 2.0", "chalk 1.0", "dust 1.0", "nail 2.0")


def paths(at: Path, kind: str = "paths", lock: str = "poetry.lock") -> Project:
    """An editable path dependency and one from git."""
    project = shop(at, kind, "oak 2.0", "nail 1.2", lock=lock)
    editable(project, "bench", "0.1", at / "bench", requires=("nail>=1.1",))
    saw(project)
    return project


def sources(at: Path) -> Project:
    """Poetry with a wheel on disk, a directory that is not editable, and an index of its own."""
    project = shop(at, "sources", "oak 2.0", "nail 1.2")
    put_wheel(at)
    project.install(
        "bench", "0.1", requires=("nail>=1.1",), direct_url={"url": (at / "bench").as_uri(), "dir_info": {}}
    )
    wheel = (at / "wheels" / "glue-1.0-py3-none-any.whl").as_uri()
    project.install("glue", "1.0", direct_url={"url": wheel, "archive_info": {}})
    return project


def uv_workspace(at: Path) -> Project:
    """uv with a workspace of three: the root asks for one member and not for the other."""
    project = shop(at, "uvspace", "nail 2.0", lock="uv.lock")
    shutil.copytree(DATA / "uvspace" / "stall", at / "stall")
    editable(project, "bench", "0.1", at / "bench", requires=("nail>=1.1",))
    return _as_uv(project, "bench")


def uv_self(at: Path) -> Project:
    """uv with a package whose dev group asks for an extra of the project that stands for another one."""
    project = shop(at, "uvself", "oak 2.0", "nail 1.2", *DEV, "glue 1.0", lock="uv.lock")
    requires = ("oak>=1.1", "glue>=1 ; extra == 'sticky'", "shop[sticky] ; extra == 'all'")
    editable(project, "shop", "1.0", at, requires=requires, extras=("sticky", "all"))
    return _as_uv(project, "shop")


def saw(project: Project, commit: str = SAW_COMMIT) -> None:
    """Installs the git dependency as pip, Poetry and uv do."""
    vcs = {"vcs": "git", "requested_revision": "main", "commit_id": commit}
    project.install(
        "saw", "0.3", requires=("oak",), direct_url={"url": "https://example.invalid/saw.git", "vcs_info": vcs}
    )


def uv(at: Path) -> Project:
    """uv with extras and groups; the project is no package."""
    return shop(at, "uv", *LAMP, "cord 2.0", *DEV, lock="uv.lock")


def uv_paths(at: Path) -> Project:
    """uv with an editable path dependency and one from git."""
    project = paths(at, "uvpaths", "uv.lock")
    return _as_uv(project, "bench")


def _as_uv(project: Project, name: str) -> Project:
    """Leaves with an editable installation what uv does, to know whether its pyproject.toml changed since."""
    directory = project.root if name == "shop" else project.root / name
    changed = (directory / "pyproject.toml").stat().st_ctime_ns
    timestamp = {"secs_since_epoch": changed // 10**9, "nanos_since_epoch": changed % 10**9}
    cache = {"timestamp": timestamp, "commit": None, "tags": None, "env": {}, "directories": {"src": None}}
    (next(project.site_packages.glob(f"{name}-*.dist-info")) / "uv_cache.json").write_text(json.dumps(cache), "utf-8")
    return project


def pylock(at: Path) -> Project:
    """A pylock.toml that uv exported, with all groups and extras."""
    return shop(at, "uv", *LAMP, "cord 2.0", *DEV, "glue 1.0", "paint 1.0", "brush 1.0", lock="pylock.toml")


def requirements(at: Path) -> Project:
    """Requirements with hashes that uv exported: those of the project, and those of its dev group."""
    project = shop(at, "uv", *LAMP, "cord 2.0", *DEV, lock="requirements.txt")
    project.write("requirements-dev.txt", (DATA / "uv" / "requirements-dev.txt").read_text("utf-8"))
    return project


def editable(
    project: Project, name: str, version: str, directory: Path, source: str = "", **more: tuple[str, ...]
) -> Path:
    """Installs a directory in place, as Poetry and uv do: a .pth file and a direct_url.json."""
    (directory / source / name).mkdir(parents=True, exist_ok=True)
    (directory / source / name / "__init__.py").touch()
    return project.install(
        name,
        version,
        **more,
        files={f"{name}.pth": f"{directory / source}\n"},
        direct_url={"url": directory.as_uri(), "dir_info": {"editable": True}},
    )


def edit(project: Project, name: str, old: str, new: str, count: int = 1) -> Project:
    """The project after text in one of its files was replaced, as by hand."""
    path = project.root / name
    text = path.read_text("utf-8")
    assert old in text, f"{name} has no {old!r}"
    path.write_text(text.replace(old, new, count), "utf-8")
    return project


def block(project: Project, name: str, lock: str = "poetry.lock") -> str:
    """The text of a package's block in a lock, from its header to the next one."""
    text = (project.root / lock).read_text("utf-8")
    header = "[[packages]]" if "pylock" in lock else "[[package]]"
    return next(
        header + part.split("\n[extras]")[0].split("\n[metadata]")[0]
        for part in text.split(header)[1:]
        if part.startswith(f'\nname = "{name}"')
    )


def drop(project: Project, name: str, lock: str = "poetry.lock") -> Project:
    """The project after a package's block was deleted from its lock."""
    return edit(project, lock, block(project, name, lock), "")


def uninstall(project: Project, *names: str) -> Project:
    """The project after packages were removed from its environment."""
    for name in names:
        shutil.rmtree(project.site_packages / name)
        for info in project.site_packages.glob(f"{name}-*.dist-info"):
            shutil.rmtree(info)
    return project


def line_of(project: Project, file: str, text: str) -> int:
    """The line in which a text first stands."""
    lines = (project.root / file).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def commit(project: Project, message: str = "As it was") -> Project:
    """The project after everything but its environment was committed to git."""
    project.write(".gitignore", ".venv/\n")
    who = {
        f"GIT_{each}_{what}": "shop@example.invalid" for each in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    env = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", message]):
        subprocess.run(["git", *command], cwd=project.root, env=env, check=True)
    return project
