"""The GPUs that CUDA_VISIBLE_DEVICES leaves to a program."""

from __future__ import annotations

from collections.abc import Sequence

from torch_starter.core.evidence import Evidence
from torch_starter.core.variables import names_gpus
from torch_starter.facts.gpu import Device

HIDDEN = "CUDA_VISIBLE_DEVICES hides every GPU"


def hides_all(evidence: Evidence) -> bool:
    """Whether no GPU is left, which is how people choose the CPU."""
    return evidence.variables.get("CUDA_VISIBLE_DEVICES") in ("", "-1")


def left(evidence: Evidence, devices: Sequence[Device]) -> dict[int, Device]:
    """Those that the variable names, by the number that the driver gives them.

    All of them where it is unset or cannot be read: what is not told apart is judged.
    """
    every = dict(enumerate(devices))
    words = [word.strip() for word in evidence.variables.get("CUDA_VISIBLE_DEVICES", "").split(",")]
    meant = [{i for i, each in every.items() if means(word, i, each)} for word in words]
    if not names_gpus(",".join(words)) or not all(meant) or not told_apart(evidence, words, devices):
        return every
    return {i: each for i, each in every.items() if any(i in some for some in meant)}


def means(word: str, number: int, device: Device) -> bool:
    """Whether a word is this GPU: its number, or the beginning of its UUID."""
    return int(word) == number if word.isdecimal() else device.uuid.startswith(word)


def told_apart(evidence: Evidence, words: Sequence[str], devices: Sequence[Device]) -> bool:
    """Whether CUDA numbers as the driver does: among GPUs of several kinds it puts the fastest first, unless it is told."""
    alike = len({device.name for device in devices}) == 1 or evidence.variables.get("CUDA_DEVICE_ORDER") == "PCI_BUS_ID"
    return alike or not any(word.isdecimal() for word in words)
