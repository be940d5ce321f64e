"""The NVIDIA driver and the GPUs that it shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

import msgspec

from torch_starter.core.facts import Absent, Fact
from torch_starter.core.machine import Machine

DRIVER = Path("/proc/driver/nvidia/version")
AMD = Path("/dev/kfd")


class Device(msgspec.Struct, frozen=True):
    """One GPU: its name, compute capability such as "9.0" (empty where it could not be asked), and bytes of memory."""

    name: str
    capability: str
    memory: int


class Gpu(Fact, frozen=True):
    """The driver's version and its GPUs, by NVML; where that does not answer, the version from the kernel module alone."""

    key: ClassVar[str] = "gpu"
    driver: str
    devices: tuple[Device, ...]
    source: str

    @classmethod
    def gather(cls, machine: Machine) -> Gpu:
        found = by_nvml()
        if found is not None:
            return found
        text = machine.files.read(DRIVER)
        if text and (version := driver_version(text)):
            return cls(driver=version, devices=(), source=str(DRIVER))
        if AMD.exists():
            raise Absent("no NVIDIA driver; an AMD GPU is here, and ROCm is not supported")
        raise Absent("no NVIDIA driver is loaded")


def driver_version(text: str) -> str | None:
    """The version in /proc/driver/nvidia/version, of the proprietary and of the open kernel module."""
    found = re.search(r"Kernel Module\s+(?:for \S+\s+)?(\d+(?:\.\d+)+)", text)
    return found[1] if found else None


def by_nvml() -> Gpu | None:
    """Ask NVML; None where its library is not there or does not answer."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    try:
        devices = tuple(device(pynvml.nvmlDeviceGetHandleByIndex(i)) for i in range(pynvml.nvmlDeviceGetCount()))
        return Gpu(driver=str(pynvml.nvmlSystemGetDriverVersion()), devices=devices, source="NVML")
    except pynvml.NVMLError:
        return None
    finally:
        pynvml.nvmlShutdown()


def device(handle: object) -> Device:
    """One GPU, as NVML describes it."""
    import pynvml

    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle).total
    return Device(str(pynvml.nvmlDeviceGetName(handle)), f"{major}.{minor}", int(memory))
