"""Pads lists of tokens in Python and makes a tensor of the lists: for each batch again.

./dev.sh profile tool/benchmarks/planted/time/collates.py --steps 300
"""

from __future__ import annotations

import argparse
import random

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

COUNT, TOKENS, LONGEST, WIDTH, BATCH = 2048, 1000, 512, 64, 64


class Lines(Dataset[list[int]]):
    """Tokens, up to 512 in a line."""

    def __init__(self) -> None:
        chance = random.Random(0)
        self.lines = [[chance.randrange(1, TOKENS) for _ in range(chance.randrange(LONGEST // 2, LONGEST))] for _ in range(COUNT)]

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, number: int) -> list[int]:
        return self.lines[number]


class Tensors(Lines):
    """The same as tensors that are made once."""

    def __init__(self) -> None:
        super().__init__()
        self.tensors = [torch.tensor(line) for line in self.lines]

    def __getitem__(self, number: int) -> Tensor:  # type: ignore[override]
        return self.tensors[number]


def padded(lines: list[list[int]]) -> Tensor:
    """A batch (64, 512)."""
    rows = [[line[at] if at < len(line) else 0 for at in range(LONGEST)] for line in lines]
    return torch.tensor(rows)  # the fault: profile.dataset


def put_together(lines: list[Tensor]) -> Tensor:
    """The same by torch."""
    return nn.utils.rnn.pad_sequence(lines, batch_first=True)


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--mended", action="store_true", help="without the fault")
    given = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(nn.EmbeddingBag(TOKENS, WIDTH, padding_idx=0), nn.Linear(WIDTH, 256), nn.ReLU(), nn.Linear(256, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loader: DataLoader[Tensor] = DataLoader(
        Tensors() if given.mended else Lines(),  # type: ignore[arg-type]
        BATCH,
        shuffle=True,
        collate_fn=put_together if given.mended else padded,
    )
    step = 0
    while step < given.steps:
        for tokens in loader:
            step += 1
            loss = (model(tokens).squeeze(1) - (tokens > 0).float().mean(1)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 10 == 0:
                print(f"step {step:5}  loss {loss.item():.4f}", flush=True)
            if step == given.steps:
                break


if __name__ == "__main__":
    main()
