"""What a page says of a profile of the time: what to change, pictures, and tables of all that holds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch_starter.core.profile import Again, Call, Op, Process, Profile, Worker
from torch_starter.core.report import Finding, Report
from torch_starter.show import _profile_words as say
from torch_starter.show import drawing, flame, profile_charts
from torch_starter.show._proof_words import factor, share, span
from torch_starter.show._words import advised, number, plain, plain_finding
from torch_starter.show.flame import Flame
from torch_starter.show.profile import seconds_of
from torch_starter.show.timeline import Timeline, timeline

MOST_ROWS = 60  # of a table
MOST_IMPORTS = 12
LEAST_IMPORT = 0.01  # seconds

Row = tuple[str, ...]


def content(report: Report, profile: Profile) -> dict[str, Any]:
    """What the template is given."""
    process, root = profile.main, profile.root
    flames, start = graphs(profile), flame.of_stacks("flame-start", "Where the start goes", process.start, root)
    traced = timeline("timeline", process.events)
    drawn: list[Flame | Timeline] = [*flames, *([start] if start and process.step else []), *([traced] if traced else [])]
    return {
        "template": "profile.html.j2",
        "drawn": drawn,
        "command": command(profile),
        "looked": looked(process),
        "tiles": list(tiles(process)),
        "advice": findings(report, root),
        "split": profile_charts.split(process),
        "legend": profile_charts.legend(process),
        "ranks": profile_charts.of_ranks(profile),
        "steps": profile_charts.of_steps("steps", process),
        "modes": profile_charts.modes(process),
        "overheads": [(mode, factor(value)) for mode, value in say.overheads(process)],
        "flames": flames,
        "kinds": kinds(flames + ([start] if start else [])),
        "timeline": traced,
        "start": start if process.step else None,
        "start_bar": profile_charts.of_start(process),
        "imports": imports(process),
        "ops": [operation(each, process) for each in sorted(process.ops, key=order(process))[:MOST_ROWS]],
        "on_gpu": any(each.device_seconds for each in process.ops),
        "lines": lines(process, root),
        "calls": [call(each, root) for each in sorted(process.calls, key=lambda each: -each.seconds)[:MOST_ROWS]],
        "workers": [worker(each) for each in process.workers],
        "loader": made(process, root),
        "compiled": compiled(process, root),
        "files": profile.files,
        "folder": say.bare_path(profile.folder, root),
        "notes": notes(process, profile),
    }


def command(profile: Profile) -> str:
    """What was looked at, as it was typed."""
    return say.named(profile.command) or say.bare_path(profile.script, profile.root)


def looked(process: Process) -> str:
    """How it was looked at."""
    return ", ".join(each for each in (say.steps_of(process) if process.steps else "", say.device(process)) if each)


def notes(process: Process, profile: Profile) -> list[str]:
    """How it ended, where that is not as it should, and what the process has to say."""
    ended = say.ended(process, profile)
    return [*([f"{ended[0].upper()}{ended[1:]}."] if ended else []), *map(plain, process.notes)]


def findings(report: Report, root: str) -> list[tuple[str, Finding, str]]:
    """Each finding with its gain and its place."""
    return [(say.gain(each), plain_finding(each), say.place(each.place, root)) for each in advised(report)]


def tiles(process: Process) -> Iterator[tuple[str, str, str]]:
    """What one wants to know first: the words, what they are of, and more of that in small."""
    if not process.step:
        yield (
            span(process.seconds or process.stacks.seconds),
            "looked at",
            "it does no step" if process.ended != "attached" else "from outside",
        )
        return
    yield span(process.step), "a step", "the median where nothing looks"
    for part, seconds in sorted(process.parts.items(), key=lambda each: -each[1])[:2]:
        if seconds:
            yield share(seconds / process.mean), say.PARTS[part], f"{span(seconds)} of each step"
    if process.gpu and process.gpu.wall:
        yield share(process.gpu.idle), "idle GPU", f"{number(round(process.gpu.kernels))} kernels a step"
    started = sum(seconds for _, seconds in say.marks(process))
    if started:
        yield span(started), "start-up", "until steps are like each other"


def graphs(profile: Profile) -> list[Flame]:
    """Flame graphs of rank 0, of the slowest rank where that is another, and of the workers of loaders."""
    process, slow = profile.main, say.slowest(profile)
    title = "Where its time goes"
    if process.ended != "attached":
        title = f"Where the time of {'steps' if process.stacks.steps else 'the whole run'} goes"
    wanted = [("flame", title, process)]
    if slow is not None and slow is not process:
        wanted.append((f"flame-rank-{slow.rank}", f"The same of rank {slow.rank}, the slowest", slow))
    found = [flame.of_stacks(id, words, each.stacks, profile.root) for id, words, each in wanted]
    return [each for each in (*found, of_workers(process, profile.root)) if each]


def of_workers(process: Process, root: str) -> Flame | None:
    """What all workers of loaders do, as one."""
    paths = [
        (tuple(each.stacks.frames[number] for number in stack.frames), stack.seconds)
        for each in process.workers
        for stack in each.stacks.stacks
    ]
    return flame.made("flame-workers", "What the workers of the loader do", "s", 1e6, paths, root)


def kinds(flames: Sequence[Flame]) -> list[tuple[str, str]]:
    """The colours of flame graphs, and what they stand for."""
    return [(f"k-{kind}", flame.KINDS[kind]) for kind in sorted({kind for each in flames for kind in each.kinds})]


def order(process: Process) -> Any:
    """Operations on a GPU come by what it computes for them."""
    on_device = any(each.device_seconds for each in process.ops)
    return lambda op: -seconds_of(op, on_device)


def operation(op: Op, process: Process) -> Row:
    """An operation as a row."""
    traced = process.of("traced") or process.steps
    step = sum(each.wall for each in traced) / len(traced) if traced else 0.0
    return (
        plain(op.name),
        say.PARTS[op.part],
        f"{op.count:.0f}" if op.count >= 1 else f"{op.count:.1g}",
        span(op.seconds),
        share(op.seconds / step) if step else "",
        span(op.device_seconds) if op.device_seconds else "",
    )


def lines(process: Process, root: str) -> list[drawing.Bar]:
    """The user's lines that hold most of what was seen, with what they call."""
    whole = process.stacks.seconds
    found = list(process.stacks.lines().items())[:15]
    return drawing.lengths({say.place(at, root): (seconds, share(seconds / whole)) for at, seconds in found})


