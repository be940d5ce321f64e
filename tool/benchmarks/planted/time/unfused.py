"""Trains a large table of words with an optimizer that goes through it once for each operation.

./dev.sh profile tool/benchmarks/planted/time/unfused.py --steps 300
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

WORDS, WIDTH, ROWS, LONG = 20000, 256, 16, 32


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(WORDS, WIDTH), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 128))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=given.mended)  # the fault: profile.optimizer
    for step in range(1, given.steps + 1):
        words = torch.randint(WORDS, (ROWS, LONG))
        loss = nn.functional.cross_entropy(model(words).flatten(0, 1), words.flatten() % 128)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
