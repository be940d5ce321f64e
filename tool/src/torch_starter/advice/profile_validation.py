"""Validation that takes most of a training."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from torch_starter.advice._stacks import looked
from torch_starter.advice._time import faster, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.place import Place
from torch_starter.core.profile import Frame, Process, Profile
from torch_starter.core.report import Finding

NAMED = re.compile(r"(^|_)([Vv]alid|[Ee]val|test)|[a-z](Valid|Eval)")  # and not retrieval, or latest
MUCH = 0.25  # of a step in the mean: less is what a validation may cost
SAVES = 0.6  # half as often, or half of the data; and larger batches, since there is no way back to keep anything for


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if process.kind != "training" or not process.mean:
        return
    share, place, name = validating(process)
    if share >= MUCH:
        yield from told(
            ADVICE,
            f"{name} takes {percent(share)} of the training",
            f"{percent(share)} of the time of steps, in the mean, is validation that is called here",
            "validate less often, or with a part of the data; with larger batches, under torch.inference_mode()",
            faster(share * SAVES),
            place,
        )


def validating(process: Process) -> tuple[float, Place | None, str]:
    """The share of the steps in a function that is named so, the line that calls it, and its name."""
    spent, places = 0.0, defaultdict[tuple[Place | None, str], float](float)
    for frames, seconds in looked(process.stacks):
        number = next((number for number, frame in enumerate(frames) if validates(frame)), None)
        if number is not None:
            spent += seconds
            above = next((frame for frame in reversed(frames[:number]) if frame.own), None)
            place = Place(above.file, above.line) if above is not None else None
            places[place, frames[number].function] += seconds
    place, name = max(places, key=lambda each: places[each], default=(None, ""))
    return spent / (process.stacks.seconds or 1.0), place, name


def validates(frame: Frame) -> bool:
    return frame.own and NAMED.search(frame.function.rsplit(".", 1)[-1]) is not None


ADVICE = Advice(
    id="profile.validation",
    title="validation",
    of="time",
    look=look,
    about="Where it is done often it takes longer than the training itself.",
    found="Stacks in functions of the script's that are named so.",
    mend="less often, with a part of the data",
    source="Measured: tool/benchmarks/planted/time/validates.py",
)
