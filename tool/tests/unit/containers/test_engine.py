"""What Docker's refusals mean: its own words, as it wrote them."""

from __future__ import annotations

import pytest

from torch_starter.containers.engine import problem
from torch_starter.core.problems import CommandFailed, Missing
from torch_starter.core.processes import Done

SAID = (
    (
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        "engine.silent",
        Missing,
    ),
    (
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "
        '"http://%2Fvar%2Frun%2Fdocker.sock/v1.45/info": dial unix /var/run/docker.sock: connect: permission denied',
        "engine.permission",
        Missing,
    ),
    ("docker: 'compose' is not a docker command.\nSee 'docker --help'", "engine.plugin", Missing),
    ("unknown command: docker buildx", "engine.plugin", Missing),
    ("ERROR: failed to solve: write /var/lib/docker/x: no space left on device", "disk.full", CommandFailed),
    ("E: You don't have enough free space in /var/cache/apt/archives/.", "disk.full", CommandFailed),
    (
        "Error response from daemon: driver failed programming external connectivity: Bind for 127.0.0.1:8888 failed: "
        "port is already allocated",
        "port.taken",
        CommandFailed,
    ),
    (
        "Error response from daemon: Error starting userland proxy: listen tcp4 127.0.0.1:6006: bind: address already in use",
        "port.taken",
        CommandFailed,
    ),
    (
        'failed to do request: Head "https://example/v2/library/ubuntu/manifests/24.04": dial tcp: lookup example: no such host',
        "image.unreachable",
        CommandFailed,
    ),
    ("E: Unable to locate package python3.12", "image.packages", CommandFailed),
    ("exec /bin/sh: exec format error", "image.processor", CommandFailed),
    ("something else went wrong", "engine.refused", CommandFailed),
)


@pytest.mark.parametrize(("said", "code", "kind"), SAID, ids=[code for _, code, _ in SAID])
def test_a_refusal_is_a_problem_with_a_way_out(said: str, code: str, kind: type) -> None:
    found = problem(Done(("docker",), 1, "", said, 0.1), "building the image")
    assert (found.code, type(found)) == (code, kind)
    assert found.remedy


def test_a_docker_that_is_not_there_is_missing() -> None:
    assert problem(Done(("docker",), None, "", "No such file", 0.0), "building").code == "engine.missing"


def test_a_taken_port_is_named() -> None:
    found = problem(Done(("docker",), 1, "", SAID[6][0], 0.1), "starting")
    assert "8888" in found.message
    assert "TORCH_STARTER_PORT_8888" in found.remedy
