"""What the dynamic loader is told before Python starts."""

from __future__ import annotations

import shutil

from torch_starter.core.kinds import Fault
from torch_starter.core.machine import Machine
from torch_starter.core.victim import Victim


def fake_library(victim: Victim) -> None:
    """A library of another build under the name of one that the environment has."""
    real = next((path for path in sorted(victim.site.glob("**/libcudnn.so.*"))), None) or victim.find("torch/lib/libgomp*.so*")
    victim.replace(victim.here / "lib" / real.name, b"not a library")
    victim.variables["LD_LIBRARY_PATH"] = str(victim.here / "lib")


def lost_preload(victim: Victim) -> None:
    victim.variables["LD_PRELOAD"] = "/opt/lost/libtcmalloc.so.4"


def no_glibc(machine: Machine) -> str:
    """Why LD_PRELOAD means nothing here."""
    return "" if shutil.which("ldconfig", path="/sbin:/usr/sbin:/bin:/usr/bin") else "no dynamic loader of glibc"


FAULTS = (
    Fault(
        "loader.library-path",
        "LD_LIBRARY_PATH has a library of the same name",
        "loader.library-path",
        fake_library,
        ("warn", "fail"),
    ),
    Fault("loader.preload", "LD_PRELOAD names what is not there", "loader.preload", lost_preload, level="quick", absent=no_glibc),
)
