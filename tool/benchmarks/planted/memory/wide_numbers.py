"""Trains on a table that numpy made, in numbers of 8 bytes.

./dev.sh memory-profile tool/benchmarks/planted/memory/wide_numbers.py --steps 1000
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch import nn

WIDTH, ROWS, BATCH = 256, 120_000, 256


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    given = parser.parse_args()
    torch.manual_seed(0)
    chance = np.random.default_rng(0)
    table = torch.from_numpy(chance.standard_normal((ROWS, WIDTH)))  # the fault: memory.float64
    model = nn.Sequential(nn.Linear(WIDTH, 128), nn.ReLU(), nn.Linear(128, 1)).double()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step in range(1, given.steps + 1):
        rows = table[torch.randint(ROWS, (BATCH,))]
        loss = nn.functional.mse_loss(model(rows), rows[:, :8].sum(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
