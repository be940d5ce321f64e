"""Read back: what the CUDA driver and torch's allocator on GPUs were told; nothing where no GPU is used."""

from __future__ import annotations

import ctypes
from typing import Any, Dict

MODES = {1: "eager", 2: "lazy"}  # CUmoduleLoadingMode


def gpu() -> Dict[str, str]:
    import torch

    if not (torch.cuda.is_available() and torch.cuda.is_initialized()):
        return {}
    found = {
        "device memory": str(torch.cuda.mem_get_info()[1]),
        "capability": "%d.%d" % torch.cuda.get_device_capability(),
        "cuda allocator": options(torch),
    }
    mode = loading()
    return {**found, "module loading": mode} if mode else found


def options(torch: Any) -> str:
    """All that the allocator has, as key:value."""
    told = torch.cuda.memory._snapshot().get("allocator_settings", {})
    return ",".join("%s:%s" % (name, told[name]) for name in sorted(told))


def loading() -> str:
    """Whether the driver loads each kernel when it is called first, or all of them at once."""
    mode = ctypes.c_int()
    try:
        failed = ctypes.CDLL("libcuda.so.1").cuModuleGetLoadingMode(ctypes.byref(mode))
    except (OSError, AttributeError):
        return ""
    return "" if failed else MODES.get(mode.value, "")
