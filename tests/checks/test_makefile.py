from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.makefile import CHECK, is_makefile
from holdfast.checks.patterns import matching
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Severity, Status
from tests.faults.ci import MAKE_FAULTS
from tests.faults.ci_make import MAKEFILES
from tests.faults.model import Fault, plant

Make = Callable[..., Context]
STOPS = ("MAKE001", "MAKE002", "MAKE005", "MAKE006", "MAKE007", "MAKE008")
"""The ids that say that make stops, unless a condition or a colon keeps it from seeing the line."""


def found(make: Make, text: str, **files: str) -> list[tuple[str, int | None]]:
    others = {name.replace("__", "/"): content for name, content in files.items()}
    return told(make({"Makefile": text, **others}))


def told(context: Context) -> list[tuple[str, int | None]]:
    return [(each.id, each.location and each.location.line) for each in CHECK.run(context).findings]


@pytest.mark.parametrize(
    "name", ["Makefile", "a/makefile", "GNUmakefile", "rules.mk", "Makefile.common", "Makefile.linux"]
)
def test_a_makefile_is_known_by_its_name(make_context: Make, name: str) -> None:
    assert is_makefile(name)
    assert CHECK.wanted(make_context({name: ""}))


@pytest.mark.parametrize(
    "name", ["Makefile.in", "Makefile.am", "Makefile.md", "Makefile.vc", "MyMakefile", "make.py", "a.mkd"]
)
def test_another_file_is_none(make_context: Make, name: str) -> None:
    assert not CHECK.wanted(make_context({name: ""}))


def test_a_good_makefile_passes_and_files_of_other_makes_are_counted_as_not_looked_at(make_context: Make) -> None:
    result = CHECK.run(make_context({"Makefile": "a:\n\tls\n", "bsd/Makefile": ".if 1\n"}))
    assert (result.status, str(result.checked), result.tool) == (Status.PASSED, "1 of 2 Makefiles", None)


def test_where_all_are_of_other_makes_nothing_was_looked_at(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="for GNU make") as stopped:
        CHECK.run(make_context({"Makefile": ".if 1\n"}))
    assert stopped.value.result.status is Status.SKIPPED


def test_nothing_of_a_makefile_is_run(make_context: Make) -> None:
    text = "A := $(shell touch ran)\nB != touch ran\n$(shell touch ran)\nall:\n\ttouch ran\n+touch ran: \n"
    context = make_context({"Makefile": text})
    CHECK.run(context)
    assert not (context.project / "ran").exists()


