"""Fetching is bounded, honest about what went wrong, and never goes down to plain HTTP elsewhere."""

from __future__ import annotations

import io
import socket
import threading
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from email.message import Message

import pytest

from holdfast.checks.dependencies.advisories.web import (
    Limits,
    Redirects,
    Unreachable,
    fetch,
    require_safe,
    shown,
    spared,
)
from holdfast.core.errors import HoldfastError
from tests.checks.dependencies.servers import Answer, Web, serving

SMALL = Limits(1000, 5.0)


def got(url: str, env: Mapping[str, str] | None = None, limits: Limits = SMALL, body: bytes | None = None) -> bytes:
    blocks: list[bytes] = []
    fetch(url, env or {}, limits, blocks.append, body=body)
    return b"".join(blocks)


def test_what_a_server_answers_is_handed_on() -> None:
    with serving(lambda path, body: Answer(path.encode() + body)) as web:
        assert got(f"{web.url}/a?b=c") == b"/a?b=c"
        assert got(f"{web.url}/q", body=b"[1]") == b"/q[1]"
    assert [method for method, *_ in web.asked] == ["GET", "POST"]
    assert web.asked[1][2]["Content-Type"] == "application/json"
    assert web.asked[0][2]["User-Agent"].startswith("holdfast/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.invalid/x",
        "http://127.0.0.1.example.invalid/",
        "http://localhost@example.invalid/",
        "ftp://example.invalid/x",
        "https://",
        "https://example.invalid:99999/",
        "https://[x/",
        "data:text/plain,hello",
    ],
)
def test_only_https_is_fetched_and_http_from_this_machine(url: str) -> None:
    with pytest.raises(HoldfastError, match=r"only https is fetched|not a URL"):
        got(url)


def test_https_and_this_machine_are_safe() -> None:
    for url in ("https://example.invalid/x", "http://localhost:8000/", "http://127.0.0.1/", "http://[::1]:80/"):
        require_safe(url)


def test_a_redirect_is_followed_but_not_to_plain_http_elsewhere() -> None:
    def answer(path: str, _body: bytes) -> Answer:
        target = {"/near": "/end", "/far": "http://example.invalid/x", "/file": "file:///etc/passwd", "/loop": "/loop"}
        return Answer(b"end") if path == "/end" else Answer(status=302, headers={"Location": target[path]})

    with serving(answer) as web:
        assert got(f"{web.url}/near") == b"end"
        with pytest.raises(HoldfastError, match="only https is fetched"):
            got(f"{web.url}/far")
        with pytest.raises(HoldfastError):
            got(f"{web.url}/file")
        with pytest.raises(Unreachable, match="HTTP 302"):
            got(f"{web.url}/loop")


@pytest.mark.parametrize(("status", "again"), [(404, False), (403, False), (429, True), (500, True), (503, True)])
def test_an_error_of_the_server_is_told_with_whether_to_ask_again(status: int, again: bool) -> None:
    with serving(lambda _path, _body: Answer(b"no", status)) as web, pytest.raises(Unreachable) as caught:
        got(f"{web.url}/x?token=secret")
    assert caught.value.message.startswith(f"{web.url}/x: HTTP {status} ")
    assert caught.value.again is again


def test_an_answer_that_is_too_large_is_cut_off() -> None:
    with serving(lambda _path, _body: Answer(b"x" * 1001)) as web, pytest.raises(Unreachable, match="more than 0 MiB"):
        got(web.url)


def test_an_answer_that_is_shorter_than_it_says_is_none() -> None:
    with serving(lambda _path, _body: Answer(b"abc", length=10)) as web, pytest.raises(Unreachable, match="3 of 10"):
        got(web.url)


def test_nobody_there_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match=r"cannot be reached: .*refused"):
            got(f"http://127.0.0.1:{taken.getsockname()[1]}/")


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Unreachable, match=r"did not answer in time|timed out") as caught:
            got(url, limits=Limits(1000, 0.05))
        assert caught.value.again


@pytest.mark.parametrize(
    "said", [b"nonsense\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n" + b"a" * 2000]
)
def test_a_server_that_does_not_speak_http_is_an_error(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            with server.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(said)

        threading.Thread(target=speak, daemon=True).start()
        with pytest.raises(Unreachable):
            got(f"http://127.0.0.1:{server.getsockname()[1]}/")


def test_an_answer_that_drips_is_given_up_when_the_time_is_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with server.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                with suppress(OSError):  # when the client has gone
                    while not gone.wait(0.005):
                        connection.sendall(b"x")

        gone = threading.Event()
        dripping = threading.Thread(target=drip)
        dripping.start()
        with pytest.raises(Unreachable, match="took too long"):
            got(f"http://127.0.0.1:{server.getsockname()[1]}/", limits=Limits(10_000, 0.1))
        gone.set()
        dripping.join()


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY"])
def test_the_proxy_of_the_environment_is_used_but_not_for_whom_it_spares(name: str) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            with server.accept()[0] as connection:
                asked.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        env = {name: f"http://127.0.0.1:{server.getsockname()[1]}"}
        with pytest.raises(Unreachable, match="Tunnel connection failed: 403"):
            got("https://example.invalid/x", env)
    assert asked[0].startswith(b"CONNECT example.invalid:443")
    with pytest.raises(Unreachable, match=r"cannot be reached: .*refused"):
        got("https://127.0.0.2:1/x", {**env, "no_proxy": "127.0.0.2"})


@pytest.mark.parametrize(
    ("names", "is_spared"),
    [
        ("*", True),
        ("other.example, .example.invalid", True),
        ("example.invalid", True),
        ("le.invalid", False),
        ("", False),
    ],
)
def test_no_proxy_names_hosts_and_domains(names: str, is_spared: bool) -> None:
    assert spared("www.example.invalid", names) is is_spared


def test_no_proxy_stands_between_this_machine_and_itself() -> None:
    with serving(lambda _path, _body: Answer(b"here")) as web:
        assert got(web.url, {"http_proxy": "http://127.0.0.1:1"}) == b"here"


def test_from_https_no_redirect_leads_to_http_not_even_on_this_machine() -> None:
    request = urllib.request.Request("https://example.invalid/x")
    answer = io.BytesIO()
    with pytest.raises(Unreachable, match="which is not https"):
        Redirects().redirect_request(request, answer, 302, "", Message(), "http://localhost/x")
    assert answer.closed


def test_a_url_is_shown_without_what_may_be_secret() -> None:
    assert shown("https://ana:secret@example.invalid:8443/a/b?token=secret#x") == "https://example.invalid:8443/a/b"
    assert shown("https://[x") == "a URL that cannot be read"


def test_the_helper_notes_what_it_was_asked() -> None:
    assert Web("x", [("GET", "/a", {}, b"")]).paths == ["/a"]
