"""Trains a small GPT, letter by letter, on a text that it makes itself: no download.

    ./dev.sh run -- python examples/text.py --steps 50

Prints the loss as it falls, the letters a second, and what the model writes at the end. With --device cuda it runs on a GPU.
The losses also go to TensorBoard with --log FOLDER, and to an offline run of Weights & Biases with --track (extra: tracking).
A GPT-2 of 124 million parameters is --layers 12 --heads 12 --width 768 --context 1024 --vocabulary 50304 --rate 6e-4.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice

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
        x = x + self.network(self.before_network(x))
        return x


class Gpt(nn.Module):
    """Letters (batch, time) to scores for the next one (batch, time, vocabulary)."""

    def __init__(self, vocabulary: int, context: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.letter, self.place = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.layers = nn.Sequential(*(Layer(width, heads) for _ in range(layers)))
        self.norm, self.scores = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)
        self.scores.weight = self.letter.weight  # one table to read a letter and to write it, as in GPT-2
        for part in self.modules():
            if isinstance(part, (nn.Linear, nn.Embedding)):
                nn.init.normal_(part.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        places = torch.arange(x.shape[1], device=x.device)
        scores: Tensor = self.scores(self.norm(self.layers(self.letter(x) + self.place(places))))
        return scores


def text(seed: int) -> tuple[list[str], Tensor]:
    """The letters that there are, and a text of 20,000 words as their numbers (time)."""
    told = " ".join(random.Random(seed).choices(WORDS, k=20_000))
    letters = sorted(set(told))
    numbers = {letter: number for number, letter in enumerate(letters)}
    return letters, torch.tensor([numbers[letter] for letter in told])


def batches(data: Tensor, batch: int, context: int, device: str) -> Iterator[Tensor]:
    """Pieces of the text from anywhere in it, without end: (batch, context + 1)."""
    while True:
        starts = torch.randint(len(data) - context - 1, (batch,)).tolist()
        yield torch.stack([data[start : start + context + 1] for start in starts]).to(device)


def train(
    model: nn.Module, optimizer: torch.optim.Optimizer, pieces: Iterable[Tensor], precision: str = "float32"
) -> Iterator[Tensor]:
    """A step for each batch of pieces; yields the loss after each, where it was computed: reading it waits for a GPU."""
    for piece in pieces:
        with torch.autocast(piece.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            scores = model(piece[:, :-1])
            loss = nn.functional.cross_entropy(scores.flatten(0, 1), piece[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        yield loss.detach()


def write(model: nn.Module, start: Tensor, count: int, context: int) -> Tensor:
    """`count` more letters, each the most likely one; (1, time) in, (1, time + count) out."""
    with torch.no_grad():
        for _ in range(count):
            scores = model(start[:, -context:])[:, -1]
            start = torch.cat([start, scores.argmax(-1, keepdim=True)], dim=1)
    return start


@contextmanager
def logs(given: argparse.Namespace) -> Iterator[list[Callable[[int, float], None]]]:
    """What takes each step and its loss, besides the terminal. Nothing is sent: WANDB_MODE=online is yours to say."""
    with ExitStack() as stack:
        takers: list[Callable[[int, float], None]] = []
        try:
            if given.log:
                from torch.utils.tensorboard import SummaryWriter

                writer = stack.enter_context(SummaryWriter(given.log))
                takers.append(lambda step, loss: writer.add_scalar("loss", loss, step))
            if given.track:
                os.environ.setdefault("WANDB_MODE", "offline")
                os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # else it calls its makers also when offline
                import wandb

                run = stack.enter_context(wandb.init(project="text", config=vars(given)))
                takers.append(lambda step, loss: run.log({"loss": loss}, step=step))
        except ImportError as error:
            raise SystemExit(f"{error}: it comes with  ./dev.sh setup --extra tracking") from error
        yield takers


def arguments() -> argparse.Namespace:
    """What is given on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--context", type=int, default=64)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--vocabulary", type=int, default=0, help="how many letters the model knows; all of the text's at least")
    parser.add_argument("--rate", type=float, default=3e-3, help="how far a step goes")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32", help="bfloat16: by autocast")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", metavar="FOLDER", help="write the losses for TensorBoard into this folder")
    parser.add_argument("--track", action="store_true", help="write them as an offline run of Weights & Biases, below wandb/")
    return parser.parse_args()


def main() -> None:
    """Train and tell."""
    given = arguments()
    torch.manual_seed(given.seed)
    letters, data = text(given.seed)
    vocabulary = max(len(letters), given.vocabulary)
    model = Gpt(vocabulary, given.context, given.width, given.layers, given.heads).to(given.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=given.rate)
    steps = train(model, optimizer, batches(data, given.batch, given.context, given.device), given.precision)
    started = time.perf_counter()
    with logs(given) as takers:
        for step, loss in enumerate(islice(steps, given.steps), 1):
            if step % 10 == 0 or step == given.steps:
                rate = step * given.batch * given.context / (time.perf_counter() - started)
                print(f"step {step:4}  loss {loss.item():.4f}  {rate:.0f} letters/s", flush=True)
                for take in takers:
                    take(step, loss.item())
    told = write(model, data[None, : given.context].to(given.device), 40, given.context)[0, given.context :]
    print("it writes: " + "".join(letters[number] if number < len(letters) else "?" for number in told.tolist()))


if __name__ == "__main__":
    main()
