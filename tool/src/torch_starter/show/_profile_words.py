"""What all looks of a profile share: parts, places, gains, sizes and times in words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from torch_starter.core.place import Place
from torch_starter.core.profile import Frame, Mode, Part, Process, Profile
from torch_starter.core.report import Finding, Report
from torch_starter.show._proof_words import share, span
from torch_starter.show._words import advised, plain, quantity

PARTS: dict[Part, str] = {
    "data": "waiting for data",
    "transfer": "moving to the device",
    "forward": "forward",
    "backward": "backward",
    "optimizer": "optimizer",
    "python": "the script's own Python",
    "idle": "idle GPU",
}
MODES: dict[Mode, str] = {
    "warm": "warming up",
    "bare": "nothing looks",
    "sampled": "stacks are sampled",
    "traced": "operations are traced",
    "called": "calls are noted",
}
MARKS = {
    "torch": "importing torch",
    "model": "making the model",
    "optimizer": "making the optimizer",
    "first step": "the first step",
    "steady": "warming up",
}
PHASES = {"import": "imports", "loader": "loading data", "step": "optimizer's step"}  # where the words are not those of the code
ROLES = {"optimizer": "optimizer's state", "others": "other tensors"}
ORDER_OF_PHASES = ("import", "model", "optimizer", "loader", "forward", "backward", "step")
ORDER_OF_ROLES = ("parameters", "gradients", "optimizer", "buffers", "activations", "others")
INSTALLED = re.compile(r".*/(?:site-packages|dist-packages|lib/python3\.\d+)/")
LONGEST_SCRIPT = 26  # columns of its path
UNEVEN = 1.1  # of its median: a mean that is told, too
SHARED = 0.05  # of a step: how much slower than the others the slowest rank has to be


def gain(finding: Finding) -> str:
    """How many times as fast, or as small, it is expected to be."""
    if finding.gain is None:
        return ""
    return f"{finding.gain:.{2 if finding.gain < 1.2 else 1 if finding.gain < 10 else 0}f}x"


def many(count: int, what: str) -> str:
    """How many of something."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def concluded(report: Report) -> str:
    """What the last line says where the command has no words of its own."""
    told = advised(report)
    found = [each for each in told if each.gain is not None]
    if not found:
        return "the lines above say what to do" if told else "nothing is advised"
    kind = "fast" if report.profile and report.profile.of == "time" else "small"
    return f"expected to be {gain(found[0])} as {kind} with the first"


def bare_path(file: str, root: str = "") -> str:
    """A file as people name it: within its project, or within what it is installed with."""
    told = " ".join(plain(file).split())
    installed = INSTALLED.sub("", told)
    inside = bool(root) and told.startswith(f"{root.rstrip('/')}/")
    return told[len(root.rstrip("/")) + 1 :] if inside and installed == told else installed


def within(words: str, room: int, dots: str = "…") -> str:
    """The end of a path for which there is no room."""
    if len(words) <= room:
        return words
    last = words.rsplit("/", 1)[-1]
    shorter = f"{dots}/{last}"
    return shorter if len(shorter) <= room and "/" in words else f"{dots}{words[-max(1, room - len(dots)) :]}"


def place(where: Place | None, root: str = "") -> str:
    """A file and a line."""
    if where is None:
        return ""
    return bare_path(where.file, root) if where.line is None else f"{bare_path(where.file, root)}:{where.line}"


def frame(each: Frame, root: str = "") -> str:
    """A function, and where it is; what reads modules is part of Python itself."""
    if each.file.startswith("<frozen importlib"):
        return "importing modules"
    return f"{plain(each.function)} {place(Place(each.file, each.line or None), root)}".strip()


def size(count: float) -> str:
    """Bytes."""
    return f"-{quantity(-count, 'bytes')}" if count < 0 else quantity(count, "bytes")


def phase(name: str) -> str:
    return PHASES.get(name, plain(name))


def role(name: str) -> str:
    return ROLES.get(name, plain(name))


