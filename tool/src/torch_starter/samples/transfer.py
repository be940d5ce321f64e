"""Copies between the memory of the host and that of a GPU."""

from __future__ import annotations

from typing import Any, Dict


def moved(measure: Any, size: int, pinned: bool, device: str) -> Dict[str, Any]:
    """`size` bytes each time, "to" the GPU and "from" it. Those of pinned memory are ordered without waiting."""
    import torch

    host = torch.ones(size, dtype=torch.uint8)  # written, so that its pages are there
    if pinned:
        host = host.pin_memory()
    there = torch.ones(size, dtype=torch.uint8, device=device)
    to = measure.in_loops(lambda: there.copy_(host, non_blocking=pinned), float(size), device=device)
    back = measure.in_loops(lambda: host.copy_(there, non_blocking=pinned), float(size), device=device)
    return {"to": to, "from": back, **measure.of_gpu()}
