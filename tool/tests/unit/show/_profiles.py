"""Answers of `profile`, made up as scripts of several kinds would give them, for the tests of how they look."""

from __future__ import annotations

from typing import Any

from torch_starter.core.place import Place
from torch_starter.core.profile import Call, Mark, Part, Process, Profile
from torch_starter.core.report import Finding, Report
from torch_starter.core.tuning import Loader, Model, Optimizer
from unit.show._seen import ROOT, START, events, ops, stacks, steps

FACTS = {
    "system": {"distribution": "Debian GNU/Linux 12", "architecture": "x86_64", "container": True},
    "cpu": {"count": 2, "model": "AMD EPYC"},
}


MARKS = (
    Mark("torch", 2.1, 2.0, 310_000_000),
    Mark("model", 2.9),
    Mark("optimizer", 4.05),
    Mark("first step", 4.9),
    Mark("steady", 6.2),
)
IMPORTS = {"torch": 1.43, "torchvision": 0.52, "numpy": 0.11, "sympy": 0.24, "PIL": 0.06}
DATA_BOUND: dict[Part, float] = {"data": 0.113, "forward": 0.031, "backward": 0.027, "optimizer": 0.004, "python": 0.007}
ON_GPU: dict[Part, float] = {
    "data": 0.004,
    "transfer": 0.009,
    "forward": 0.031,
    "backward": 0.044,
    "optimizer": 0.012,
    "python": 0.02,
}


def process(parts: dict[Part, float], **more: Any) -> Process:
    """A training on the CPU, told by itself."""
    told: dict[str, Any] = {
        "process": 4242,
        "kind": "training",
        "ended": "enough",
        "version": "2.14.1",
        "seconds": 21.4,
        "cpu": 33.0,
        "cpus": 2,
        "threads": 2,
        "marks": MARKS,
        "imports": IMPORTS,
        "steps": steps(parts),
        "forwards": 62,
        "stacks": stacks(parts),
        "start": START,
        "ops": ops(parts),
        "events": events(parts),
        "calls": (
            Call(
                place=Place(f"{ROOT}/train.py", 41), function="conv2d", count=12, seconds=0.019, bytes=39e6, dtypes=("float32",)
            ),
            Call(place=Place(f"{ROOT}/train.py", 47), function="Tensor.item", count=1, seconds=0.0001, reads=True),
            Call(place=Place(f"{ROOT}/train.py", 40), function="Tensor.to", count=2, seconds=0.002, bytes=19e6, copies=True),
        ),
        "loaders": (Loader(place=Place(f"{ROOT}/train.py", 33), workers=0, batch=32, dataset="Pictures"),),
        "optimizers": (Optimizer(place=Place(f"{ROOT}/train.py", 35), name="Adam", known=True, takes_fused=True),),
        "models": (Model(place=Place(f"{ROOT}/train.py", 41), name="Net", parameters=11_173_962),),
    }
    return Process(**{**told, **more})


def profile(*processes: Process, **more: Any) -> Profile:
    """A profile of the time."""
    told: dict[str, Any] = {
        "of": "time",
        "command": (f"{ROOT}/.venv/bin/python3", "train.py", "--width", "64"),
        "script": f"{ROOT}/train.py",
        "root": ROOT,
        "processes": processes,
        "folder": f"{ROOT}/.torch-starter/linux-x86_64/profile/2026-01-05-030405",
        "files": {"trace-0.json.gz": "for Perfetto", "stacks-0.speedscope.json": "for speedscope"},
        "seconds": 34.2,
    }
    return Profile(**{**told, **more})


def finding(
    word: str, title: str, seen: str, gain: float | None, line: int | None, remedy: str, file: str = "train.py"
) -> Finding:
    """One that is advised."""
    at = Place(f"{ROOT}/{file}", line) if line else None
    return Finding(id=word, verdict="warn", title=title, seen=seen, gain=gain, place=at, remedy=remedy)


WAITS = finding(
    "profile.data",
    "steps wait for their data",
    "62 % of each step, 113 of 182 ms, waits for the loader: 80 % of that decodes pictures in Pictures.__getitem__",
    1.9,
    33,
    "give DataLoader num_workers=2, persistent_workers=True; `./dev.sh optimize` can prove it",
)
UNFUSED = finding("profile.fused", "the optimizer is not fused", "Adam takes 4 ms of a step", 1.06, 35, "give Adam fused=True")


def report(told: Profile, *findings: Finding, **more: Any) -> Report:
    """As the command answers."""
    command = "profile" if told.of == "time" else "memory-profile"
    given: dict[str, Any] = {"facts": FACTS, "started_at": "2026-01-05T03:04:05Z", "seconds": 34.2}
    return Report(command=command, profile=told, findings=list(findings), **{**given, **more})