def in_order(found: Mapping[str, int], order: Sequence[str]) -> dict[str, int]:
    """Sizes in the order in which one thinks of them; what is not known comes last."""
    return {name: found[name] for name in sorted(found, key=lambda name: order.index(name) if name in order else len(order))}


def steady(process: Process) -> list[tuple[Part, float]]:
    """The parts of a step and the seconds that they take, in the order of a step."""
    return [(part, seconds) for part, seconds in process.parts.items() if seconds > 0]


def device(process: Process) -> str:
    """On what it computes."""
    if process.ended == "attached":
        return f"process {process.process}, by {plain(process.sampler)}"
    if process.gpu and process.gpu.name:
        return plain(process.gpu.name)
    threads = many(process.threads, "thread")
    return f"{threads} on {many(process.cpus, 'processor')}" if process.device == "cpu" else plain(process.device)


def ended(process: Process, profile: Profile) -> str:
    """How it came to its end, where that is not that it had been seen enough; nothing otherwise."""
    error = " ".join(plain(process.error).split())
    words = {
        "error": f"it raised {error or 'an exception'}",
        "interrupted": "it was interrupted: this is what was seen until then",
        "memory": f"it had not enough memory{f': {error}' if error else ''}",
    }.get(process.ended, "")
    code = f"its exit status was {profile.code}" if profile.code else ""
    return ", ".join(each for each in (words, code) if each)


def steps_of(process: Process) -> str:
    """How many steps there were, and how many of each kind."""
    kinds = [f"{len(process.of(mode))} {mode}" for mode in MODES if process.of(mode)]
    return f"{many(len(process.steps), 'step')}: {', '.join(kinds)}" if kinds else "no step"


def taken(process: Process) -> str:
    """How long a step takes; what was looked at where there is none."""
    if process.step:
        return f"a step takes {span(process.step)}{f', {span(process.mean)} on average' if uneven(process) else ''}"
    seen = process.seconds or process.stacks.seconds
    if not seen:
        return "nothing of it was seen"
    return f"{'' if process.ended == 'attached' else 'it does no step: '}{span(seen)} of it were looked at"


def uneven(process: Process) -> bool:
    """Whether some steps take much longer than most."""
    return process.mean > UNEVEN * process.step


def marks(process: Process) -> list[tuple[str, float]]:
    """The parts of the start, and how long each took."""
    found, before = [], 0.0
    for mark in process.marks:
        found.append((plain(mark.what), max(0.0, mark.seconds - before)))
        before = max(before, mark.seconds)
    return found


def overheads(process: Process) -> list[tuple[Mode, float]]:
    """How many times as much CPU time a step takes while it is looked at."""
    modes: tuple[Mode, ...] = ("sampled", "traced", "called")
    return [(mode, value) for mode in modes if (value := process.overhead(mode)) is not None]


def largest(process: Process) -> str:
    """The part of a step that takes most."""
    found = max(process.parts.items(), key=lambda each: each[1], default=None)
    return f"{share(process.share(found[0]))} {PARTS[found[0]]}" if found and found[1] else ""


def by_rank(processes: Iterable[Process]) -> list[Process]:
    return sorted(processes, key=lambda each: each.rank)


def slowest(profile: Profile) -> Process | None:
    """The rank that is slower than the others, where there are others."""
    walls = sorted(each.step for each in profile.processes)
    found = profile.slowest
    return found if len(walls) > 1 and found.step > (1 + SHARED) * walls[0] else None


def named(command: Sequence[str]) -> str:
    """A command as it was typed; the interpreter by its name."""
    first, *rest = [" ".join(plain(word).split()) for word in command] or [""]
    name = first.rpartition("/")[2]
    return shlex.join([name if name.startswith("python") else first, *rest])


def script(profile: Profile, dots: str) -> str:
    """What was looked at, in short."""
    return within(bare_path(profile.script, profile.root), LONGEST_SCRIPT, dots) or named(profile.command)
