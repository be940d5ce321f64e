"""Stacks of a process that runs already, from outside."""

from __future__ import annotations

from torch_starter.core.kinds import Profiler

PROFILER = Profiler(
    name="py-spy",
    requirement="py-spy>=0.4,<0.5",
    module="",
    about="It reads another process's memory: nothing in that one is changed, and with --native it has functions of C and C++.",
    without="there is no other way to look at a process that runs already",
    source="The manual of py-spy; a dump was measured to take 65 ms",
)
