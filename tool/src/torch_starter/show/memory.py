"""Where the memory of a script goes, for people: the peak and whose it is, what to change, and what grows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.text import Text

from torch_starter.core.profile import Growth, Memory, Owner, Process, Profile
from torch_starter.core.report import Report
from torch_starter.show import _profile_lines as of_lines
from torch_starter.show import _profile_words as say
from torch_starter.show._fit import wrapped
from torch_starter.show._profile_lines import PLACE, Column, Tier, dots, facts, findings, side_by_side
from torch_starter.show._proof_words import share
from torch_starter.show._words import advised, plain
from torch_starter.show.profile import looking

TITLE = "how many times as small it is expected to be then"
LENGTH = 8  # of a bar that is full
LEAST = 0.005  # of the largest: what is smaller is not told
LEAST_GROWTH = 1024  # bytes a step
MOST_BARS, MOST_GROWTH = 7, 2


def show(report: Report, profile: Profile, out: Console) -> None:
    """Print a profile of the memory, at most a screen of it."""
    of_lines.show(report, out, lambda tier: lines(report, profile, tier, out))


def lines(report: Report, profile: Profile, tier: Tier, out: Console) -> Iterator[Text]:
    """All of it."""
    process = profile.main
    memory = process.memory or Memory()
    yield from head(profile, process, memory, out)
    phases, roles = say.in_order(memory.phases, say.ORDER_OF_PHASES), say.in_order(memory.roles, say.ORDER_OF_ROLES)
    tables = [
        Column("resident size", "grew by", bars({say.phase(name): value for name, value in phases.items()}, out)),
        Column("tensors", "at their most", bars({say.role(name): value for name, value in roles.items()}, out)),
    ]
    yield from side_by_side(tables, MOST_BARS if tier.rows > 1 else 3, out)
    yield from findings(advised(report), TITLE, tier, profile.root, out)
    owners = owned(memory, profile.root)
    kept = by_line((each for each in memory.activations if each.place), profile.root)
    title = "the GPU peak's owners" if memory.gpu and memory.gpu.owners else "the peak's owners"
    columns = [Column(title, "", owners, paths=True), Column("kept for backward", "", kept, paths=True)]
    yield from side_by_side(columns, tier.rows, out)
    yield from facts(known(profile, process, memory, out), out)
    yield from of_lines.folder(profile, out)


def head(profile: Profile, process: Process, memory: Memory, out: Console) -> Iterator[Text]:
    """What it is, how large it becomes, and how it was looked at."""
    script = say.script(profile, dots(out))
    asked = f"{say.size(memory.peak)} asked for" if memory.resident_peak and memory.peak else ""
    the = "the " if memory.by.startswith("standard") else ""
    by = f"by {the}{plain(memory.by)}{' with native frames' if memory.native else ''}"
    steps = say.many(len(process.steps), "step") if process.steps else ""
    yield Text.assemble(
        f"{script}  " if script else "",
        (at_its_peak(memory), "bold"),
        (f"  {', '.join(each for each in (asked, steps, by) if each)}", "dim"),
    )
    if say.ended(process, profile):
        yield from wrapped(Text(f"  {say.ended(process, profile)}", style="yellow"), out, 4)


def at_its_peak(memory: Memory) -> str:
    """How large it becomes: on a GPU first, where it computes on one."""
    host = say.size(memory.resident_peak or memory.peak)
    gpu = memory.gpu
    return f"at its peak {say.size(gpu.peak)} on the GPU, {host} beside it" if gpu and gpu.peak else f"at its peak {host}"


def bars(found: Mapping[str, int], out: Console) -> list[tuple[str, str]]:
    """Sizes with their bars, all of which is the largest."""
    full, empty = ("█", "░") if out.encoding.startswith("utf") else ("#", ".")
    most = max(found.values(), default=0)
    told = {name: value for name, value in found.items() if value > 0 and value >= LEAST * most}
    width = max((len(say.size(value)) for value in told.values()), default=0)
    rows = []
    for name, value in told.items():
        part = round(LENGTH * value / most)
        rows.append((name, f"{full * part}{empty * (LENGTH - part)}  {say.size(value):>{width}}"))
    return rows


def owned(memory: Memory, root: str) -> list[tuple[str, str]]:
    """Who has the peak, that of a GPU where there is one: lines, or functions where no line is the user's own."""
    owners = memory.gpu.owners if memory.gpu and memory.gpu.owners else memory.owners
    return by_line(owners, root)


