"""Packages that are published broken: their files are as their RECORD says, and do not work."""

from __future__ import annotations

from torch_starter.core.kinds import Fault
from torch_starter.core.victim import Victim
from torch_starter.faults.start import SEGFAULT


def raises(victim: Victim) -> None:
    victim.publish(victim.find("safetensors/__init__.py"), "raise ImportError('no good')\n")


def segfaults(victim: Victim) -> None:
    victim.publish(victim.find("torchaudio/__init__.py"), SEGFAULT)


def hangs(victim: Victim) -> None:
    victim.publish(victim.find("torchaudio/__init__.py"), "import threading\nthreading.Event().wait()\n")


def exits(victim: Victim) -> None:
    victim.publish(victim.find("torchaudio/__init__.py"), "import sys\nsys.exit(0)\n")


def prints(victim: Victim) -> None:
    path = victim.find("safetensors/__init__.py")
    victim.publish(path, path.read_text() + "\nprint('welcome')\n")


def torch_raises(victim: Victim) -> None:
    victim.publish(victim.find("torch/__init__.py"), "raise OSError('libcudart.so.13: cannot open shared object file')\n")


def wrong_answer(victim: Victim) -> None:
    path = victim.find("scipy/linalg/__init__.py")
    victim.publish(path, path.read_text() + "\ndef toeplitz(*args, **more):\n    raise ValueError('no matrix today')\n")


FAULTS = (
    Fault("imports.raises", "safetensors raises on import", "imports.safetensors", raises),
    Fault("imports.segfaults", "torchaudio ends the process on import", "imports.torchaudio", segfaults),
    Fault("imports.hangs", "torchaudio never comes back from its import", "imports.torchaudio", hangs),
    Fault("imports.exits", "torchaudio leaves the interpreter on import", "imports.torchaudio", exits),
    Fault("imports.prints", "safetensors prints on import", "imports.safetensors", prints, ("warn",)),
    Fault("imports.torch", "torch itself cannot be imported", "imports.torch", torch_raises),
    Fault("imports.use", "scipy can be imported, and a function of it raises", "uses.scipy", wrong_answer),
)
