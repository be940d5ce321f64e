"""Where the time and the memory of a script go: what its processes told, as `profile` and `memory-profile` keep it.

All times are seconds, all sizes bytes. What is told "a step" is the mean of the steps that it was seen in.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from torch_starter.core.place import Place
from torch_starter.core.tuning import Loader, Model, Optimizer

Mode = Literal["warm", "bare", "sampled", "traced", "called"]
Part = Literal["data", "transfer", "forward", "backward", "optimizer", "python", "idle"]
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


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """A function that was running, and the line that it was at. `own`: in a file of the user, not of an installed package."""

    function: str
    file: str
    line: int
    own: bool = False


class Stack(msgspec.Struct, frozen=True, array_like=True):
    """Functions that called each other, the outermost first, by their numbers in Stacks.frames; and how long that was seen."""

    frames: tuple[int, ...]
    seconds: float


class Stacks(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen by looking again and again. `every`: seconds from one look to the next; `steps` that were looked at.

    `native`: with functions of C and C++.
    """

    frames: tuple[Frame, ...] = ()
    stacks: tuple[Stack, ...] = ()
    every: float = 0.001
    steps: int = 0
    native: bool = False

    @property
    def seconds(self) -> float:
        """All that was seen."""
        return sum(stack.seconds for stack in self.stacks)

    def lines(self) -> dict[Place, float]:
        """Seconds of each of the user's lines, with all that it calls: by the innermost frame of the user's in each stack."""
        found: dict[Place, float] = {}
        for stack in self.stacks:
            frame = next((self.frames[each] for each in reversed(stack.frames) if self.frames[each].own), None)
            if frame is not None:
                place = Place(frame.file, frame.line)
                found[place] = found.get(place, 0.0) + stack.seconds
        return dict(sorted(found.items(), key=lambda each: -each[1]))

    def under(self, names: Sequence[str]) -> float:
        """Seconds of stacks with a function of one of these names, with or without its file: "worker.py:fetch", "item"."""
        wanted = {
            number
            for number, frame in enumerate(self.frames)
            if frame.function in names or f"{frame.file.rsplit('/', 1)[-1]}:{frame.function}" in names
        }
        return sum(stack.seconds for stack in self.stacks if wanted.intersection(stack.frames))


class Op(msgspec.Struct, frozen=True, kw_only=True):
    """An operation of torch in the traced steps: how often a step calls it, and its own seconds a step, without what it calls.

    `device_seconds` is what a GPU computed for it. `part`: in which part of a step most of it is.
    """

    name: str
    count: float
    seconds: float
    device_seconds: float = 0.0
    part: Part = "python"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A function of torch as one of the user's lines calls it, itself or through a module: how often a step, and how long.

    `bytes` of what it answers with, a step; `dtypes` of its tensors; `reads`: it brings a value to Python (item, tolist, a
    condition), for which a GPU has to come to its end.
    """

    place: Place
    function: str
    count: float
    seconds: float
    bytes: float = 0.0
    dtypes: tuple[str, ...] = ()
    reads: bool = False
    copies: bool = False


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A process of a DataLoader: how many batches it made, how long each took, of which it worked so long, and its stacks.

    `number`: its number in its loader; `parent`: the process that it loads for. `unique`: of its `resident` size what no other
    process shares.
    """

    number: int
    process: int
    batches: int
    parent: int = 0
    seconds: float
    cpu: float = 0.0
    resident: int = 0
    unique: int = 0
    stacks: Stacks = Stacks()


class Again(msgspec.Struct, frozen=True):
    """A function that torch.compile had to compile again, or could not see through: where, how often, and why."""

    place: Place | None
    count: int
    why: str = ""


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """What torch.compile did: seconds in all, and in steps after the warm-up; what was compiled again; where graphs break."""

    seconds: float = 0.0
    steady_seconds: float = 0.0
    frames: int = 0
    again: tuple[Again, ...] = ()
    breaks: tuple[Again, ...] = ()


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """What a GPU did in the traced steps, a step: seconds that it computed and copied (overlap counted once), and its kernels.

    `pageable`: bytes copied from memory that is not pinned.
    """

    name: str = ""
    wall: float = 0.0
    computing: float = 0.0
    copying: float = 0.0
    communicating: float = 0.0
    kernels: float = 0.0
    pageable: float = 0.0
    parts: dict[str, float] = {}

    @property
    def idle(self) -> float:
        """The share of a step in which it had nothing to do."""
        return max(0.0, 1 - (self.computing + self.copying) / self.wall) if self.wall else 0.0


class Mark(msgspec.Struct, frozen=True):
    """How far a script had come by so many seconds after its interpreter began; `resident` and `cpu` by then.

    `what`: "torch", "model", "optimizer", "first step", "steady".
    """

    what: str
    seconds: float
    cpu: float = 0.0
    resident: int = 0


