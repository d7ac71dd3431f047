from __future__ import annotations

import pytest

from holdfast.checks.environment_files.kinds import KINDS, OTHER_NAMES, kind_of

FIT = {
    "string": ["", "x", "a b\nc"],
    "int": ["0", "-5", "+5", "1_000", "3.0"],
    "float": ["1", "-1.5", ".5", "1e-3", "inf", "NaN"],
    "bool": ["true", "False", "1", "0", "YES", "off", "t", "n"],
    "url": [
        "https://x.invalid",
        "http://localhost:80/a?b#c",
        "sqlite:///x.db",
        "postgres://u:p@h:5/d",
        "http://[::1]:8/",
    ],
    "email": ["a@b", "a.b+c@d.example", "Ana <ana@example.invalid>"],
    "port": ["1", "65535"],
    "path": ["/", "a/b", "../x", "C:\\x"],
    "json": ["1", "[]", '{"a": null}', '"x"'],
    "list": ["a", "a,b", "a, b,"],
    "list(int)": ["1", "1,2, 3"],
    "choice(debug|info)": ["debug", "info"],
    "duration": ["90", "1.5", "90s", "10m", "1h30m", "500ms", "7d", "PT5M", "P1DT2H"],
    "uuid": ["12345678-1234-5678-1234-567812345678", "12345678123456781234567812345678"],
    "ip": ["127.0.0.1", "::1", "10.0.0.0/8"],
    "date": ["2026-12-31", "2026-12-31T10:00:00"],
}
UNFIT = {
    "int": ["", "1.5", "1e3", "x", "0x10", "1__0"],
    "float": ["", "1,5", "."],
    "bool": ["", "maybe", "2", "enabled"],
    "url": ["", "localhost", "http://", "http://h:99999", "http://a b", "//x", "https://:80"],
    "email": ["", "a", "a@", "@b", "a@b@c", "a b@c", "a@.b"],
    "port": ["0", "65536", "-1", "80/tcp"],
    "path": ["https://x", "a\nb"],
    "json": ["", "{", "{'a': 1}", "a,b"],
    "list": ["", "a,,b", ","],
    "list(int)": ["1,b", "1.5"],
    "choice(debug|info)": ["", "Debug", "debug|info"],
    "duration": ["", "soon", "P", "10 apples", "-5s", "s"],
    "uuid": ["12345678", "x"],
    "ip": ["300.1.1.1", "localhost"],
    "date": ["31.12.2026", "2026-13-01"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in FIT.items() for value in values])
def test_a_value_of_its_kind_fits(name: str, value: str) -> None:
    kind = kind_of(name)
    assert kind is not None
    assert kind.holds(value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in UNFIT.items() for value in values])
def test_a_value_of_another_kind_does_not(name: str, value: str) -> None:
    kind = kind_of(name)
    assert kind is not None
    assert not kind.holds(value)


def test_every_kind_is_tried() -> None:
    assert {name.partition("(")[0] for name in FIT} == {*KINDS, "choice"}
    assert set(OTHER_NAMES.values()) <= KINDS.keys()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("URL", "url"),
        ("Integer", "int"),
        ("`bool`", "bool"),
        ("list[int]", "list(int)"),
        ("list of", None),
        ("array(str)", "list(string)"),
        ("list(what)", None),
        ("choice(a|b)", "choice(a|b)"),
        ("enum(a, b)", "choice(a|b)"),
        ("one of: a, b", "choice(a|b)"),
        ("a|b|c", "choice(a|b|c)"),
        ("int(5)", None),
        ("urll", None),
        ("", None),
        ("?!", None),
    ],
)
def test_a_kind_has_several_spellings(said: str, name: str | None) -> None:
    kind = kind_of(said)
    assert (kind.name if kind else None) == name


def test_the_values_of_a_choice_are_not_told() -> None:
    kind = kind_of("choice(secret|other)")
    assert kind is not None
    assert kind.must == "one of the 2 values declared for it"
