"""Turns and shifts pictures pixel by pixel in Python, in workers.

./dev.sh profile tool/benchmarks/planted/time/pixels.py --steps 300
"""

from __future__ import annotations

import argparse
import random

import numpy
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

COUNT, SIDE, CLASSES = 512, 28, 10
Rows = list[list[float]]


class Pictures(Dataset[tuple[Tensor, int]]):
    """Pictures (28, 28) that are made brighter or darker by chance, and their class."""

    def __init__(self, mended: bool) -> None:
        self.pictures = numpy.random.default_rng(0).random((COUNT, SIDE, SIDE), numpy.float32)
        self.mended = mended

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, number: int) -> tuple[Tensor, int]:
        by, label = random.Random(number).uniform(0.7, 1.3), number % CLASSES
        if self.mended:
            return torch.from_numpy((self.pictures[number] * by).clip(0, 1)).float(), label
        rows: Rows = self.pictures[number].tolist()
        return torch.tensor([[min(1.0, max(0.0, by * one)) for one in row] for row in rows]), label  # the fault: profile.dataset


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.set_num_threads(1)  # the other processor is for the workers
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Unflatten(1, (1, SIDE)), nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 12 * 12, CLASSES)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loader = DataLoader(Pictures(given.mended), 64, shuffle=True, num_workers=2, persistent_workers=True)
    step = 0
    while step < given.steps:
        for pictures, labels in loader:
            step += 1
            loss = nn.functional.cross_entropy(model(pictures), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 10 == 0:
                print(f"step {step:5}  loss {loss.item():.4f}", flush=True)
            if step == given.steps:
                break


if __name__ == "__main__":
    main()
