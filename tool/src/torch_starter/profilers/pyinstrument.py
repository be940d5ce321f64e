"""Python's own stacks, in the steps that are sampled."""

from __future__ import annotations

from torch_starter.core.kinds import Profiler

PROFILER = Profiler(
    name="pyinstrument",
    requirement="pyinstrument>=5,<6",
    module="pyinstrument",
    about="It is called at each call and return, and keeps the stack a thousand times a second: functions and lines of Python.",
    without="a thread that looks at the interpreter's frames takes its place, and sees short functions less well",
    source="The manual of pyinstrument; it was measured to take 1.04 times the CPU time of a small training",
)
