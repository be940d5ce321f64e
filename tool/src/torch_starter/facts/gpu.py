"""The NVIDIA driver, the GPUs that it shows, the device files by which they are used, and the GPUs on the bus."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import msgspec

from torch_starter.core.facts import Absent, Fact
from torch_starter.core.machine import Machine

if TYPE_CHECKING:
    from types import ModuleType

DRIVER = Path("/proc/driver/nvidia/version")
AMD = Path("/dev/kfd")
BUS = Path("/sys/bus/pci/devices")
FILES = ("nvidia[0-9]*", "nvidiactl", "nvidia-uvm", "dxg")  # the last is WSL's one way to the GPU


class Device(msgspec.Struct, frozen=True):
    """One GPU: its name, compute capability such as "9.0" (empty where it could not be asked), and bytes of memory
    (0 where it has none of its own).

    `used`: bytes of memory that are taken. `lost`: uncorrectable memory errors since the driver was loaded; `mending` says that
    bad memory is replaced at the next reset, `worn` that no replacement is left. `throttled`: why its clocks are held
    down. None and empty where the GPU does not tell.
    """

    name: str
    capability: str
    memory: int
    uuid: str = ""
    used: int | None = None
    lost: int | None = None
    mending: bool = False
    worn: bool = False
    throttled: str = ""


class Gpu(Fact, frozen=True):
    """The driver's version and its GPUs, by NVML; where that does not answer, the version from the kernel module alone.

    `nvml` is what NVML said instead of an answer, `cuda` the newest CUDA of the driver, such as "13.0". `files`: device file ->
    why it cannot be opened, empty where it can; None where nobody looked.
    """

    key: ClassVar[str] = "gpu"
    driver: str
    devices: tuple[Device, ...]
    source: str
    nvml: str = ""
    cuda: str = ""
    files: dict[str, str] | None = None

    @classmethod
    def gather(cls, machine: Machine) -> Gpu:
        found = by_nvml()
        files = device_files(Path("/dev"))
        if isinstance(found, Gpu):
            return msgspec.structs.replace(found, files=files)
        text = machine.files.read(DRIVER)
        if text and (version := driver_version(text)):
            return cls(driver=version, devices=(), source=str(DRIVER), nvml=found, files=files)
        if AMD.exists():
            raise Absent("no NVIDIA driver; an AMD GPU is here, and ROCm is not supported")
        raise Absent("no NVIDIA driver is loaded")


class GpusOnBus(Fact, frozen=True):
    """NVIDIA GPUs on the PCI bus: address -> the kernel's driver for it, empty where it has none."""

    key: ClassVar[str] = "gpus_on_bus"
    drivers: dict[str, str]

    @classmethod
    def gather(cls, machine: Machine) -> GpusOnBus:
        return cls(drivers=on_bus(machine, BUS))


def on_bus(machine: Machine, bus: Path) -> dict[str, str]:
    """The NVIDIA devices (vendor 10de) that are display controllers (class 03)."""
    found = {}
    for device in sorted(bus.iterdir()) if bus.is_dir() else ():
        vendor, kind = (machine.files.read(device / name) or "" for name in ("vendor", "class"))
        if vendor.strip() == "0x10de" and kind.startswith("0x03"):
            link = device / "driver"
            found[device.name] = link.resolve().name if link.exists() else ""
    return found


def driver_version(text: str) -> str | None:
    """The version in /proc/driver/nvidia/version, of the proprietary and of the open kernel module."""
    found = re.search(r"Kernel Module\s+(?:for \S+\s+)?(\d+(?:\.\d+)+)", text)
    return found[1] if found else None


def device_files(folder: Path) -> dict[str, str]:
    """The device files of NVIDIA, and why each cannot be opened: in a container its node can be there and be forbidden."""
    return {str(path): why_not_open(path) for pattern in FILES for path in sorted(folder.glob(pattern))}


def why_not_open(path: Path) -> str:
    """The operating system's reason; empty where the file can be opened for reading and writing."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))
    except OSError as error:
        return os.strerror(error.errno or 0)
    return ""


def by_nvml() -> Gpu | str:
    """Ask NVML; what it said instead, where its library is not there or does not answer."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return str(error)
    try:
        devices = tuple(device(pynvml, pynvml.nvmlDeviceGetHandleByIndex(i)) for i in range(pynvml.nvmlDeviceGetCount()))
        cuda = asked(pynvml, pynvml.nvmlSystemGetCudaDriverVersion)
        version = str(pynvml.nvmlSystemGetDriverVersion())
        return Gpu(driver=version, devices=devices, source="NVML", cuda=cuda_version(cuda if isinstance(cuda, int) else 0))
    except pynvml.NVMLError as error:
        return str(error)
    finally:
        pynvml.nvmlShutdown()


def cuda_version(number: int) -> str:
    """13000 is 13.0; empty for 0."""
    return f"{number // 1000}.{number % 1000 // 10}" if number else ""


def asked(nvml: ModuleType, question: Callable[..., object], *words: object) -> object:
    """What NVML answers; None where the GPU, the driver or the container's limits do not let it."""
    try:
        return question(*words)
    except nvml.NVMLError:
        return None


def device(nvml: ModuleType, handle: object) -> Device:
    """One GPU, as NVML describes it. With MIG, memory and errors are those of the whole GPU, or not told."""
    major, minor = nvml.nvmlDeviceGetCudaComputeCapability(handle)
    memory = asked(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)  # not where GPU and CPU share one memory
    kinds = (nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, nvml.NVML_VOLATILE_ECC)
    lost = asked(nvml, nvml.nvmlDeviceGetTotalEccErrors, handle, *kinds)
    rows = asked(nvml, nvml.nvmlDeviceGetRemappedRows, handle)
    _, _, pending, failure = rows if isinstance(rows, tuple) else (0, 0, 0, 0)
    reasons = asked(nvml, nvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle)
    return Device(
        str(nvml.nvmlDeviceGetName(handle)),
        f"{major}.{minor}",
        int(getattr(memory, "total", 0)),
        uuid=str(asked(nvml, nvml.nvmlDeviceGetUUID, handle) or ""),
        used=getattr(memory, "used", None),
        lost=lost if isinstance(lost, int) else None,
        mending=bool(pending),
        worn=bool(failure),
        throttled=" and ".join(slowdowns(reasons if isinstance(reasons, int) else 0)),
    )


def slowdowns(reasons: int) -> Iterable[str]:
    """The words for NVML's bits of reasons that are faults: heat, and power that does not suffice. Limits in use are none."""
    faults = {0x08: "hardware slowdown", 0x20: "heat (driver)", 0x40: "heat (hardware)", 0x80: "the power supply's brake"}
    return (word for bit, word in faults.items() if reasons & bit)
