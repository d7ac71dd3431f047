from __future__ import annotations

import pytest

from holdfast.checks.documents.shell import commands, is_shell


def words(*lines: str, kind: str = "bash") -> list[tuple[str | None, ...]]:
    return [command.words for command in commands(kind, lines, 1)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("make a && make b || make c; make d & make e", [("make", each) for each in "abcde"]),
        ("a | b |& c", [("a",), ("b",), ("c",)]),
        ("(cd a; make)", [("cd", "a"), ("make",)]),
        ("A=1 B='x y' make c", [("make", "c")]),
        ('A="$x" make c', [("make", "c")]),
        ("sudo make a", [("make", "a")]),
        ("env A=1 make b", [("make", "b")]),
        ("exec -a x make", [("exec", "-a", "x", "make")]),
        ("make 'a b' \"c d\" e\\ f", [("make", "a b", "c d", "e f")]),
        ("make $X ${Y} $(z) `w` --x=$X", [("make", None, None, None, None, "--x=")]),
        ("$X make", []),
        ("make a > b 2>&1 < c >> d 2>/dev/null", [("make", "a")]),
        ("make a >b c", [("make", "a", "c")]),
        ("make a # b; make c", [("make", "a")]),
        ("make a#b", [("make", "a#b")]),
        ("# make a", []),
        ("make a; echo 'open", [("make", "a"), ("echo",)]),
        ("make $(open", [("make",)]),
        ("for x in a b; do make $x; done", [("make", None)]),
        ("if make a; then make b; else make c; fi", [("make", "b"), ("make", "c")]),
        ("! make a", [("make", "a")]),
        ("diff <(a) <(b)", [("diff", None, None)]),
        ("", []),
        ("x" * 20_000, []),
    ],
)
def test_the_words_of_a_line_are_those_that_a_shell_sees(line: str, found: list[tuple[str | None, ...]]) -> None:
    assert words(line) == found


def test_lines_that_go_on_are_one_command_at_the_first_line() -> None:
    [first, second] = commands("sh", ["make \\", "  a \\", "  b", "make c"], 10)
    assert (first.line, first.words) == (10, ("make", "a", "b"))
    assert (second.line, second.words) == (13, ("make", "c"))
    assert words("make \\") == [("make",)]


def test_what_a_heredoc_holds_is_no_command() -> None:
    assert words("cat <<'EOF' > x", "make a", "EOF", "make b") == [("cat",), ("make", "b")]
    assert words("cat <<-END", "make a") == [("cat",)]


def test_where_there_are_prompts_only_what_follows_them_is_typed() -> None:
    lines = ("$ make a \\", "> b", "make: done", "(venv) $ make c", "me@host:~/x$ make d", "# make e")
    assert words(*lines, kind="console") == [("make", "a", "b"), ("make", "c"), ("make", "d")]
    assert words("$ make a", "output") == [("make", "a")]
    assert words("make a", "make b", kind="console") == [("make", "a"), ("make", "b")]
    assert words(*["output"] * 20, kind="console") == []


@pytest.mark.parametrize("info", ["sh", "Bash", "bash title=x", "{.bash}", "console", "zsh,x", "shell-session"])
def test_a_fence_that_names_a_shell_is_one(info: str) -> None:
    assert is_shell(info)


@pytest.mark.parametrize("info", ["", "python", "text", "{include} x", "bashful", "powershell"])
def test_another_fence_is_none(info: str) -> None:
    assert not is_shell(info)
