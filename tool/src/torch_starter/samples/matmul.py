"""The product of two square matrices."""

from __future__ import annotations

from typing import Any, Dict


def product(measure: Any, size: int, dtype: str, threads: int, device: str = "cpu", tf32: bool = False) -> Dict[str, Any]:
    """2 * size^3 operations each time, into a matrix that is there already."""
    import torch

    if device == "cpu":
        torch.set_num_threads(threads)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    kind = getattr(torch, dtype)
    a, b, out = (torch.randn(size, size, device=device).to(kind) for _ in range(3))
    series = measure.in_loops(lambda: torch.mm(a, b, out=out), 2.0 * size**3, device=device)
    return {"product": series, **measure.of_gpu()}
