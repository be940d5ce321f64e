"""Whether containers can have this host's GPUs: by what the host and the engine say."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.containers.engine import Info
from torch_starter.containers.gpu import decide, described, refused
from torch_starter.core.machine import local_machine

PLAIN = Info(cpus=8, memory=2**34, runtimes={"runc": {}})
WITH_RUNTIME = Info(cpus=8, memory=2**34, runtimes={"runc": {}, "nvidia": {"path": "nvidia-container-runtime"}})
TWO = "GPU 0: NVIDIA H200 (UUID: GPU-1)\nGPU 1: NVIDIA H200 (UUID: GPU-2)\n"
REFUSALS = (
    'Error response from daemon: could not select device driver "nvidia" with capabilities: [[gpu]]',
    "Error response from daemon: CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all",
    "nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file",
    "Error response from daemon: unknown or invalid runtime name: nvidia",
)


@pytest.mark.parametrize(
    ("listed", "info", "cdi", "offered", "driver"),
    [
        (None, WITH_RUNTIME, True, False, ""),
        ("No devices found.\n", WITH_RUNTIME, False, False, ""),
        (TWO, PLAIN, False, False, ""),
        (TWO, WITH_RUNTIME, False, True, "nvidia"),
        (TWO, WITH_RUNTIME, True, True, "nvidia"),
        (TWO, PLAIN, True, True, "cdi"),
    ],
    ids=["no driver", "no GPU", "no way", "runtime", "both ways", "CDI alone"],
)
def test_both_a_gpu_and_a_way_into_containers_are_needed(
    listed: str | None, info: Info, cdi: bool, offered: bool, driver: str
) -> None:
    found = decide(listed, info, cdi)
    assert (found.offered, found.variables.get("TORCH_STARTER_GPU_DRIVER", "")) == (offered, driver)
    assert found.why


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("nvidia.yaml", 'cdiVersion: "0.6.0"\nkind: nvidia.com/gpu\ndevices: []\n', True),
        ("nvidia.json", '{"cdiVersion": "0.6.0", "kind": "nvidia.com/gpu", "devices": []}', True),
        ("other.yaml", "cdiVersion: 0.6.0\nkind: amd.com/gpu\n", False),
        ("nvidia.txt", "kind: nvidia.com/gpu\n", False),
    ],
)
def test_a_description_of_cdi_is_looked_for(tmp_path: Path, name: str, text: str, expected: bool) -> None:
    (tmp_path / name).write_text(text)
    assert described(local_machine(), [str(tmp_path), str(tmp_path / "missing")]) is expected


@pytest.mark.parametrize("said", REFUSALS)
def test_a_refusal_of_gpus_is_known(said: str) -> None:
    assert refused(said)


def test_another_refusal_is_not_taken_for_it() -> None:
    assert not refused("Error response from daemon: driver failed programming external connectivity: port is already allocated")
