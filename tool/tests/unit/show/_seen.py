"""What a training shows while it is looked at, made up: its steps, stacks, events and operations."""

from __future__ import annotations

import random
from collections.abc import Sequence

from torch_starter.core.profile import Event, Frame, Mode, Op, Part, Stack, Stacks, Step

ROOT = "/home/user/project"
SITE = f"{ROOT}/.venv/lib/python3.12/site-packages"
MODES: tuple[tuple[Mode, int], ...] = (
    ("warm", 6),
    ("bare", 12),
    ("sampled", 12),
    ("bare", 12),
    ("sampled", 12),
    ("traced", 5),
    ("called", 3),
)
LOOKED = {"warm": 1.3, "bare": 1.0, "sampled": 1.03, "traced": 1.09, "called": 1.21}


def own(function: str, line: int, file: str = "train.py") -> Frame:
    """A function of the user."""
    return Frame(function, f"{ROOT}/{file}", line, own=True)


def lib(function: str, file: str, line: int) -> Frame:
    """A function of an installed package."""
    return Frame(function, f"{SITE}/{file}", line)


TRAIN = (own("<module>", 96), own("main", 81))
CALLED = (
    lib("Module._wrapped_call_impl", "torch/nn/modules/module.py", 1775),
    lib("Module._call_impl", "torch/nn/modules/module.py", 1786),
)
NEXT = (lib("_BaseDataLoaderIter.__next__", "torch/utils/data/dataloader.py", 741),)
PATHS: tuple[tuple[tuple[Frame, ...], Part, float], ...] = (
    (
        (
            own("train", 39),
            *NEXT,
            lib("_SingleProcessDataLoaderIter._next_data", "torch/utils/data/dataloader.py", 801),
            lib("_MapDatasetFetcher.fetch", "torch/utils/data/_utils/fetch.py", 54),
            own("Pictures.__getitem__", 22),
            lib("decode", "torchvision/io/image.py", 241),
        ),
        "data",
        0.8,
    ),
    (
        (own("train", 39), *NEXT, lib("default_collate", "torch/utils/data/_utils/collate.py", 398)),
        "data",
        0.2,
    ),
    (
        (
            own("train", 41),
            *CALLED,
            own("Net.forward", 58, "models/net.py"),
            *CALLED,
            lib("Conv2d.forward", "torch/nn/modules/conv.py", 553),
        ),
        "forward",
        0.7,
    ),
    (
        (own("train", 41), *CALLED, own("Net.forward", 61, "models/net.py"), lib("relu", "torch/nn/functional.py", 1701)),
        "forward",
        0.3,
    ),
    (
        (
            own("train", 44),
            lib("Tensor.backward", "torch/_tensor.py", 630),
            lib("_engine_run_backward", "torch/autograd/graph.py", 865),
        ),
        "backward",
        1.0,
    ),
    (
        (own("train", 45), lib("Adam.step", "torch/optim/adam.py", 247), lib("_multi_tensor_adam", "torch/optim/adam.py", 612)),
        "optimizer",
        1.0,
    ),
    ((own("train", 47), own("log", 18, "tools/logging.py")), "python", 1.0),
)


def stacks(parts: dict[Part, float], steps: int = 24, every: float = 0.001, deep: int = 0) -> Stacks:
    """Stacks of steps that take so long for each part; `deep`: as many more of them, each a little different."""
    frames: list[Frame] = []
    numbers: dict[Frame, int] = {}

    def number(frame: Frame) -> int:
        if frame not in numbers:
            numbers[frame] = len(frames)
            frames.append(frame)
        return numbers[frame]

    found = [
        Stack(tuple(number(each) for each in (*TRAIN, *path)), parts.get(part, 0.0) * some * steps) for path, part, some in PATHS
    ]
    chance = random.Random(7)
    for one in range(deep):
        path = [
            lib(f"operation_{one % 311}_{depth}", f"torch/generated/file_{one % 97}.py", 10 + depth)
            for depth in range(chance.randrange(3, 30))
        ]
        found.append(Stack(tuple(number(each) for each in (*TRAIN, own("train", 41), *path)), chance.paretovariate(1.2) * every))
    return Stacks(frames=tuple(frames), stacks=tuple(each for each in found if each.seconds), every=every, steps=steps)


def steps(parts: dict[Part, float], modes: Sequence[tuple[Mode, int]] = MODES, threads: float = 1.6) -> tuple[Step, ...]:
    """Steps that take so long for each part, and vary as real ones do."""
    chance = random.Random(3)
    found: list[Step] = []
    for mode, count in modes:
        for _ in range(count):
            times = {part: seconds * LOOKED[mode] * chance.uniform(0.95, 1.08) for part, seconds in parts.items()}
            wall = sum(times.values())
            named = {part: seconds for part, seconds in times.items() if part != "python"}
            found.append(Step(mode=mode, wall=wall, cpu=wall * threads, resident=900_000_000 + 10_000 * len(found), **named))
    return tuple(found)


def events(parts: dict[Part, float], gpu: bool = False, count: int = 3) -> tuple[Event, ...]:
    """What a timeline of traced steps has."""
    at = 0.0
    found: list[Event] = []
    for number in range(count):
        begin = at
        for part, seconds in parts.items():
            found.append(Event("part", part, at, at + seconds))
            for one in range(12):
                start, end = at + seconds * one / 12, at + seconds * (one + 0.9) / 12
                found.append(Event("operation", f"aten::{part}_{one % 4}", start, end))
                found.append(Event("operation", f"aten::{part}_{one % 4}_out", start + 0.1 * (end - start), end, 1))
                if gpu and part != "data":
                    found.append(Event("gpu", f"kernel_{one % 4}", start + 0.002, end + 0.002))
            at += seconds
        found.append(Event("step", f"step {54 + number}", begin, at))
    return tuple(found)


START = Stacks(
    frames=(
        own("<module>", 3),
        lib("<module>", "torch/__init__.py", 409),
        lib("<module>", "torchvision/__init__.py", 10),
        own("<module>", 96),
        own("main", 70),
        lib("<module>", "torch/_dynamo/__init__.py", 13),
        lib("Adam.__init__", "torch/optim/adam.py", 100),
    ),
    stacks=(Stack((0, 1), 1.9), Stack((0, 2), 0.7), Stack((3, 4, 6, 5), 1.15), Stack((3, 4), 0.22)),
)


def ops(parts: dict[Part, float], gpu: bool = False) -> tuple[Op, ...]:
    """Operations of a network of convolutions."""
    rows: list[tuple[str, float, Part, float]] = [
        ("aten::convolution_backward", 12, "backward", 0.55),
        ("aten::mkldnn_convolution" if not gpu else "aten::cudnn_convolution", 12, "forward", 0.6),
        ("aten::threshold_backward", 12, "backward", 0.2),
        ("aten::native_batch_norm", 12, "forward", 0.2),
        ("aten::addmm", 2, "forward", 0.04),
        ("aten::_foreach_addcdiv_", 1, "optimizer", 0.4),
        ("aten::item", 3, "python", 0.3),
        ("aten::copy_", 5, "transfer", 0.9),
    ]
    return tuple(
        Op(
            name=name,
            count=count,
            seconds=parts.get(part, 0) * some,
            part=part,
            device_seconds=parts[part] * some * 0.7 if gpu and part in parts else 0.0,
        )
        for name, count, part, some in rows
        if parts.get(part)
    )