def test_what_make_lets_pass_is_a_warning(make_context: Make) -> None:
    result = CHECK.run(make_context({"Makefile": ".PHONY: x\na: b\nb: a\n"}))
    assert (result.status, {each.severity for each in result.findings}) == (Status.PASSED, {Severity.WARNING})


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a:\n\tls\na:\n\tpwd\n", [("MAKE003", 3)]),
        ("a b:\n\tls\nb: ; x\n", [("MAKE003", 3)]),
        ("a:\n\tls\na: b\nb:\n", []),
        ("a::\n\tls\na::\n\tpwd\n", []),
        ("ifdef A\na:\n\tls\nelse\na:\n\tpwd\nendif\n", []),
        ("ifdef A\na:\n\tls\na:\n\tpwd\nendif\n", [("MAKE003", 4)]),
        ("a:\n\tls\nifdef A\na:\n\tpwd\nendif\n", []),
        ("%.o: %.c\n\tls\n%.o: %.s\n\tls\n", []),
        ("$(A):\n\tls\n$(A):\n\tls\n", []),
    ],
)
def test_a_target_with_two_recipes(make_context: Make, text: str, codes: list[tuple[str, int]]) -> None:
    assert found(make_context, text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (".PHONY: a b\na:\n", [("MAKE004", 1)]),
        ("a:\n.PHONY: \\\n  a \\\n  b\n", [("MAKE004", 2)]),
        (".PHONY: FORCE\na: FORCE\n\tls\n", []),
        (".PHONY: $(A) b-% x\nx:\n", []),
        (".PHONY: a\n$(T):\n", []),
        (".PHONY: a-b\na-%:\n", []),
        (".PHONY: a\n$(eval x)\n", []),
        (".PHONY: a\n-include $(wildcard *.d)\n", []),
        (".PHONY: a\n-include gone.mk\n", [("MAKE004", 1)]),
        (".PHONY: pre-x pre-y\npre-$(A):\n", []),
        ("T = a b\n.PHONY: c\n$(T) c:\n", []),
    ],
)
def test_a_phony_target_without_a_rule(make_context: Make, text: str, codes: list[tuple[str, int]]) -> None:
    assert found(make_context, text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "a: here.txt src/x.c src\n",
        "a: b\nb:\n",
        "a: $(B) b-$(C) %.c *.c ~/x /etc/x -lm 'x y'\n",
        "a: x.o\n",
        "a: src/x.o\n",
        "a: y.o\n%.o: %.q\n",
        "a: y.o\n.q.o:\n",
        "a: made.h\nb:\n\tgenerate > made.h\n",
        "a: gone\n%: ; x\n",
        "a: gone\n.DEFAULT: ; x\n",
        "VPATH = src\na: gone\n",
        "vpath %.c src\na: gone.c\n",
        "a: b | dir\nb dir:\n",
        ".SECONDARY: gone\n.PRECIOUS: gone\na:\n",
        "a: B = gone\n",
        "L = here.txt\na: $(L)\n",
        "a b: %: src/%.c\n",
        "a: x.c\nvendored/y: vendored/z\n",
        "a: ../gone\n",
        "a: local.cfg\n",
        "a: libx.a(m.o)\n",
        "$(O)/x: here.txt\na: build/x\n",
    ],
)
def test_what_is_there_or_may_be_made_is_right(make_context: Make, text: str) -> None:
    modules = '[submodule "v"]\n\tpath = vendored\n'
    context = make_context({"Makefile": text, "here.txt": "", "src/x.c": "", "x.c": "", ".gitmodules": modules})
    subprocess.run(["git", "init", "-q"], cwd=context.project, check=True)
    (context.project / ".gitignore").write_text("local.cfg\n")
    assert told(context) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: gone.txt\n", 1),
        ("a: \\\n  here.txt \\\n  gone.txt\n", 1),
        ("a: | gone\n", 1),
        ("L = gone.txt\na: $(L)\n", 2),
        ("b:\na: src/gone.py\n", 2),
        ("a: gone.txt\nb: gone.txt\n", 1),
        ("%.o: %.c\na: gone.h\n", 2),
    ],
)
def test_what_nothing_makes_is_found_once(make_context: Make, text: str, line: int) -> None:
    assert found(make_context, text, **{"here.txt": ""}) == [("MAKE007", line)]


def test_includes_are_followed(make_context: Make) -> None:
    parts = {"mk__a.mk": "include mk/b.mk\nshared: other\n", "mk__b.mk": "other:\n\tls\nV = deep\n"}
    assert found(make_context, "include mk/a.mk\n.PHONY: shared\na: shared other\n", **parts) == []
    assert found(make_context, "D = mk\ninclude $(D)/a.mk mk/gone.mk\na: x\n", **parts) == [("MAKE006", 2)]
    assert found(make_context, "include made.mk\nmade.mk:\n\tls\na: x\n", **parts) == []
    assert found(make_context, "include mk/*.mk\na: x\n", **parts) == []
    assert found(make_context, "include a.mk\nx: y\n", **{"a.mk": "include a.mk Makefile\n"}) == [("MAKE007", 2)]


def test_a_part_is_read_for_its_form_alone(make_context: Make) -> None:
    files = {"a.mk": ".PHONY: x\ny: z\ninclude gone\n", "b.mk": "y:\n  ls\n", "c.mk": "y:\n\tls\ny:\n\tls\n"}
    assert told(make_context(files)) == [("MAKE001", 2), ("MAKE003", 3)]


