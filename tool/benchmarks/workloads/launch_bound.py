"""Spends its time starting operations: thousands of them a step, each with next to nothing to compute.

    ./dev.sh run -- python tool/benchmarks/workloads/launch_bound.py --steps 100

Hundreds of tiny layers, so hundreds of tiny parameters: AdamW goes through them one by one with a dozen operations each, and
what an operation costs is its way through Python and PyTorch's dispatcher. More threads have nothing to share; the fused
optimizer helps, which goes through all parameters in one operation.
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

ROWS, WIDTH, LAYERS = 4, 8, 200


class Layer(nn.Module):
    """(4, 8) in and out; around it the input is carried."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.tanh(self.inner(x)) / LAYERS


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    model = nn.Sequential(*(Layer() for _ in range(LAYERS)), nn.Linear(WIDTH, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    rows = torch.randn(ROWS, WIDTH)
    wanted = rows.sum(1, keepdim=True).sin()
    for step in range(1, given.steps + 1):
        loss = nn.functional.mse_loss(model(rows), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
