from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.docs import CHECK
from holdfast.checks.documents.programs import Help, read_help
from holdfast.checks.interface import Context
from holdfast.core.findings import Severity

Make = Callable[..., Context]
SHOP = '[project]\nname = "shop"\nversion = "1"\n[project.scripts]\nshop = "shop.cli:main"\n'
PROGRAM = """\
#!{python}
import argparse, pathlib, sys
pathlib.Path({log!r}).open("a").write(" ".join(sys.argv[1:]) + "\\n")
parser = argparse.ArgumentParser(prog="shop")
parser.add_argument("--config")
parser.add_argument("-v", "--verbose", action="store_true")
commands = parser.add_subparsers(dest="command")
listing = commands.add_parser("list")
listing.add_argument("--all", action="store_true")
listing.add_argument("-n", type=int)
running = commands.add_parser("run")
running.add_argument("--name")
running.add_argument("words", nargs="...")
parser.parse_args()
"""


@pytest.fixture
def shop(make_context: Make, tmp_path: Path) -> Callable[..., Context]:
    """A project that installs a program, and a document that calls it."""

    def make(*lines: str, program: str = PROGRAM, source: str = "import argparse\n", **more: str) -> Context:
        block = "\n".join(["```sh", *lines, "```"])
        files = {"README.md": f"# Shop\n\n{block}\n", "src/shop/cli.py": source, "pyproject.toml": SHOP, **more}
        context = make_context(files)
        assert context.environment is not None
        bin_ = tmp_path / "env" / "bin"
        bin_.mkdir(parents=True, exist_ok=True)
        if program:
            path = bin_ / "shop"
            path.write_text(program.format(python=sys.executable, log=str(tmp_path / "log")), "utf-8")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return context._replace(environment=context.environment._replace(bin=bin_))

    return make


def messages(context: Context) -> list[str]:
    return [finding.message for finding in CHECK.run(context).findings]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("shop lst", "shop has no command lst; is list meant?"),
        ("shop list --al --everything", "shop list has no option --everything"),
        ("shop --verbos list --alll", "shop list has no option --alll; is --all meant?"),
        ("poetry run shop list -x", "shop list has no option -x"),
        ("uv run --frozen shop zzz", "shop has no command zzz"),
        (".venv/bin/shop -q", "shop has no option -q"),
        ("shop run --nam=x --nme y", "shop run has no option --nme; is --name meant?"),
    ],
)
def test_a_command_or_option_that_is_not_there_is_found(shop: Callable[..., Context], line: str, message: str) -> None:
    assert messages(shop(line)) == [message]


@pytest.mark.parametrize(
    "line",
    [
        "shop",
        "shop --help",
        "shop list --all -n5 -n 5",
        "shop --config x.toml list",
        "shop -v --config=x list --help",
        "shop run --name x -- ls --color",
        "shop run ls --color -q",
        "shop COMMAND --option",
        "shop <command> [--options]",
        "shop $COMMAND --option",
        "shopping --all",
    ],
)
def test_what_is_there_or_cannot_be_told_is_no_finding(shop: Callable[..., Context], line: str) -> None:
    assert messages(shop(line)) == []


def test_only_help_is_ever_asked_for_and_the_answer_is_kept_until_a_source_changes(
    shop: Callable[..., Context], tmp_path: Path
) -> None:
    context = shop("shop list --all", "shop run --delete-everything")
    for _ in range(2):
        assert messages(context) == ["shop run has no option --delete-everything"]
    assert sorted((tmp_path / "log").read_text().split("\n")) == ["", "--help", "list --help", "run --help"]
    (context.project / "src/shop/cli.py").write_text("import argparse  # changed\n", "utf-8")
    messages(context)
    assert len((tmp_path / "log").read_text().splitlines()) == 6


def test_a_limited_run_asks_only_for_what_documents_in_its_scope_call(
    shop: Callable[..., Context], tmp_path: Path
) -> None:
    context = shop("shop lst")
    assert messages(context._replace(scope=frozenset({"src/shop/cli.py"}))) == []
    assert not (tmp_path / "log").exists()
    assert len(messages(context._replace(scope=frozenset({"README.md"})))) == 1


@pytest.mark.parametrize(
    ("program", "source", "why"),
    [
        ("", "import argparse\n", "the project's environment does not have it"),
        (PROGRAM, "print('deploying')\n", "nothing tells that it knows --help"),
        ("#!/bin/sh\nexit 3\n", "import click\n", "shop --help fails"),
        ("#!/bin/sh\necho deployed\n", "import click\n", "shop --help fails"),
        ("#!/does/not/exist\n", "import click\n", "shop --help fails"),
    ],
)
def test_a_program_that_cannot_be_asked_is_an_info(
    shop: Callable[..., Context], program: str, source: str, why: str
) -> None:
    [finding] = CHECK.run(shop("shop lst", "shop list", program=program, source=source)).findings
    assert (finding.id, finding.severity) == ("DOC014", Severity.INFO)
    assert finding.message == f"what documents say of shop was not looked at: {why}"


def test_a_cache_that_cannot_be_read_is_made_anew(shop: Callable[..., Context]) -> None:
    context = shop("shop lst")
    assert len(messages(context)) == 1
    kept = context.scratch / "docs" / "help.json"
    for content in ("[", "{}", kept.read_text().replace('"list"', "1").replace('["--', '[["--')):
        kept.write_text(content)
        assert len(messages(context)) == 1


TYPER = """
 Usage: shop [OPTIONS] COMMAND [ARGS]...

 All about shops.

\u256d\u2500 Options \u2500\u2500\u2500\u256e
\u2502 --verbose  -v        Say more.  \u2502
\u2570\u2500\u2500\u2500\u2500\u256f
\u256d\u2500 Commands \u2500\u2500\u2500\u256e
\u2502 list   List, and     \u2502
\u2502        go on.        \u2502
\u2502 run    Run.          \u2502
\u2570\u2500\u2500\u2500\u2500\u256f
"""
CLICK = (
    "Usage: shop [OPTIONS] COMMAND [ARGS]...\n\nOptions:\n  --help  Show.\n\nCommands:\n  list  List.\n  run   Run.\n"
)
CLEO = "Usage:\n  command [options] [arguments]\n\nOptions:\n  -h, --help  x\n\nAvailable commands:\n  list  x\n"
DEFAULT = "Usage: shop [OPTIONS] [HOOK]... [COMMAND]\n\nCommands:\n  run  x\n\nOptions:\n  --all  x\n"


@pytest.mark.parametrize(
    ("text", "commands", "passes_on"),
    [
        (TYPER, {"list", "run"}, False),
        (CLICK, {"list", "run"}, False),
        ("usage: shop [-h] {list,run} ...\n\npositional arguments:\n  {list,run}\n", {"list", "run"}, False),
        ("usage: shop [-h] COMMAND ...\n\noptions:\n  -h\n", set(), True),
        ("usage: shop [-h] [--kind {a,b}] file\n", set(), False),
        (CLEO, set(), True),
        (DEFAULT, {"run"}, True),
        ("\x1b[1mUsage:\x1b[0m shop [FILES]...\n", set(), True),
    ],
)
def test_the_help_of_every_parser_is_understood(text: str, commands: set[str], passes_on: bool) -> None:
    found = read_help(text)
    assert isinstance(found, Help)
    assert (set(found.commands), found.passes_on) == (commands, passes_on)


def test_what_is_no_help_is_none() -> None:
    assert read_help("deployed\n") is None
