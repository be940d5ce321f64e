"""Which GPUs are measured, and in which kinds of numbers."""

from __future__ import annotations

from collections.abc import Mapping

from torch_starter.core.bed import Bed

KINDS = {"bfloat16": "bfloat16", "float16": "float16", "tf32": "float32", "float32": "float32"}
NEWER = ("bfloat16", "tf32")  # tensor cores have them since compute capability 8.0; before it bfloat16 is emulated, if at all
QUICK = ("bfloat16", "float16", "float32")  # the first of them that there is, and the last


def devices(bed: Bed) -> Mapping[str, str]:
    """The GPUs, each with its name; in the quick suite one of each name."""
    if not bed.quick:
        return bed.devices
    first = {name: device for device, name in reversed(tuple(bed.devices.items()))}
    return {device: name for name, device in first.items()}


def kinds(bed: Bed, device: str) -> Mapping[str, str]:
    """The kinds of numbers that a GPU's cores have, each with torch's type; in the quick suite a short and a long one."""
    there = [kind for kind in KINDS if kind not in NEWER or is_newer(bed, device)]
    if bed.quick:
        quick = [kind for kind in there if kind in QUICK]
        there = [quick[0], quick[-1]]
    return {kind: KINDS[kind] for kind in there}


def is_newer(bed: Bed, device: str) -> bool:
    """Whether it is of compute capability 8.0 or later, or nobody knows."""
    capability = bed.capabilities.get(device, "")
    return not capability or int(capability.split(".")[0]) >= 8


def short(bed: Bed, device: str) -> str:
    """The kind of number that a model would be trained in."""
    return next(iter(kinds(bed, device)))
