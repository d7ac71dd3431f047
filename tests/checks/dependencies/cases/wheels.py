"""A family of tiny packages, as wheels in an index of their own on loopback: what the locks here are made from."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from holdfast.checks.dependencies.model import normal

INDEX = "http://example.invalid/simple"


class Package(NamedTuple):
    """One version of a package."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    python: str = ">=3.8"

    @property
    def wheel(self) -> str:
        return f"{normal(self.name).replace('-', '_')}-{self.version}-py3-none-any.whl"

    @property
    def metadata(self) -> str:
        lines = ["Metadata-Version: 2.1", f"Name: {self.name}", f"Version: {self.version}"]
        lines += [f"Requires-Python: {self.python}", *(f"Provides-Extra: {extra}" for extra in self.extras)]
        return "\n".join([*lines, *(f"Requires-Dist: {each}" for each in self.requires)]) + "\n"


PACKAGES = (
    Package("oak", "1.0"),
    Package("oak", "1.1"),
    Package("oak", "2.0", ("nail>=1,<2", 'winnail; sys_platform == "win32"')),
    Package("nail", "1.0"),
    Package("nail", "1.2"),
    Package("nail", "2.0"),
    Package("winnail", "1.0"),
    Package("Elm.Wood", "1.0"),
    Package("lamp", "1.0", ('bulb>=1,<2; extra == "bright"',), ("bright",)),
    Package("bulb", "1.0"),
    Package("bulb", "2.0"),
    Package("cord", "1.0"),
    Package("cord", "2.0", python=">=3.11"),
    Package("chalk", "1.0", ("dust",)),
    Package("dust", "1.0"),
    Package("paint", "1.0", ("brush>=1",)),
    Package("brush", "1.0"),
    Package("glue", "1.0"),
    Package("relic", "1.0", python=">=3.6,<3.9"),
)


@cache
def built(package: Package) -> bytes:
    """The wheel: the same bytes each time."""
    module = normal(package.name).replace("-", "_")
    info = f"{module}-{package.version}.dist-info"
    wheel = "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    content = {f"{module}/__init__.py": "", f"{info}/METADATA": package.metadata, f"{info}/WHEEL": wheel}
    record = "".join(f"{name},,\n" for name in [*content, f"{info}/RECORD"])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in {**content, f"{info}/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), text)
    return made.getvalue()


def put_wheel(directory: Path) -> None:
    """Puts the wheel of glue into a project, for a dependency on a file."""
    package = next(package for package in PACKAGES if package.name == "glue")
    (directory / "wheels").mkdir()
    (directory / "wheels" / package.wheel).write_bytes(built(package))


def _page(name: str) -> str:
    links = ""
    for package in PACKAGES:
        if normal(package.name) == name:
            file, text = (
                hashlib.sha256(built(package)).hexdigest(),
                hashlib.sha256(package.metadata.encode()).hexdigest(),
            )
            python = package.python.replace("<", "&lt;").replace(">", "&gt;")
            links += (
                f'<a href="/files/{package.wheel}#sha256={file}" data-requires-python="{python}" '
                f'data-dist-info-metadata="sha256={text}" data-core-metadata="sha256={text}">{package.wheel}</a>\n'
            )
    return f"<!DOCTYPE html><html><body>\n{links}</body></html>" if links else ""


class _Answers(BaseHTTPRequestHandler):
    """Serves as a proxy for every http host: the path alone counts."""

    def do_GET(self) -> None:
        name = self.path.partition("#")[0].rstrip("/").rpartition("/")[2]
        files = {package.wheel: built(package) for package in PACKAGES}
        files |= {f"{package.wheel}.metadata": package.metadata.encode() for package in PACKAGES}
        page = _page(name).encode() if "/simple/" in self.path else b""
        body = files.get(name) or page
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html" if page else "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def index() -> Iterator[dict[str, str]]:
    """The environment variables under which Poetry, uv and pip see this family of packages and nothing else."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        proxy = f"http://127.0.0.1:{server.server_port}"
        yield {
            "http_proxy": proxy,
            "HTTP_PROXY": proxy,
            "https_proxy": "http://127.0.0.1:9",
            "UV_DEFAULT_INDEX": INDEX,
            "PIP_INDEX_URL": INDEX,
            "PIP_TRUSTED_HOST": "example.invalid",
            "POETRY_PYPI_MIRROR_URL": f"{INDEX}/",
        }
        server.shutdown()
