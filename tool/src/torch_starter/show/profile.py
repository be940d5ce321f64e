"""Where the time of a script goes, for people: a step and its parts, what to change, and what holds most of it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from torch_starter.core.profile import Op, Process, Profile, Stacks
from torch_starter.core.report import Report
from torch_starter.show import _profile_lines as of_lines
from torch_starter.show import _profile_words as say
from torch_starter.show._fit import wrapped
from torch_starter.show._profile_lines import Column, Tier, dots, facts, findings, side_by_side
from torch_starter.show._proof_words import factor, share, span
from torch_starter.show._words import advised, plain
from torch_starter.show.benchmarks import bar

LEAST_SHARE = 0.005  # of a step: a part that takes less is not told
NOISE = 0.95  # times a bare step's CPU time: looking cannot cost less than nothing
LEAST_START = 0.02  # seconds of a part of the start
TITLE = "how many times as fast it is expected to be then"


def show(report: Report, profile: Profile, out: Console) -> None:
    """Print a profile of the time, at most a screen of it."""
    of_lines.show(report, out, lambda tier: lines(report, profile, tier, out))


def lines(report: Report, profile: Profile, tier: Tier, out: Console) -> Iterator[Text]:
    """All of it."""
    process = profile.main
    yield from head(profile, process, out)
    yield from parts(process, out)
    yield from findings(advised(report), TITLE, tier, profile.root, out)
    stacks = process.stacks
    columns = [operations(process) if process.ops else functions(stacks), lines_of(process, profile.root)]
    yield from side_by_side(columns, tier.rows, out)
    yield from facts(known(profile, process), out)
    yield from of_lines.folder(profile, out)


def head(profile: Profile, process: Process, out: Console) -> Iterator[Text]:
    """What it is, how long a step takes, and how it was looked at."""
    script = say.script(profile, dots(out))
    line = Text.assemble((f"{script}  " if script else "", ""), (say.taken(process), "bold"))
    steps = say.many(len(process.steps), "step") if process.steps else ""
    more = f"  {', '.join(each for each in (steps, say.device(process)) if each)}"
    yield line.append(more if line.cell_len + len(more) <= out.width or not steps else f"  {steps}", style="dim")
    if say.ended(process, profile):
        yield from wrapped(Text(f"  {say.ended(process, profile)}", style="yellow"), out, 4)


def parts(process: Process, out: Console) -> Iterator[Text]:
    """The split of a step as bars."""
    told = [(say.PARTS[part], seconds) for part, seconds in say.steady(process) if process.share(part) >= LEAST_SHARE]
    width = max((len(name) for name, _ in told), default=0)
    for name, seconds in told:
        part = seconds / process.mean
        yield Text.assemble(f"  {name:<{width}}  ", bar(part, out), f"  {100 * part:3.0f} %  {span(seconds):>8}")
    if process.gpu and process.gpu.wall:
        idle = process.gpu.idle
        yield Text.assemble(f"  {say.PARTS['idle']:<{width}}  ", bar(idle, out), f"  {100 * idle:3.0f} %  within the parts above")


def operations(process: Process) -> Column:
    """Those that take most of a step; on a GPU by what it computes for them."""
    on_device = any(op.device_seconds for op in process.ops)
    ops = sorted(process.ops, key=lambda op: -seconds_of(op, on_device))
    rows = [(op.name.removeprefix("aten::"), span(seconds_of(op, on_device))) for op in ops if seconds_of(op, on_device)]
    return Column("operations", f"a traced step{', on the GPU' if on_device else ''}", rows)


def seconds_of(op: Op, on_device: bool) -> float:
    return op.device_seconds if on_device else op.seconds


def lines_of(process: Process, root: str) -> Column:
    """The user's lines that hold most of the time, with what they call."""
    stacks = process.stacks
    rows = [(say.place(at, root), share(seconds / stacks.seconds)) for at, seconds in stacks.lines().items()]
    whole = "" if process.ended == "attached" else " of steps" if stacks.steps else " of the whole run"
    return Column("lines", f"of the time{whole}", rows, paths=True)


