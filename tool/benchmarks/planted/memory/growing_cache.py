"""Keeps each signal that it has made, for a second time that never comes.

./dev.sh memory-profile tool/benchmarks/planted/memory/growing_cache.py --steps 1000
"""

from __future__ import annotations

import argparse
import itertools

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

WIDTH, ROWS, COUNT = 2048, 16, 500_000


class Signals(Dataset[Tensor]):
    """Signals of 2048 numbers, each made of its number, and kept."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.seen: dict[int, Tensor] = {}

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Tensor:
        if index not in self.seen:
            chance = torch.Generator().manual_seed(index)
            self.seen[index] = torch.randn(WIDTH, generator=chance)  # the fault: memory.growth
        return self.seen[index]


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    given = parser.parse_args()
    torch.manual_seed(0)
    loader = DataLoader(Signals(COUNT), batch_size=ROWS, shuffle=True)
    model = nn.Sequential(nn.Linear(WIDTH, 128), nn.ReLU(), nn.Linear(128, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step, signals in enumerate(itertools.islice(loader, given.steps), 1):
        loss = nn.functional.mse_loss(model(signals), signals[:, :64].mean(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
