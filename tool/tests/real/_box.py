"""A small project with the real Dockerfile, run by the real engine: two packages of the default index, and volumes of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import textwrap
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from real._sandbox import REPOSITORY, Sandbox
from real.conftest import REAL_CACHE

NEEDED = "TORCH_STARTER_TESTS_NEED_ENGINE"  # set where a test must not be skipped for want of an engine
HERE = Path(__file__).parent
SPEC = """
[python]
version = "3.12"

[accelerators.cpu]
architectures = ["x86_64", "aarch64"]

[variables]
SAMPLE = "from the $spec"

[threads]
count = "auto"

[caches.data]
host = "data"
container = "/workspaces/box/data"
volume = "{name}-data"

[caches.huggingface]
variable = "HF_HOME"
host = "~/.cache/huggingface"
container = "/home/vscode/.cache/huggingface"
volume = "{name}-hf"

[caches.uv]
variable = "UV_CACHE_DIR"
host = "~/.cache/uv"
container = "/home/vscode/.cache/uv"
volume = "{name}-uv"

[container]
workspace = "/workspaces/box"
apt = ["ca-certificates", "git"]
memory = "2100mb"
shm = "200mb"
cpus = 1.0
pids = 1000
ports = []

[container.ulimits]
nofile = 4096

[security]
credentials = ["HF_TOKEN"]
"""


def answers() -> bool:
    """Whether there is an engine that the tests may use."""
    return shutil.which("docker") is not None and not docker("version", "--format", "{{.Server.Version}}", check=False).returncode


def docker(*words: str | Path, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `docker WORDS`."""
    argv = ["docker", *map(str, words)]
    done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, **more}, stdin=subprocess.DEVNULL)
    assert not check or done.returncode == 0, done.stderr
    return done


class Box(Sandbox):
    """A sandbox that is run in a container; its name is that of its folder, its images and its volumes."""

    def __init__(self, folder: Path) -> None:
        self.name = f"box-{uuid.uuid4().hex[:8]}"
        super().__init__(folder)
        self.root = self.root.rename(folder / f"{self.name} a")  # Compose makes a name without the space of it
        self.project = f"{self.name}a"
        self.config.write_text("")
        self.variables.update(
            {name: value for name, value in os.environ.items() if name.startswith(("DOCKER_", "BUILD", "SSL_", "XDG_"))}
        )
        self.variables.update(PWD=str(self.root), UV_CACHE_DIR=os.environ.get("UV_CACHE_DIR", REAL_CACHE))
        self.write_spec()
        self.want("numpy==1.26.4", "py-spy==0.4.2")
        self.take_the_tool()
        assert self.run("render", "--force")[0] == 0

    def write_spec(self, more: str = "") -> None:
        (self.root / "torch-starter.toml").write_text(SPEC.format(name=self.name) + textwrap.dedent(more))

    def take_the_tool(self) -> None:
        """What of this repository goes into an image."""
        shutil.copy(REPOSITORY / "dev.sh", self.root)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / "tool" / "src", self.root / "tool" / "src", ignore=ignored)
        shutil.copy(REPOSITORY / "tool" / "lock.txt", self.root / "tool")
        os.chmod(self.folder, 0o755)  # the user of the container looks into it
        subprocess.run(["chown", "-R", "1000:1000", self.root], check=True)

    @property
    def image(self) -> str:
        return f"{self.project}-dev:latest"

    @property
    def container(self) -> str:
        return f"{self.project}-dev-1"

    def up(self, *words: str, **more: str) -> dict[str, Any]:
        """Start it; the answer."""
        return self.json("up", *words, **more)

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the container by `shell`."""
        process = self.start("shell", "--", *command)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def stats(self, *words: str) -> dict[str, Any]:
        """What docker-stats says of now."""
        return self.json("docker-stats", "--once", *words)

    def remove(self) -> None:
        """The containers, images and volumes that it has made."""
        self.run("down", "--volumes", "--yes")
        for listed in docker("images", "--quiet", "--filter", f"reference={self.project}-dev").stdout.split():
            docker("image", "rm", "--force", listed, check=False)


def told(report: dict[str, Any]) -> str:
    """What is not well, for the message of an assertion."""
    unwell = [finding for finding in report["findings"] if finding["verdict"] not in ("ok", "skip")]
    return json.dumps([report["problem"], *unwell], indent=1)


def wrapper(folder: Path, name: str, script: str) -> str:
    """A PATH on which a program is found that we have put before the real one."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def need_engine() -> None:
    """Skip where no engine answers, unless it must be there."""
    if not answers():
        assert not os.environ.get(NEEDED), "no container engine answers"
        pytest.skip("no container engine answers")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A box with its image built. Tests that change more than its containers take one of their own."""
    need_engine()
    box = Box(tmp_path_factory.mktemp("box"))
    try:
        report = box.json("build")
        assert report["exit_code"] == 0, told(report)
        yield box
    finally:
        box.remove()


@pytest.fixture
def box(built: Box) -> Iterator[Box]:
    """The box, down before and after."""
    yield built
    built.run("down", "--volumes", "--yes")
