"""A small network of convolutions on pictures that lie in memory, and that two workers put together in time.

./dev.sh profile tool/benchmarks/planted/healthy/cnn.py --steps 300
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

COUNT, SIDE, CLASSES, BATCH = 2048, 32, 10, 64


class Pictures(Dataset[tuple[Tensor, Tensor]]):
    """Pictures (3, 32, 32) and their class, taken a batch at once."""

    def __init__(self) -> None:
        self.pictures = torch.randint(256, (COUNT, 3, SIDE, SIDE), dtype=torch.uint8)
        self.labels = torch.arange(COUNT) % CLASSES

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, numbers: list[int]) -> tuple[Tensor, Tensor]:
        return self.pictures[numbers].float() / 255, self.labels[numbers]


def block(before: int, after: int) -> list[nn.Module]:
    """Half as wide and high, of more channels."""
    return [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(*block(3, 32), *block(32, 64), *block(64, 128), nn.Flatten(), nn.Linear(128 * 16, CLASSES))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    pictures = Pictures()
    numbers = torch.utils.data.BatchSampler(torch.utils.data.RandomSampler(pictures), BATCH, drop_last=True)
    loader = DataLoader(pictures, batch_size=None, sampler=numbers, num_workers=1, persistent_workers=True)
    step = 0
    while step < given.steps:
        for batch, labels in loader:
            step += 1
            loss = nn.functional.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 10 == 0:
                print(f"step {step:5}  loss {loss.item():.4f}", flush=True)
            if step == given.steps:
                break


if __name__ == "__main__":
    main()
