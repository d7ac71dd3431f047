from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from holdfast.checks import black, flake8, mypy, poetry, ruff, snapshot
from holdfast.checks import pytest as pytest_check
from holdfast.checks.command import Command
from holdfast.checks.inputs import inputs_of, list_files, moment
from holdfast.checks.interface import Check, Context
from holdfast.checks.memory import encode
from holdfast.core.config import CheckConfig, read_pyproject

PROJECT = '[project]\nname = "shop"\nversion = "1.0"\n'
SCRIPT = Command("own", "", ("python", "tools/look.py"), ("src/**",))
MODULE = Command("own", "", ("python", "-m", "tools.look"), ("src/**",))

Edit = Callable[[Path], object]


def write(name: str, text: str) -> Edit:
    def edit(project: Path) -> None:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    return edit


def inputs_now(check: Check, context: Context, args: tuple[str, ...] = ()) -> bytes:
    """The check's inputs as a new process would see them."""
    context = context._replace(
        pyproject=read_pyproject(context.project), files=list_files(context.project), env={**context.env}
    )
    now = moment(context, context.files, snapshot.Digests(context.project, context.scratch / "none.json"))
    found = inputs_of(check, context, CheckConfig(args=args), now, context.project.parent / "home")
    assert found is not None
    return encode(found)


def make_repository(project: Path) -> None:
    write("vendor/lib/deep.py", "x = 1\n")(project)
    subprocess.run(["git", "init", "-q"], cwd=project / "vendor", check=True)


def link_to(target: str) -> Edit:
    def edit(project: Path) -> None:
        write("../shared/deep.py", "x = 1\n")(project)
        write("../other/deep.py", "x = 1\n")(project)
        (project / "pkg").unlink(missing_ok=True)
        (project / "pkg").symlink_to(target)

    return edit


def extending(project: Path) -> None:
    write("ruff.toml", 'extend = "lint/middle.toml"\n')(project)
    write("lint/middle.toml", 'extend = "./base.toml"\n')(project)
    write("lint/base.toml", "")(project)


def plugged(project: Path) -> None:
    write("tox.ini", "[flake8]\n[flake8:local-plugins]\nextension = X = tools.look:Look\n")(project)


def nothing(_project: Path) -> None:
    return None


CASES: Mapping[str, tuple[Check, Edit, Edit]] = {
    "a file that ruff's configuration extends": (ruff.CHECK, extending, write("lint/base.toml", "#")),
    "flake8's configuration above the project": (
        flake8.CHECK,
        write("../.flake8", ""),
        write("../.flake8", "[flake8]"),
    ),
    "what a flake8 plugin may read": (flake8.CHECK, plugged, write("words.txt", "teh")),
    "a file that ruff's configuration includes": (
        ruff.CHECK,
        write("pyproject.toml", PROJECT + "[tool.ruff]\nextend-include = ['bin/*']\n"),
        write("bin/tool", "x = 2\n"),
    ),
    "a file that a configuration of ruff's further down includes": (
        ruff.CHECK,
        write("bin/ruff.toml", "extend-include = ['tool']\n"),
        write("bin/tool", "x = 2\n"),
    ),
    "what flake8's configuration takes for Python": (
        flake8.CHECK,
        write(".flake8", "[flake8]\nfilename = *.pyx\n"),
        write("b.pyx", "x=2\n"),
    ),
    "pytest's configuration above the project": (pytest_check.CHECK, nothing, write("../pyproject.toml", "")),
    "a conftest.py above the project": (pytest_check.CHECK, nothing, write("../conftest.py", "")),
    "another repository inside this one": (mypy.CHECK, make_repository, write("vendor/lib/deep.py", "x = 2\n")),
    "what a link to a directory elsewhere leads to": (mypy.CHECK, link_to("../shared"), write("../shared/deep.py", "")),
    "where a link to a directory leads": (mypy.CHECK, link_to("../shared"), link_to("../other")),
    "a script that mypy's configuration lists": (
        mypy.CHECK,
        write("pyproject.toml", PROJECT + '[tool.mypy]\nfiles = ["a.py", "./bin/tool"]\n'),
        write("bin/tool", "x = 2\n"),
    ),
    "a file that black's configuration includes": (
        black.CHECK,
        write("pyproject.toml", PROJECT + "[tool.black]\ninclude = 'pyx$'\n"),
        write("b.pyx", "x=2\n"),
    ),
    "the readme that the metadata name": (
        poetry.CHECK,
        write("pyproject.toml", PROJECT + 'readme = "docs/intro.md"\n'),
        write("docs/intro.md", "gone tomorrow"),
    ),
    "the licence that the metadata name": (
        poetry.CHECK,
        write("pyproject.toml", PROJECT + 'license = { file = "COPYING" }\n'),
        write("COPYING", "all"),
    ),
    "the script that a check of the project's own runs": (SCRIPT, nothing, write("tools/look.py", "1")),
    "the module that it runs": (MODULE, nothing, write("tools/look.py", "1")),
    "the user's configuration of a tool": (ruff.CHECK, nothing, write("../home/.config/ruff/ruff.toml", "#")),
}


