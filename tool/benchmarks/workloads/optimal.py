"""Has nothing to gain: products of large matrices, as fast as the cores compute.

./dev.sh run -- python tool/benchmarks/workloads/optimal.py --steps 100
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

SIZE = 2048


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    model = nn.Linear(SIZE, SIZE, bias=False)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2)
    rows = torch.randn(SIZE, SIZE)
    for step in range(1, given.steps + 1):
        loss = model(rows).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0 or step == given.steps:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
