"""Scores many rows with a model that does not train, and lets it keep all that a training would need.

./dev.sh memory-profile tool/benchmarks/planted/memory/no_grad.py --steps 1000
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

WIDTH, ROWS, LAYERS = 256, 8192, 24


class Scores(nn.Module):
    """Rows (8192, 256) to a score each."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(LAYERS))
        self.last = nn.Linear(WIDTH, 1)

    def forward(self, rows: Tensor) -> Tensor:
        for layer in self.layers:
            rows = torch.tanh(layer(rows))
        return self.last(rows).squeeze(1)


def main() -> None:
    """Score and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = Scores().eval()
    best = 0.0
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        scores = model(rows)  # the fault: memory.no-grad
        best = max(best, scores.max().item())
        if step % 10 == 0:
            print(f"step {step:5}  best {best:.4f}", flush=True)


if __name__ == "__main__":
    main()
