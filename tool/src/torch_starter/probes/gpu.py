"""Computing on the GPUs. Never forked: a CUDA context does not survive it, and each function starts its own."""

from __future__ import annotations

from typing import Any


def compute() -> dict[str, Any]:
    """A matrix product on every GPU in float32 and bfloat16, against float64 on the CPU.

    A wrong driver, a missing kernel for the GPU's compute capability or a hidden device shows here, and not in
    torch.cuda.is_available(). Raises AssertionError where a result is off by more than its type explains (relative to the
    largest element: 1e-3 for float32, with TensorFloat-32 allowed, 3e-2 for bfloat16).
    """
    import torch

    if not torch.cuda.is_available():
        raise AssertionError("torch.cuda.is_available() is False")
    generator = torch.Generator().manual_seed(0)
    left, right = (torch.randn(256, 256, generator=generator) for _ in range(2))
    exact = left.double() @ right.double()
    names = []
    for index in range(torch.cuda.device_count()):
        for dtype, bound in ((torch.float32, 1e-3), (torch.bfloat16, 3e-2)):
            device = torch.device("cuda", index)
            got = (left.to(device, dtype) @ right.to(device, dtype)).double().cpu()
            off = float((got - exact).abs().max() / exact.abs().max())
            if not off <= bound:
                raise AssertionError("GPU %d, %s: off by %.2e, bound %.0e" % (index, dtype, off, bound))
        names.append(torch.cuda.get_device_name(index))
    return {"seen": "; ".join(names), "devices": len(names), "architectures": torch.cuda.get_arch_list()}
