"""Adds up the loss of an epoch as a tensor, with all that each loss was computed from.

./dev.sh memory-profile tool/benchmarks/planted/memory/running_sum.py --steps 1000
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

WIDTH, ROWS = 512, 128


class Encoder(nn.Module):
    """Rows (128, 512) to codes (128, 32) and back."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Linear(WIDTH, 256), nn.ReLU(), nn.Linear(256, 32))
        self.up = nn.Sequential(nn.Linear(32, 256), nn.ReLU(), nn.Linear(256, WIDTH))

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        codes = self.down(rows)
        return self.up(codes), codes


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = Encoder()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    spread = torch.zeros(())
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        again, codes = model(rows)
        loss = nn.functional.mse_loss(again, rows)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        optimizer.step()
        spread = spread + codes.pow(2).mean()  # the fault: memory.graphs
        if step % 100 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}  spread {spread.item() / step:.4f}", flush=True)


if __name__ == "__main__":
    main()
