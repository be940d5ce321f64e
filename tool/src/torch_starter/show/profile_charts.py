"""Pictures of a profile of the time: the parts of a step, of each rank, of a GPU, and step after step."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from torch_starter.core.profile import PARTS, Process, Profile, Step
from torch_starter.show import _profile_words as say
from torch_starter.show._proof_words import share, span
from torch_starter.show.drawing import Bar, Piece, Plot, Scale, pieces

MOST_COLUMNS = 160  # steps beyond which neighbours are one
GAP = 0.18  # of a column
OUTLYING = 4  # medians: what is longer is cut


def split(process: Process) -> list[Bar]:
    """A step, all of its parts one after the other; below it what a GPU does meanwhile."""
    if not process.mean:
        return []
    parts = [(f"p-{part}", seconds, f"{say.PARTS[part]} {span(seconds)}") for part, seconds in say.steady(process)]
    average = " on average" if say.uneven(process) else ""
    found = [Bar("a step", pieces(parts, process.mean), f"{span(process.mean)}{average}")]
    gpu = process.gpu
    if gpu and gpu.wall:
        rest = max(0.0, gpu.wall - gpu.computing - gpu.copying - gpu.communicating)
        told = (("g-computing", gpu.computing, "computing"), ("g-copying", gpu.copying, "copying"))
        more = (("g-talking", gpu.communicating, "talking to other ranks"), ("p-idle", rest, "nothing"))
        parts = [(colour, seconds, f"{name} {span(seconds)}") for colour, seconds, name in (*told, *more)]
        found.append(Bar("the GPU", pieces(parts, gpu.wall), f"{share(gpu.idle)} idle"))
    return found


def legend(process: Process) -> list[list[tuple[str, str, str, str]]]:
    """The parts of a step, and of what a GPU does in it, as tables: their colours, names, seconds and shares."""
    told = say.steady(process)
    found = [(f"p-{part}", say.PARTS[part], span(seconds), share(seconds / process.mean)) for part, seconds in told]
    gpu = process.gpu
    if not found or gpu is None or not gpu.wall:
        return [found] if found else []
    does = [
        ("g-computing", "the GPU computes", gpu.computing),
        ("g-copying", "it copies", gpu.copying),
        ("g-talking", "it talks to other ranks", gpu.communicating),
        ("p-idle", "it has nothing to do", gpu.idle * gpu.wall),
    ]
    return [found, [(colour, name, span(seconds), share(seconds / gpu.wall)) for colour, name, seconds in does if seconds]]


def of_ranks(profile: Profile) -> list[Bar]:
    """A step of each rank, the longest being all of the width; nothing for one alone."""
    told = say.by_rank(each for each in profile.processes if each.mean)
    if len(told) < 2:
        return []
    most, slow = max(each.mean for each in told), say.slowest(profile)
    found = []
    for each in told:
        parts = [(f"p-{part}", seconds, f"{say.PARTS[part]} {span(seconds)}") for part, seconds in say.steady(each)]
        words = f"{span(each.step)}{', the slowest' if each is slow else ''}"
        found.append(Bar(f"rank {each.rank}", pieces(parts, most), words, each is slow))
    return found


def of_steps(id: str, process: Process) -> Plot | None:
    """Step after step as columns; how each was looked at is the strip below it."""
    groups = grouped(process.steps)
    if not groups:
        return None
    scale = Scale(tallest(process))
    width = 100 / len(groups)
    columns = [column(mean(group), at * width, width, scale) for at, group in enumerate(groups)]
    half = span(scale.top / 2)
    spoken = f"Columns, a step each: {say.steps_of(process)}; one takes {span(process.step)} where nothing looks"
    cut = any(mean(group).wall > scale.top for group in groups)
    middle = ("longer ones are cut at the top",) if cut else ()
    below = ("the first step", *middle, f"step {len(process.steps)}")
    return Plot(id, spoken, (span(scale.top), half, "0"), below, columns)


def tallest(process: Process) -> float:
    """Seconds at the top: of the steps that are like each other, so that a long first one does not make them small."""
    steps = [step.wall for step in process.steps if step.mode != "warm"] or [step.wall for step in process.steps]
    return min(max(steps), OUTLYING * statistics.median(steps))


def grouped(steps: Sequence[Step]) -> list[list[Step]]:
    """Steps of one kind that are neighbours, as many together as make the columns few enough."""
    few = -(-len(steps) // MOST_COLUMNS)
    found: list[list[Step]] = []
    for step in steps:
        if found and len(found[-1]) < few and found[-1][0].mode == step.mode:
            found[-1].append(step)
        else:
            found.append([step])
    return found


def mean(steps: Sequence[Step]) -> Step:
    """What some steps took on average."""
    if len(steps) == 1:
        return steps[0]
    names = ("wall", "data", "transfer", "forward", "backward", "optimizer")
    return Step(mode=steps[0].mode, **{name: sum(getattr(step, name) for step in steps) / len(steps) for name in names})


def column(step: Step, at: float, width: float, scale: Scale) -> Bar:
    """A step from below: its parts, and the strip of its kind, which has no height of its own."""
    found, top = [], 0.0
    for part in PARTS:
        seconds = step.rest if part == "python" else getattr(step, part, 0.0)
        length = min(scale.percent(seconds), round(100 - top, 2))  # what is above the top is cut
        if length > 0:
            top += length
            found.append(Piece(round(100 - top, 2), length, f"p-{part}"))
    found.append(Piece(round(at + GAP * width / 2, 3), round(width * (1 - GAP), 3), f"m-{step.mode}"))
    return Bar(step.mode, found, f"{span(step.wall)}, {say.MODES[step.mode]}")


def modes(process: Process) -> list[tuple[str, str]]:
    """The kinds of steps that there are: their colours and names."""
    return [(f"m-{mode}", f"{words} ({len(process.of(mode))})") for mode, words in say.MODES.items() if process.of(mode)]


def of_start(process: Process) -> Bar | None:
    """From the interpreter's beginning to where steps are like each other."""
    told = [(name, seconds) for name, seconds in say.marks(process) if seconds > 0]
    whole = sum(seconds for _, seconds in told)
    parts = [(f"s-{number % 5}", s, f"{say.MARKS.get(name, name)} {span(s)}") for number, (name, s) in enumerate(told)]
    return Bar("start-up", pieces(parts, whole), span(whole)) if whole else None
