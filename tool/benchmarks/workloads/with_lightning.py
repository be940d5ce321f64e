"""Trains with Lightning, where that is installed; it is no dependency of this project.

    ./dev.sh add lightning
    ./dev.sh run -- python tool/benchmarks/workloads/with_lightning.py --steps 100

The loop is Lightning's. It is bound by small operations, and by what Lightning does around each.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

ROWS, WIDTH, BATCH = 4096, 128, 64


def training(lightning: Any) -> Any:
    """A module of Lightning's: rows (batch, 128) and what is wanted for them."""

    class Training(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Sequential(
                nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, 1)
            )

        def training_step(self, batch: tuple[Tensor, Tensor], number: int) -> Tensor:
            loss = nn.functional.mse_loss(self.inner(batch[0]), batch[1])
            if self.global_step % 10 == 9:
                print(f"step {self.global_step + 1:5}  loss {loss.item():.4f}", flush=True)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.AdamW(self.parameters(), lr=1e-3)

    return Training()


def main() -> None:
    """Train and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    name = next(
        (name for name in ("lightning.pytorch", "pytorch_lightning") if importlib.util.find_spec(name.split(".")[0])), None
    )
    if name is None:
        sys.exit("stopped: Lightning is not installed here\nwhat to do: ./dev.sh add lightning")
    lightning = importlib.import_module(name)
    lightning.seed_everything(given.seed, verbose=False)
    rows = torch.randn(ROWS, WIDTH)
    data = TensorDataset(rows, rows[:, :8].sum(1, keepdim=True).sin())
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}
    trainer = lightning.Trainer(accelerator="cpu", max_steps=given.steps, max_epochs=-1, **quiet)
    trainer.fit(training(lightning), DataLoader(data, BATCH, shuffle=True))


if __name__ == "__main__":
    main()
