"""What a real engine keeps, listed and cleaned. The engine is one of the test's own: nothing of anybody else's can be removed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from real import _box
from real._sandbox import Sandbox

READY = b"API listen on"
SIZE = 3_000_000
SPEC = """
[caches.data]
host = "data"
container = "/data"
volume = "sandbox-data"

[caches.uv]
variable = "UV_CACHE_DIR"
host = "~/.cache/uv"
container = "/cache"
volume = "sandbox-uv"
"""
DOCKERFILE = "FROM scratch\nCOPY big /big\nCOPY Dockerfile /last\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[str]:
    """The address of an engine that has nothing yet. It sees no network: the bridge of another it would remove."""
    if shutil.which("dockerd") is None or shutil.which("unshare") is None or os.geteuid():
        assert not os.environ.get(_box.NEEDED), "no engine can be started"
        pytest.skip("only root can start an engine, where there is one")
    with tempfile.TemporaryDirectory(prefix="engine-", dir="/var/tmp") as folder:
        address = f"unix://{folder}/s"
        argv = [
            "unshare",
            "--net",
            "dockerd",
            "--data-root",
            f"{folder}/data",
            "--exec-root",
            f"{folder}/x",
            "--pidfile",
            f"{folder}/pid",
        ]
        argv += ["--host", address, "--bridge", "none", "--iptables=false", "--ip6tables=false"]
        daemon = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            assert daemon.stderr is not None
            assert any(READY in line for line in daemon.stderr), "it ended before it was ready"
            threading.Thread(target=daemon.stderr.read, daemon=True).start()
            yield address
        finally:
            daemon.terminate()
            daemon.wait(30)


@pytest.fixture
def kept(engine: str, sandbox: Sandbox) -> Sandbox:
    """A project whose engine has built an image, and keeps a volume of it and one that a container uses."""
    sandbox.variables.update(
        {name: value for name, value in os.environ.items() if name.startswith("DOCKER_")}, DOCKER_HOST=engine
    )
    sandbox.write_spec(SPEC)
    context = sandbox.folder / "image"
    context.mkdir()
    (context / "big").write_bytes(os.urandom(SIZE))
    (context / "Dockerfile").write_text(DOCKERFILE)
    docker(sandbox, "buildx", "build", "--tag", "tiny", context)
    for name in ("sandbox-data", "theirs"):
        docker(sandbox, "volume", "create", name)
    docker(sandbox, "create", "--volume", "sandbox-uv:/cache", "--name", "user", "tiny", "/none")
    return sandbox


def docker(sandbox: Sandbox, *words: str | Path) -> str:
    """What `docker WORDS` prints."""
    return _box.docker(*words, DOCKER_HOST=sandbox.variables["DOCKER_HOST"]).stdout


def parts(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All parts of an answer, by name."""
    assert report["exit_code"] == 0, report
    return {part["name"]: part for cached in report["caches"] for part in cached["parts"]}


def figures(report: dict[str, Any]) -> dict[str, float]:
    return {each["name"]: each["median"] for each in report["measurements"]}


def test_layers_and_volumes_are_listed_and_go_only_as_they_are_asked_for(kept: Sandbox) -> None:
    found = parts(kept.json("cache", "list", "--only", "container-build,container-volumes"))
    assert found.keys() == {"layers", "sandbox-data", "sandbox-uv"}, "what is not of the spec is not looked at"
    assert 0.9 * SIZE < found["layers"]["size"] < 1.2 * SIZE
    assert found["layers"]["used"] >= found["layers"]["made"] > 1.7e9
    dry = kept.json("clean", "--only", "container-build,container-volumes")
    assert {name: part["fate"] for name, part in parts(dry).items()} == {
        **{"layers": "goes", "sandbox-data": "goes"},
        "sandbox-uv": "stays",
    }
    assert docker(kept, "system", "df", "--format", "{{.Type}} {{.TotalCount}}").count(" 0") == 0, "nothing was changed"
    done = kept.json("clean", "--yes", "--only", "container-build")
    assert parts(done)["layers"]["fate"] == "gone"
    assert 0.9 * SIZE < figures(done)["freed"] < 1.2 * SIZE
    assert "freed-by-disks" not in figures(done), "on which disk the engine keeps it is not known"
    assert "Build Cache 0" in docker(kept, "system", "df", "--format", "{{.Type}} {{.TotalCount}}")
    assert docker(kept, "volume", "ls", "--quiet").split() == ["sandbox-data", "sandbox-uv", "theirs"]
    named = parts(kept.json("clean", "--yes", "--only", "container-volumes"))
    assert (named["sandbox-data"]["fate"], named["sandbox-uv"]["fate"]) == ("gone", "stays")
    assert "./dev.sh down" in named["sandbox-uv"]["kept"]
    assert docker(kept, "volume", "ls", "--quiet").split() == ["sandbox-uv", "theirs"]
