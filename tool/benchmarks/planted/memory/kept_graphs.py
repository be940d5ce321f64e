"""Follows the loss on held-back rows, and keeps the graphs of all of these losses.

./dev.sh memory-profile tool/benchmarks/planted/memory/kept_graphs.py --steps 1000
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

WIDTH, ROWS, HELD_BACK = 256, 64, 64


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 512), nn.GELU(), nn.Linear(512, 512), nn.GELU(), nn.Linear(512, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    held_back = torch.randn(HELD_BACK, WIDTH)
    wanted = held_back[:, :8].sum(1, keepdim=True)
    history = []
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        loss = nn.functional.mse_loss(model(rows), rows[:, :8].sum(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        check = nn.functional.mse_loss(model(held_back), wanted)
        history.append(check)  # the fault: memory.graphs
        if step % 100 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}  held back {history[-1].item():.4f}", flush=True)


if __name__ == "__main__":
    main()
