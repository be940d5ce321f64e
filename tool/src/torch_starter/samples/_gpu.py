"""What a GPU was like while it was measured: its clock, what held that down, its link, and how much others used it.

By NVML's C library, which comes with the driver: nothing has to be installed in the target for it. What it does not tell (in a
container without it, of a part of a GPU) is left out. Standard library alone, Python 3.8; torch only inside functions.
"""

from __future__ import annotations

import ctypes
import time
from typing import Any, Dict, Iterator, Optional, Tuple

LIBRARY = "libnvidia-ml.so.1"
SM_CLOCK = 1  # NVML_CLOCK_SM
HELD = {
    0x04: "power",
    0x08: "hardware slowdown",
    0x20: "heat (driver)",
    0x40: "heat (hardware)",
    0x80: "the power supply's brake",
}  # NVML's bits of reasons for a lower clock
LANE = {1: 0.25, 2: 0.5, 3: 0.985, 4: 1.969, 5: 3.938, 6: 7.563}  # GB/s of a PCIe lane in one direction, by generation
LITTLE = 0.05  # of its time: a GPU that is busy for less is idle
LOOKS, PAUSE = 6, 0.25  # NVML tells the use of the last second at most: what we did before ours is forgotten by then


class Rates(ctypes.Structure):
    """nvmlUtilization_t: percent of the time in which a kernel ran, and in which memory was used."""

    _fields_ = [("gpu", ctypes.c_uint), ("memory", ctypes.c_uint)]


class Gpu:
    """One GPU by its UUID, before anything of ours runs on it. `others`: the share of the time in which it is used, by others."""

    def __init__(self, uuid: str) -> None:
        self.nvml, self.handle = opened(uuid)
        self.others = self.used()

    def used(self) -> float:
        """The share of the time in which kernels run; 0 where that is not told. What we did just before passes, others stay."""
        least = 1.0
        for look in range(LOOKS):
            rates = self.asked("nvmlDeviceGetUtilizationRates", Rates())
            if rates is None:
                return 0.0
            least = min(least, rates.gpu / 100.0)
            if least <= LITTLE:
                return 0.0
            if look + 1 < LOOKS:
                time.sleep(PAUSE)
        return least

    def look(self) -> Dict[str, Any]:
        """What it is like right now: "clock" in MHz, "link" in GB/s each way, what holds the clock down, as far as it tells."""
        found = {"clock": self.number("nvmlDeviceGetClockInfo", SM_CLOCK), "link": self.link()}
        told = {name: value for name, value in found.items() if value}  # type: Dict[str, Any]
        bits = self.asked("nvmlDeviceGetCurrentClocksThrottleReasons", ctypes.c_ulonglong())
        return {**told, "held": list(reasons(bits.value))} if bits is not None else told

    def link(self) -> Optional[float]:
        """What the link to the host moves in a second in one direction, in GB/s, as fast as it is right now."""
        lane = LANE.get(self.number("nvmlDeviceGetCurrPcieLinkGeneration") or 0)
        width = self.number("nvmlDeviceGetCurrPcieLinkWidth")
        return lane * width if lane and width else None

    def number(self, question: str, *words: int) -> Optional[int]:
        answer = self.asked(question, ctypes.c_uint(), *words)
        return None if answer is None else int(answer.value)

    def asked(self, question: str, answer: Any, *words: int) -> Any:
        """The answer, filled in by NVML; None where it does not."""
        ask = getattr(self.nvml, question, None)
        return answer if ask is not None and ask(self.handle, *words, ctypes.byref(answer)) == 0 else None


def opened(uuid: str) -> Tuple[Any, Any]:
    """NVML's library, and its handle of a GPU; None where there is none."""
    handle = ctypes.c_void_p()
    try:
        nvml = ctypes.CDLL(LIBRARY)
        if nvml.nvmlInit_v2() or nvml.nvmlDeviceGetHandleByUUID(uuid.encode(), ctypes.byref(handle)):
            return None, None
    except (OSError, AttributeError):  # no library, or a strange one
        return None, None
    return nvml, handle


def of_device(device: str) -> Gpu:
    """The GPU that torch calls so. NVML counts GPUs in another order, so the UUID says which one it is."""
    import torch

    told = str(getattr(torch.cuda.get_device_properties(device), "uuid", ""))
    return Gpu(told if told.startswith(("GPU-", "MIG-")) else "GPU-" + told)


def reasons(bits: int) -> Iterator[str]:
    """Why the clock is held down, in words."""
    return (word for bit, word in HELD.items() if bits & bit)
