"""The URL of a database: what it must look like, and how it is shown without its password."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from holdfast.core.errors import HoldfastError

POSTGRESQL, SQLITE = "postgresql", "sqlite"
_EXAMPLE = "give one as postgresql://user:password@host:5432/database"
_IN_QUERY = re.compile(r"(?i)((?:^|[?&])(?:ssl)?password=)[^&#]*")


class Address(NamedTuple):
    """Where a database is."""

    url: str
    kind: str
    """postgresql or sqlite."""
    shown: str
    """The URL without its password, for people."""
    password: str = ""

    def masked(self, text: str) -> str:
        """A text of a library, without the password."""
        return text.replace(self.password, "***") if self.password else text

    @property
    def file(self) -> Path:
        """The file of an SQLite database."""
        return Path(self.url.removeprefix("sqlite:///"))


def parse_address(text: str) -> Address:
    """The address that a URL names. Raises HoldfastError, which never holds the password."""
    try:
        text.encode()
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise HoldfastError(f"{mask_url(text)}: not a database's URL: {_reason(error)}", hint=_EXAMPLE) from None
    shown = mask_url(text.strip())
    if parts.scheme in ("postgres", "postgresql"):
        if not parts.path.strip("/"):
            raise HoldfastError(f"{shown}: names no database", hint=_EXAMPLE)
        if port == 0:
            raise HoldfastError(f"{shown}: not a port: 0", hint=_EXAMPLE)
        url = _as_utf8("postgresql://" + text.strip().split("://", 1)[1])
        return Address(url, POSTGRESQL, shown, unquote(parts.password or ""))
    if parts.scheme == "sqlite" and text.startswith("sqlite:///") and parts.path.strip("/"):
        return Address(text.strip(), SQLITE, shown)
    raise HoldfastError(f"{shown or 'an empty text'}: not the URL of a PostgreSQL database", hint=_EXAMPLE)


def _as_utf8(url: str) -> str:
    """The URL with the encoding of the connection, which a database of encoding SQL_ASCII leaves open."""
    if "client_encoding=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}client_encoding=utf8"


def mask_url(text: str) -> str:
    """A URL, or what was meant as one, with `***` for its password."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        return _IN_QUERY.sub(r"\1***", text) if "@" not in text else "***@" + text.rpartition("@")[2]
    authority, slash, path = rest.partition("/")
    if "@" in path:  # a password that holds a slash was not escaped
        authority, slash, path = rest.rpartition("@")[0] + "@" + path.rpartition("@")[2].partition("/")[0], "/", ""
    user, at, host = authority.rpartition("@")
    name, colon, _ = user.partition(":")
    return f"{scheme}://{name}{colon and ':***'}{at}{host}{slash}{_IN_QUERY.sub(chr(92) + '1***', path)}"


def _reason(error: ValueError) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "it holds half of a surrogate pair"
    return "its port is no number up to 65535" if "port" in str(error).lower() else "its host is not understood"
