"""Spends its time getting memory: large tensors of another size in each step, used once and given back.

    ./dev.sh run -- python tool/benchmarks/workloads/allocator_bound.py --steps 50

Sequences of varying length go through operations that only touch each number once. The C library gets each tensor of over
32 MB from the system and returns it at once, so the system maps and clears every page anew, which costs more than the operation.
An allocator that keeps what it has got helps, and so do higher thresholds of the C library.
"""

from __future__ import annotations

import argparse
import random

import torch
from torch import Tensor, nn

BATCH, WIDTH = 160, 256
LENGTHS = (220, 400)


class Gate(nn.Module):
    """(batch, length, width) in and out: each channel let through as far as it is above zero, and added to the input."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Parameter(torch.zeros(WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.relu(x) * self.gate


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    chance = random.Random(given.seed)
    model = nn.Sequential(*(Gate() for _ in range(2)))
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for step in range(1, given.steps + 1):
        rows = torch.randn(WIDTH).expand(BATCH, chance.randint(*LENGTHS), WIDTH)
        loss = (model(rows) - 2 * rows).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
