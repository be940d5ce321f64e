"""A line that makes data and takes long: in __getitem__, in what it calls, or in the collating of a batch."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._loading import loader_of, waiting
from torch_starter.advice._stacks import Line, gathered, making_data
from torch_starter.advice._time import faster, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Process, Profile, Stacks
from torch_starter.core.report import Finding

WHOLE = (  # read all of a file
    "_npyio_impl.py:load",
    "npyio.py:load",
    "_npyio_impl.py:loadtxt",
    "npyio.py:loadtxt",
    "_npyio_impl.py:genfromtxt",
    "npyio.py:genfromtxt",
    "serialization.py:load",
    "readers.py:read_csv",
    "parquet.py:read_parquet",
    "pickle.py:read_pickle",
    "_json.py:read_json",
    "__init__.py:loads",
    "torch.py:load_file",
)
DECODES = (  # make numbers of a picture or of sound
    "Image.py:open",
    "Image.py:convert",
    "Image.py:resize",
    "Image.py:load",
    "ImageFile.py:load",
    "image.py:decode_image",
    "image.py:decode_jpeg",
    "image.py:read_image",
    "soundfile.py:read",
    "functional.py:pil_to_tensor",
)
COLLATES = ("collate.py:collate", "collate.py:default_collate")
LEAST_WAIT = 0.05  # of a step

# How much of a line an edit saves. Of a file that is mapped only the rows that are asked for are read: nearly all. Loops over
# elements in Python take 10 to 100 times as long as one operation; but some of it remains. What decodes has to be done at least
# once, so that half is saved where it is kept smaller; and nobody knows of another package's function what it could be without.
SAVES = {"whole": 0.9, "python": 0.8, "collate": 0.8, "decode": 0.5, "other": 0.5}
EDITS = {
    "whole": "open it once in __init__ as a mapped file, such as numpy.load(path, mmap_mode='r'), and take the rows from that",
    "python": "let one operation of numpy or torch do it for the whole sample or batch, instead of Python item by item",
    "collate": "let the dataset give whole batches: BatchSampler as sampler= with batch_size=None, or __getitems__; then "
    "nothing is put together item by item",
    "decode": "do it once for all: keep what comes out, small as it is used, in one array of a file that is mapped",
    "other": "do it once for all and keep what comes out in a file that is mapped; or for a whole batch at once",
}


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if not process.mean or not process.loaders:
        return
    wait = waiting(process) / process.mean
    if wait < LEAST_WAIT:
        return
    found = collating(process) or slowest(process)
    if found is None:
        return
    line, share, kind = found
    of_wait = share * (1.0 if loader_of(process).workers else wait)
    yield from told(
        ADVICE,
        f"{line.function} takes most of what a batch takes" if share >= 0.5 else f"{line.function} makes batches slow",
        f"{percent(wait)} of each step waits for data, and {percent(share)} of making it is this line{words(line)}",
        EDITS[kind],
        # What workers save shortens the step until it does not wait any more, and no further.
        faster(min(of_wait * SAVES[kind], wait * 0.95)),
        line.place,
    )


def slowest(process: Process) -> tuple[Line, float, str] | None:
    """The line that takes most of the making of data, its share of that, and what kind of work it does."""
    found = [line for stacks in sources(process) for line in gathered(stacks, (), making_data)]
    whole = sum(under(stacks) for stacks in sources(process))
    if not found or not whole:
        return None
    merged: dict[object, Line] = {}
    for line in found:
        same = merged.setdefault(line.place, Line(line.place, line.function))
        same.share, same.alone = same.share + line.share, same.alone + line.alone
        for name, share in line.under.items():
            same.under[name] += share
    line = max(merged.values(), key=lambda each: each.share * SAVES[kind_of(each)])
    return line, min(1.0, line.share / whole), kind_of(line)


def collating(process: Process) -> tuple[Line, float, str] | None:
    """Where most of the making is torch's own putting together of items: at the place of the loader."""
    loader, whole = loader_of(process), sum(under(stacks) for stacks in sources(process))
    spent = 0.0
    for stacks in sources(process):
        total = stacks.seconds or 1.0
        for stack in stacks.stacks:
            frames = making_data(tuple(stacks.frames[number] for number in stack.frames))
            if frames is not None and not any(frame.own for frame in frames):
                spent += stack.seconds / total
    if not whole or loader.place is None or spent < 0.5 * whole:
        return None
    return Line(loader.place, "the loader"), min(1.0, spent / whole), "collate"


def sources(process: Process) -> list[Stacks]:
    """Where batches are made: in workers, where there are any."""
    if loader_of(process).workers:
        return [each.stacks for each in process.workers]
    return [process.stacks]


def under(stacks: Stacks) -> float:
    """The share of what was seen that makes batches."""
    total = stacks.seconds or 1.0
    frames = (tuple(stacks.frames[number] for number in stack.frames) for stack in stacks.stacks)
    return sum(stack.seconds / total for stack, each in zip(stacks.stacks, frames, strict=True) if making_data(each) is not None)


def kind_of(line: Line) -> str:
    """What it mostly does, by the functions that are under it."""
    for kind, names in (("whole", WHOLE), ("decode", DECODES)):
        if sum(line.under.get(name, 0.0) for name in names) >= 0.4 * line.share:
            return kind
    return "python" if line.alone >= 0.5 * line.share else "other"


def words(line: Line) -> str:
    """The function under it that takes longest."""
    name = max(line.under, key=lambda each: line.under[each], default="")
    return f", of which {percent(line.under[name] / line.share)} is {name.split(':')[-1]}" if name and line.share else ""


ADVICE = Advice(
    id="profile.dataset",
    title="lines that make data",
    of="time",
    look=look,
    about="What one line does again for each item is done for each epoch, however many workers there are.",
    found="The stacks of workers, or of the script where it has none, under what makes a batch.",
    mend="once for all and mapped, or for a batch at once",
    source="The manuals of numpy.load (mmap_mode) and torch.utils.data",
)
