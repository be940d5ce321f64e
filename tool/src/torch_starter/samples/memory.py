"""The triad of STREAM, and a copy within a GPU's memory."""

from __future__ import annotations

from typing import Any, Dict


def triad(measure: Any, size: int, threads: int) -> Dict[str, Any]:
    """a = b + 3 c over float32 arrays of `size` bytes each: two are read and one is written."""
    import torch

    torch.set_num_threads(threads)
    count = size // 4
    a, b, c = torch.zeros(count), torch.ones(count), torch.full((count,), 2.0)  # written: pages that are not are read from one
    told = measure.in_loops(lambda: torch.add(b, c, alpha=3.0, out=a), 3.0 * 4 * count)
    return {"triad": told}


def copy(measure: Any, size: int, device: str) -> Dict[str, Any]:
    """`size` bytes are read and as many written; fewer where the GPU has not that much free."""
    import torch

    free, _ = torch.cuda.mem_get_info(device)
    count = min(size, free // 4) // 4
    source, target = torch.ones(count, device=device), torch.zeros(count, device=device)
    return {"copy": measure.in_loops(lambda: target.copy_(source), 2.0 * 4 * count, device=device), **measure.of_gpu()}
