"""Fits a small model by LBFGS, which remembers a hundred steps of it.

./dev.sh memory-profile tool/benchmarks/planted/memory/optimizer_state.py --steps 100
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

WIDTH, ROWS = 320, 64


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Linear(WIDTH, 64), nn.Tanh(), nn.Linear(64, 1))
    rows = torch.randn(ROWS, WIDTH)
    wanted = rows.sin().sum(1, keepdim=True)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.05)  # the fault: memory.optimizer

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(rows), wanted)
        loss.backward()
        return loss

    for step in range(1, given.steps + 1):
        loss = optimizer.step(closure)
        if step % 10 == 0:
            print(f"step {step:5}  loss {float(loss):.4f}", flush=True)


if __name__ == "__main__":
    main()
