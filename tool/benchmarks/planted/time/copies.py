"""Makes a copy of all weights before each step, to tell how far they went.

./dev.sh profile tool/benchmarks/planted/time/copies.py --steps 300
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

ROWS, WIDTH = 16, 2048
OFTEN = 10  # steps


def copied(model: nn.Module) -> list[Tensor]:
    """The weights as they are now."""
    return [weights.detach().clone() for weights in model.parameters()]  # the fault: profile.copies


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    before: list[Tensor] = []
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        loss = nn.functional.mse_loss(model(rows), rows)
        optimizer.zero_grad()
        loss.backward()
        if not given.mended or step % OFTEN == 0:
            before = copied(model)
        optimizer.step()
        if step % OFTEN == 0:
            far = sum((new.detach() - old).norm() for new, old in zip(model.parameters(), before, strict=True))
            print(f"step {step:5}  loss {loss.item():.4f}, {float(far):.3f} far", flush=True)


if __name__ == "__main__":
    main()
