"""An instant query to Prometheus (prometheus.io/docs/prometheus/latest/querying/api)."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any

from holdfast.core.config.kinds import DURATION
from holdfast.workflow.gates.interface import Gate, NoData, Reading
from holdfast.workflow.gates.json_file import number

LIMIT = 8 * 2**20
TIMEOUT_S = 10.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token elsewhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def read(gate: Gate) -> Reading:
    """The one sample of `query`, or the `aggregate` of several. Raises NoData."""
    url = str(gate.options["url"])
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise NoData(f"{url[:80]} is no http or https address")
    samples = _samples(_answer(gate, url))
    aggregate = gate.options.get("aggregate")
    if not samples and aggregate != "count":
        raise NoData(f"{url}: {gate.options['query']} gives no sample")
    if aggregate is None:
        if len(samples) > 1:
            raise NoData(
                f"{url}: {gate.options['query']} gives {len(samples)} samples; say aggregate: max, or sum by it"
            )
        return Reading(samples[0], str(gate.options["query"]))
    return Reading(_aggregated(str(aggregate), samples), f"{gate.options['query']}, {aggregate} of {len(samples)}")


def _answer(gate: Gate, url: str) -> Any:
    query = urllib.parse.urlencode({"query": gate.options["query"]})
    request = urllib.request.Request(f"{url.rstrip('/')}/api/v1/query?{query}")  # noqa: S310 - read saw the scheme
    if "token" in gate.options:
        request.add_header("Authorization", f"Bearer {_token(gate)}")
    timeout_s = float(DURATION.accept(gate.options["timeout"])) if "timeout" in gate.options else TIMEOUT_S
    try:
        content = _fetched(request, timeout_s)
    except urllib.error.HTTPError as error:  # which has the reason in its body: a mistake in the query is a 400
        raise NoData(f"{url}: HTTP {error.code}: {_reason(error)}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NoData(f"{url}: {getattr(error, 'reason', None) or error}") from error
    try:
        found = json.loads(content)
        if found["status"] != "success":
            raise NoData(f"{url}: {found.get('error', 'no success')}")
        return found["data"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoData(f"{url}: not an answer of Prometheus") from error


def _token(gate: Gate) -> str:
    name = str(gate.options["token"])
    value = os.environ.get(name)
    if not value or not value.isprintable():
        raise NoData(f"there is no {name} in the environment of this step; list it in secrets")
    return value


def _fetched(request: urllib.request.Request, timeout_s: float) -> bytes:
    """The answer's body. A server that trickles is given up too, after `timeout_s` in all."""
    deadline = time.monotonic() + timeout_s
    with urllib.request.build_opener(_NoRedirects).open(request, timeout=timeout_s) as response:
        found = b""
        while chunk := _chunk(response):
            found += chunk
            if len(found) > LIMIT:
                raise ValueError(f"an answer of more than {LIMIT:,} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError("timed out")
        return found


def _chunk(response: HTTPResponse) -> bytes:
    return response.read1(2**16)


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read(2**16))["error"])[:200]
    except (OSError, HTTPException, ValueError, KeyError, TypeError, RecursionError):
        return str(error.reason)[:200]


def _samples(data: Any) -> list[float]:
    kind, result = data.get("resultType"), data.get("result")
    if kind == "scalar":
        return [_value(result)]
    if kind != "vector" or not isinstance(result, list):
        raise NoData(f"the query gives a {kind or 'thing without a type'}; a gate needs an instant vector or a scalar")
    return [_value(each.get("value") if isinstance(each, dict) else None) for each in result]


def _value(pair: Any) -> float:
    """The value of `[1435781430.781, "1"]`. Raises NoData."""
    if not isinstance(pair, list) or len(pair) != 2:
        raise NoData("a sample has no value; a histogram is none")
    try:
        found = float(pair[1])
    except (TypeError, ValueError) as error:
        raise NoData("a sample's value is not a number") from error
    return number(found, "a sample")


def _aggregated(how: str, samples: list[float]) -> float:
    if how == "avg":
        return sum(samples) / len(samples)
    chosen: Mapping[str, Callable[[list[float]], float]] = {"min": min, "max": max, "sum": sum, "count": len}
    return float(chosen[how](samples))
