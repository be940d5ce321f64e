"""A tiny hub on the loopback address: the few routes that huggingface_hub asks for a snapshot, and several ways to fail."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

INFO = re.compile(r"/api/(?P<kind>models|datasets)/(?P<id>[^?]+)/revision/(?P<revision>[^?/]+)")
FILE = re.compile(r"/(?P<kind>datasets/)?(?P<id>[^?]+)/resolve/(?P<revision>[^/]+)/(?P<file>[^?]+)")
LARGE = 4096  # bytes from which a file is kept by its SHA-256, as the hub does with large files


class Hub:
    """Repositories by "models/org/name". `asked`: all requests; `token`: what one must have; `stops`: a file that half comes.

    `large` are files of which it says that they have so many bytes.
    """

    def __init__(self) -> None:
        self.repositories: dict[str, Mapping[str, bytes]] = {}
        self.asked: list[str] = []
        self.sent: list[str] = []
        self.token = ""
        self.stops = ""
        self.large: dict[str, int] = {}
        self.port = 0

    def publish(self, name: str, files: Mapping[str, bytes]) -> None:
        self.repositories[name] = files

    def commit(self, name: str) -> str:
        """The only revision of a repository, which is also its main branch."""
        return hashlib.sha1(repr((name, sorted(self.repositories[name].items()))).encode()).hexdigest()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request as the hub does."""
        self.asked.append(f"{request.command} {request.path}")
        found = INFO.match(request.path) or FILE.match(request.path)
        kind = "datasets" if found and (found["kind"] or "").startswith("datasets") else "models"
        name = f"{kind}/{found['id']}" if found else ""
        if name not in self.repositories:
            refuse(request, 404, "RepoNotFound")
        elif self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            refuse(request, 401, "GatedRepo")
        elif found and found["revision"] not in ("main", self.commit(name)):
            refuse(request, 404, "RevisionNotFound")
        elif found and "file" in found.groupdict():
            self.send_file(request, name, found["file"])
        else:
            self.send_info(request, name)

    def send_info(self, request: BaseHTTPRequestHandler, name: str) -> None:
        files = self.repositories[name].items()
        siblings = [
            {"rfilename": file, "size": self.large.get(file, len(content)), "blobId": etag_of(content)} for file, content in files
        ]
        told = {"id": name.partition("/")[2], "sha": self.commit(name), "siblings": siblings, "tags": [], "private": False}
        send(request, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def send_file(self, request: BaseHTTPRequestHandler, name: str, file: str) -> None:
        content = self.repositories[name][file]
        tag = {"ETag": f'"{etag_of(content)}"', "X-Repo-Commit": self.commit(name)}
        if len(content) >= LARGE:
            tag |= {"X-Linked-Etag": f'"{etag_of(content)}"', "X-Linked-Size": str(len(content))}
        if request.command == "GET":
            self.sent.append(file)
        send(request, content, tag, half=file == self.stops and request.command == "GET")


def etag_of(content: bytes) -> str:
    """The name of a blob: as git names it, or of a large one its SHA-256."""
    if len(content) >= LARGE:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def refuse(request: BaseHTTPRequestHandler, status: int, code: str) -> None:
    request.send_response(status)
    request.send_header("X-Error-Code", code)
    request.send_header("Content-Length", "0")
    request.end_headers()


def send(request: BaseHTTPRequestHandler, content: bytes, headers: Mapping[str, str], half: bool = False) -> None:
    """Send it, from where it is asked for; or half of it, and hang up."""
    begin = int((re.match(r"bytes=(\d+)-", request.headers.get("Range", "")) or ["", "0"])[1])
    request.send_response(206 if begin else 200)
    for name, value in {**headers, "Content-Length": str(len(content) - begin)}.items():
        request.send_header(name, value)
    request.end_headers()
    if request.command == "GET":
        request.wfile.write(content[begin : len(content) // 2] if half else content[begin:])
        request.close_connection = request.close_connection or half


@contextlib.contextmanager
def served(hub: Hub) -> Iterator[Hub]:
    """A hub that is up, and down at the end; it comes back at the same port."""

    class Handler(BaseHTTPRequestHandler):
        """Answers from this hub, and does not tell each request."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.answer(self)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", hub.port), Handler)
    server.daemon_threads = True
    hub.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
