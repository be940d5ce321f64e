"""An allocator that could be tried if it were installed."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings.allocator import read

WORTH = 0.1  # of a step
PACKAGES = {"tcmalloc": "libtcmalloc-minimal4", "jemalloc": "libjemalloc2"}  # of Debian and Ubuntu


def available(subject: Subject) -> Iterator[Value]:
    """Those that are missing, where another one would help."""
    if subject.bounds.get("memory", 0.0) < WORTH:
        raise Absent("little of a step is spent on mapping memory")
    missing = [package for name, package in PACKAGES.items() if name not in subject.libraries]
    if not missing:
        raise Absent("tcmalloc and jemalloc are installed")
    yield Value(", ".join(missing))


SETTING = Setting(
    name="allocator-library",
    title="an allocator to try",
    about="Much of a step is spent on mapping memory, and an allocator that keeps it is not installed: it is looked for where "
    "distributions, conda and pip put it.",
    safety="semantics",
    bounds=("memory",),
    available=available,
    read=read,
    source="facts/allocators.py",
    edit="install tcmalloc and jemalloc, so that they can be tried: apt-get install libtcmalloc-minimal4 libjemalloc2 on Debian "
    "and Ubuntu, dnf install gperftools-libs jemalloc on Fedora, conda install gperftools jemalloc elsewhere",
)
