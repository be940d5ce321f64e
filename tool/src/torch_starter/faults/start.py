"""What runs before the user's own code, or is found in its place."""

from __future__ import annotations

from torch_starter.core.kinds import Fault
from torch_starter.core.victim import Victim

SEGFAULT = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"


def prints(victim: Victim) -> None:
    victim.replace(victim.site / "sitecustomize.py", "print('good morning')\n")


def raises(victim: Victim) -> None:
    victim.replace(victim.site / "sitecustomize.py", "raise RuntimeError('not today')\n")


def hangs(victim: Victim) -> None:
    victim.replace(victim.site / "sitecustomize.py", "import threading\nthreading.Event().wait()\n")


def segfaults(victim: Victim) -> None:
    victim.replace(victim.site / "sitecustomize.py", SEGFAULT)


def pth(victim: Victim) -> None:
    victim.replace(victim.site / "broken.pth", "import no_such_module_at_all\n")


def shadowed_random(victim: Victim) -> None:
    victim.replace(victim.here / "random.py", "number = 4\n")


def shadowed_torch(victim: Victim) -> None:
    victim.replace(victim.here / "torch" / "__init__.py", "")


def python_path(victim: Victim) -> None:
    victim.replace(victim.here / "more" / "something.py", "")
    victim.variables["PYTHONPATH"] = str(victim.here / "more")


def hash_seed(victim: Victim) -> None:
    victim.variables["PYTHONHASHSEED"] = "yes"


FAULTS = (
    Fault("start.prints", "sitecustomize prints", "python.start", prints, ("warn",), "quick"),
    Fault("start.raises", "sitecustomize raises", "python.customize", raises, ("warn", "fail"), "quick"),
    Fault("start.hangs", "sitecustomize never ends", "python.start", hangs, level="quick"),
    Fault("start.segfaults", "sitecustomize ends the process", "python.start", segfaults, level="quick"),
    Fault("start.pth", "a .pth file imports what is not there", "python.customize", pth, ("warn", "fail"), "quick"),
    Fault("start.random", "a random.py in the current folder", "python.shadow", shadowed_random, level="quick"),
    Fault("start.torch", "a folder torch in the current folder", "python.shadow", shadowed_torch, level="quick"),
    Fault("start.pythonpath", "PYTHONPATH leads elsewhere", "python.path", python_path, ("warn",), "quick"),
    Fault("start.hash-seed", "PYTHONHASHSEED is no number", "python.start", hash_seed, level="quick"),
)