@pytest.mark.parametrize(("check", "before", "edit"), CASES.values(), ids=CASES.keys())
def test_what_a_check_could_read_is_among_its_inputs(
    make_context: Callable[..., Context], check: Check, before: Edit, edit: Edit
) -> None:
    files = {"a.py": "x = 1\n", "bin/tool": "", "b.pyx": "", "docs/intro.md": "", "tools/look.py": "", "COPYING": ""}
    context = make_context(files)
    subprocess.run(["git", "init", "-q"], cwd=context.project, check=True)
    before(context.project)
    first = inputs_now(check, context)
    assert inputs_now(check, context) == first
    edit(context.project)
    assert inputs_now(check, context) != first


def test_with_arguments_of_the_user_any_file_may_be_meant(make_context: Callable[..., Context]) -> None:
    context = make_context({"a.py": "", "other.cfg": ""})
    first = inputs_now(black.CHECK, context, ("--config", "other.cfg"))
    write("other.cfg", "x")(context.project)
    assert inputs_now(black.CHECK, context, ("--config", "other.cfg")) != first


def test_a_file_that_a_check_does_not_read_is_no_input(make_context: Callable[..., Context]) -> None:
    context = make_context({"a.py": "", "src/a.py": ""})
    first = inputs_now(mypy.CHECK, context), inputs_now(SCRIPT, context)
    write("README.md", "")(context.project)
    assert (inputs_now(mypy.CHECK, context), inputs_now(SCRIPT, context)) == first


def test_configuration_where_xdg_config_home_says_counts(make_context: Callable[..., Context]) -> None:
    context = make_context({"a.py": ""})
    context = context._replace(env={"XDG_CONFIG_HOME": str(context.project.parent / "xdg")})
    first = inputs_now(mypy.CHECK, context)
    write("../xdg/mypy/config", "[mypy]\n")(context.project)
    assert inputs_now(mypy.CHECK, context) != first


def test_a_program_outside_the_environment_counts_with_what_is_installed_beside_it(
    make_context: Callable[..., Context], tmp_path: Path
) -> None:
    context = make_context({"a.py": ""}, tools=False)
    plugins = tmp_path / "tool" / "lib" / "python3.11" / "site-packages"
    plugins.mkdir(parents=True)
    program = tmp_path / "tool" / "bin" / "flake8"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    context = context._replace(child_env={"PATH": str(program.parent)})
    first = inputs_now(flake8.CHECK, context)
    (plugins / "flake8_bugbear-1.dist-info").mkdir()
    assert inputs_now(flake8.CHECK, context) != first


def test_a_program_named_by_a_path_is_found_from_the_project(make_context: Callable[..., Context]) -> None:
    context = make_context({"src/a.py": "", "tools/look": "#!/bin/sh\n"})
    (context.project / "tools" / "look").chmod(0o755)
    found = json.loads(inputs_now(Command("own", "", ("tools/look",), ("src/**",)), context))
    assert found["program"]["tools/look"].startswith(str(context.project / "tools" / "look"))


def test_system_packages_count_where_the_environment_sees_them(
    make_context: Callable[..., Context], tmp_path: Path
) -> None:
    context = make_context({"a.py": ""})
    base, root = tmp_path / "base", tmp_path / "env"
    (base / "lib" / "python3.11" / "dist-packages").mkdir(parents=True)
    (base / "bin").mkdir()
    for directory in (root, root / "bin"):
        directory.mkdir()
    (base / "bin" / "python").write_text("")
    (root / "bin" / "python").symlink_to(base / "bin" / "python")
    (root / "pyvenv.cfg").write_text("include-system-site-packages = true\n")
    assert context.environment is not None
    environment = context.environment._replace(root=root, python=root / "bin" / "python", site_packages=())
    context = context._replace(environment=environment)
    first = inputs_now(mypy.CHECK, context)
    (base / "lib" / "python3.11" / "dist-packages" / "six-1.dist-info").mkdir()
    assert inputs_now(mypy.CHECK, context) != first


def test_the_file_that_defines_a_check_counts(make_context: Callable[..., Context], tmp_path: Path) -> None:
    context = make_context({"a.py": ""})
    code = "from holdfast.checks.black import Black\nclass Mine(Black):\n    name = 'mine'\nCHECK = Mine()\n"
    plugin = tmp_path / "plugin_for_inputs.py"
    plugin.write_text(code)
    sys.path.insert(0, str(tmp_path))
    try:
        import plugin_for_inputs  # type: ignore[import-not-found]

        first = inputs_now(plugin_for_inputs.CHECK, context)
        plugin.write_text(code + "# stricter\n")
        assert inputs_now(plugin_for_inputs.CHECK, context) != first
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("plugin_for_inputs", None)
