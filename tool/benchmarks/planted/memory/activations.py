"""Trains a deep model of wide blocks on large batches: what the blocks keep for their gradients is most of the memory.

./dev.sh memory-profile tool/benchmarks/planted/memory/activations.py --steps 100
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

WIDTH, ROWS, BLOCKS = 128, 8192, 16


class Block(nn.Module):
    """Adds something to rows (8192, 128)."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, rows: Tensor) -> Tensor:
        inner = self.norm(rows)
        inner = nn.functional.gelu(self.wide(inner))
        return rows + self.narrow(inner)


class Deep(nn.Module):
    """Block behind block."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.last = nn.Linear(WIDTH, 1)

    def forward(self, rows: Tensor) -> Tensor:
        for block in self.blocks:
            rows = block(rows)  # the fault: memory.activations
        return self.last(rows)


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = Deep()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        loss = nn.functional.mse_loss(model(rows), rows[:, :8].sum(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
