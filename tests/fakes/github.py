"""The issues of a GitHub repository, kept by a web server on this machine, as far as a tracker asks for them."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_" + "tokenOfThisRunThatNobodyMaySee00000"
REPOSITORY = "shop/front"
BODY_LIMIT = 65_536


class Said(NamedTuple):
    """What the server answers instead of what it would."""

    status: int
    document: Any = None
    headers: Mapping[str, str] = {}
    raw: bytes | None = None


class Request(NamedTuple):
    """What it was asked."""

    method: str
    path: str
    fields: dict[str, Any]
    headers: Message


@dataclass
class GitHub:
    """The server: its issues, what it was asked, and what it is to answer next before it does what it should."""

    url: str = ""
    issues: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    next: deque[Said] = field(default_factory=deque)
    per_page: int = 100

    @property
    def changes(self) -> list[str]:
        """The methods of the requests that change something."""
        return [request.method for request in self.asked if request.method != "GET"]

    @property
    def open(self) -> list[dict[str, Any]]:
        return [issue for issue in self.issues if issue["state"] == "open"]

    def add(self, body: str | None, **fields: Any) -> dict[str, Any]:
        """An issue that is there already; by the bot of GitHub Actions, unless the fields say other."""
        number = len(self.issues) + 1
        issue = {
            "number": number,
            "html_url": f"https://github.invalid/{REPOSITORY}/issues/{number}",
            "title": "",
            "body": body,
            "state": "open",
            "user": {"login": "github-actions[bot]", "type": "Bot"},
            "author_association": "NONE",
            **fields,
        }
        self.issues.append(issue)
        return issue

    def answer(self, request: Request) -> Said:
        self.asked.append(request)
        if self.next:
            return self.next.popleft()
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Said(401, {"message": "Bad credentials"})
        parts = urlsplit(request.path)
        at = re.fullmatch(rf"/repos/{REPOSITORY}/issues(?:/(\d+))?", parts.path)
        if at is None:
            return Said(404, {"message": "Not Found"})
        if len(request.fields.get("body") or "") > BODY_LIMIT:
            return Said(422, {"message": "Validation Failed"})
        if at[1]:
            return self._change(int(at[1]), request)
        if request.method == "POST":
            return Said(201, self.add(**request.fields))
        return self._list({name: values[0] for name, values in parse_qs(parts.query).items()})

    def _list(self, query: Mapping[str, str]) -> Said:
        page, size = int(query["page"]), min(int(query["per_page"]), self.per_page)
        found = [issue for issue in self.issues if query["state"] in ("all", issue["state"])][::-1]
        more = page * size < len(found)
        link = {"Link": f'<{self.url}/repositories/1/issues?page={page + 1}>; rel="next"'} if more else {}
        return Said(200, found[(page - 1) * size : page * size], link)

    def _change(self, number: int, request: Request) -> Said:
        if request.method != "PATCH" or number > len(self.issues):
            return Said(404, {"message": "Not Found"})
        self.issues[number - 1].update(request.fields)
        return Said(200, self.issues[number - 1])


@contextmanager
def github() -> Iterator[GitHub]:
    """The server, on a free port of this machine."""
    there = GitHub()

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.command, self.path, json.loads(body or b"{}"), self.headers)
            said = there.answer(request)
            content = said.raw if said.raw is not None else json.dumps(said.document).encode()
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PATCH = do_GET  # noqa: N815 - the standard library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the same
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Requests) as server:
        there.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield there
        finally:
            server.shutdown()
