"""What an environment says of its interpreter: pyvenv.cfg, the link that bin/python is, and lib/pythonX.Y.

The interpreter itself is asked once, and only where these say nothing certain of its patch level.
"""

from __future__ import annotations

import os
import re
from typing import Mapping, NamedTuple

from .disk import content, names, real, reason
from .values import Environment, Version, cut
from .versions import leading_version

CONFIG = "pyvenv.cfg"
CONFIG_LIMIT = 64 * 2**10
TIMEOUT_S = 10.0
_PROGRAM = re.compile(r"(?:python|pypy)([0-9]{1,3})\.([0-9]{1,3})[a-z]{0,2}")
_LIBRARY = re.compile(r"(?:python|pypy)([0-9]{1,3})\.([0-9]{1,3})t?")
_CONDA = r"python-([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})\S*-\S+\.json"


class Config(NamedTuple):
    """pyvenv.cfg: its keys in lower case, and why it could not be read where it could not."""

    values: Mapping[str, str]
    trouble: str | None

    @property
    def version(self) -> Version:
        """What the environment was made with: `version` (venv, virtualenv) or `version_info` (uv, virtualenv)."""
        return leading_version(self.values.get("version") or self.values.get("version_info") or "")


class Interpreter(NamedTuple):
    """The program behind bin/python. `version` may lack its patch level; `trouble` is why it cannot run."""

    target: str
    version: Version
    library: Version
    trouble: str | None


def read_config(environment: Environment) -> Config:
    """An environment's pyvenv.cfg, read as Python reads it: `key = value` lines."""
    try:
        raw = content(environment.root / CONFIG, CONFIG_LIMIT)
    except (OSError, ValueError) as error:
        return Config({}, f"cannot be read: {reason(error)}")
    if raw is None:
        return Config({}, "is missing")
    text = raw.decode("utf-8", "surrogateescape").replace("\0", "")
    pairs = (line.partition("=") for line in text.splitlines())
    return Config({key.strip().lower(): value.strip() for key, equals, value in pairs if equals}, None)


def read_interpreter(environment: Environment, config: Config, env: Mapping[str, str]) -> Interpreter:
    """What is behind an environment's bin/python; it is asked only where no file can tell its patch level."""
    link = os.fspath(environment.python)
    target, library = real(link), _library(environment)
    if not os.path.isfile(target):
        return Interpreter(target, (), library, _gone(link, target))
    if not os.access(target, os.X_OK):
        return Interpreter(target, (), library, f"{cut(target)} may not be run")
    version = version_in_path(target)
    if len(version) < 3:
        version = _unchanged(environment, config, target, version or library) or version
    if len(version) < 3:
        version = _conda(environment) or version
    if len(version) < 3:
        asked, trouble = ask(link, env)
        return Interpreter(target, asked or version, library, trouble)
    return Interpreter(target, version, library, None)


def version_in_path(target: str) -> Version:
    """What a program's own path says: (3, 11, 7) of pyenv's, uv's and Homebrew's, (3, 11) of /usr/bin/python3.11."""
    match = _PROGRAM.fullmatch(os.path.basename(target))
    if match is None:
        return ()
    minor = (int(match.group(1)), int(match.group(2)))
    exact = re.findall(rf"(?:^|[/@-]){minor[0]}\.{minor[1]}\.([0-9]{{1,3}})(?=[/_+-]|$)", os.path.dirname(target))
    return (*minor, int(exact[-1])) if exact else minor


def ask(program: str, env: Mapping[str, str]) -> tuple[Version, str | None]:
    """The version that an interpreter gives itself, or why it gives none. Nothing of the project is loaded."""
    import subprocess

    said = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    try:
        done = subprocess.run(
            [program, "-I", "-S", "-B", "-c", said],
            env={key: value for key, value in env.items() if not key.startswith("PYTHON")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return (), f"{cut(program)} did not answer within {TIMEOUT_S:.0f} s"
    except (OSError, ValueError) as error:
        return (), f"{cut(program)} cannot be run: {reason(error)}"
    version = leading_version(done.stdout[:100].decode("ascii", "replace"))
    if done.returncode or len(version) < 3:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it says nothing"])[-1]
        return (), f"{cut(program)} does not run (exit code {done.returncode}): {cut(last)}"
    return version, None


def _gone(link: str, target: str) -> str:
    if not os.path.lexists(link):
        return f"{cut(link)} is missing"
    if os.path.islink(target):
        return f"{cut(link)} is a link that leads back to itself"
    if not os.path.lexists(target):
        return f"{cut(link)} leads to {cut(target)}, which is gone"
    return f"{cut(link)} leads to {cut(target)}, which is not a program"


def _library(environment: Environment) -> Version:
    """X.Y of the newest lib/pythonX.Y that holds a site-packages."""
    if environment.site_packages is None:
        return ()
    match = _LIBRARY.fullmatch(environment.site_packages.parent.name)
    return (int(match.group(1)), int(match.group(2))) if match else ()


def _unchanged(environment: Environment, config: Config, target: str, minor: Version) -> Version:
    """pyvenv.cfg's version, where the interpreter's file is older than it and so cannot have been replaced since.

    The inode's change time counts, which an installer cannot set back as it sets back the modification time.
    """
    if len(config.version) < 3 or config.version[:2] != minor[:2]:
        return ()
    try:
        made = os.stat(environment.root / CONFIG).st_mtime
        return config.version if os.stat(target).st_ctime <= made else ()
    except OSError:
        return ()


def _conda(environment: Environment) -> Version:
    found = (re.fullmatch(_CONDA, name) for name in names(environment.root / "conda-meta"))
    return next((leading_version(match.group(1)) for match in found if match), ())
