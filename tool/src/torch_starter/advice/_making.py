"""What makes a batch: the user's lines that take longest in workers or, where there are none, in the script's own process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from torch_starter.advice._loading import loader_of, waiting
from torch_starter.advice._python import busy
from torch_starter.advice._stacks import Line, gathered, looked, making_data
from torch_starter.core.place import Place
from torch_starter.core.profile import Frame, Process, Stack, Stacks

Kind = Literal["whole", "decode", "python", "collate", "other"]

WHOLE = (  # read all of a file
    *("_npyio_impl.py:load", "npyio.py:load", "_npyio_impl.py:loadtxt", "npyio.py:loadtxt"),
    *("_npyio_impl.py:genfromtxt", "npyio.py:genfromtxt", "serialization.py:load", "readers.py:read_csv"),
    *("parquet.py:read_parquet", "pickle.py:read_pickle", "_json.py:read_json", "__init__.py:loads", "__init__.py:load"),
    *("torch.py:load_file", "<built-in>:loads", "<built-in>:load"),
)
DECODES = (  # make numbers of a picture or of sound
    *(
        "Image.py:open",
        "Image.py:convert",
        "Image.py:resize",
        "Image.py:load",
        "ImageFile.py:load",
        "functional.py:pil_to_tensor",
    ),
    *("image.py:decode_image", "image.py:decode_jpeg", "image.py:read_image", "soundfile.py:read", "<built-in>:imread"),
    *("<built-in>:imdecode", "_torchcodec.py:load_with_torchcodec"),
)
LEAST_WAIT = 0.05  # of a step


@dataclass(frozen=True)
class Made:
    """A line that makes data: its `share` of the making of batches, what kind of work it is, `inner`: what it mostly calls."""

    place: Place
    function: str
    share: float
    kind: Kind
    inner: str = ""


def slow(process: Process) -> list[Made]:
    """What takes long, the longest first; nothing where steps hardly wait for data."""
    wait = waiting(process) / process.mean if process.mean else 0.0
    if wait < LEAST_WAIT or not process.loaders:
        return []
    stacks = source(process)
    whole = making(stacks)
    found = [*in_packages(stacks), *in_python(stacks)]
    place, by_torch = loader_of(process).place, collating(stacks)
    if place is not None and by_torch:
        found.append(Made(place, "the loader", by_torch, "collate"))
    return sorted((replace(made, share=min(1.0, made.share / whole)) for made in found if whole), key=lambda made: -made.share)


def in_packages(stacks: Stacks) -> Iterator[Made]:
    """Lines that call functions of packages."""
    for line in gathered(stacks, (), making_data):
        share = line.share - line.alone
        if share > 0:
            yield Made(line.place, line.function, share, kind_of(line), inner(line))


def in_python(stacks: Stacks) -> Iterator[Made]:
    """Lines that Python itself is busy with."""
    for line in busy(stacks, lambda _: set(), making_data):
        yield Made(line.place, line.function, line.share, "python")


def saved(process: Process, share: float) -> float:
    """The share of a step that goes, where such a share of the making of batches does.

    What workers save shortens the step as if all of it were theirs, until it does not wait any more.
    """
    wait = waiting(process) / process.mean
    return min(share * (1.0 if loader_of(process).workers else wait), 0.95 * wait)


def source(process: Process) -> Stacks:
    """What makes batches: all workers together, where there are any."""
    if not loader_of(process).workers:
        return process.stacks
    frames: list[Frame] = []
    stacks: list[Stack] = []
    for worker in process.workers:
        first = len(frames)
        frames += worker.stacks.frames
        stacks += [Stack(tuple(first + number for number in each.frames), each.seconds) for each in worker.stacks.stacks]
    return Stacks(frames=tuple(frames), stacks=tuple(stacks))


def making(stacks: Stacks) -> float:
    """The share of what was seen that makes batches."""
    return sum(seconds for frames, seconds in looked(stacks) if making_data(frames) is not None) / (stacks.seconds or 1.0)


def collating(stacks: Stacks) -> float:
    """The share of what was seen that is torch's own putting together of items."""
    inside = [(making_data(frames), seconds) for frames, seconds in looked(stacks)]
    spent = sum(seconds for frames, seconds in inside if frames is not None and not any(frame.own for frame in frames))
    return spent / (stacks.seconds or 1.0)


def kind_of(line: Line) -> Kind:
    """What packages mostly do for it."""
    kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (("whole", WHOLE), ("decode", DECODES))
    for kind, names in kinds:
        if sum(line.under.get(name, 0.0) for name in names) >= 0.4 * (line.share - line.alone):
            return kind
    return "other"


def inner(line: Line) -> str:
    """The function of a package that is longest under it."""
    names = [name for name in line.under if not name.startswith("<built-in>")]
    name = max(names, key=lambda each: line.under[each], default="")
    return f", mostly in {name.split(':')[-1]}" if name and line.under[name] >= 0.5 * line.share else ""
