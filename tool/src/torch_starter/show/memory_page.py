"""What a page says of a profile of the memory: what to change, pictures of it over time, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch_starter.core.profile import GpuMemory, Growth, Holding, Memory, Process, Profile
from torch_starter.core.report import Report
from torch_starter.show import _profile_words as say
from torch_starter.show import drawing, flame, memory_charts
from torch_starter.show._proof_words import factor, share, span
from torch_starter.show._words import plain
from torch_starter.show.flame import Flame
from torch_starter.show.memory import LEAST_GROWTH, growth, owner
from torch_starter.show.profile_page import Row, call, command, findings, kinds, looked, notes, worker

MOST_ROWS = 40


def content(report: Report, profile: Profile) -> dict[str, Any]:
    """What the template is given."""
    process, root = profile.main, profile.root
    memory = process.memory or Memory()
    gpu = memory.gpu
    owners, of_gpu = (
        graph("flame", "Who has the peak", memory.owners, root),
        graph("flame-gpu", "", gpu.owners if gpu else (), root),
    )
    return {
        "template": "memory.html.j2",
        "drawn": [each for each in (owners, of_gpu) if each],
        "command": command(profile),
        "looked": looked(process),
        "by": f"{'the ' if memory.by.startswith('standard') else ''}{memory.by}{', with native frames' if memory.native else ''}",
        "tiles": list(tiles(process, memory)),
        "advice": findings(report, root),
        "course": memory_charts.over_time("course", process, memory),
        "heap": any(each.heap for each in memory.course),
        "censuses": memory_charts.over_steps("censuses", memory.censuses),
        "owners": memory_charts.of_owners(memory.owners, root),
        "flame": owners,
        "kinds": kinds([each for each in (owners, of_gpu) if each]),
        **ledgers(memory, root),
        "growth": growth(memory, root),
        "grown": [grown(each, root) for each in memory.growth if each.bytes >= LEAST_GROWTH][:MOST_ROWS],
        "holdings": [holding(each, root) for each in sorted(memory.holdings, key=lambda each: -each.bytes)[:MOST_ROWS]],
        "unused": [call(each, root) for each in memory.unused_graphs[:MOST_ROWS]],
        "workers": [worker(each) for each in process.workers],
        "shared": say.size(memory.shared) if memory.shared else "",
        "ranks": ranks(profile),
        "gpu": None if gpu is None else on_gpu(gpu, of_gpu, root),
        "overheads": [(mode, factor(value)) for mode, value in say.overheads(process)],
        "files": profile.files,
        "folder": say.bare_path(profile.folder, root),
        "notes": notes(process, profile),
    }


def ledgers(memory: Memory, root: str) -> dict[str, list[drawing.Bar]]:
    """Sizes by what they are for."""
    return {
        "phases": memory_charts.ledger(
            say.in_order(memory.phases, say.ORDER_OF_PHASES), {each: say.phase(each) for each in memory.phases}
        ),
        "roles": memory_charts.ledger(
            say.in_order(memory.roles, say.ORDER_OF_ROLES), {each: say.role(each) for each in memory.roles}
        ),
        "dtypes": memory_charts.ledger(memory.dtypes, {each: plain(each) for each in memory.dtypes}),
        "activations": memory_charts.of_owners(memory.activations, root),
    }


def graph(id: str, title: str, owners: Sequence[Any], root: str) -> Flame | None:
    """A flame graph of owners, where their frames were told."""
    return flame.of_owners(id, title, owners, root) if any(len(each.frames) > 1 for each in owners) else None


def tiles(process: Process, memory: Memory) -> Iterator[tuple[str, str, str]]:
    """What one wants to know first: the words, what they are of, and more of that in small."""
    if memory.gpu is not None:
        gpu = memory.gpu
        yield say.size(gpu.peak), "on the GPU", f"of {say.size(gpu.total)}" if gpu.total else "at its peak"
        if gpu.fragmented:
            yield share(gpu.fragmented), "in pieces", "of what the allocator holds: free, and in pieces"
    most = memory.resident_peak or memory.peak
    asked = memory.resident_peak and memory.peak
    yield (
        say.size(most),
        "the host at its peak" if memory.gpu else "at its peak",
        f"{say.size(memory.peak)} asked for by malloc and mmap" if asked else "asked for",
    )
    role = max(memory.roles.items(), key=lambda each: each[1], default=None)
    if role and role[1]:
        yield say.size(role[1]), say.role(role[0]), "the most of all tensors"
    if memory.grows >= LEAST_GROWTH:
        yield say.size(memory.grows), "growth", "that each step leaves behind"
    elif memory.censuses:
        yield "none", "growth", f"over {say.many(len(process.steps), 'step')}"
    largest = max((each.resident for each in process.workers), default=0)
    if largest:
        yield say.size(largest), "a worker", f"the largest of {len(process.workers)} of the loader"


def grown(each: Growth, root: str) -> Row:
    """What is left behind by a step, as a row."""
    blocks = f"{each.blocks:.1f}".removesuffix(".0") if each.blocks else ""
    return owner(each, root), plain(each.what), say.size(each.bytes), blocks


def holding(each: Holding, root: str) -> Row:
    """Something large that a variable holds, as a row."""
    many = f"{each.kind} of {each.count}" if each.count > 1 else each.kind
    return plain(each.name), plain(many), plain(each.dtype), say.size(each.bytes), say.place(each.place, root)


def ranks(profile: Profile) -> list[drawing.Bar]:
    """How large each rank becomes; nothing for one alone."""
    told = [each for each in say.by_rank(profile.processes) if each.memory]
    rows = {f"rank {each.rank}": (float(peak(each.memory)), say.size(peak(each.memory))) for each in told if each.memory}
    return drawing.lengths(rows) if len(rows) > 1 else []


def peak(memory: Memory) -> int:
    return memory.resident_peak or memory.peak


def on_gpu(gpu: GpuMemory, graph: Flame | None, root: str) -> dict[str, Any]:
    """The memory of a GPU."""
    held = f"{say.size(gpu.allocated)} in use, {say.size(gpu.reserved)} held"
    of = f" of {say.size(gpu.total)}" if gpu.total else ""
    lasted = f" over {span(gpu.course[-1][0])}" if gpu.course else ""
    return {
        "words": f"{held}{of}; at most {say.size(gpu.peak)}{lasted}{'; it was full' if gpu.full else ''}.",
        "course": memory_charts.gpu_course("gpu-course", gpu),
        "segments": memory_charts.segments(gpu),
        "owners": memory_charts.of_owners(gpu.owners, root),
        "flame": graph,
    }
