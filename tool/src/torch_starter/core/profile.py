"""Where the time and the memory of a script go: what its processes told, as `profile` and `memory-profile` keep it.

All times are seconds, all sizes bytes. What is told "a step" is the mean of the steps that it was seen in.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from itertools import groupby
from typing import Literal

import msgspec

from torch_starter.core.memory import Census as Census
from torch_starter.core.memory import GpuMemory as GpuMemory
from torch_starter.core.memory import Growth as Growth
from torch_starter.core.memory import Holding as Holding
from torch_starter.core.memory import Memory as Memory
from torch_starter.core.memory import Moment as Moment
from torch_starter.core.memory import Owner as Owner
from torch_starter.core.memory import Segment as Segment
from torch_starter.core.place import Place
from torch_starter.core.seen import Again as Again
from torch_starter.core.seen import Compiled as Compiled
from torch_starter.core.seen import Event as Event
from torch_starter.core.seen import Gpu as Gpu
from torch_starter.core.seen import Mark as Mark
from torch_starter.core.seen import Worker as Worker
from torch_starter.core.stacks import Call as Call
from torch_starter.core.stacks import Frame as Frame
from torch_starter.core.stacks import Op as Op
from torch_starter.core.stacks import Part as Part
from torch_starter.core.stacks import Stack as Stack
from torch_starter.core.stacks import Stacks as Stacks
from torch_starter.core.tuning import Loader, Model, Optimizer

Mode = Literal["warm", "bare", "sampled", "traced", "called"]
Ended = Literal["enough", "exit", "error", "interrupted", "memory", "attached"]

PARTS: tuple[Part, ...] = ("data", "transfer", "forward", "backward", "optimizer", "python", "idle")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: how it was looked at, and what its parts took by the clock of the CPU.

    `mode`: it warms up; nothing looks at it (`bare`); Python's stacks are sampled; torch's profiler traces its operations; each
    call of torch is noted (`called`). `cpu` is what all threads of the process worked; `data` waiting for the loader; `transfer`
    moving tensors to a device; `forward` in the outermost model; `resident`: memory of the process when it ended.
    """

    mode: Mode
    wall: float
    cpu: float = 0.0
    data: float = 0.0
    transfer: float = 0.0
    forward: float = 0.0
    backward: float = 0.0
    optimizer: float = 0.0
    resident: int = 0

    @property
    def rest(self) -> float:
        """What is in none of its parts: the script's own Python, the loss, what it logs."""
        return max(0.0, self.wall - self.data - self.transfer - self.forward - self.backward - self.optimizer)


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process of a script, told by itself. `steps` are all of them; `imports` seconds of each package, less those it imports.

    Those that are `imported` by the user's own files are named. `distributed`: ranks talk to each other. `others`: the share
    of the machine that others used while steps were looked at, and `waited` that of the time in which threads waited for a
    processor. `stacks` are of the sampled steps; of the whole run where there is no step. `sampler`: what looked. `ended`: it
    had been seen enough, came to its own end, raised an `error`, or was interrupted. `forwards`: calls of the outermost
    model.

    `anomaly`: where the search for anomalies was turned on. `epochs`: how often a loader was begun from its start in the steps
    after the warm-up, and for how many seconds in all that took, such as to start its workers. `kept`: files that it wrote,
    which went aside. `effect`: settings by name that advice reads, such as "cuda allocator".
    """

    process: int = 0
    rank: int = 0
    world: int = 1
    kind: Literal["training", "inference", "none"] = "none"
    ended: Ended = "exit"
    error: str = ""
    device: str = "cpu"
    version: str = ""
    seconds: float = 0.0
    cpu: float = 0.0
    cpus: int = 1
    threads: int = 1
    marks: tuple[Mark, ...] = ()
    imports: dict[str, float] = {}
    imported: tuple[str, ...] = ()
    distributed: bool = False
    others: float = 0.0
    waited: float = 0.0
    steps: tuple[Step, ...] = ()
    forwards: int = 0
    stacks: Stacks = Stacks()
    start: Stacks = Stacks()
    sampler: str = "Python"
    ops: tuple[Op, ...] = ()
    events: tuple[Event, ...] = ()
    calls: tuple[Call, ...] = ()
    workers: tuple[Worker, ...] = ()
    compiled: Compiled = Compiled()
    gpu: Gpu | None = None
    loaders: tuple[Loader, ...] = ()
    optimizers: tuple[Optimizer, ...] = ()
    models: tuple[Model, ...] = ()
    threads_set: tuple[Place, ...] = ()
    anomaly: Place | None = None
    effect: dict[str, str] = {}
    epochs: int = 0
    epoch_seconds: float = 0.0
    memory: Memory | None = None
    notes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def of(self, *modes: Mode) -> list[Step]:
        """Its steps that were looked at so."""
        return [step for step in self.steps if step.mode in modes]

    @property
    def step(self) -> float:
        """Seconds of a step when nothing looks: the median of the bare ones; of all where there is none. 0: it does none."""
        walls = [step.wall for step in self.of("bare") or self.of("warm", "sampled", "traced", "called")]
        return statistics.median(walls) if walls else 0.0

    @property
    def parts(self) -> dict[Part, float]:
        """Seconds a step of each part, of bare steps; `idle` is told by a GPU alone, and lies in the others."""
        steps = self.of("bare") or list(self.steps)
        if not steps:
            return {}
        found: dict[Part, float] = {
            "data": statistics.fmean(step.data for step in steps),
            "transfer": statistics.fmean(step.transfer for step in steps),
            "forward": statistics.fmean(step.forward for step in steps),
            "backward": statistics.fmean(step.backward for step in steps),
            "optimizer": statistics.fmean(step.optimizer for step in steps),
            "python": statistics.fmean(step.rest for step in steps),
        }
        return found

    @property
    def mean(self) -> float:
        """Seconds of a step, the mean of the bare ones: what the parts add up to."""
        steps = self.of("bare") or list(self.steps)
        return statistics.fmean(step.wall for step in steps) if steps else 0.0

    def share(self, part: Part) -> float:
        """The share of a step that a part takes."""
        return self.parts.get(part, 0.0) / self.mean if self.mean else 0.0

    def overhead(self, *modes: Mode) -> float | None:
        """How many times as much CPU time a step takes while it is looked at so; None where that was not seen.

        Each stretch of such steps is held against the bare ones before and behind it, since a machine changes meanwhile; of
        several stretches it is the median. In a stretch it is the mean, since steps may be of two kinds, as those that validate.
        """
        stretches = [
            (mode, [step.cpu or step.wall for step in steps]) for mode, steps in groupby(self.steps, lambda step: step.mode)
        ]
        ratios = []
        for at, (mode, spent) in enumerate(stretches):
            before: list[float] = next((each for kind, each in reversed(stretches[:at]) if kind == "bare"), [])
            behind = next((each for kind, each in stretches[at + 1 :] if kind == "bare"), [])
            around = [statistics.fmean(each) for each in (before, behind) if each]
            if mode in modes and around and statistics.fmean(around):
                ratios.append(statistics.fmean(spent) / statistics.fmean(around))
        return statistics.median(ratios) if ratios else None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A profile of a command: what it is of, and its processes that stepped, or else all that told something, by their rank.

    `folder` has the files that other programs read: `files` by name, with what each is for. `code`: the exit status of the
    script, where it came to its own end. `missing`: profilers that could not be had, with why.
    """

    of: Literal["time", "memory"] = "time"
    command: tuple[str, ...] = ()
    script: str = ""
    root: str = ""
    code: int | None = None
    said: str = ""
    processes: tuple[Process, ...] = ()
    folder: str = ""
    files: dict[str, str] = {}
    seconds: float = 0.0
    missing: Mapping[str, str] = {}

    @property
    def main(self) -> Process:
        """The process of rank 0."""
        return min(self.processes, key=lambda process: process.rank, default=Process())

    @property
    def slowest(self) -> Process:
        """The rank that the others wait for: its steps take most without what it waits for others."""
        return max(self.processes, key=lambda process: process.step, default=Process())
