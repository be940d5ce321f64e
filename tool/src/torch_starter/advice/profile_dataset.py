"""Lines that make data in a way that costs many times what it has to."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._loading import waiting
from torch_starter.advice._making import saved, slow
from torch_starter.advice._time import faster, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

# How much of it an edit saves. Of a file that is mapped only the rows that are asked for are read: nearly all. Loops in Python,
# and the putting together of many small items, take 10 to 100 times as long as one operation; but some of it remains.
SAVES = {"whole": 0.9, "python": 0.8, "collate": 0.8}
EDITS = {
    "whole": "open it once in __init__ as a mapped file, such as numpy.load(path, mmap_mode='r'), and take the rows from that",
    "python": "let one operation of numpy or torch do it for the whole sample or batch, instead of Python item by item",
    "collate": "let the dataset give whole batches: BatchSampler as sampler= with batch_size=None, or __getitems__; then "
    "nothing is put together item by item",
}


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    for made in slow(process):
        if made.kind in SAVES:
            yield from told(
                ADVICE,
                f"{made.function} takes most of what a batch takes"
                if made.share >= 0.5
                else f"{made.function} makes batches slow",
                f"{percent(waiting(process) / process.mean)} of each step waits for data; {percent(made.share)} of making it is "
                f"here{made.inner}",
                EDITS[made.kind],
                faster(saved(process, made.share * SAVES[made.kind])),
                made.place,
            )


ADVICE = Advice(
    id="profile.dataset",
    title="lines that make data",
    of="time",
    look=look,
    about="A whole file for each sample, or Python item by item: that is waited for, however many workers there are.",
    found="The stacks of workers, or of the script where it has none, under what makes a batch.",
    mend="a mapped file, or one operation for all of a sample or batch",
    source="The manuals of numpy.load (mmap_mode) and torch.utils.data",
)
