from __future__ import annotations

import pytest

from holdfast.checks.patterns import matching

FILES = ["README.md", "src/a.py", "src/deep/b.py", "src/deep/c.pyi", "docs/x[1].md", "tests/test_a.py", "py.typed"]


@pytest.mark.parametrize(
    ("globs", "found"),
    [
        (("**",), FILES),
        (("*.py",), ["src/a.py", "src/deep/b.py", "tests/test_a.py"]),
        (("src/*.py",), ["src/a.py"]),
        (("src/**/*.py",), ["src/a.py", "src/deep/b.py"]),
        (("src",), ["src/a.py", "src/deep/b.py", "src/deep/c.pyi"]),
        (("src/",), ["src/a.py", "src/deep/b.py", "src/deep/c.pyi"]),
        (("./README.md",), ["README.md"]),
        (("*.py[i]",), ["src/deep/c.pyi"]),
        (("*.py[!i]",), []),
        (("docs/x[[]1].md",), ["docs/x[1].md"]),
        (("?y.typed",), ["py.typed"]),
        (("READ*", "*.pyi"), ["README.md", "src/deep/c.pyi"]),
        (("deep/**",), []),
        (("[z-a].py", "[", "[]", "*.typed"), ["py.typed"]),
        (("**/deep/**",), ["src/deep/b.py", "src/deep/c.pyi"]),
        ((), []),
    ],
)
def test_globs_match_as_gitignore_readers_expect(globs: tuple[str, ...], found: list[str]) -> None:
    assert matching(FILES, globs) == found
