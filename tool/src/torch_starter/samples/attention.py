"""Attention of tokens to those before them."""

from __future__ import annotations

from typing import Any, Dict


def causal(
    measure: Any, batch: int, heads: int, length: int, width: int, dtype: str, threads: int, device: str = "cpu"
) -> Dict[str, Any]:
    """One forward pass.

    Token t sees t tokens, itself among them: length * (length + 1) / 2 pairs for each head. A pair costs a product of two
    vectors of `width` (query and key) and the adding of one (the value), 2 * width operations each. The softmax is not counted.
    """
    import torch

    if device == "cpu":
        torch.set_num_threads(threads)
    shape = (batch, heads, length, width)
    query, key, value = (torch.randn(shape, device=device).to(getattr(torch, dtype)) for _ in range(3))
    amount = batch * heads * length * (length + 1) / 2 * 4 * width

    def once() -> Any:
        return torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)

    with torch.no_grad():
        series = measure.in_loops(once, amount, device=device)
    return {"attention": series, **measure.of_gpu()}
