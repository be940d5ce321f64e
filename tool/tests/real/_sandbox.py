"""A small project with packages that the tests make, set up by the real program with real uv and real interpreters."""

from __future__ import annotations

import base64
import contextlib
import ensurepip
import functools
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
START = (  # as a shell would in the foreground: one that runs tests in the background lets them ignore Ctrl-C
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); sys.path.insert(0, {source!r}); "
    "from torch_starter.cli import main; sys.exit(main())"
)
SPEC = """
[python]
version = "{python}"

[accelerators.cpu]
architectures = ["x86_64", "aarch64", "arm64"]

[variables]
SAMPLE = "from the spec"

[verify]
timeout = "4s"
"""

LOCAL = """
no-index = true
find-links = ["{wheels}"]
[pip]
no-index = true
find-links = ["{wheels}"]
"""
SERVED = """
[[index]]
url = "http://127.0.0.1:{port}/simple"
default = true
"""


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, str], requires: Sequence[str] = ()) -> Path:
    """A wheel of pure Python modules, with true hashes in its RECORD."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(
        f"Requires-Dist: {each}\n" for each in requires
    )
    members = {
        **files,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/top_level.txt": "\n".join(sorted({path.split("/")[0].removesuffix(".py") for path in files})),
    }
    path = folder / f"{name}-{version}-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(member, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record.append(f"{member},sha256={digest},{len(text.encode())}")
        archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
    return path


class Quiet(SimpleHTTPRequestHandler):
    """A file server that does not tell each request."""

    def log_message(self, format: str, *args: object) -> None:
        return None


class Sandbox:
    """One project below `folder`, in a path with a space, with its own home, package cache and local folder of wheels."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "a project"
        self.wheels = folder / "wheels"
        self.home = folder / "home"
        self.root.mkdir(parents=True)
        self.home.mkdir()
        self.wheels.mkdir()
        bundled = next(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
        shutil.copy(bundled, self.wheels)
        (self.root / "src").mkdir()
        (self.root / "src" / "mine.py").write_text("ANSWER = 42\n")
        self.write_spec()
        self.port = 0
        self.config = folder / "uv.toml"
        self.config.write_text(LOCAL.format(wheels=self.wheels))
        self.variables = {
            "PATH": f"{Path(uv()).parent}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "UV_CACHE_DIR": str(folder / "uv-cache"),
            "UV_CONFIG_FILE": str(folder / "uv.toml"),
            "PWD": str(self.root),
            "COLUMNS": "80",
        }

    def copy(self, folder: Path) -> Sandbox:
        """The same at another place: a project may be moved."""
        subprocess.run(["cp", "-a", self.folder, folder], check=True)
        other = object.__new__(Sandbox)
        other.__dict__.update(self.__dict__, folder=folder, port=0)
        for name in ("root", "wheels", "home", "config"):
            setattr(other, name, folder / getattr(self, name).relative_to(self.folder))
        there = {"HOME": other.home, "UV_CACHE_DIR": folder / "uv-cache", "UV_CONFIG_FILE": other.config, "PWD": other.root}
        other.variables = {**self.variables, **{name: str(path) for name, path in there.items()}}
        other.config.write_text(LOCAL.format(wheels=other.wheels))
        return other

    def write_spec(self, more: str = "") -> None:
        version = ".".join(str(part) for part in sys.version_info[:2])
        (self.root / "torch-starter.toml").write_text(SPEC.format(python=version) + more)

    def package(self, name: str, version: str = "1.0", code: str = "x = 1\n") -> None:
        """Publish a package with one module."""
        make_wheel(self.wheels, name, version, {f"{name}.py": code})

    def want(self, *requirements: str, **more: str) -> None:
        """Write pyproject.toml, and a lock of the newest versions."""
        lines = "".join(f'  "{requirement}",\n' for requirement in requirements)
        text = f'[project]\nname = "sandbox"\nversion = "0"\ndependencies = [\n{lines}]\n\n[project.optional-dependencies]\n'
        (self.root / "pyproject.toml").write_text(f"{text}spare = []\n")
        (self.root / "locks").mkdir(exist_ok=True)
        argv = [
            uv(),
            "pip",
            "compile",
            "--universal",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--quiet",
            "--upgrade",
            "pyproject.toml",
        ]
        argv += ["-o", "locks/cpu.txt", "--python", sys.executable]
        done = subprocess.run(argv, cwd=self.root, env={**self.variables, **more}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """Start a command of the program in a process group of its own."""
        argv = [sys.executable, "-I", "-c", START.format(source=str(REPOSITORY / "tool" / "src")), *words]
        variables = {**self.variables, "TORCH_STARTER_ROOT": str(self.root), "TORCH_STARTER_PLATFORM": "tests", **more}
        return subprocess.Popen(
            argv,
            cwd=self.root,
            env={name: value for name, value in variables.items() if value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @contextlib.contextmanager
    def index(self) -> Iterator[None]:
        """Serve the wheels as a package index on the loopback address; afterwards nobody can reach it."""
        self.variables["UV_HTTP_RETRIES"] = "0"
        pages = self.wheels.parent / "index" / "simple"
        for wheel in self.wheels.iterdir():
            page = pages / wheel.name.split("-")[0].replace("_", "-")
            page.mkdir(parents=True, exist_ok=True)
            shutil.copy(wheel, page)
            links = "".join(f'<a href="{each.name}">{each.name}</a>\n' for each in sorted(page.glob("*.whl")))
            (page / "index.html").write_text(f"<!DOCTYPE html><html><body>{links}</body></html>")
        server = ThreadingHTTPServer(("127.0.0.1", self.port), functools.partial(Quiet, directory=str(pages.parent)))
        self.port = server.server_port
        self.config.write_text(SERVED.format(port=self.port))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()

    def run(self, *words: str, **more: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command."""
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def json(self, *words: str, **more: str) -> dict[str, Any]:
        """The JSON answer of a command: stdout must hold nothing else."""
        code, out, err = self.run(*words, "--json", **more)
        report: dict[str, Any] = json.loads(out)
        assert report["exit_code"] == code, err
        return report

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def current(self) -> str:
        """The name of the environment that .venv links to."""
        return Path(os.readlink(self.venv)).name

    @property
    def environments(self) -> list[str]:
        return sorted(path.name for path in (self.root / ".torch-starter" / "tests" / "envs").iterdir())

    def python(self, code: str) -> str:
        """What a line of Python prints in the current environment."""
        done = subprocess.run(
            [self.venv / "bin" / "python", "-c", code], capture_output=True, text=True, check=True, env=self.variables
        )
        return done.stdout.strip()


def uv() -> str:
    """uv: on PATH, or the one that dev.sh has installed for this repository."""
    found = shutil.which("uv") or next(iter(map(str, REPOSITORY.glob(".torch-starter/*/uv/bin/uv"))), None)
    assert found, "run ./dev.sh once: it installs uv"
    return found


def kill_group(process: subprocess.Popen[str]) -> None:
    """End a command and all that it started, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def verdicts(report: Mapping[str, Any]) -> dict[str, str]:
    """Finding id -> verdict."""
    return {finding["id"]: finding["verdict"] for finding in report["findings"]}


def not_well(report: Mapping[str, Any]) -> Iterator[str]:
    """The ids of what is neither ok nor skipped."""
    return (id for id, verdict in verdicts(report).items() if verdict not in ("ok", "skip"))
