"""Decodes pictures in the script's own process: while it does, nothing computes.

./dev.sh profile tool/benchmarks/planted/time/no_workers.py --steps 300
"""

from __future__ import annotations

import argparse
import io

import numpy
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

COUNT, LARGE, SMALL, CLASSES = 256, 256, 64, 10


class Pictures(Dataset[tuple[Tensor, int]]):
    """JPEGs (256, 256) that become small (3, 64, 64), and their class."""

    def __init__(self) -> None:
        chance, self.written = numpy.random.default_rng(0), []
        for _ in range(COUNT):
            file = io.BytesIO()
            coarse = Image.fromarray(chance.integers(0, 255, (64, 64, 3), dtype=numpy.uint8))
            coarse.resize((LARGE, LARGE)).save(file, "JPEG", quality=90)
            self.written.append(file.getvalue())

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, number: int) -> tuple[Tensor, int]:
        picture = Image.open(io.BytesIO(self.written[number])).convert("RGB").resize((SMALL, SMALL))
        values = numpy.asarray(picture, numpy.float32).transpose(2, 0, 1) / 255
        return torch.from_numpy(values), number % CLASSES


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.set_num_threads(1)  # so that workers have a processor of their own
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 16, 5, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 15 * 15, CLASSES))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    working = {"num_workers": 2, "persistent_workers": True} if given.mended else {}
    loader = DataLoader(Pictures(), 16, shuffle=True, **working)  # the fault: profile.data
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
