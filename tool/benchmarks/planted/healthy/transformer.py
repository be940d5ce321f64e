"""A transformer that learns the next letter of a text that goes in circles.

./dev.sh profile tool/benchmarks/planted/healthy/transformer.py --steps 300
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

LETTERS, WIDTH, LONG, ROWS, LAYERS, HEADS = 64, 192, 128, 16, 3, 4


class Letters(nn.Module):
    """Letters (rows, length) to scores of the next ones."""

    def __init__(self) -> None:
        super().__init__()
        self.letters, self.places = nn.Embedding(LETTERS, WIDTH), nn.Embedding(LONG, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, dropout=0.0, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.last = nn.Linear(WIDTH, LETTERS)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(LONG))

    def forward(self, letters: Tensor) -> Tensor:
        rows = self.letters(letters) + self.places.weight
        scores: Tensor = self.last(self.layers(rows, mask=self.mask, is_causal=True))
        return scores


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    given = parser.parse_args()
    torch.manual_seed(0)
    model = Letters()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    for step in range(1, given.steps + 1):
        text = (torch.arange(LONG + 1) * torch.randint(1, 4, (ROWS, 1)) + torch.randint(LETTERS, (ROWS, 1))) % LETTERS
        loss = nn.functional.cross_entropy(model(text[:, :-1]).flatten(0, 1), text[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step:5}  loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
