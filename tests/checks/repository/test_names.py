from __future__ import annotations

from holdfast.checks.repository.names import Collision, collisions


def test_names_that_differ_by_case_collide_at_the_topmost_level() -> None:
    found = list(collisions(["Docs/a.md", "docs/a.md", "docs/b.md", "x/Y", "x/y", "x/y2"]))
    assert found == [Collision(("Docs", "docs"), unicode_only=False), Collision(("x/Y", "x/y"), unicode_only=False)]


def test_names_that_look_alike_collide() -> None:
    assert list(collisions(["caf\u00e9", "cafe\u0301", "cafe"])) == [
        Collision(("cafe\u0301", "caf\u00e9"), unicode_only=True)
    ]


def test_a_file_and_a_directory_of_the_same_letters_collide() -> None:
    assert list(collisions(["Build", "build/x"])) == [Collision(("Build", "build"), unicode_only=False)]


def test_names_that_are_not_utf_8_are_taken() -> None:
    assert list(collisions(["\udcff", "\udcfe", "a"])) == []
