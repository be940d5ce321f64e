"""Keeps what there is to train on as many small objects, of which each worker of the loader makes copies as it reads them.

./dev.sh memory-profile tool/benchmarks/planted/memory/worker_copies.py --steps 1000
"""

from __future__ import annotations

import argparse
import itertools

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

ENTRIES, BATCH, WORKERS = 800_000, 512, 2


class Entries(Dataset[Tensor]):
    """Entries of a log, as dictionaries."""

    def __init__(self) -> None:
        self.entries = [{"user": n * 79 % 10_007, "item": n % 1_009} for n in range(ENTRIES)]  # the fault: memory.workers

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> Tensor:
        entry = self.entries[index]
        return torch.tensor([entry["user"], entry["item"]])


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    given = parser.parse_args()
    torch.manual_seed(0)
    loader = DataLoader(Entries(), batch_size=BATCH, shuffle=True, num_workers=WORKERS)
    users, items = nn.Embedding(10_007, 16), nn.Embedding(1_009, 16)
    optimizer = torch.optim.SGD([*users.parameters(), *items.parameters()], lr=0.1)
    epochs = itertools.chain.from_iterable(itertools.repeat(loader))
    for step, entries in enumerate(itertools.islice(epochs, given.steps), 1):
        scores = (users(entries[:, 0]) * items(entries[:, 1])).sum(1)
        loss = nn.functional.mse_loss(scores, (entries[:, 0] % 3).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
