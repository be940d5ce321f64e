"""Keeps the gradients of a large table of words as zeros, while the next step computes.

./dev.sh memory-profile tool/benchmarks/planted/memory/kept_gradients.py --steps 100
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

WORDS, WIDTH, ROWS, LONG = 500_000, 64, 4096, 64


class Bag(nn.Module):
    """Texts of 64 words (4096, 64) to a score each."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.last = nn.Linear(WIDTH, 1)

    def forward(self, texts: Tensor) -> Tensor:
        seen = nn.functional.gelu(self.norm(self.words(texts)))
        return self.last(seen.mean(1))


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = Bag()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in range(1, given.steps + 1):
        texts = torch.randint(WORDS, (ROWS, LONG))
        optimizer.zero_grad(set_to_none=False)  # the fault: memory.gradients
        loss = nn.functional.mse_loss(model(texts), (texts % 7 == 0).float().mean(1, keepdim=True))
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
