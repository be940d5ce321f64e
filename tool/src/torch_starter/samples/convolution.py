"""A convolution of 3x3 that keeps the size of its image and the number of its channels."""

from __future__ import annotations

from typing import Any, Dict


def residual(
    measure: Any, batch: int, channels: int, width: int, dtype: str, threads: int, device: str = "cpu", tf32: bool = False
) -> Dict[str, Any]:
    """Forward, and both gradients.

    Each of batch * channels * width^2 results is a sum of 9 * channels products. Each gradient needs as many: backward is twice.
    What the border of zeros leaves out is counted, as everywhere.
    """
    import torch

    if device == "cpu":
        torch.set_num_threads(threads)
    torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True  # what it can do, not what it guesses
    layout = torch.contiguous_format if device == "cpu" else torch.channels_last  # each what is fast there
    place = {"device": device, "dtype": getattr(torch, dtype)}
    image = torch.randn(batch, channels, width, width, **place).contiguous(memory_format=layout).requires_grad_()
    weight = torch.randn(channels, channels, 3, 3, **place).contiguous(memory_format=layout).requires_grad_()
    amount = 2.0 * batch * channels * width**2 * 9 * channels

    def forward() -> Any:
        return torch.nn.functional.conv2d(image, weight, padding=1)

    with torch.no_grad():
        there = measure.in_loops(forward, amount, device=device)
    result = forward()
    gradient = torch.randn_like(result)
    inputs = (image, weight)
    back = measure.in_loops(lambda: torch.autograd.grad(result, inputs, gradient, retain_graph=True), 2 * amount, device=device)
    return {"forward": there, "backward": back, **measure.of_gpu()}
