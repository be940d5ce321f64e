"""What was seen beside the steps of a script: workers, what was compiled, a GPU, the start, a timeline. Times are seconds."""

from __future__ import annotations

import msgspec

from torch_starter.core.place import Place
from torch_starter.core.stacks import Stacks


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
