"""Trains a small GPT, letter by letter, on a text that it makes itself: no download.

    ./dev.sh run -- python examples/text.py --steps 50

Prints the loss as it falls, the letters a second, and what the model writes at the end. With --device cuda it runs on a GPU.
"""

import argparse
import random
import time

import torch
from torch import Tensor, nn

WORDS = ("the", "small", "green", "bird", "cat", "sings", "sees", "a", "tree", "and", "sleeps", "again")


class Layer(nn.Module):
    """One transformer block: attention to what came before, then a network for each place; (batch, time, width) in and out."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_network = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.network = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        batch, time_, width = x.shape
        parts = self.query_key_value(self.before_attention(x)).view(batch, time_, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, time_, width))
        return x + self.network(self.before_network(x))


class Gpt(nn.Module):
    """Letters (batch, time) to scores for the next one (batch, time, letters)."""

    def __init__(self, letters: int, context: int, width: int, layers: int) -> None:
        super().__init__()
        self.letter, self.place = nn.Embedding(letters, width), nn.Embedding(context, width)
        self.layers = nn.Sequential(*(Layer(width, heads=4) for _ in range(layers)))
        self.norm, self.scores = nn.LayerNorm(width), nn.Linear(width, letters)

    def forward(self, x: Tensor) -> Tensor:
        places = torch.arange(x.shape[1], device=x.device)
        return self.scores(self.norm(self.layers(self.letter(x) + self.place(places))))


def write(model: nn.Module, start: Tensor, count: int, context: int) -> Tensor:
    """`count` more letters, each the most likely one; (1, time) in, (1, time + count) out."""
    with torch.no_grad():
        for _ in range(count):
            scores = model(start[:, -context:])[:, -1]
            start = torch.cat([start, scores.argmax(-1, keepdim=True)], dim=1)
    return start


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--context", type=int, default=64)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    text = " ".join(random.Random(given.seed).choices(WORDS, k=20_000))
    letters = sorted(set(text))
    data = torch.tensor([letters.index(letter) for letter in text])
    model = Gpt(len(letters), given.context, given.width, given.layers).to(given.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    started = time.perf_counter()
    for step in range(1, given.steps + 1):
        starts = torch.randint(len(data) - given.context - 1, (given.batch,)).tolist()
        batch = torch.stack([data[start : start + given.context + 1] for start in starts]).to(given.device)
        loss = nn.functional.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step % 10 == 0 or step == given.steps:
            rate = step * given.batch * given.context / (time.perf_counter() - started)
            print(f"step {step:4}  loss {loss.item():.4f}  {rate:.0f} letters/s", flush=True)
    told = write(model, data[None, : given.context].to(given.device), 40, given.context)[0, given.context :]
    print("it writes: " + "".join(letters[number] for number in told.tolist()))


if __name__ == "__main__":
    main()