def call(each: Call, root: str) -> Row:
    """A call of torch by a line of the user's, as a row."""
    marks = [word for word, is_so in (("reads a value", each.reads), ("copies", each.copies)) if is_so]
    return (
        say.place(each.place, root),
        plain(each.function),
        f"{each.count:.0f}" if each.count >= 1 else f"{each.count:.1g}",
        span(each.seconds),
        say.size(each.bytes) if each.bytes else "",
        ", ".join([*map(plain, each.dtypes), *marks]),
    )


def worker(each: Worker) -> Row:
    """A process of a loader, as a row."""
    return (
        f"worker {each.number}",
        str(each.batches),
        span(each.seconds),
        share(min(1.0, each.cpu / each.seconds)) if each.seconds and each.cpu else "",
        say.size(each.resident) if each.resident else "",
        say.size(each.unique) if each.unique else "",
    )


def made(process: Process, root: str) -> str:
    """Where the first loader is made, and what it takes to begin it again."""
    at = next((f"Made in {say.place(each.place, root)}." for each in process.loaders if each.place), "")
    again = (
        f"Begun {say.many(process.epochs, 'time')} in the steps, which took {span(process.epoch_seconds)}."
        if process.epochs
        else ""
    )
    return f"{at} {again}".strip()


def imports(process: Process) -> list[drawing.Bar]:
    """What took longest to import."""
    found = sorted(process.imports.items(), key=lambda each: -each[1])[:MOST_IMPORTS]
    return drawing.lengths({plain(name): (seconds, span(seconds)) for name, seconds in found if seconds >= LEAST_IMPORT})


def compiled(process: Process, root: str) -> dict[str, Any] | None:
    """What torch.compile did; None where it did nothing."""
    found = process.compiled
    if not (found.seconds or found.frames or found.again or found.breaks):
        return None
    rows = [("compiled again", each) for each in found.again] + [("graph break", each) for each in found.breaks]
    steady = f", {span(found.steady_seconds)} of it in steps after the warm-up" if found.steady_seconds else ""
    return {
        "words": f"{say.many(found.frames, 'function')} in {span(found.seconds)}{steady}",
        "rows": [again(*each, root) for each in rows],
    }


def again(what: str, each: Again, root: str) -> Row:
    return what, say.place(each.place, root), str(each.count), plain(each.why)
