"""Copies between the memory of the host and that of a GPU."""

from __future__ import annotations

from typing import Any, Dict


def moved(measure: Any, size: int, pinned: bool, way: str, device: str) -> Dict[str, Any]:
    """`size` bytes each time, "to" the GPU or "from" it. Those of pinned memory are ordered without waiting."""
    import torch

    host = torch.ones(size, dtype=torch.uint8)  # written, so that its pages are there
    if pinned:
        host = host.pin_memory()
    there = torch.ones(size, dtype=torch.uint8, device=device)
    source, target = (host, there) if way == "to" else (there, host)
    series = measure.in_loops(lambda: target.copy_(source, non_blocking=pinned), float(size), device=device)
    return {"moved": series, **measure.of_gpu()}