def test_what_cannot_be_read_is_told_alone(make_context: Make) -> None:
    assert found(make_context, "a: gone\nendif\n") == [("MAKE005", 2)]


@pytest.mark.parametrize(
    ("text", "circles"),
    [
        ("a: a\n", ["a -> a"]),
        ("a: b\nb: c\nc: a\n", ["a -> b -> c -> a"]),
        ("a: b c\nb: d\nc: d\nd:\n", []),
        ("x: a\na: b\nb: a x\n", ["a -> b -> a", "x -> a -> b -> x"]),
    ],
)
def test_a_circle(make_context: Make, text: str, circles: list[str]) -> None:
    result = CHECK.run(make_context({"Makefile": text}))
    said = [each.message.partition(": ")[2] for each in result.findings]
    assert sorted(said) == sorted(circles)


def test_a_hostile_makefile_takes_no_time(make_context: Make) -> None:
    deep = "".join(f"t{n}: t{n + 1}\n" for n in range(4000)) + "t4000:\n"
    wide = "A0 = x\n" + "".join(f"A{n} = $(A{n - 1})$(A{n - 1})\n" for n in range(1, 60)) + "a: $(A59)\n"
    assert found(make_context, deep) == []
    assert len(found(make_context, wide)) <= 1
    assert found(make_context, "a: " + "$(" * 50_000 + "\n") == []


def test_bytes_that_are_no_text_are_read_all_the_same(make_context: Make) -> None:
    context = make_context({"Makefile": ""})
    (context.project / "Makefile").write_bytes(b"a: \xff\x00\n\tls\n")
    assert CHECK.run(context).checked


def test_the_files_that_rules_name_are_inputs_and_nothing_else(make_context: Make) -> None:
    text = "D = data\nall: src/a.py $(D)/b.csv | out\n\tpython tools/c.py\ninclude conf/x.inc\n"
    text += "lib: native tools\n"
    files = ["Makefile", "src/a.py", "data/b.csv", "conf/x.inc", "sub/d.mk", "native/a/x.c"]
    others = ["tools/c.py", "README.md", "data/z.csv", "native/b/x.c"]
    inputs = CHECK.inputs(make_context({**dict.fromkeys([*files, *others], ""), "Makefile": text}))
    assert matching([*files, *others], inputs.files) == [*files, "tools/c.py"]  # the first in tools


def test_too_many_makefiles_make_every_file_an_input(make_context: Make) -> None:
    assert CHECK.inputs(make_context({f"d{number}/Makefile": "" for number in range(60)})).files == ("**",)


@pytest.mark.skipif(not shutil.which("make"), reason="GNU make is not installed")
@pytest.mark.parametrize("fault", [each for each in MAKE_FAULTS if each.id in STOPS], ids=lambda fault: fault.name)
def test_gnu_make_agrees_that_it_stops(tmp_path: Path, fault: Fault) -> None:
    project = plant(tmp_path / "shop", fault.files)
    done = subprocess.run(
        ["make", "-n"], cwd=project, capture_output=True, env={"PATH": os.environ["PATH"]}, check=False
    )
    assert (done.returncode == 0) == ("colon" in fault.name and fault.id == "MAKE001"), done.stderr


@pytest.mark.skipif(not shutil.which("make"), reason="GNU make is not installed")
@pytest.mark.parametrize("directory", [".", "prefix"])
def test_gnu_make_agrees_that_the_rich_ones_are_right(tmp_path: Path, directory: str) -> None:
    project = plant(tmp_path / "shop", MAKEFILES)
    command = ["make", "-n", "all"]
    done = subprocess.run(
        command, cwd=project / directory, capture_output=True, env={"PATH": os.environ["PATH"]}, check=False
    )
    assert done.returncode == 0, done.stderr
