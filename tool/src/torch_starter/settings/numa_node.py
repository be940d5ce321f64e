"""Whether all threads and their memory are on one node of the machine's memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides


def available(subject: Subject) -> Iterator[Value]:
    """The node on which we may use the most CPUs."""
    if len(subject.nodes) < 2:
        raise Absent("the machine has one node of memory, or we may use one alone")
    if subject.told.world > 1:
        raise Absent("several processes would share one node")
    cpus = max(subject.nodes, key=len)
    yield from besides(read(subject.told.effect), [Value(f"CPUs {ranges(cpus)}", turns={"affinity": list(cpus)})])


def ranges(numbers: Sequence[int]) -> str:
    """As the kernel writes lists, and as it is read back: 0-3,8."""
    starts = [number for number in numbers if number - 1 not in numbers]
    ends = [number for number in numbers if number + 1 not in numbers]
    return ",".join(str(start) if start == end else f"{start}-{end}" for start, end in zip(starts, ends, strict=True))


def read(effect: Effect) -> str:
    return f"CPUs {effect['affinity']}" if effect.get("affinity") else ""


SETTING = Setting(
    name="numa-node",
    title="one node of memory",
    about="All threads run on the processors of one node, and their memory is there: what lies on another node is farther away. "
    "There are fewer of them, and sums are parted by threads.",
    safety="rounding",
    bounds=("threads", "memory"),
    available=available,
    read=read,
    source="torch.backends.xeon.run_cpu, which binds an instance to a node",
    code=True,
    edit="os.sched_setaffinity(0, cpus) before torch is imported, or start it with numactl --cpunodebind=0 --membind=0",
)
