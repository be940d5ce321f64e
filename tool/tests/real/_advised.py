"""A project with a lock of three packages, an index that has them, and a service of advisories that speaks OSV."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from real._place import SOURCE
from real._sandbox import uv
from real._shelf import Shelf

SPEC = '[accelerators.cpu]\narchitectures = ["x86_64", "aarch64", "arm64"]\n'
PYPROJECT = '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["apple"]\n'
VERSIONS = {"apple": "1.0", "pear": "2.0", "plum": "3.0"}


@dataclass(frozen=True)
class Advised:
    """The project, and what commands are started with."""

    root: Path
    shelf: Shelf
    variables: dict[str, str]

    def audit(self, *words: str, **more: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "torch_starter", "audit", *words],
            env={**self.variables, **more},
            cwd=self.root,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr

    def answer(self, *words: str, **more: str) -> dict[str, Any]:
        _, out, err = self.audit("--json", *words, **more)
        assert out, err
        report: dict[str, Any] = json.loads(out)
        return report

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


def of(report: dict[str, Any], id: str) -> list[dict[str, Any]]:
    """Its findings of one kind."""
    return [each for each in report["findings"] if each["id"] == id]


def lock(shelf: Shelf, versions: Mapping[str, str] = VERSIONS) -> str:
    """A lock of what is on the shelf."""
    lines = []
    for name, version in versions.items():
        wheel = next(shelf.folder.glob(f"{name}-{version}-*.whl"))
        marker = " ; sys_platform == 'win32'" if name == "plum" else ""
        lines.append(f"{name}=={version}{marker} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return "".join(lines)


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"))
    shelf.publish("apple", "1.0", requires=["pear"])
    shelf.publish("pear", "2.0")
    shelf.publish("plum", "3.0")
    return shelf


@pytest.fixture
def advised(stocked: Shelf, tmp_path: Path) -> Iterator[Advised]:
    root = tmp_path / "a project"
    (root / "locks").mkdir(parents=True)
    shelf = stocked.copy(stocked.folder)
    for name, text in (("torch-starter.toml", SPEC), ("pyproject.toml", PYPROJECT), ("locks/cpu.txt", lock(shelf))):
        (root / name).write_text(text)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    own.update(TORCH_STARTER_ROOT=str(root), TORCH_STARTER_PLATFORM="here", PWD=str(root), HOME=str(tmp_path / "home"))
    shelf.up()
    own.update(PYTHONPATH=SOURCE, PATH=f"{Path(uv()).parent}:{os.environ['PATH']}", UV_DEFAULT_INDEX=shelf.address)
    own.update(UV_CACHE_DIR=str(tmp_path / "cache"), UV_HTTP_RETRIES="0")
    try:
        yield Advised(root, shelf, own)
    finally:
        shelf.down()


@dataclass
class Service:
    """What a service knows, by the names of packages; `spoiled`: what it answers instead. `asked`: the bodies of requests.

    It is silent until that is set, where it is given; `reached`: somebody asks. `login`: whom alone it answers, such as ada:word.
    """

    address: str = ""
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    spoiled: bytes = b""
    status: int = 200
    asked: list[dict[str, Any]] = field(default_factory=list)
    silent: threading.Event | None = None
    login: str = ""
    reached: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.known.setdefault("zipp", advisory("zipp", fixed="3.19.1", id="GHSA-jfmj-5v4g-7637"))

    def answer(self, path: str, body: bytes, authorization: str = "") -> tuple[int, bytes]:
        self.reached.set()
        if self.silent is not None:
            self.silent.wait(60)
        if self.login and authorization != f"Basic {base64.b64encode(self.login.encode()).decode()}":
            return 401, b"{}"
        if self.spoiled or self.status != 200:
            return self.status, self.spoiled
        if path.endswith("/v1/querybatch"):
            asked = json.loads(body)
            self.asked.append(asked)
            return 200, json.dumps({"results": [self.of(each["package"]["name"]) for each in asked["queries"]]}).encode()
        found = next((each for each in self.known.values() if path.endswith(f"/v1/vulns/{each['id']}")), None)
        return (200, json.dumps(found).encode()) if found else (404, b"{}")

    def of(self, name: str) -> dict[str, Any]:
        """What the first question is answered with: names alone."""
        found = self.known.get(name)
        return {"vulns": [{"id": found["id"], "modified": found["modified"]}]} if found else {}


def advisory(
    name: str, *, fixed: str = "1.5", id: str = "GHSA-aaaa-bbbb-cccc", modified: str = "2026-01-01T00:00:00Z"
) -> dict[str, Any]:
    """What is known of one package, as OSV tells it."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    affected = [{"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges}]
    words = {"id": id, "aliases": ["CVE-2026-1"], "summary": f"{name} can be peeled", "details": "", "modified": modified}
    return {
        **words,
        "published": modified,
        "affected": affected,
        "database_specific": {"severity": "HIGH"},
        "schema_version": "1.7.0",
    }


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """Serve it on a free port of the loopback address."""

    class Handler(BaseHTTPRequestHandler):
        """Answers from the service, and does not tell each request."""

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = service.answer(self.path, asked, self.headers.get("Authorization") or "")
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
