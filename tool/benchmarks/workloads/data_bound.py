"""Waits for its data: JPEGs are decoded and made small for a network that is done with them in no time.

    ./dev.sh run -- python tool/benchmarks/workloads/data_bound.py --steps 100 --workers 2

Without workers nothing is decoded while the network computes, so most of a step is waiting; with workers it is as fast as the
cores that they have. The pictures are made at the start and kept in memory, so that no disk has a part, and each is cut and
turned by chance of its own number: the losses are the same with any number of workers. None of it is shared among threads.
"""

from __future__ import annotations

import argparse
import io
import random
from itertools import chain, islice, repeat

import numpy
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

CLASSES, LARGE, CUT, SMALL = 10, 512, 448, 56


def jpeg(label: int, chance: numpy.random.Generator) -> bytes:
    """A picture of 512 x 512 in which coarse noise is laid over a bar whose place is the class."""
    coarse = Image.fromarray(chance.integers(0, 200, (128, 128, 3), dtype=numpy.uint8))
    picture = numpy.array(coarse.resize((LARGE, LARGE)))
    high = LARGE // CLASSES
    picture[high * label : high * (label + 1), : LARGE // 4] = 255
    written = io.BytesIO()
    Image.fromarray(picture).save(written, "JPEG", quality=90)
    return written.getvalue()


class Pictures(Dataset[tuple[Tensor, int]]):
    """JPEGs that are decoded, cut and made small when they are asked for: (3, 56, 56), and the class."""

    def __init__(self, count: int, seed: int) -> None:
        chance = numpy.random.default_rng(seed)
        self.written = [jpeg(number % CLASSES, chance) for number in range(count)]

    def __len__(self) -> int:
        return len(self.written)

    def __getitem__(self, number: int) -> tuple[Tensor, int]:
        chance = random.Random(number)  # of its own: the same cut in whichever worker
        picture = Image.open(io.BytesIO(self.written[number])).convert("RGB")
        left, top = chance.randrange(LARGE - CUT + 1), chance.randrange(LARGE - CUT + 1)
        picture = picture.resize((SMALL, SMALL), box=(left, top, left + CUT, top + CUT))
        if chance.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        values = numpy.asarray(picture, numpy.float32).transpose(2, 0, 1) / 64 - 2  # by NumPy, which has one thread for it
        return torch.from_numpy(values), number % CLASSES


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * SMALL**2, CLASSES))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    loader = DataLoader(Pictures(256, given.seed), 16, shuffle=True, drop_last=True, num_workers=given.workers)
    batches = islice(chain.from_iterable(repeat(loader)), given.steps)  # from the start again after the last
    for step, (pictures, labels) in enumerate(batches, 1):
        loss = nn.functional.cross_entropy(model(pictures), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
