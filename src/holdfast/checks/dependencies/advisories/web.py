"""Fetching over HTTPS with the standard library: bounded in size and time, with no way down to plain HTTP."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from typing import IO, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from holdfast import __version__
from holdfast.core.errors import HoldfastError

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BLOCK = 2**18


class Limits(NamedTuple):
    """How much, and how long, one request may take."""

    size: int
    total_s: float
    pause_s: float = 30.0
    """The longest time in which nothing comes."""


class Unreachable(HoldfastError):
    """The other side did not answer, or not as it should."""

    def __init__(self, url: str, why: object, *, again: bool = False) -> None:
        hint = "is the network, or the proxy in the environment, as it should be?"
        super().__init__(f"{shown(url)}: {why}", hint=hint)
        self.again = again
        """Whether another try may succeed."""


def shown(url: str) -> str:
    """A URL without what may be secret in it: user, password and query."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "a URL that cannot be read"
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def require_safe(url: str) -> None:
    """Raises HoldfastError for a URL that is neither https nor, on this machine, http."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise HoldfastError(f"{shown(url)}: not a URL: {error}") from error
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not safe or not host or port == 0:
        raise HoldfastError(f"{shown(url)}: only https is fetched", hint="give an https URL, or a file")


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to where a user might have pointed."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        try:
            require_safe(newurl)
            if req.full_url.startswith("https:") and not newurl.startswith("https:"):
                raise Unreachable(req.full_url, f"sends on to {shown(newurl)}, which is not https")
        except HoldfastError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]  # its own stub


def _opener(url: str, env: Mapping[str, str]) -> urllib.request.OpenerDirector:
    """What opens a URL, through the proxy that the environment names for it."""
    host = urlsplit(url).hostname or ""
    proxies = {
        scheme: proxy
        for scheme in ("https", "http")
        if (proxy := env.get(f"{scheme}_proxy") or env.get(f"{scheme.upper()}_PROXY"))
    }
    if host in _LOOPBACK or spared(host, env.get("no_proxy") or env.get("NO_PROXY") or ""):
        proxies = {}
    return urllib.request.build_opener(urllib.request.ProxyHandler(proxies), Redirects())


def spared(host: str, no_proxy: str) -> bool:
    """Whether `no_proxy` names a host, or a domain that it lies in."""
    names = [name.strip().lstrip("*.") for name in no_proxy.split(",") if name.strip()]
    return any(name == "" or host == name or host.endswith(f".{name}") for name in names)


@contextmanager
def _errors(url: str) -> Iterator[None]:
    try:
        yield
    except urllib.error.HTTPError as error:
        code, reason = error.code, error.reason
        error.close()
        raise Unreachable(url, f"HTTP {code} {reason}", again=code in (429, 500, 502, 503, 504)) from error
    except urllib.error.URLError as error:
        broken = isinstance(error.reason, ssl.SSLError)
        raise Unreachable(url, f"cannot be reached: {error.reason}", again=not broken) from error
    except TimeoutError as error:
        raise Unreachable(url, "did not answer in time", again=True) from error
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise Unreachable(url, f"did not answer as it should: {type(error).__name__} {error}", again=True) from error


def fetch(
    url: str, env: Mapping[str, str], limits: Limits, take: Callable[[bytes], object], *, body: bytes | None = None
) -> int:
    """Hands what a URL answers to `take`, block by block; returns the size. With a `body`, it is posted as JSON.

    Raises Unreachable, and HoldfastError for a URL that is not safe.
    """
    require_safe(url)
    headers = {"User-Agent": f"holdfast/{__version__}", "Accept": "*/*"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    deadline = time.monotonic() + limits.total_s
    with _errors(url):
        request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - require_safe saw it
        with _opener(url, env).open(request, timeout=min(limits.pause_s, limits.total_s)) as answer:
            return _copied(url, answer, limits.size, deadline, take)


def _copied(
    url: str, answer: http.client.HTTPResponse, limit: int, deadline: float, take: Callable[[bytes], object]
) -> int:
    expected = answer.length
    size = 0
    while block := answer.read1(_BLOCK):
        size += len(block)
        if size > limit:
            raise Unreachable(url, f"answers with more than {limit // 2**20} MiB")
        if time.monotonic() > deadline:
            raise Unreachable(url, "took too long")
        take(block)
    if expected is not None and size != expected:
        raise Unreachable(url, f"ended after {size} of {expected} bytes", again=True)
    return size