def functions(stacks: Stacks) -> Column:
    """Those that hold most of the time themselves."""
    whole = stacks.seconds
    return Column("functions", "by themselves", [(name, share(s / whole)) for name, s in alone(stacks).items()])


def alone(stacks: Stacks) -> dict[str, float]:
    """Seconds of each function itself, without what it calls."""
    found: dict[str, float] = {}
    for stack in stacks.stacks:
        if stack.frames:
            frame = stacks.frames[stack.frames[-1]]
            name = f"{plain(frame.function)} {say.bare_path(frame.file).rsplit('/', 1)[-1]}".strip()
            found[name] = found.get(name, 0.0) + stack.seconds
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def known(profile: Profile, process: Process) -> Iterator[tuple[str, str]]:
    """What else there is to know, a line each."""
    yield "start-up", start(process)
    yield "compile", compiling(process)
    yield "loader", loader(process, profile.root)
    yield "ranks", ranks(profile)
    yield "looking", looking(process)
    yield "files", f"{', '.join(profile.files)} in" if profile.files and profile.folder else ""


def start(process: Process) -> str:
    """How long it took to the first step, and what of it; apart from steps that are like each other."""
    told = [(name, seconds) for name, seconds in say.marks(process) if seconds >= LEAST_START and name != "steady"]
    if not told:
        return ""
    whole = sum(seconds for _, seconds in told)
    return f"{whole:.1f} s: {', '.join(f'{name} {seconds:.1f} s' for name, seconds in told)}"


def compiling(process: Process) -> str:
    """What torch.compile took."""
    found = process.compiled
    if not found.seconds and not found.again and not found.breaks:
        return ""
    again = sum(each.count for each in found.again)
    steady = f" ({span(found.steady_seconds)} of it in steps)" if found.steady_seconds else ""
    told = [
        say.many(found.frames, "function") if found.frames else "",
        f"again {say.many(again, 'time')}" if again else "",
        say.many(len(found.breaks), "graph break") if found.breaks else "",
    ]
    return f"{span(found.seconds)}{steady}: {', '.join(each for each in told if each)}".removesuffix(": ")


def loader(process: Process, root: str) -> str:
    """The workers of loaders, and what each does."""
    made = process.loaders[0] if process.loaders else None
    at = f" ({say.place(made.place, root)})" if made and made.place else ""
    told = [each for each in process.workers if each.batches]
    if not told:
        alone = made is not None and not made.workers
        return f"no workers{at}: the process makes its batches itself" if alone else ""
    batches = sum(each.batches for each in told)
    seconds = sum(each.seconds * each.batches for each in told) / batches
    cpu = sum(each.cpu * each.batches for each in told) / batches
    works = f", {share(min(1.0, cpu / seconds))} of it working" if seconds and cpu else ""
    return f"{say.many(len(told), 'worker')}{at}: {span(seconds)} a batch{works}"


def ranks(profile: Profile) -> str:
    """How long a step takes each, the slowest named."""
    told = say.by_rank(profile.processes)
    if len(told) < 2 or not any(each.step for each in told):
        return ""
    found = say.slowest(profile)
    if found is None:
        walls = [each.step for each in told]
        return f"{len(told)}, {span(min(walls))} to {span(max(walls))} a step"
    others = [each.step for each in told if each is not found]
    reason = f"; {say.largest(found)}" if say.largest(found) else ""
    return f"{found.rank} of {len(told)} is the slowest: {span(found.step)}, others {span(max(others))}{reason}"


def looking(process: Process) -> str:
    """What it cost to look."""
    told = [f"{mode} {factor(value)}" for mode, value in say.overheads(process) if value >= NOISE]
    lost = [mode for mode, value in say.overheads(process) if value < NOISE]
    rows = [f"{', '.join(told)} times a bare step's CPU time"] if told else []
    return "; ".join([*rows, *([f"{', '.join(lost)}: lost in the noise"] if lost else [])])
