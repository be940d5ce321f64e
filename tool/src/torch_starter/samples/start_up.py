"""What goes by before a training computes: the interpreter, the import of torch, and what is made at its first use."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any, Dict


def first(measure: Any, device: str) -> Dict[str, Any]:
    """Each for the first time in this process, which has not imported torch; on a GPU where `device` names one."""
    if "torch" in sys.modules:
        raise AssertionError("torch is imported already: this is to be measured in a fresh interpreter")
    told = {"interpreter": measure.series(measure.taken(lambda: _bare(measure)))}
    told["import"] = measure.single(lambda: importlib.import_module("torch"))
    told["step"] = measure.single(_step)
    if device != "cpu":
        told["gpu"] = measure.single(lambda: _on_gpu(device))
    return told


def _bare(measure: Any) -> Any:
    """An interpreter that does nothing, from its start to its end."""
    meter = measure.meter()
    subprocess.run([sys.executable, "-c", "pass"], check=True, timeout=60)
    return measure.told(meter)


def _step() -> None:
    """Make a small model and its optimizer, and train it one step."""
    import torch

    model = torch.nn.Linear(8, 8)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(4, 8)).sum().backward()
    optimizer.step()


def _on_gpu(device: str) -> None:
    """The context of the device is made, and a first kernel loaded."""
    import torch

    if float(torch.ones(8, device=device).sum()) != 8:
        raise AssertionError("8 ones on %s do not add up to 8" % device)
