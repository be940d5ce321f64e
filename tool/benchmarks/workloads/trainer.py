"""Trains with the Trainer of Hugging Face: a tiny GPT-2 that is made from its configuration, without a download.

    ./dev.sh run -- python tool/benchmarks/workloads/trainer.py --steps 100

The loop, the DataLoader and the optimizer are the Trainer's. It is bound by small operations.
"""

from __future__ import annotations

import argparse
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset
from transformers.models.gpt2 import GPT2Config, GPT2LMHeadModel
from transformers.trainer import Trainer
from transformers.trainer_callback import TrainerCallback
from transformers.training_args import TrainingArguments

LETTERS, CONTEXT, BATCH = 64, 64, 8


class Lines(Dataset[dict[str, Tensor]]):
    """Lines of numbers that go up by the same each time, from anywhere: (64) to read, and to learn."""

    def __len__(self) -> int:
        return LETTERS * 16

    def __getitem__(self, number: int) -> dict[str, Tensor]:
        line = (torch.arange(CONTEXT) * (1 + number // LETTERS) + number) % LETTERS
        return {"input_ids": line, "labels": line}


class Told(TrainerCallback):
    """Prints the loss."""

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if "loss" in logs:
            print(f"step {state.global_step:5}  loss {logs['loss']:.4f}", flush=True)


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=LETTERS, n_positions=CONTEXT, n_embd=64, n_layer=2, n_head=2))
    with TemporaryDirectory() as folder:
        how = TrainingArguments(
            folder,
            max_steps=given.steps,
            per_device_train_batch_size=BATCH,
            learning_rate=1e-3,
            seed=given.seed,
            logging_steps=10,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
        )
        trainer = Trainer(model=model, args=how, train_dataset=Lines(), callbacks=[Told()])
        trainer.train()


if __name__ == "__main__":
    main()
