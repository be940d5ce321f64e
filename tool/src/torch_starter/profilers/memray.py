"""Memory that is asked for, by line."""

from __future__ import annotations

from torch_starter.core.kinds import Profiler

PROFILER = Profiler(
    name="memray",
    requirement="memray>=1.17,<2",
    module="memray",
    about="It sees each block that malloc and mmap give out, with the line that asked for it, of Python or of C.",
    without="Python's own tracemalloc takes its place, and does not see what torch and NumPy ask for themselves",
    source="The manual of memray; it was measured to take 1.09 times the CPU time of a small training",
)
