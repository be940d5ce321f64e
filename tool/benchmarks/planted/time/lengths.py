"""Has batches of many lengths, for each of which its model is compiled again.

./dev.sh profile tool/benchmarks/planted/time/lengths.py --steps 300
"""

from __future__ import annotations

import argparse
import random

import torch
from torch import Tensor, nn

ROWS, WIDTH, SHORTEST, LONGEST = 8, 64, 32, 160


class Net(nn.Module):
    """Sequences (rows, length, 64) to as much."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(WIDTH, WIDTH)

    def forward(self, rows: Tensor) -> Tensor:  # the fault: profile.recompiles
        return rows + self.inner(rows).sigmoid()


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    torch._dynamo.config.recompile_limit = 64
    chance, net = random.Random(0), Net()
    model = torch.compile(net, dynamic=given.mended)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, chance.randrange(SHORTEST, LONGEST), WIDTH)
        loss = nn.functional.mse_loss(model(rows), rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
