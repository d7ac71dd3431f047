from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.docs import CHECK
from holdfast.checks.documents.promises import own_programs
from holdfast.checks.interface import Context

Make = Callable[..., Context]
FILES = {
    "Makefile": "test:\n\t@true\n",
    "docs/Makefile": "html:\n\t@true\n",
    "other.mk": "deploy:\n\t@true\n",
    "scripts/run.sh": "",
    "docs/make.py": "",
    "shop/__init__.py": "",
    "shop/fast.pyx": "",
    "cart/__init__.py": "",
    "cart/total.py": "",
    "package.json": '{"scripts": {"build": "x"}}',
}


def messages(make_context: Make, *lines: str, path: str = "README.md", **more: str) -> list[str]:
    block = "\n".join(["# A", "", "```sh", *lines, "```", ""])
    return [finding.message for finding in CHECK.run(make_context({**FILES, **more, path: block})).findings]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("make tst", "make tst: no Makefile of the project has it; is test meant?"),
        ("make -C docs htm", "make htm: docs/Makefile has no such target; is html meant?"),
        ("make --directory docs test", "make test: docs/Makefile has no such target"),
        ("make -f other.mk test", "make test: other.mk has no such target"),
        ("make -j 4 -k X=1 tst", "make tst: no Makefile of the project has it; is test meant?"),
        ("make -j tst", "make tst: no Makefile of the project has it; is test meant?"),
        ("cd docs && make pdf", "make pdf: no Makefile of the project has it"),
        ("scripts/rn.sh", "scripts/rn.sh: there is no such script"),
        ("bash docs/run.sh", "docs/run.sh: there is no such script; is scripts/run.sh meant?"),
        ("python3.12 scripts/make.py", "scripts/make.py: there is no such script; is docs/make.py meant?"),
        ("./install.sh", "./install.sh: there is no such script"),
        ("cd scripts && ./stop.sh", "./stop.sh: there is no such script"),
        ("python -m cart.totals", "python -m cart.totals: there is no such module"),
        ("uv run -m cart", "python -m cart: it has no __main__.py"),
        ("yarn run tset", "yarn run tset: package.json has no such script"),
    ],
)
def test_what_is_named_in_vain_is_found(make_context: Make, line: str, message: str) -> None:
    assert messages(make_context, line) == [message]


@pytest.mark.parametrize(
    "line",
    [
        "make -C docs html && make test",
        "make -C $DIR any",
        "make -C gone any",
        "make -f gone.mk any",
        "make -Cdocs any",
        "make --file=other.mk any",
        "make TARGET",
        "make [options]",
        "make -C",
        "cd docs && make html && cd .. && make test",
        "cd && make any",
        "cd ~/other && make any",
        "cd $HOME; make any",
        "git clone https://x.invalid/y && cd y && make any",
        "docker run -it image && make any",
        "npm run $X",
        "npm test",
        "npm run -s build",
        "python -m shop.fast",
        "python -m pip install x",
        "python -m",
        "python -m 'not a module'",
        "python app.py",
        "./configure",
        "./build/out.sh",
        "build/run.sh",
        "/opt/x.sh",
        "../x.sh",
        "scripts/*.sh",
        "source .venv/bin/activate",
        "curl -O https://x.invalid/install.sh; ./install.sh",
        "$PROGRAM make any",
        "",
    ],
)
def test_what_is_there_or_cannot_be_told_is_no_finding(make_context: Make, line: str) -> None:
    assert messages(make_context, line) == []


def test_a_script_may_be_named_from_the_documents_own_directory(make_context: Make) -> None:
    assert messages(make_context, "./make.py", "../scripts/run.sh", path="docs/README.md") == []


def test_the_projects_own_name_is_its_root(make_context: Make) -> None:
    own = '[project]\nname = "shop-api"\n[project.urls]\nSource = "https://x.invalid/acme/shop-server"\n'
    assert messages(make_context, "cd shop_api && make tst", **{"pyproject.toml": own}) != []
    assert messages(make_context, "cd shop-server && make tst", **{"pyproject.toml": own}) != []


def test_without_a_makefile_or_with_a_broken_package_json_nothing_is_said(make_context: Make) -> None:
    assert messages(make_context, "npm run any", **{"package.json": "["}) == []
    assert messages(make_context, "npm run any", **{"web/package.json": '{"scripts": 3}', "package.json": "{}"}) == []
    context = make_context({"README.md": "```sh\nmake any\n```\n"})
    gone = context._replace(files=tuple(name for name in context.files if "akefile" not in name))
    assert CHECK.run(gone).findings == ()


def test_programs_are_those_of_every_table() -> None:
    poetry = {"a": "x:main", "b": {"reference": "y.sh", "type": "file"}, "c": {"callable": "z:main"}, "d": 3}
    pyproject = {"project": {"scripts": {"e": "v:main"}}, "tool": {"poetry": {"scripts": poetry}}}
    assert own_programs(pyproject) == {"a": "x:main", "b": "y.sh", "c": "z:main", "e": "v:main"}
