"""Reads all of a file for each sample of it.

./dev.sh profile tool/benchmarks/planted/time/whole_file.py --steps 300
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

ROWS, WIDTH = 2048, 1024


class Signals(Dataset[Tensor]):
    """Rows (1024) of a file of 8 MiB."""

    def __init__(self, path: Path, mended: bool) -> None:
        self.path, self.mapped = path, numpy.load(path, mmap_mode="r") if mended else None

    def __len__(self) -> int:
        return ROWS

    def __getitem__(self, number: int) -> Tensor:
        if self.mapped is not None:
            return torch.from_numpy(self.mapped[number].copy())
        rows = numpy.load(self.path)  # the fault: profile.dataset
        return torch.from_numpy(rows[number])


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.set_num_threads(1)  # the other processor is for the workers
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 512), nn.ReLU(), nn.Linear(512, WIDTH))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "signals.npy"
        numpy.save(path, numpy.random.default_rng(0).standard_normal((ROWS, WIDTH), numpy.float32))
        loader = DataLoader(Signals(path, given.mended), 32, shuffle=True, num_workers=2, persistent_workers=True)
        step = 0
        while step < given.steps:
            for rows in loader:
                step += 1
                loss = nn.functional.mse_loss(model(rows), rows)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                if step % 10 == 0:
                    print(f"step {step:5}  loss {loss.item():.4f}", flush=True)
                if step == given.steps:
                    break


if __name__ == "__main__":
    main()
