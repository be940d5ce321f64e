"""Adds up the gradients of several small batches before each step of its optimizer.

    ./dev.sh run -- python tool/benchmarks/workloads/accumulate.py --steps 100

A step is one of the optimizer: the model is called, and a loss goes backward, four times as often.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import torch
from torch import Tensor, nn

ROWS, WIDTH, PARTS = 128, 256, 4


def batches(seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows (128, 256) and what is wanted for them (128, 1), without end."""
    chance = torch.Generator().manual_seed(seed)
    while True:
        rows = torch.randn(ROWS, WIDTH, generator=chance)
        yield rows, rows[:, :8].sum(1, keepdim=True).sin()


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    model = nn.Sequential(nn.Linear(WIDTH, 512), nn.GELU(), nn.Linear(512, 512), nn.GELU(), nn.Linear(512, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    coming = batches(given.seed)
    for step in range(1, given.steps + 1):
        optimizer.zero_grad()
        total = 0.0
        for _ in range(PARTS):
            rows, wanted = next(coming)
            loss = nn.functional.mse_loss(model(rows), wanted) / PARTS
            loss.backward()
            total += loss.item()
        optimizer.step()
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {total:.4f}", flush=True)


if __name__ == "__main__":
    main()
