"""Validates after every second step with more rows than it trains on.

./dev.sh profile tool/benchmarks/planted/time/validates.py --steps 300
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

ROWS, WIDTH, VALIDATED, OFTEN = 256, 512, 4096, 2


def validation(model: nn.Module, rows: Tensor) -> float:
    """The loss of rows (4096, 512) that are not trained on."""
    total = 0.0
    with torch.inference_mode():
        for batch in rows.split(ROWS):
            total += nn.functional.mse_loss(model(batch), batch, reduction="sum").item()
    return total / rows.numel()


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 1024), nn.GELU(), nn.Linear(1024, WIDTH))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    held = torch.randn(VALIDATED, WIDTH)
    best = float("inf")
    for step in range(1, given.steps + 1):
        rows = torch.randn(ROWS, WIDTH)
        loss = nn.functional.mse_loss(model(rows), rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % (100 * OFTEN if given.mended else OFTEN) == 0:
            best = min(best, validation(model, held))  # the fault: profile.validation
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}, best {best:.4f}", flush=True)


if __name__ == "__main__":
    main()
