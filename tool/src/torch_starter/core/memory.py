"""Where the memory of a process goes: what was seen of it by looking. Sizes are bytes, times seconds."""

from __future__ import annotations

import msgspec

from torch_starter.core.place import Place
from torch_starter.core.stacks import Call, Frame


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

    `kind`: "tensor", "array" of numpy, "bytes", "list" of so many (`count`) entries, or "gradients" that are kept as zeros.
    `dtype`: its numbers or, of a list, what most of its entries are.
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
