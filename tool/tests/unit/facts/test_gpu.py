from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace

import pynvml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.facts import Facts
from torch_starter.facts.gpu import (
    Device,
    Gpu,
    asked,
    cuda_version,
    device,
    device_files,
    driver_version,
    on_bus,
    slowdowns,
    why_not_open,
)
from torch_starter.testing import machine_with
from unit.machines import local_files

PROPRIETARY = """\
NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023
GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)
"""
OPEN = """\
NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U22)  Sun Jul 27 07:24:47 UTC 2025
GCC version:  gcc version 13.3.0 (Ubuntu 13.3.0-6ubuntu2~24.04)
"""
OPEN_ARM = "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  570.26  Release Build  (root@host)\n"
OLD = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256.02  Thu May  2 14:37:44 UTC 2024\n"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (PROPRIETARY, "535.104.05"),
        (OPEN, "580.65.06"),
        (OPEN_ARM, "570.26"),
        (OLD, "470.256.02"),
        ("", None),
        ("Kernel Module", None),
    ],
    ids=["proprietary", "open", "open on aarch64", "old", "empty", "none"],
)
def test_the_version_of_the_kernel_module_is_found(text: str, version: str | None) -> None:
    assert driver_version(text) == version


@given(st.from_regex(r"[0-9]{3}(\.[0-9]{2,3}){1,2}", fullmatch=True), st.text())
def test_whatever_follows_the_version_is_no_part_of_it(version: str, rest: str) -> None:
    assert driver_version(f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  {rest}") == version


def nvml(**answers: object) -> ModuleType:
    """A stand-in for the library: what is not given is refused, as GPUs do that do not know a question."""

    def refused(*words: object) -> object:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)

    made = ModuleType("nvml")
    for name in dir(pynvml):
        setattr(made, name, refused if name.startswith("nvmlDevice") else getattr(pynvml, name))
    for name, answer in {"Name": "A GPU", "CudaComputeCapability": (9, 0), **answers}.items():
        setattr(made, f"nvmlDeviceGet{name}", lambda *words, answer=answer: answer)
    return made


def test_a_gpu_that_tells_all() -> None:
    library = nvml(
        MemoryInfo=SimpleNamespace(total=100, used=60),
        UUID="GPU-1",
        TotalEccErrors=2,
        RemappedRows=(0, 1, 1, 0),
        CurrentClocksThrottleReasons=0x01 | 0x04 | 0x20 | 0x80,
    )
    wanted = Device("A GPU", "9.0", 100, "GPU-1", 60, 2, True, False, "heat (driver) and the power supply's brake")
    assert device(library, object()) == wanted


def test_a_gpu_that_tells_next_to_nothing() -> None:
    """Where GPU and CPU share one memory, NVML has none to tell of."""
    assert device(nvml(), object()) == Device("A GPU", "9.0", 0)


def test_a_question_that_is_not_answered() -> None:
    library = nvml(UUID="GPU-1")
    assert asked(library, library.nvmlDeviceGetUUID, 0) == "GPU-1"
    assert asked(library, library.nvmlDeviceGetMemoryInfo, 0) is None


@given(st.integers(0, 2**32))
def test_only_faults_are_reasons_to_speak_of(reasons: int) -> None:
    """Idle (1), clocks that were set (2), and the usual power limit (4) are none."""
    assert len([*slowdowns(reasons)]) == sum(bool(reasons & bit) for bit in (0x08, 0x20, 0x40, 0x80))
    assert [*slowdowns(reasons & 0x07)] == []


@pytest.mark.parametrize(("number", "words"), [(13000, "13.0"), (12080, "12.8"), (11040, "11.4"), (0, "")])
def test_the_cuda_of_a_driver(number: int, words: str) -> None:
    assert cuda_version(number) == words


def test_device_files_are_opened(tmp_path: Path) -> None:
    for name in ("nvidia0", "nvidia12", "nvidiactl", "nvidia-uvm", "nvidia-modeset", "null"):
        (tmp_path / name).write_text("")
    assert device_files(tmp_path) == {str(tmp_path / name): "" for name in ("nvidia0", "nvidia12", "nvidiactl", "nvidia-uvm")}
    (tmp_path / "nvidia1").mkdir()
    assert device_files(tmp_path)[str(tmp_path / "nvidia1")] == "Is a directory"
    assert why_not_open(tmp_path / "none") == "No such file or directory"


def test_gpus_on_the_bus_are_nvidia_s_display_controllers(tmp_path: Path) -> None:
    drivers = tmp_path / "drivers" / "nouveau"
    drivers.mkdir(parents=True)
    bus = tmp_path / "devices"
    cards = {
        "01:00.0": ("10de", "030000"),
        "01:00.1": ("10de", "040300"),
        "02:00.0": ("1002", "030000"),
        "03:00.0": ("10de", "030200"),
    }
    for name, (vendor, kind) in cards.items():
        (bus / name).mkdir(parents=True)
        (bus / name / "vendor").write_text(f"0x{vendor}\n")
        (bus / name / "class").write_text(f"0x{kind}\n")
    (bus / "01:00.0" / "driver").symlink_to(drivers)
    assert on_bus(local_files(), bus) == {"01:00.0": "nouveau", "03:00.0": ""}
    assert on_bus(local_files(), tmp_path / "none") == {}


def test_a_recording_from_before_there_was_more_to_tell_is_replayed() -> None:
    old = {"driver": "580", "devices": [{"name": "x", "capability": "9.0", "memory": 1}], "source": "NVML"}
    machine = machine_with(Gpu(driver="1", devices=(), source=""))
    machine.recorded["gpu"] = old
    assert Facts(machine)[Gpu] == Gpu(driver="580", devices=(Device("x", "9.0", 1),), source="NVML")
