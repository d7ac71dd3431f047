"""Against a server that answers as Prometheus documents it, and, where it is installed, against Prometheus."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.workflow.gates.gate import Said, gate


def vector(*values: str) -> dict[str, Any]:
    result = [{"metric": {"i": str(place)}, "value": [1435781430.781, value]} for place, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def data(kind: str, result: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": result}}


FROM_PROM: dict[str, Any] = {"token": "PROM"}
FROM_OTHER: dict[str, Any] = {"token": "OTHER"}
ANSWERS: dict[str, tuple[int, Any]] = {
    "one": (200, vector("0.25")),
    "three": (200, vector("1", "2", "6")),
    "none": (200, vector()),
    "nan": (200, vector("NaN")),
    "infinite": (200, vector("+Inf")),
    "text": (200, vector("x")),
    "scalar": (200, data("scalar", [1435781430.781, "7"])),
    "matrix": (200, data("matrix", [])),
    "string": (200, data("string", [1435781430.781, "7"])),
    "histogram": (200, data("vector", [{"metric": {}, "histogram": [1, {}]}])),
    "bad": (400, {"status": "error", "errorType": "bad_data", "error": "invalid parameter query: parse error"}),
    "broken": (503, "<html>"),
    "odd": (200, ["no", "answer"]),
    "html": (200, "<html>login</html>"),
    "error": (200, {"status": "error", "error": "query timed out"}),
}


class Prometheus(BaseHTTPRequestHandler):
    """Answers by the name of the query."""

    asked: list[tuple[str, str | None]]
    stop: threading.Event

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)["query"][0]
        self.asked.append((url.path, self.headers["Authorization"]))
        if query == "redirect":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
        elif query == "trickle":
            self.send_response(200)
            self.end_headers()
            while not self.stop.wait(0.05):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return
        else:
            status, answer = ANSWERS[query]
            self.send_response(status)
            self.end_headers()
            self.wfile.write((answer if isinstance(answer, str) else json.dumps(answer)).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the server calls it by
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    stop = threading.Event()
    handler = type("Handler", (Prometheus,), {"asked": [], "stop": stop})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        stop.set()
        running.shutdown()
        thread.join()


def ask(tmp_path: Path, server: ThreadingHTTPServer, query: str, **options: Any) -> Said:
    url = f"http://127.0.0.1:{server.server_port}"
    return gate(tmp_path, "prometheus", url=url, query=query, at_most=6, **options)


@pytest.mark.parametrize(
    ("query", "aggregate", "value"),
    [
        ("one", None, "0.25"),
        ("one", "max", "0.25"),
        ("three", "max", "6"),
        ("three", "min", "1"),
        ("three", "avg", "3"),
        ("three", "count", "3"),
        ("none", "count", "0"),
    ],
)
def test_the_one_sample_or_the_aggregate_of_several_is_the_number(
    tmp_path: Path, server: ThreadingHTTPServer, query: str, aggregate: str | None, value: str
) -> None:
    said = ask(tmp_path, server, query, **({"aggregate": aggregate} if aggregate else {}))
    assert said.code == 0
    assert said.line.startswith(f"prometheus {value} <= 6: passed (from http://127.0.0.1:")
    assert said.outputs.startswith(f"value={value}\n")


def test_a_scalar_over_its_bound_fails(tmp_path: Path, server: ThreadingHTTPServer) -> None:
    assert "prometheus 7 <= 6: failed" in ask(tmp_path, server, "scalar").line


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("three", "gives 3 samples; say aggregate: max"),
        ("none", "none gives no sample"),
        ("nan", "a sample is not a finite number"),
        ("infinite", "a sample is not a finite number"),
        ("text", "a sample's value is not a number"),
        ("matrix", "the query gives a matrix; a gate needs an instant vector or a scalar"),
        ("string", "the query gives a string"),
        ("histogram", "a sample has no value; a histogram is none"),
        ("bad", "HTTP 400: invalid parameter query: parse error"),
        ("broken", "HTTP 503: Service Unavailable"),
        ("odd", "not an answer of Prometheus"),
        ("html", "not an answer of Prometheus"),
        ("error", "query timed out"),
        ("redirect", "HTTP 302: Found"),
    ],
)
def test_what_is_no_number_is_no_data(tmp_path: Path, server: ThreadingHTTPServer, query: str, said: str) -> None:
    found = ask(tmp_path, server, query)
    assert (found.code, found.outputs) == (1, "")
    assert said in found.line


def test_a_server_that_trickles_or_is_not_there_is_no_data(tmp_path: Path, server: ThreadingHTTPServer) -> None:
    assert "timed out" in ask(tmp_path, server, "trickle", timeout="1s").line
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert "Connection refused" in gate(tmp_path, "prometheus", url=url, query="up", at_least=1).line
    assert "no http or https address" in gate(tmp_path, "prometheus", url="file:///etc", query="up", at_least=1).line


def test_a_token_comes_from_the_environment_and_is_not_shown(tmp_path: Path, server: ThreadingHTTPServer) -> None:
    said = ask(tmp_path, server, "one", env={"PROM": "hidden"}, **FROM_PROM)
    assert server.RequestHandlerClass.asked == [("/api/v1/query", "Bearer hidden")]  # type: ignore[attr-defined]
    assert "hidden" not in said.line
    assert "there is no OTHER in the environment" in ask(tmp_path, server, "one", **FROM_OTHER).line


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed")
def test_prometheus_itself_answers(tmp_path: Path) -> None:
    (tmp_path / "prom.yml").write_text("global: {scrape_interval: 1s}\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    options = ("--config.file=prom.yml", "--storage.tsdb.path=tsdb", f"--web.listen-address={address}")
    with subprocess.Popen(["prometheus", *options], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            assert any("ready to receive" in line for line in process.stderr)
            url = f"http://{address}"
            assert gate(tmp_path, "prometheus", url=url, query="vector(3) * 2", equals=6).code == 0
            assert gate(tmp_path, "prometheus", url=url, query="scalar(vector(2))", above=2).code == 1
            assert "HTTP 400: invalid parameter" in gate(tmp_path, "prometheus", url=url, query="1 +", above=2).line
            assert "gives no sample" in gate(tmp_path, "prometheus", url=url, query="nothing", above=2).line
        finally:
            process.terminate()
            process.communicate()
