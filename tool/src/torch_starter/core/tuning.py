"""A command that is to be made faster: what a run of it told, and what settings are planned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from torch_starter.core.place import Place

Bound = Literal["data", "threads", "launch", "memory", "compute", "communication"]
Safety = Literal["bit-identical", "rounding", "precision", "semantics"]


class Loader(msgspec.Struct, frozen=True, kw_only=True):
    """A DataLoader as the script makes it, and where. `iterable`: its data cannot be asked for by number."""

    place: Place | None = None
    workers: int = 0
    batch: int | None = None
    prefetch: int | None = None
    persistent: bool = False
    pinned: bool = False
    iterable: bool = False
    dataset: str = ""


class Optimizer(msgspec.Struct, frozen=True, kw_only=True):
    """An optimizer as the script makes it: its class, where it is made, and what it was told. `known`: torch's own class."""

    place: Place | None = None
    name: str = ""
    known: bool = False
    fused: bool | None = None
    foreach: bool | None = None
    takes_fused: bool = False


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """The outermost module that is called: its class, where it is called first, and what is in it."""

    place: Place | None = None
    name: str = ""
    parameters: int = 0
    convolutions: int = 0
    compiled: bool = False


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The steps that were measured, after warming up. Times are seconds.

    `data` is the time that was spent waiting for the loader. `system`: CPU time in the kernel; `faults`: pages that it had to
    map; `others`, `waited`, `steal`, `throttled`: what the machine did for others, as in samples/_measure.
    """

    steps: int
    wall: float
    cpu: float = 0.0
    system: float = 0.0
    faults: int = 0
    data: float = 0.0
    batches: int = 0
    others: float = 0.0
    waited: float = 0.0
    steal: float = 0.0
    throttled: int = 0


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a profiler saw in some steps, for one step: operations, the seconds they took on the CPU (`operating`), and the
    seconds that a GPU computed (0 without one). `wall` is how long the step took meanwhile. `top`: operations by their seconds.
    """

    operations: float = 0.0
    operating: float = 0.0
    computing: float = 0.0
    communicating: float = 0.0
    wall: float = 0.0
    top: dict[str, float] = {}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one process of a command told when it had done its steps, or came to its end.

    `kind`: it trains (steps of its optimizer) or infers (calls of its outermost module). `ended`: it had done enough, came to its
    own end, or had not enough memory. `steps` are the seconds of each step, all of them; `losses` hexadecimal floats; `digest` a
    hash of the parameters after the warm-up. `effect` is what was read back, by name; `turns` what became of each setting that is
    made from inside ("": done, else why not). `kept`: files that were written aside; `beyond`: written where we could not.
    """

    kind: Literal["training", "inference", "none"]
    ended: Literal["enough", "exit", "memory", "slow"] = "exit"
    rank: int = 0
    world: int = 1
    device: str = "cpu"
    steps: list[float] = []
    window: Window | None = None
    losses: list[str] = []
    digest: str = ""
    memory: int = 0
    device_memory: int = 0
    seconds: float = 0.0
    effect: dict[str, str] = {}
    turns: dict[str, str] = {}
    loaders: list[Loader] = []
    optimizers: list[Optimizer] = []
    models: list[Model] = []
    threads_set: list[Place] = []
    distributed: bool = False
    look: Look | None = None
    kept: list[str] = []
    forwards: int = 0
    version: str = ""


@dataclass(frozen=True)
class Subject:
    """What settings are planned from: how the command behaves now (`told`), and what is here.

    `cpus` are those that we may use, `cores` how many whole cores they are, `nodes` the CPUs of each NUMA node. `libraries` are
    paths of libraries by name ("tcmalloc", "jemalloc", "mimalloc", "iomp5"); `variables` are those that the command is started
    with. `huge_pages` is what the kernel offers: "always", "madvise", "never" or "" (not told). `torch` is its version. `bounds`
    is what binds, with the share of a step it explains.
    """

    told: Told
    cpus: tuple[int, ...] = (0,)
    cores: int = 1
    nodes: tuple[tuple[int, ...], ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    huge_pages: str = ""
    libc: str = "glibc"
    torch: str = "2.0"
    bounds: Mapping[Bound, float] = field(default_factory=dict)

    @property
    def gpu(self) -> bool:
        """Whether it computes on a GPU."""
        return self.told.device.startswith("cuda")

    def version(self) -> tuple[int, int]:
        """Of torch: (2, 14)."""
        first, second = self.torch.split(".")[:2]
        return int(first), int(second)


Turns = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """One value of a setting: its words as it is read back, the variables and the turns from inside that make it.

    A variable that begins with "+" is put before what is there, such as +LD_PRELOAD. `seconds` is what trying it costs
    before the first step is warm (compiling).
    """

    label: str
    variables: Mapping[str, str] = field(default_factory=dict)
    turns: Turns = field(default_factory=dict)
    seconds: float = 0.0
