from __future__ import annotations

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.dbos.address import POSTGRESQL, SQLITE, mask_url, parse_address


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        (
            "postgresql://ana:s3cret@db:5432/shop",  # pragma: allowlist secret
            POSTGRESQL,
            "postgresql://ana:***@db:5432/shop",
        ),
        ("postgres://ana@db/shop", POSTGRESQL, "postgres://ana@db/shop"),
        ("postgresql://db/shop?password=s3cret&x=1", POSTGRESQL, "postgresql://db/shop?password=***&x=1"),
        ("sqlite:////var/lib/shop.db", SQLITE, "sqlite:////var/lib/shop.db"),
    ],
)
def test_an_address_is_shown_without_its_password(text: str, kind: str, shown: str) -> None:
    address = parse_address(text)
    assert (address.kind, address.shown) == (kind, shown)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not the URL"),
        ("shop", "not the URL"),
        ("mysql://ana:s3cret@db/shop", "not the URL"),  # pragma: allowlist secret
        ("sqlite://", "not the URL"),
        ("postgresql://ana:s3cret@db", "names no database"),  # pragma: allowlist secret
        ("postgresql://ana:s3cret@db:0/shop", "not a port"),  # pragma: allowlist secret
        ("postgresql://ana:s3cret@db:99999/shop", "its port is no number up to 65535"),  # pragma: allowlist secret
        ("postgresql://ana:s3cr/et@db/shop", "its port is no number"),
        ("postgresql://ana:s3cret@[db/shop", "its host is not understood"),  # pragma: allowlist secret
        ("ana:s3cret@db/shop", "not the URL"),
    ],
)
def test_what_is_no_address_is_refused_without_saying_the_password(text: str, reason: str) -> None:
    with pytest.raises(HoldfastError, match=reason) as refused:
        parse_address(text)
    assert "s3cr" not in refused.value.message + (refused.value.hint or "")


def test_a_password_that_a_library_says_is_masked() -> None:
    address = parse_address("postgresql://ana:p%40ss@db/shop")  # pragma: allowlist secret
    assert address.masked("cannot log in with p@ss") == "cannot log in with ***"


def test_a_url_without_a_password_stays_as_it_is() -> None:
    assert mask_url("postgresql://db/shop") == "postgresql://db/shop"


def test_a_connection_speaks_utf8_whatever_the_database_says_unless_the_url_does() -> None:
    assert parse_address("postgresql://db/shop").url == "postgresql://db/shop?client_encoding=utf8"
    assert parse_address("postgresql://db/shop?sslmode=require").url.endswith("?sslmode=require&client_encoding=utf8")
    given = "postgresql://db/shop?client_encoding=latin1"
    assert parse_address(given).url == given
