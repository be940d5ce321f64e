"""Reads the loss of each row, one by one, to see which rows are hard.

./dev.sh profile tool/benchmarks/planted/time/reads.py --steps 1000
"""

from __future__ import annotations

import argparse
from collections import deque

import torch
from torch import Tensor, nn

ROWS, WIDTH, HARD = 4096, 16, 1.5


class Hard:
    """The rows whose loss was high, of the last thousand."""

    def __init__(self) -> None:
        self.rows: deque[float] = deque(maxlen=1000)

    def note(self, losses: Tensor) -> None:
        """Keep those of a batch (4096)."""
        for loss in losses:
            value = loss.item()  # the fault: profile.reads
            if value > HARD:
                self.rows.append(value)

    def note_all(self, losses: Tensor) -> None:
        """The same, read once."""
        self.rows.extend(losses[losses > HARD].tolist())


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 64), nn.ReLU(), nn.Linear(64, WIDTH))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    hard = Hard()
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        losses = (model(rows) - rows).square().mean(1)
        loss = losses.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        (hard.note_all if given.mended else hard.note)(losses.detach())
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}, {len(hard.rows)} hard rows", flush=True)


if __name__ == "__main__":
    main()
