"""Notes some pictures of each batch in a list, as arrays, to draw them at the end.

./dev.sh memory-profile tool/benchmarks/planted/memory/kept_pictures.py --steps 1000
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

SIDE, BATCH, DRAWN = 64, 8, 2


class Notes:
    """What is to be drawn."""

    def __init__(self) -> None:
        self.pictures: list[object] = []

    def note(self, pictures: torch.Tensor) -> None:
        self.pictures.append(pictures[:DRAWN].numpy().copy())  # the fault: memory.growth


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, stride=2), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2), nn.Flatten(), nn.LazyLinear(4)
    )
    notes = Notes()
    model(torch.zeros(1, 3, SIDE, SIDE))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for step in range(1, given.steps + 1):
        pictures = torch.randn(BATCH, 3, SIDE, SIDE)
        loss = nn.functional.cross_entropy(model(pictures), torch.arange(BATCH) % 4)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        notes.note(pictures)
        if step % 100 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
