"""Keeps the gradients of a wide model as zeros, while the next step computes.

./dev.sh memory-profile tool/benchmarks/planted/memory/kept_gradients.py --steps 100
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

WIDTH, ROWS = 3072, 2048


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(64, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 1)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, 64)
        loss = nn.functional.mse_loss(model(rows), rows[:, :8].sum(1, keepdim=True))
        optimizer.zero_grad(set_to_none=False)  # the fault: memory.gradients
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
