"""What `profile` and `memory-profile` found as Markdown: what to change, the parts, and what holds most."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.profile import Memory, Process, Profile
from torch_starter.core.report import Report
from torch_starter.show import _profile_words as say
from torch_starter.show._proof_words import share, span
from torch_starter.show._words import SIGNS, advised, in_markdown
from torch_starter.show.memory import growth, owned
from torch_starter.show.profile import compiling, lines_of, loader, looking, operations, ranks, start
from torch_starter.show.proof_markdown import code, table

MOST_ROWS = 10


def lines(report: Report, profile: Profile) -> Iterator[str]:
    """All of a profile below its headline."""
    process = profile.main
    words = say.named(profile.command) or say.bare_path(profile.script, profile.root)
    yield ""
    yield f"- {code(words)}" if words else f"- process {process.process}"
    facts = of_memory(profile, process) if profile.of == "memory" else of_time(profile, process)
    yield from (f"- {name}: {in_markdown(told)}" for name, told in facts if told)
    yield from table(("gain", "what to change", "where", "edit"), findings(report, profile.root), ":---")
    if profile.of == "memory":
        yield from tables_of_memory(profile, process.memory or Memory())
    else:
        yield from tables_of_time(profile, process)


def findings(report: Report, root: str) -> Iterator[tuple[str, ...]]:
    """A row each."""
    for each in advised(report):
        seen = f": {each.seen}" if each.seen else ""
        yield say.gain(each) or SIGNS[each.verdict], f"{each.title}{seen}", say.place(each.place, root), each.remedy


def of_time(profile: Profile, process: Process) -> Iterator[tuple[str, str]]:
    """What there is to know beside the tables."""
    yield "time", say.taken(process)
    yield "looked at", ", ".join(each for each in (say.steps_of(process) if process.steps else "", say.device(process)) if each)
    yield "ended", say.ended(process, profile)
    yield "start-up", start(process)
    yield "compile", compiling(process)
    yield "loader", loader(process, profile.root)
    yield "ranks", ranks(profile)
    yield "looking", looking(process)


def of_memory(profile: Profile, process: Process) -> Iterator[tuple[str, str]]:
    """What there is to know beside the tables."""
    memory = process.memory or Memory()
    yield "at its peak", say.size(memory.resident_peak or memory.peak)
    yield "ended", say.ended(process, profile)
    yield "growth", growth(memory, profile.root)
    yield "looking", looking(process)


def tables_of_time(profile: Profile, process: Process) -> Iterator[str]:
    """The parts of a step, and what holds most of it."""
    parts = [(say.PARTS[part], span(seconds), share(seconds / process.mean)) for part, seconds in say.steady(process)]
    if process.gpu and process.gpu.wall:
        parts.append((say.PARTS["idle"], span(process.gpu.idle * process.gpu.wall), share(process.gpu.idle)))
    yield from table(("part of a step", "seconds", "share"), iter(parts), "-::")
    yield from table(("operation", "seconds a step"), iter(operations(process).rows[:MOST_ROWS]), "-:")
    yield from table(("line", "of the time"), iter(lines_of(process, profile.root).rows[:MOST_ROWS]), "-:")


def tables_of_memory(profile: Profile, memory: Memory) -> Iterator[str]:
    """The ledger, and who has the peak."""
    phases = ((say.phase(name), say.size(value)) for name, value in say.in_order(memory.phases, say.ORDER_OF_PHASES).items())
    roles = ((say.role(name), say.size(value)) for name, value in say.in_order(memory.roles, say.ORDER_OF_ROLES).items() if value)
    yield from table(("resident size grew in", "by"), phases, "-:")
    yield from table(("tensors", "at their most"), roles, "-:")
    yield from table(("who has the peak", "bytes"), iter(owned(memory, profile.root)[:MOST_ROWS]), "-:")
