"""Reads a file of 256 MB into memory, and trains on some rows of it at a time.

./dev.sh memory-profile tool/benchmarks/planted/memory/whole_data.py --steps 1000
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

WIDTH, ROWS, BATCH = 1024, 65_536, 64


class Table(Dataset[Tensor]):
    """The rows of a file."""

    def __init__(self, path: Path) -> None:
        self.rows = np.load(path)  # the fault: memory.data

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Tensor:
        return torch.from_numpy(self.rows[index])


def written(path: Path) -> Path:
    """The file; it is made in parts where it is not there."""
    if not path.is_file():
        table = np.lib.format.open_memmap(path, "w+", np.float32, (ROWS, WIDTH))
        chance = np.random.default_rng(0)
        for start in range(0, ROWS, 1024):
            table[start : start + 1024] = chance.standard_normal((1024, WIDTH), np.float32)
        table.flush()
    return path


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        table = Table(written(given.file or Path(folder) / "rows.npy"))
        model = nn.Sequential(nn.Linear(WIDTH, 128), nn.ReLU(), nn.Linear(128, 1))
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        loader = DataLoader(table, batch_size=BATCH, shuffle=True)
        epochs = itertools.chain.from_iterable(itertools.repeat(loader))
        for step, rows in enumerate(itertools.islice(epochs, given.steps), 1):
            loss = nn.functional.mse_loss(model(rows), rows[:, :8].sum(1, keepdim=True))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 100 == 0:
                print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
