"""The dev container, opened by the command line that editors and prebuilds use too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from real import _box
from real._box import Box, docker, told
from real._sandbox import verdicts

built = _box.built
VERSION = "0.89.0"  # of the command line
Editor = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command line, out of its package."""
    _box.need_engine()
    if shutil.which("npm") is None:
        assert not os.environ.get(_box.NEEDED), "npm is missing"
        pytest.skip("npm is missing, from which the command line of dev containers comes")
    folder = tmp_path_factory.mktemp("npm")
    argv = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder), f"@devcontainers/cli@{VERSION}"]
    subprocess.run(argv, check=True, capture_output=True)
    return folder / "node_modules" / ".bin" / "devcontainer"


@pytest.fixture(scope="module")
def box(built: Box, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A box of its own, whose image has most layers already."""
    made = Box(tmp_path_factory.mktemp("editor"))
    yield made
    label = f"label=devcontainer.local_folder={made.root}"
    images = set()
    for container in docker("ps", "--all", "--quiet", "--filter", label).stdout.split():
        images.add(docker("inspect", "--format", "{{.Image}}", container).stdout.strip())
        docker("rm", "--force", container)
    for image in (*images, *docker("images", "--quiet", f"vsc-{made.name}*").stdout.split()):
        docker("image", "rm", "--force", image, check=False)
    made.remove()


@pytest.fixture(scope="module")
def opened(box: Box, program: Path) -> dict[str, Any]:
    """What the command line says of the container that it has opened."""
    done = editor(box, program, "up", HF_TOKEN="hf_example")
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return {**answer, "log": done.stderr}


def editor(box: Box, program: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    argv = [str(program), words[0], "--workspace-folder", str(box.root), *words[1:]]
    return subprocess.run(argv, capture_output=True, text=True, env={**box.variables, "PATH": os.environ["PATH"], **more})


def test_it_opens_as_the_user_in_the_workspace(opened: dict[str, Any]) -> None:
    assert (opened["outcome"], opened["remoteUser"], opened["remoteWorkspaceFolder"]) == ("success", "vscode", "/workspaces/box")


def test_its_commands_set_the_packages_up_and_look(opened: dict[str, Any]) -> None:
    log = opened["log"]
    assert "updateContentCommand" in log
    assert "The environment is as the lock says" in log
    assert "all is well" in log[log.index("postStartCommand") :]


def test_a_command_has_the_environment_the_limits_and_the_credentials(box: Box, program: Path, opened: dict[str, Any]) -> None:
    done = editor(box, program, "exec", "python", "-c", "import numpy, os, sys; print(sys.prefix, os.environ['HF_TOKEN'])")
    assert done.stdout == "/opt/torch-starter/venv hf_example\n", done.stderr
    done = editor(box, program, "exec", "torch-starter", "verify-setup", "--json")
    report = json.loads(done.stdout)
    assert report["exit_code"] == 0, told(report)
    assert report["facts"]["cgroup"]["memory_limit"] == 2100 * 2**20
    host = json.loads(docker("inspect", "--format", "{{json .HostConfig}}", opened["containerId"]).stdout)
    assert (host["CapDrop"], host["SecurityOpt"], host["Privileged"]) == (["ALL"], ["no-new-privileges"], False)
    assert not host["DeviceRequests"], "no GPU is asked for where the engine has none"


def test_our_own_commands_find_it_too(box: Box, opened: dict[str, Any]) -> None:
    assert box.inside("id", "-un").stdout == "vscode\n"
    report = box.stats()
    assert list(verdicts(report).values()) == ["ok"], told(report)


def test_a_lock_that_moved_on_is_installed_by_the_command_for_packages(box: Box, program: Path, opened: dict[str, Any]) -> None:
    """As a prebuild does it, or an editor that opens the folder anew: the image is older than the lock."""
    box.want("numpy==1.26.3", "py-spy==0.4.2")
    subprocess.run(["chown", "-R", "1000:1000", box.root], check=True)
    done = editor(box, program, "run-user-commands", "--prebuild")
    assert done.returncode == 0, done.stdout + done.stderr
    version = ["python", "-c", "import numpy; print(numpy.__version__)"]
    assert editor(box, program, "exec", *version).stdout == "1.26.3\n"
    report = json.loads(editor(box, program, "exec", "torch-starter", "verify-setup", "--json").stdout)
    assert {id for id, verdict in verdicts(report).items() if verdict not in ("ok", "skip")} == {"system.image"}
