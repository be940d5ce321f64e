"""Data that are read into memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, finding, functions, leads_to, memory_of, resident, smaller
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Holding, Memory, Owner, Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

MUCH = 0.12  # of the memory
HELD = 0.5  # of what was read: the rest has gone by now
READS = {
    "load", "loads", "_load", "read_array", "fromfile", "loadtxt", "genfromtxt", "read_csv", "read_parquet", "read_json",
    "read_bytes", "read_text", "imread", "frombuffer", "load_file", "decode_image", "read_table", "to_numpy",
}  # fmt: skip
ENTRIES = "keep the paths, and read each entry in __getitem__"
EDITS = {
    "array": 'np.load(path, mmap_mode="r"): pages are read when they are wanted, and can be dropped',
    "tensor": "torch.load(path, mmap=True), or np.load(path, mmap_mode='r') and torch.from_numpy for each batch",
    "list": ENTRIES,
    "bytes": "mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) in place of read()",
}


def look(profile: Profile) -> Iterator[Finding]:
    memory = memory_of(profile)
    now = resident(memory)
    for owner in read_ones(memory):
        holding = holder(memory, owner)
        if holding is None:
            continue
        saved = min(owner.bytes, holding.bytes)
        if saved >= MUCH * now and (gain := smaller(now, saved)) >= LEAST:
            yield finding(
                ADVICE.id,
                f"{holding.name} is read into memory as a whole",
                f"{memory_size(saved)}, before the first step: {leads_to(now, saved)}",
                EDITS.get(holding.kind, ENTRIES),
                gain,
                owner.place,
            )


def read_ones(memory: Memory) -> list[Owner]:
    """What lines got from functions that read files."""
    return [each for each in memory.owners if each.place is not None and READS.intersection(functions(each.frames))]


def holder(memory: Memory, owner: Owner) -> Holding | None:
    """The variable that still holds it: of the same line, or else one of about that size."""
    same = [each for each in memory.holdings if each.place is not None and each.place == owner.place]
    alike = [each for each in memory.holdings if HELD <= each.bytes / max(1, owner.bytes) <= 1 / HELD]
    return next(iter([*same, *alike]), None)


ADVICE = Advice(
    id="memory.data",
    title="data that are read as a whole",
    of="memory",
    look=look,
    about="A step needs one batch; a file that is mapped takes memory for what is read of it, and gives it back.",
    found="Memory that a line asked for through a function that reads files, and that a variable holds while it trains.",
    mend="a mapped file, or entries that are read when they are asked for",
    source="The manual of numpy.load: mmap_mode",
)