class Event(msgspec.Struct, frozen=True, array_like=True):
    """Something of the traced steps, for a timeline: from when to when, in seconds from the first of them.

    `row` is where to draw it: "step", "part", "operation", "gpu", "python".
    """

    row: str
    name: str
    start: float
    end: float
    depth: int = 0


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Memory that lines asked for: how much, in how many blocks; frames from the outermost in. `place`: the user's own line."""

    place: Place | None = None
    bytes: int = 0
    blocks: int = 0
    frames: tuple[Frame, ...] = ()


class Moment(msgspec.Struct, frozen=True, array_like=True):
    """What a process had at a moment, in seconds from its beginning: resident, of that by malloc and mmap (`heap`)."""

    seconds: float
    resident: int
    heap: int = 0


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """The tensors that were alive after a step: bytes by role, how many there were, and how many hold on to a graph.

    Roles: "parameters", "gradients", "optimizer", "buffers", "others". `cached`: numpy arrays and bytes that are alive.
    """

    step: int
    bytes: dict[str, int] = {}
    tensors: int = 0
    graphs: int = 0
    resident: int = 0


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """What steps leave behind: bytes and blocks a step, and which line keeps it or, where that is not seen, asked for it.

    `what`: "tensors with graphs", "tensors", "memory". `holder`: the user's variable that it is kept in, such as self.cache.
    """

    place: Place | None = None
    holder: str = ""
    bytes: float = 0.0
    blocks: float = 0.0
    what: str = "memory"
    frames: tuple[Frame, ...] = ()


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """Something large that a variable of the user's holds: its name, such as data.images, and the line that puts it there.

    `kind`: "tensor", "array" of numpy, "bytes", "list" of so many (`count`) entries, or "gradients" that are kept as zeros. `dtype`:
    its numbers or, of a list, what most of its entries are.
    """

    name: str
    kind: str
    bytes: int
    dtype: str = ""
    count: int = 1
    place: Place | None = None


class Segment(msgspec.Struct, frozen=True):
    """A piece of a GPU's memory that the allocator holds: its blocks in order, each with its bytes and whether it is in use."""

    address: int
    bytes: int
    blocks: tuple[tuple[int, str], ...] = ()


class GpuMemory(msgspec.Struct, frozen=True, kw_only=True):
    """A GPU's memory as torch's allocator has it. `fragmented`: the share of what it holds that is free, and in pieces.

    `course`: (seconds, allocated) as it went up and down; `owners` of the peak.
    """

    allocated: int = 0
    reserved: int = 0
    peak: int = 0
    total: int = 0
    fragmented: float = 0.0
    segments: tuple[Segment, ...] = ()
    course: tuple[tuple[float, int], ...] = ()
    owners: tuple[Owner, ...] = ()
    full: bool = False


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """Where a process's memory goes.

    `phases`: how much the resident size grew in each ("import", "model", "optimizer", "loader", "forward", "backward", "step"),
    and `roles` bytes of tensors by role at their largest, with "activations": what the graph of one step keeps, by line in
    `activations`. `peak`: bytes that malloc and mmap had given out when it was most, and whose (`owners`). `by`: "memray", or
    "standard library".
    """

    by: str = "memray"
    native: bool = False
    phases: dict[str, int] = {}
    roles: dict[str, int] = {}
    dtypes: dict[str, int] = {}
    activations: tuple[Owner, ...] = ()
    peak: int = 0
    resident_peak: int = 0
    owners: tuple[Owner, ...] = ()
    course: tuple[Moment, ...] = ()
    censuses: tuple[Census, ...] = ()
    growth: tuple[Growth, ...] = ()
    grows: float = 0.0
    shared: int = 0
    unused_graphs: tuple[Call, ...] = ()
    holdings: tuple[Holding, ...] = ()
    gpu: GpuMemory | None = None


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process of a script, told by itself. `steps` are all of them; `imports` seconds of each package, less those it imports.

    `stacks` are of the sampled steps; of the whole run where there is no step. `sampler`: what looked. `ended`: it had been seen
    enough, came to its own end, raised an `error`, or was interrupted. `forwards`: calls of the outermost model.

    `anomaly`: where the search for anomalies was turned on. `epochs`: how often a loader was begun from its start in the steps
    after the warm-up, and for how many seconds in all that took, such as to start its workers. `kept`: files that it wrote,
    which went aside.
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
    steps: tuple[Step, ...] = ()
    forwards: int = 0
    stacks: Stacks = Stacks()
    start: Stacks = Stacks()
    sampler: str = "pyinstrument"
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
    epochs: int = 0
    epoch_seconds: float = 0.0
    effect: dict[str, str] = {}
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

    def overhead(self, mode: Mode) -> float | None:
        """How many times as much CPU time a step takes while it is looked at so; None where that was not seen."""
        bare, looked = self.of("bare"), self.of(mode)
        if not bare or not looked:
            return None
        before = statistics.median(step.cpu or step.wall for step in bare)
        return statistics.median(step.cpu or step.wall for step in looked) / before if before else None


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
