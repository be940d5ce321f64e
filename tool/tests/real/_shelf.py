"""A small package index on the loopback address that the tests fill: releases by date, yanked ones, a network that goes away."""

from __future__ import annotations

import base64
import contextlib
import ensurepip
import hashlib
import json
import threading
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from real._sandbox import make_wheel

JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True)
class Release:
    """One wheel on the shelf, and when it was put there. `yanked` is the reason, where it was."""

    name: str
    version: str
    wheel: Path
    date: str
    yanked: str = ""

    @property
    def metadata(self) -> bytes:
        """The METADATA inside: served beside the wheel, so that a resolver need not open it."""
        with zipfile.ZipFile(self.wheel) as archive:
            return archive.read(next(member for member in archive.namelist() if member.endswith(".dist-info/METADATA")))

    def as_dict(self) -> dict[str, Any]:
        """As the JSON form of the simple index has it (PEP 691, PEP 700)."""
        content = self.wheel.read_bytes()
        return {
            "filename": self.wheel.name,
            "url": f"../../files/{self.wheel.name}",
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "core-metadata": {"sha256": hashlib.sha256(self.metadata).hexdigest()},
            "size": len(content),
            "upload-time": f"{self.date}T00:00:00.000000Z",
            "yanked": self.yanked or False,
        }


class Shelf:
    """The index. `asked` are the paths of all requests; `stop_at`: the network goes away when this file is asked for.

    With a `login` (a name, a colon and a password) only who gives it is answered.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.stop_at = ""
        self.login = ""
        self._releases: dict[str, Release] = {}
        self._pages: dict[str, bytes] = {}
        self._server: ThreadingHTTPServer | None = None
        self._closed = threading.Event()
        self._closed.set()
        self._port = 0
        pip = next(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
        self._put(Release("pip", pip.name.split("-")[1], pip, "2020-01-01"))

    def copy(self, folder: Path) -> Shelf:
        """Another shelf with the same releases, which may be filled further."""
        other = Shelf(folder)
        other._releases, other._pages = dict(self._releases), dict(self._pages)
        return other

    def publish(
        self,
        name: str,
        version: str,
        code: str = "x = 1\n",
        requires: Sequence[str] = (),
        date: str = "2026-01-01",
        on: str = "any",
    ) -> None:
        """Put a release with one module on the shelf, for a platform; seen at once, also by who has looked before."""
        wheel = make_wheel(self.folder, name, version, {f"{name}.py": code}, requires)
        if on != "any":
            wheel = wheel.rename(wheel.with_name(wheel.name.replace("-any.whl", f"-{on}.whl")))
        self._put(Release(name, version, wheel, date))

    def stock(self, wheel: Path) -> None:
        """Put a wheel that is there already on the shelf."""
        name, version = wheel.name.split("-")[:2]
        self._put(Release(name, version, wheel, "2026-01-01"))

    def yank(self, name: str, version: str, reason: str) -> None:
        """Take a release back: it is there still for who asks for exactly this one."""
        file = next(file for file, each in self._releases.items() if (each.name, each.version) == (name, version))
        self._put(replace(self._releases[file], yanked=reason))

    def _put(self, release: Release) -> None:
        self._releases[release.wheel.name] = release
        key = canonicalize_name(release.name)
        mine = [each for each in self._releases.values() if canonicalize_name(each.name) == key]
        versions = list(dict.fromkeys(each.version for each in mine))
        page = {"meta": {"api-version": "1.1"}, "name": key, "versions": versions, "files": [each.as_dict() for each in mine]}
        self._pages[key] = json.dumps(page).encode()

    @property
    def address(self) -> str:
        """Where the index is, or was: it comes back at the same port."""
        return f"http://127.0.0.1:{self._port}/simple"

    def up(self) -> None:
        """Serve; until then, and after `down`, nobody can reach it."""
        assert self._server is None
        assert self._closed.wait(60), "until then the port is taken"
        self._closed.clear()
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            """Answers from this shelf, and does not tell each request."""

            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                shelf.answer(self)

            do_HEAD = do_GET

            def log_message(self, format: str, *args: object) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def down(self) -> None:
        """The network is gone."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            self._closed.set()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request, or end all where the network is to go away."""
        self.asked.append(request.path)
        if self._server is None or (self.stop_at and request.path.endswith(f"/{self.stop_at}")):
            request.close_connection = True
            threading.Thread(target=self.down).start()
            return
        asks = f"Basic {base64.b64encode(self.login.encode()).decode()}"
        if self.login and request.headers.get("Authorization") != asks:
            request.send_error(401)
            return
        found = self.find(request.path)
        if found is None:
            request.send_error(404)
            return
        kind, content = found
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        known = request.headers.get("If-None-Match") == tag
        request.send_response(304 if known else 200)
        caching = "max-age=0" if kind == JSON else "max-age=86400, immutable"  # what is published is seen at once
        for name, value in (("Content-Type", kind), ("ETag", tag), ("Cache-Control", caching)):
            request.send_header(name, value)
        request.send_header("Content-Length", "0" if known else str(len(content)))
        request.end_headers()
        if request.command == "GET" and not known:
            request.wfile.write(content)

    def find(self, path: str) -> tuple[str, bytes] | None:
        """The media type and the content of a path."""
        folder, _, name = path.strip("/").rpartition("/")
        if folder == "simple" and name in self._pages:
            return JSON, self._pages[name]
        release = self._releases.get(name.removesuffix(".metadata")) if folder == "files" else None
        if release is None:
            return None
        return "application/octet-stream", release.metadata if name.endswith(".metadata") else release.wheel.read_bytes()


@contextlib.contextmanager
def served(shelf: Shelf) -> Iterator[Shelf]:
    """A shelf that is up, and down at the end."""
    shelf.up()
    try:
        yield shelf
    finally:
        shelf.down()
