"""Pictures of a profile of the memory: what it was over time and after each step, whose it is, and a GPU's blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch_starter.core.profile import Census, GpuMemory, Memory, Moment, Owner, Process, Segment
from torch_starter.show import _profile_words as say
from torch_starter.show._proof_words import span
from torch_starter.show._words import plain
from torch_starter.show.drawing import Bar, Line, Mark, Piece, Plot, course, lengths, memory_scale, on_lines, pieces
from torch_starter.show.memory import owner

MOST_SEGMENTS = 60
MOST_BLOCKS = 400  # of a segment
SMALL = 0.04  # of the largest segment
MOST_OWNERS = 12
COLOURS = ("p-forward", "p-transfer", "p-optimizer", "p-backward", "p-data", "p-python", "p-idle")


def over_time(id: str, process: Process, memory: Memory) -> Plot | None:
    """Resident size, and of it what malloc and mmap gave out, from the beginning to the end; with how far the script had come."""
    moments = memory.course
    if len(moments) < 2:
        return None
    end, most = moments[-1].seconds, max(max(each.resident, each.heap) for each in moments)
    scale = memory_scale(most)
    lines = [Line(course([(each.seconds, each.resident) for each in moments], end, scale), "m-resident", filled=True)]
    heaps = [Line(course(each, end, scale), "m-heap", filled=True) for each in stretches(moments)]
    lines += heaps
    marks = on_lines([(each.seconds, plain(each.what)) for each in process.marks], end)
    at = peak(moments)
    words = f"the peak, {say.size(max(at.resident, at.heap))}"
    marks.append(Mark(round(100 * at.seconds / end, 2), words, len(marks)))
    spoken = f"Memory over {span(end)}: at most {say.size(most)}, in the end {say.size(moments[-1].resident)}"
    return Plot(id, spoken, (say.size(scale.top), say.size(scale.top / 2), "0"), ("0 s", span(end)), (), lines, marks)


def stretches(moments: Sequence[Moment]) -> list[list[tuple[float, float]]]:
    """Where it is known what was asked for: not everywhere, where nothing looked for a while."""
    found: list[list[tuple[float, float]]] = [[]]
    for each in moments:
        if each.heap:
            found[-1].append((each.seconds, each.heap))
        elif found[-1]:
            found.append([])
    return [each for each in found if len(each) > 1]


def peak(moments: Sequence[Moment]) -> Moment:
    """When most of it was taken."""
    return max(moments, key=lambda each: (each.resident, each.heap))


@dataclass(frozen=True)
class Kind:
    """A colour of a picture, and what it stands for."""

    colour: str
    words: str


def over_steps(id: str, censuses: Sequence[Census]) -> tuple[Plot, list[Kind]] | None:
    """What was alive after each step, by role, one on the other; and the resident size as a line."""
    if len(censuses) < 2:
        return None
    first, last = censuses[0], censuses[-1]
    steps = [float(each.step - first.step) for each in censuses]
    roles = list(dict.fromkeys(role for each in censuses for role in each.bytes))
    sums = [[sum(each.bytes.get(role, 0) for role in roles[: number + 1]) for each in censuses] for number in range(len(roles))]
    scale = memory_scale(max(*(each.resident for each in censuses), *(sums[-1] if sums else ())))
    kinds = [Kind(COLOURS[number % len(COLOURS)], say.role(role)) for number, role in enumerate(roles)]
    lines = [
        Line(course(list(zip(steps, values, strict=True)), steps[-1], scale), kind.colour, filled=True)
        for kind, values in reversed(list(zip(kinds, sums, strict=True)))  # the largest sum is behind the others
    ]
    if any(each.resident for each in censuses):
        resident = [(at, each.resident) for at, each in zip(steps, censuses, strict=True)]
        lines.append(Line(course(resident, steps[-1], scale), "m-resident"))
        kinds.append(Kind("m-resident", "resident size"))
    before, after = (say.size(sum(each.bytes.values())) for each in (first, last))
    spoken = f"Tensors after step {first.step}: {before}; after step {last.step}: {after}"
    below = (f"step {first.step}", f"step {last.step}")
    return Plot(id, spoken, (say.size(scale.top), say.size(scale.top / 2), "0"), below, (), lines), kinds


def ledger(found: Mapping[str, int], named: Mapping[str, str]) -> list[Bar]:
    """Sizes as bars; what became less is told, and has none."""
    return lengths({named[name]: (max(0, value), say.size(value)) for name, value in found.items() if value})


def of_owners(owners: Iterable[Owner], root: str) -> list[Bar]:
    """The largest of them as bars, and all others as one."""
    told = sorted(owners, key=lambda each: -each.bytes)
    rows: dict[str, tuple[float, str]] = {}
    for each in told[:MOST_OWNERS]:
        name = owner(each, root)
        before = rows.get(name, (0.0, ""))[0]
        blocks = f" in {say.many(each.blocks, 'block')}" if each.blocks and not before else ""
        rows[name] = (before + each.bytes, f"{say.size(before + each.bytes)}{blocks}")
    rest = sum(each.bytes for each in told[MOST_OWNERS:])
    if rest:
        rows[f"{len(told) - MOST_OWNERS} others"] = (rest, say.size(rest))
    return lengths(rows)


def gpu_course(id: str, gpu: GpuMemory) -> Plot | None:
    """What the allocator gave out, up and down."""
    if len(gpu.course) < 2:
        return None
    end = gpu.course[-1][0]
    scale = memory_scale(max(gpu.reserved, *(size for _, size in gpu.course)))
    lines = [Line(course(gpu.course, end, scale), "m-heap", filled=True)]
    spoken = f"The GPU's memory over {span(end)}: at most {say.size(gpu.peak)}"
    return Plot(id, spoken, (say.size(scale.top), say.size(scale.top / 2), "0"), ("0 s", span(end)), (), lines)


def segments(gpu: GpuMemory) -> list[Bar]:
    """The large ones of what the allocator holds, each a bar of its blocks, the longest all of the width; small ones as one."""
    told = sorted(gpu.segments, key=lambda each: -each.bytes)
    most = max((each.bytes for each in told), default=0)
    large = [each for each in told[:MOST_SEGMENTS] if each.bytes >= SMALL * most]
    bars = [Bar(f"0x{each.address:x}", blocks(each, most), in_use(each)) for each in large]
    rest = together(told[len(large) :])
    return (
        [*bars, Bar(f"{len(told) - len(large)} smaller", blocks(rest, max(most, rest.bytes)), in_use(rest))]
        if rest.bytes
        else bars
    )


def together(found: Sequence[Segment]) -> Segment:
    """Segments as if they were one: what is in use first, then what is free."""
    sizes: dict[str, int] = {}
    for segment in found:
        for size, words in segment.blocks:
            sizes[words] = sizes.get(words, 0) + size
    order = sorted(sizes, key=lambda words: ("b-used", "b-waiting", "b-free").index(state(words)))
    return Segment(0, sum(each.bytes for each in found), tuple((sizes[words], words) for words in order))


def blocks(segment: Segment, most: int) -> list[Piece]:
    """Its blocks, from its beginning."""
    found = [(state(words), float(size), f"{say.size(size)}, {meaning(words)}") for size, words in segment.blocks[:MOST_BLOCKS]]
    return pieces(found, most)


def state(words: str) -> str:
    """The colour of a block."""
    if not words.startswith("active"):
        return "b-free"
    return "b-used" if words in ("active", "active_allocated") else "b-waiting"


def meaning(words: str) -> str:
    return {"b-free": "free", "b-used": "in use", "b-waiting": "given back, and still in use by the GPU"}[state(words)]


def in_use(segment: Segment) -> str:
    """How large it is, and how much of it is in use."""
    used = sum(size for size, words in segment.blocks if state(words) != "b-free")
    return f"{say.size(used)} of {say.size(segment.bytes)}"
