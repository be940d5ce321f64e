"""Looks for anomalies in each step, since there was one once.

./dev.sh profile tool/benchmarks/planted/time/anomalies.py --steps 300
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

ROWS, WIDTH, BLOCKS = 64, 128, 8


class Block(nn.Module):
    """Adds something to rows (64, 128)."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.first, self.second = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, rows: Tensor) -> Tensor:
        inner: Tensor = self.second(nn.functional.gelu(self.first(self.norm(rows))))
        return rows + inner


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    if not given.mended:
        torch.autograd.set_detect_anomaly(True)  # the fault: profile.anomaly
    torch.manual_seed(0)
    model = nn.Sequential(*(Block() for _ in range(BLOCKS)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        loss = nn.functional.mse_loss(model(rows), rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
