"""Weighs each pair of rows by an operation of its own.

./dev.sh profile tool/benchmarks/planted/time/loops.py --steps 1000
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

ROWS, WIDTH = 256, 64


def near(rows: Tensor) -> Tensor:
    """How near each row (256, 64) is to the one before it, row by row."""
    found = []
    for number in range(1, len(rows)):
        found.append((rows[number] * rows[number - 1]).sum())  # the fault: profile.tiny
    return torch.stack(found)


def near_all(rows: Tensor) -> Tensor:
    """The same by one operation."""
    return (rows[1:] * rows[:-1]).sum(1)


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 512), nn.ReLU(), nn.Linear(512, WIDTH))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH).cumsum(0) / ROWS**0.5
        answer = model(rows)
        loss = nn.functional.mse_loss(answer, rows) + 0.01 * (near_all if given.mended else near)(answer).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
