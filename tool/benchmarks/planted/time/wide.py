"""Computes in numbers of 8 bytes, since numpy made its data so.

./dev.sh profile tool/benchmarks/planted/time/wide.py --steps 300
"""

from __future__ import annotations

import argparse

import numpy
import torch
from torch import nn

COUNT, ROWS, WIDTH = 4096, 512, 512


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    kind = torch.float32 if given.mended else torch.float64
    data = numpy.random.default_rng(0).standard_normal((COUNT, WIDTH))
    model = nn.Sequential(nn.Linear(WIDTH, 1024), nn.GELU(), nn.Linear(1024, WIDTH)).to(kind)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for step in range(1, given.steps + 1):
        chosen = numpy.random.default_rng(step).integers(COUNT, size=ROWS)
        rows = torch.as_tensor(data[chosen], dtype=kind)  # the fault: profile.float64
        loss = nn.functional.mse_loss(model(rows), rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
