"""Read back: switches of torch as a whole."""

from __future__ import annotations

from typing import Dict


def switches() -> Dict[str, str]:
    """How tensors are shared, cuDNN's choice by trying, and what the processors can do in bfloat16."""
    import torch

    return {
        "sharing": str(torch.multiprocessing.get_sharing_strategy()),
        "cudnn benchmark": "yes" if torch.backends.cudnn.benchmark else "no",
        "cpu bfloat16": bfloat16(),
    }


def bfloat16() -> str:
    """By which instructions the processors multiply in it: amx, avx512, arm, or no."""
    import torch

    of_cpu = torch.cpu
    for name, asked in (("amx", "_is_amx_tile_supported"), ("avx512", "_is_avx512_bf16_supported")):
        if hasattr(of_cpu, asked) and getattr(of_cpu, asked)():
            return name
    with open("/proc/cpuinfo") as file:
        words = {word for line in file if line.startswith(("flags", "Features")) for word in line.split()}
    found = {"amx": {"amx_bf16"}, "avx512": {"avx512_bf16"}, "arm": {"bf16", "asimd"}}
    return next((name for name, flags in found.items() if flags <= words), "no")
