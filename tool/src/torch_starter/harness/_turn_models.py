"""Turns of the outermost module, made when it is called first: how its weights lie in memory, what it computes in, compiling."""

from __future__ import annotations

import copy
import importlib
import types
from typing import Any, Callable, Optional


def channels_last(turns: Any, torch: Any, module: Any, wanted: bool) -> Optional[str]:
    """Put the weights of convolutions, and what an optimizer keeps of them, into the order in which channels are neighbours."""
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    kinds = torch.nn.modules.conv._ConvNd
    weights = [part.weight for part in module.modules() if isinstance(part, kinds) and part.weight.dim() in formats]
    for weight in weights:
        order = formats[weight.dim()]
        weight.data = weight.data.contiguous(memory_format=order)
        for optimizer in turns.made.optimizers:
            state = optimizer.state.get(weight, {})
            kept = {name: value for name, value in state.items() if getattr(value, "shape", None) == weight.shape}
            state.update({name: value.contiguous(memory_format=order) for name, value in kept.items()})
    return None if weights else "it has no convolution of two or three dimensions"


def autocast(turns: Any, torch: Any, module: Any, wanted: str) -> None:
    """Compute in another type inside, and answer in float32, as accelerate does it."""
    device = next(module.parameters()).device.type
    module.forward = types.MethodType(casting(torch, module.__dict__.get("forward"), device, getattr(torch, wanted)), module)


def casting(torch: Any, own: Optional[Callable[..., Any]], device: str, kind: Any) -> Callable[..., Any]:
    """A forward under autocast. It belongs to whichever module it is bound to, so that a copy computes with its own weights.

    `own` is what was put on the module instead of the forward of its class.
    """

    def forward(self: Any, *words: Any, **named: Any) -> Any:
        with torch.autocast(device, kind):
            told = own(*words, **named) if own is not None else type(self).forward(self, *words, **named)
        return as_float32(torch, told)

    forward.entering = lambda: torch.autocast(device, kind)  # type: ignore[attr-defined]  # for effect.py
    forward.device = device  # type: ignore[attr-defined]
    return forward


def as_float32(torch: Any, told: Any) -> Any:
    """Tensors of fewer digits in an answer as float32, wherever in it they are."""
    if isinstance(told, torch.Tensor):
        return told.float() if told.dtype in (torch.bfloat16, torch.float16) else told
    if isinstance(told, dict):
        pairs = {name: as_float32(torch, value) for name, value in told.items()}
        try:
            return type(told)(pairs)
        except TypeError:  # such as a defaultdict, which is made from something else
            same = copy.copy(told)
            same.update(pairs)
            return same
    if isinstance(told, tuple) and hasattr(told, "_fields"):
        return type(told)(*(as_float32(torch, value) for value in told))
    if isinstance(told, (list, tuple)):
        return type(told)(as_float32(torch, value) for value in told)
    return told


def compile(turns: Any, torch: Any, module: Any, mode: str) -> Optional[str]:
    """As Module.compile does it: in place, and left out where the module is copied or saved.

    What cannot be compiled is computed as before, which is read back.
    """
    if getattr(module, "_compiled_call_impl", None) is not None or hasattr(module, "_orig_mod"):
        return "it is compiled already"
    if isinstance(module, torch.jit.ScriptModule):
        return "it is a ScriptModule"
    importlib.import_module("torch._dynamo").config.suppress_errors = True
    module.compile(mode=mode)
    return None
