"""Answers of `memory-profile`, made up: a training that leaks, and a script that does nothing."""

from __future__ import annotations

import random
from typing import Any

from torch_starter.core.place import Place
from torch_starter.core.profile import (
    Call,
    Census,
    Frame,
    Growth,
    Holding,
    Memory,
    Mode,
    Moment,
    Owner,
    Process,
    Profile,
    Worker,
)
from torch_starter.core.report import Report
from unit.show._profiles import DATA_BOUND, MARKS, finding, process, profile, report
from unit.show._seen import ROOT, TRAIN, lib, own, steps

MB = 1_000_000
KINDS: tuple[tuple[Mode, int], ...] = (("warm", 4), ("bare", 20), ("traced", 20))


def owner(line: int, size: float, blocks: int, *frames: Frame, file: str = "train.py") -> Owner:
    """A line of the user's and what it asked for."""
    return Owner(place=Place(f"{ROOT}/{file}", line), bytes=int(size * MB), blocks=blocks, frames=(*TRAIN, *frames))


def course(start: int, peak: int, grows: int) -> tuple[Moment, ...]:
    """Up to the model in steps, then up and down with every step, and more each time."""
    chance, found = random.Random(5), []
    for number in range(260):
        up = min(1.0, number / 60)
        wave = (peak - start) * (0.35 if number % 4 == 3 else 0.0) if number > 70 else 0
        heap = int(start + (peak - start) * 0.6 * up + wave + grows * max(0, number - 70) / 4 + chance.uniform(0, 3) * MB)
        found.append(Moment(number * 0.08, heap + 260 * MB, heap))
    return tuple(found)


TOLD: dict[str, Any] = {
    "phases": {
        "import": 312 * MB,
        "model": 48 * MB,
        "optimizer": 4 * MB,
        "loader": 260 * MB,
        "forward": 310 * MB,
        "backward": 96 * MB,
        "step": 92 * MB,
    },
    "roles": {
        "parameters": 44_695_848,
        "gradients": 44_695_848,
        "optimizer": 89_391_696,
        "buffers": 80_000,
        "activations": 310 * MB,
        "others": 21 * MB,
    },
    "dtypes": {"float32": 500 * MB, "int64": 1 * MB},
    "activations": (
        owner(58, 183, 20, file="models/net.py"),
        owner(61, 92, 20, file="models/net.py"),
        owner(43, 3, 1),
    ),
    "peak": 861 * MB,
    "resident_peak": 1_230 * MB,
    "owners": (
        owner(
            58,
            250,
            40,
            own("Net.forward", 58, "models/net.py"),
            lib("Conv2d.forward", "torch/nn/modules/conv.py", 553),
            file="models/net.py",
        ),
        owner(22, 240, 2048, own("Pictures.__init__", 22), lib("ndarray.copy", "numpy/core/multiarray.py", 0)),
        owner(44, 96, 62, lib("Tensor.backward", "torch/_tensor.py", 630)),
        owner(45, 89, 124, lib("Adam.step", "torch/optim/adam.py", 247)),
        Owner(bytes=41 * MB, blocks=91_022, frames=(lib("<module>", "torch/__init__.py", 409),)),
    ),
    "course": course(300 * MB, 861 * MB, 2 * MB),
    "censuses": tuple(
        Census(
            step=n,
            bytes={
                "parameters": 44_695_848,
                "gradients": 44_695_848,
                "optimizer": 89_391_696,
                "others": 21 * MB + n * 1_400_000,
            },
            tensors=400 + 3 * n,
            graphs=n,
            resident=900 * MB + n * 1_600_000,
        )
        for n in range(0, 44, 2)
    ),
    "growth": (
        Growth(place=Place(f"{ROOT}/train.py", 47), holder="losses", bytes=1_400_000, blocks=3, what="tensors with graphs"),
        Growth(place=Place(f"{ROOT}/tools/logging.py", 18), bytes=180_000, blocks=41, what="memory"),
    ),
    "grows": 1_600_000,
    "holdings": (
        Holding(name="data.pictures", kind="array", bytes=240 * MB, dtype="float64", place=Place(f"{ROOT}/train.py", 22)),
        Holding(name="losses", kind="list", bytes=60 * MB, dtype="tensor", count=44, place=Place(f"{ROOT}/train.py", 47)),
    ),
    "unused_graphs": (Call(place=Place(f"{ROOT}/train.py", 71), function="Net.__call__", count=1, seconds=0.03, bytes=120e6),),
}


def memory(**more: Any) -> Memory:
    """What a small training has."""
    return Memory(**{**TOLD, **more})


def of_memory(told: Process, **more: Any) -> Profile:
    """A profile of the memory."""
    given = {
        "of": "memory",
        "files": {"memray-0.bin": "for memray"},
        "folder": f"{ROOT}/.torch-starter/linux-x86_64/memory-profile/2026-01-05-030405",
    }
    return profile(told, **{**given, **more})


LEAK = finding(
    "memory.graphs",
    "a list keeps the graph of every step",
    "1.3 MiB more a step, in 42 tensors that hold on to a graph after 42 steps",
    1.4,
    47,
    "losses.append(loss.item())",
)
COPIED = finding(
    "memory.mapped",
    "the data are copied into memory",
    "229 MiB in Pictures.__init__, and once more in each worker",
    1.2,
    22,
    "np.load(path, mmap_mode='r')",
)


def leaking() -> Report:
    """A training that keeps the graph of each step in a list."""
    workers = tuple(
        Worker(number=n, process=4300 + n, batches=44, seconds=0.05, resident=520 * MB, unique=251 * MB) for n in range(2)
    )
    told = process(
        DATA_BOUND,
        steps=steps(DATA_BOUND, KINDS),
        memory=memory(shared=39 * MB),
        workers=workers,
        events=(),
        ops=(),
        calls=(),
    )
    return report(of_memory(told), LEAK, COPIED)


def small() -> Report:
    """A script that steps never, seen by the standard library alone, without a finding."""
    told = Process(
        process=5, seconds=1.2, marks=MARKS[:1], memory=Memory(by="standard library", peak=31 * MB, owners=(owner(12, 25, 300),))
    )
    return report(
        of_memory(told, files={}, folder=""),
        notes=["memray is not here: the standard library looks, which sees Python's own memory alone."],
    )
