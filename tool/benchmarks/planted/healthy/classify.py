"""A network that was trained elsewhere names what is in one batch of pictures after another.

./dev.sh profile tool/benchmarks/planted/healthy/classify.py --steps 300
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

BATCH, SIDE, CLASSES = 32, 64, 10


def block(before: int, after: int) -> list[nn.Module]:
    """Half as wide and high, of more channels."""
    return [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]


def main() -> None:
    """Name and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(
        *block(3, 32), *block(32, 64), *block(64, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, CLASSES)
    )
    model.eval()
    sure = torch.zeros(())
    with torch.inference_mode():
        for step in range(1, given.steps + 1):
            scores = model(torch.randn(BATCH, 3, SIDE, SIDE))
            sure += scores.softmax(1).max(1).values.mean()
            if step % 10 == 0:
                print(f"step {step:5}  loss {1 - sure.item() / step:.4f}", flush=True)


if __name__ == "__main__":
    main()
