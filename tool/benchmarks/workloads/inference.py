"""Has no optimizer: a network that was trained elsewhere is asked about one batch after another.

    ./dev.sh run -- python tool/benchmarks/workloads/inference.py --steps 200

A step is a call of the outermost module. It is bound by what its convolutions compute.
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

BATCH, SIZE, CLASSES = 32, 64, 10


def network() -> nn.Sequential:
    """Images (batch, 3, 64, 64) to scores (batch, 10)."""
    layers: list[nn.Module] = []
    for before, after in ((3, 32), (32, 64), (64, 128)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, CLASSES))


def main() -> None:
    """Ask and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    model = network().eval()
    total = 0.0
    with torch.inference_mode():
        for step in range(1, given.steps + 1):
            scores = model(torch.randn(BATCH, 3, SIZE, SIZE))
            total += nn.functional.cross_entropy(scores, torch.arange(BATCH) % CLASSES).item()
            if step % 10 == 0 or step == given.steps:
                print(f"step {step:5}  loss {total / step:.4f}", flush=True)


if __name__ == "__main__":
    main()