def by_line(owners: Iterable[Owner], root: str) -> list[tuple[str, str]]:
    """Each line once, the largest first."""
    sizes: dict[str, int] = {}
    for each in owners:
        name = owner(each, root)
        sizes[name] = sizes.get(name, 0) + each.bytes
    return [(name, say.size(size)) for name, size in sorted(sizes.items(), key=lambda each: -each[1])]


def owner(each: Owner | Growth, root: str) -> str:
    """A line, and the variable that keeps it where that is known; or else the innermost function."""
    if isinstance(each, Growth) and each.holder:
        return f"{plain(each.holder)} ({say.place(each.place, root)})" if each.place else plain(each.holder)
    if each.place is not None and not each.place.file.startswith("<"):
        return say.place(each.place, root)
    return say.frame(each.frames[-1], root) if each.frames else "not known"


def known(profile: Profile, process: Process, memory: Memory, out: Console) -> Iterator[tuple[str, str]]:
    """What else there is to know, a line each."""
    yield "growth", growth(memory, profile.root, PLACE, dots(out))
    yield "workers", workers(process, memory)
    yield "GPU", gpu(memory)
    yield "ranks", ranks(profile)
    yield "looking", looking(process)
    yield "files", f"{', '.join(profile.files)} in" if profile.files and profile.folder else ""


FEW = 2  # looks at what is alive, between which something may grow


def growth(memory: Memory, root: str, room: int = 1000, dots: str = "") -> str:
    """What steps leave behind, and where."""
    told = [each for each in memory.growth if each.bytes >= LEAST_GROWTH]
    whole = memory.grows or sum(each.bytes for each in told)
    if len(memory.censuses) < FEW:
        return "too few steps to tell"
    if whole < LEAST_GROWTH:
        return "no step leaves memory behind" if memory.censuses else ""
    names = [grown(each, root, room, dots) for each in told[:MOST_GROWTH]]
    kinds = [f"{name} {say.size(each.bytes)} of {plain(each.what)}" for name, each in zip(names, told, strict=False)]
    return f"{say.size(whole)} a step: {', '.join(kinds) or 'of no line that was seen'}"


def grown(each: Growth, root: str, room: int, dots: str) -> str:
    """What grows: the variable whole, and the end of its line's path."""
    if not (each.holder and each.place):
        return say.within(owner(each, root), room, dots)
    return f"{plain(each.holder)} ({say.within(say.place(each.place, root), room, dots)})"


def workers(process: Process, memory: Memory) -> str:
    """How large the processes of loaders are, and what is shared."""
    told = [each for each in process.workers if each.resident]
    shared = f"shared memory {say.size(memory.shared)}" if memory.shared else ""
    if not told:
        return shared
    resident, unique = max(each.resident for each in told), max(each.unique for each in told)
    own = f", {say.size(unique)} its own" if unique else ""
    return f"{len(told)}, the largest {say.size(resident)}{own}{'; ' if shared else ''}{shared}"


def gpu(memory: Memory) -> str:
    """What the allocator has of a GPU's memory."""
    found = memory.gpu
    if found is None:
        return ""
    told = [
        f"it was full at {say.size(found.peak)}" if found.full else f"peak {say.size(found.peak)}",
        f"{say.size(found.reserved)} held{f' of {say.size(found.total)}' if found.total else ''}",
        f"{share(found.fragmented)} free in pieces" if found.fragmented else "",
    ]
    return ", ".join(each for each in told if each)


def ranks(profile: Profile) -> str:
    """How large each rank becomes."""
    told = [(each.memory.resident_peak or each.memory.peak, each.rank) for each in profile.processes if each.memory]
    if len(told) < 2:
        return ""
    most, least = max(told), min(told)
    return f"{len(told)}: {most[1]} is the largest with {say.size(most[0])}, {least[1]} has {say.size(least[0])}"
