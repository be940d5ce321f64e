"""torch.compile against the same function run as it is, forward and backward.

Every probe returns {"seen": words with the figures}, and raises AssertionError where the results differ.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

AOT_EAGER = "aot_eager_default_partitioner"  # the usual one imports all of inductor to part the graph: 1.3 s of a CPU more
SWITCHES = ("TORCHDYNAMO_DISABLE", "TORCH_COMPILE_DISABLE")


def eager() -> dict[str, object]:
    """torch.compile captures a function and its gradient.

    With the backend "aot_eager": Dynamo reads the bytecode, AOTAutograd makes the graphs of forward and backward, and
    these run as they are. No C compiler is needed: what fails here is torch and this Python, not the toolchain.
    """
    import torch

    x, weight = _inputs()
    torch._dynamo.reset()
    wanted = _with_gradients(_function, x, weight)
    got = _with_gradients(torch.compile(_function, backend=AOT_EAGER, fullgraph=True), x, weight)
    error = _largest_difference(got, wanted)
    return {"seen": _off() or "1 graph by aot_eager, result and gradients %s" % _close(error)}


def inductor() -> dict[str, object]:
    """torch.compile makes machine code for a function and its gradient.

    With inductor on the CPU: it writes C++, a compiler builds it, and forward and backward are compared with the same
    function run as it is. Its cache is a new, empty folder, so that nothing that was built before is taken.
    """
    with tempfile.TemporaryDirectory() as folder:
        # In this process, one thing after the other: a pool of compilers would outlive us.
        os.environ.update(TORCHINDUCTOR_CACHE_DIR=folder, TORCHINDUCTOR_COMPILE_THREADS="1", TORCHINDUCTOR_FX_GRAPH_CACHE="0")
        import torch

        x, weight = _inputs()
        torch._dynamo.reset()
        wanted = _with_gradients(_function, x, weight)
        got = _with_gradients(torch.compile(_function, backend="inductor", fullgraph=True), x, weight)
        error = _largest_difference(got, wanted)
        built = sum(name.endswith(".so") for _, _, names in os.walk(folder) for name in names)
    if not built and not _off():
        raise AssertionError("inductor built nothing: the function ran as it is.")
    return {"seen": _off() or "machine code for forward and backward, result and gradients %s" % _close(error)}


def _function(x: Any, weight: Any) -> Any:
    """Several operations that a compiler fuses, and a product of matrices."""
    y = (x @ weight).relu() + x.sin() * 0.5
    return (y.softmax(-1) * y.exp().clamp(max=3)).sum(-1)


def _inputs() -> tuple[Any, Any]:
    import torch

    generator = torch.Generator().manual_seed(0)
    x, weight = (torch.randn(24, 24, generator=generator) for _ in range(2))
    return x.requires_grad_(), (weight / 5).requires_grad_()


def _with_gradients(function: Any, x: Any, weight: Any) -> list[Any]:
    import torch

    result = function(x, weight)
    return [result.detach(), *torch.autograd.grad(result.sum(), (x, weight))]


def _largest_difference(got: list[Any], wanted: list[Any]) -> float:
    """Relative to the largest number. 1e-5 is 80 times the spacing of float32: sums of 24 in another order."""
    names = ("result", "gradient to the input", "gradient to the weight")
    errors = [float((a - b).abs().max() / b.abs().max()) for a, b in zip(got, wanted)]
    for name, error in zip(names, errors):
        if not error <= 1e-5:
            raise AssertionError("The compiled %s is off by %.1e relatively, wanted at most 1e-05." % (name, error))
    return max(errors)


def _close(error: float) -> str:
    return "within %.0e of the same without it" % error if error else "the same bits as without it"


def _off() -> str:
    """A remark where a variable switches torch.compile off."""
    names = [name for name in SWITCHES if os.environ.get(name, "").lower() in ("1", "true")]
    return "%s is set: torch.compile runs functions as they are" % names[0] if names else ""
