"""Profiles of time as advice sees them, made by hand: a healthy training, and whatever a test makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch_starter.advice._ranking import ranked
from torch_starter.core.place import Place
from torch_starter.core.profile import Call, Frame, Mode, Part, Process, Profile, Stack, Stacks, Step
from torch_starter.core.report import Finding
from torch_starter.core.tuning import Loader, Model, Optimizer

MODES: tuple[tuple[Mode, int], ...] = (("warm", 3), ("bare", 10), ("sampled", 10), ("traced", 3), ("called", 2))
STEP = 0.1  # seconds
USUAL: Mapping[Part, float] = {"forward": 0.4, "backward": 0.5, "optimizer": 0.05, "python": 0.05}  # shares of a step
LOADER = Loader(place=Place("train.py", 9), workers=0, batch=32, dataset="Pictures")
TORCH = "/lib/torch/"
Word = tuple[str, str, int]  # function, file, line


def steps(parts: Mapping[Part, float] = USUAL, working: float = 1.0, looking: float = 1.0) -> tuple[Step, ...]:
    """Steps of such parts; those whose stacks are sampled take `looking` times as long."""
    found = []
    for mode, count in MODES:
        wall = STEP * (looking if mode == "sampled" else 1.0)
        named: dict[str, Any] = {part: wall * share for part, share in parts.items() if part not in ("python", "idle")}
        found += [Step(mode=mode, wall=wall, cpu=wall * working, **named)] * count
    return tuple(found)


def stacks(*seen: tuple[Sequence[Word], float], every: float = 0.001) -> Stacks:
    """What was seen: functions from the outermost in, and the share of the steps; a file of the user's is a bare name."""
    frames: list[Frame] = []
    numbers: dict[Frame, int] = {}
    rows = []
    for words, share in seen:
        for function, file, line in words:
            frame = Frame(function, file, line, "/" not in file and not file.startswith("<"))
            if frame not in numbers:
                numbers[frame] = len(frames)
                frames.append(frame)
        rows.append(Stack(tuple(numbers[frame_of(word)] for word in words), share * STEP * 10))
    return Stacks(frames=tuple(frames), stacks=tuple(rows), every=every, steps=10)


def frame_of(word: Word) -> Frame:
    function, file, line = word
    return Frame(function, file, line, "/" not in file and not file.startswith("<"))


MAIN: Word = ("main", "train.py", 30)
BACK: tuple[Word, ...] = (("main", "train.py", 32), ("_EngineBase.run_backward", "<built-in>", 0))
FORTH: tuple[Word, ...] = (("main", "train.py", 31), ("Module._call_impl", TORCH + "module.py", 1), ("linear", "<built-in>", 0))
FETCH: tuple[Word, ...] = (MAIN, ("_MapDatasetFetcher.fetch", TORCH + "_utils/fetch.py", 54))


def in_c(name: str) -> Word:
    """A function of C."""
    return (name, "<built-in>", 0)


def healthy() -> Stacks:
    return stacks((FORTH, 0.45), (BACK, 0.5), ((MAIN,), 0.02))


def beside(*seen: tuple[Sequence[Word], float]) -> Stacks:
    """With what a test plants; the rest is forth and back."""
    rest = 1 - sum(share for _, share in seen)
    return stacks(*seen, (FORTH, rest / 2), (BACK, rest / 2))


def call(function: str, line: int, count: float = 1.0, seconds: float = 0.001, **more: Any) -> Call:
    return Call(place=Place("train.py", line), function=function, count=count, seconds=seconds, **more)


def process(parts: Mapping[Part, float] = USUAL, looking: float = 1.0, working: float = 1.0, **more: Any) -> Process:
    """A training of one step in a tenth of a second, on four processors."""
    told: dict[str, Any] = {
        "kind": "training",
        "ended": "enough",
        "cpus": 4,
        "threads": 4,
        "seconds": 20.0,
        "version": "2.14.1",
        "steps": steps(parts, working, looking),
        "stacks": healthy(),
        "calls": (call("linear", 31, 2, 0.03, dtypes=("float32",)), call("item", 40, 0.1, 1e-6, reads=True)),
        "optimizers": (Optimizer(place=Place("train.py", 8), name="AdamW", known=True, fused=True, takes_fused=True),),
        "models": (Model(place=Place("train.py", 31), name="Net", parameters=1000),),
        "effect": {"optimizer": "fused"},
    }
    return Process(**{**told, **more})


def profile(*processes: Process) -> Profile:
    return Profile(of="time", processes=processes)


def advised(*processes: Process) -> list[Finding]:
    """All that is told, in its order."""
    return ranked(profile(*processes), "time")


def only(*processes: Process) -> Finding:
    """The one thing that is told."""
    (finding,) = advised(*processes)
    return finding


def waits(share: float) -> dict[Part, float]:
    """Parts of steps that wait for data for such a share."""
    return {"data": share, **{part: each * (1 - share) for part, each in USUAL.items()}}
