"""Turns of torch as a whole: its threads, the precision of products, how tensors are shared, cuDNN.

Where the script calls the same function later, it says what the turn says.
"""

from __future__ import annotations

import functools
import os
import sys
from typing import Any, Callable, Optional

HERE = os.path.dirname(os.path.abspath(__file__))


def threads(turns: Any, torch: Any, count: int) -> Optional[str]:
    """The script's own calls say this number. Those of torch itself, for a DataLoader's workers, say what they say."""
    setting = torch.set_num_threads

    @functools.wraps(setting)
    def set_num_threads(wanted: int) -> None:
        if by_torch():
            setting(wanted)
        else:
            turns.overrule("torch.set_num_threads", wanted, count)
            turns.done["threads"] = ""
            setting(count)

    torch.set_num_threads = set_num_threads
    return "the script did not call torch.set_num_threads"


def interop_threads(turns: Any, torch: Any, count: int) -> None:
    """Torch takes the number once, before it has started such threads."""
    torch.set_num_interop_threads(count)
    torch.set_num_interop_threads = settled(turns, "torch.set_num_interop_threads", torch.set_num_interop_threads, count)


def float32_precision(turns: Any, torch: Any, precision: str) -> None:
    torch.set_float32_matmul_precision(precision)
    name = "torch.set_float32_matmul_precision"
    torch.set_float32_matmul_precision = settled(turns, name, torch.set_float32_matmul_precision, precision)


def sharing(turns: Any, torch: Any, strategy: str) -> None:
    shared = torch.multiprocessing
    shared.set_sharing_strategy(strategy)
    name = "torch.multiprocessing.set_sharing_strategy"
    shared.set_sharing_strategy = settled(turns, name, shared.set_sharing_strategy, strategy)


def cudnn_benchmark(turns: Any, torch: Any, value: bool) -> None:
    """Made after the import, and again when the model is called: between them the script may say no."""
    torch.backends.cudnn.benchmark = value


def settled(turns: Any, name: str, function: Callable[..., Any], value: Any) -> Callable[..., None]:
    """Instead of a function that sets something that is set already."""

    @functools.wraps(function)
    def instead(wanted: Any) -> None:
        turns.overrule(name, wanted, value)

    return instead


def by_torch() -> bool:
    """Whether it is torch's own code that asks."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(HERE):
        frame = frame.f_back
    return frame is not None and str(frame.f_globals.get("__name__", "")).split(".")[0] == "torch"
