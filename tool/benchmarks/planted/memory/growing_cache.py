"""Keeps the features of each row that it has seen, for a second time that never comes.

./dev.sh memory-profile tool/benchmarks/planted/memory/growing_cache.py --steps 1000
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

WIDTH, ROWS = 4096, 16


class Signals(Dataset[Tensor]):
    """Signals of 4096 numbers, each made of its number; their spectra are kept."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.seen: dict[int, Tensor] = {}

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Tensor:
        if index not in self.seen:
            chance = torch.Generator().manual_seed(index)
            self.seen[index] = torch.fft.rfft(torch.randn(WIDTH, generator=chance)).abs()  # the fault: memory.growth
        return self.seen[index]


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    given = parser.parse_args()
    torch.manual_seed(0)
    loader = DataLoader(Signals(given.steps * ROWS), batch_size=ROWS, shuffle=True)
    model = nn.Sequential(nn.Linear(WIDTH // 2 + 1, 2048), nn.ReLU(), nn.Linear(2048, 2048), nn.ReLU(), nn.Linear(2048, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step, spectra in enumerate(loader, 1):
        loss = nn.functional.mse_loss(model(spectra), spectra[:, :64].mean(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
